# SPDX-License-Identifier: MIT
# libsrcu: the same as src/srcu/Makefile, for those who build with CMake. Nothing of it needs
# anything else of this project; `cmake --install ... --component srcu` installs it alone.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
find_package(Threads REQUIRED)

set(SRCU_VERSION 1.0.0)
file(GLOB srcu_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/srcu/*.c)
add_library(srcu SHARED ${srcu_sources})
add_library(srcu_static STATIC ${srcu_sources})
foreach(target srcu srcu_static)
	target_include_directories(${target} PUBLIC
		$<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
	target_link_libraries(${target} PUBLIC Threads::Threads)
	set_target_properties(${target} PROPERTIES OUTPUT_NAME srcu)
endforeach()
# Never unmapped, so its own read side need not clear up for dlclose().
target_compile_definitions(srcu PRIVATE SRCU_IMMORTAL)
target_link_options(srcu PRIVATE -Wl,-z,nodelete -Wl,--version-script=${CMAKE_SOURCE_DIR}/src/srcu/srcu.map)
set_target_properties(srcu PROPERTIES VERSION ${SRCU_VERSION} SOVERSION 1
	LINK_DEPENDS ${CMAKE_SOURCE_DIR}/src/srcu/srcu.map)

set(PREFIX ${CMAKE_INSTALL_PREFIX})
set(LIBDIR ${CMAKE_INSTALL_FULL_LIBDIR})
set(INCLUDEDIR ${CMAKE_INSTALL_FULL_INCLUDEDIR})
set(VERSION ${SRCU_VERSION})
configure_file(src/srcu/libsrcu.pc.in ${CMAKE_BINARY_DIR}/libsrcu.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/libsrcu.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT srcu)
install(FILES include/srcu.h include/srcu.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT srcu)
install(TARGETS srcu srcu_static EXPORT srcu-targets
	LIBRARY COMPONENT srcu NAMELINK_COMPONENT srcu ARCHIVE COMPONENT srcu)
install(EXPORT srcu-targets NAMESPACE srcu:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/srcu COMPONENT srcu)
configure_file(src/srcu/srcu-config.cmake.in ${CMAKE_BINARY_DIR}/srcu-config.cmake @ONLY)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/srcu-config-version.cmake
	VERSION ${SRCU_VERSION} COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_BINARY_DIR}/srcu-config.cmake ${CMAKE_BINARY_DIR}/srcu-config-version.cmake
	DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/srcu COMPONENT srcu)

# Each test in each mode that a system can have: rseq or not, membarrier or not, small or per-CPU.
include(CTest)
if(BUILD_TESTING)
	file(GLOB srcu_tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/srcu/unit/test_*.c)
	foreach(source ${srcu_tests})
		get_filename_component(name ${source} NAME_WE)
		string(REPLACE test_ srcu_ name ${name})
		add_executable(${name} ${source})
		target_link_libraries(${name} PRIVATE srcu_static)
		foreach(mode auto percpu small atomic norseq nomembarrier)
			add_test(NAME ${name}_${mode} COMMAND ${name})
			set_tests_properties(${name}_${mode} PROPERTIES TIMEOUT 240
				ENVIRONMENT "SRCU_MODE=${mode};TSAN_OPTIONS=die_after_fork=0")
		endforeach()
	endforeach()
	add_test(NAME srcu_headers COMMAND sh ${CMAKE_SOURCE_DIR}/tests/srcu/unit/headers.sh)
	set_tests_properties(srcu_headers PROPERTIES ENVIRONMENT "CC=${CMAKE_C_COMPILER}")
	add_test(NAME srcu_install COMMAND sh ${CMAKE_SOURCE_DIR}/tests/srcu/unit/install.sh)
	set_tests_properties(srcu_install PROPERTIES ENVIRONMENT "CC=${CMAKE_C_COMPILER}")
	add_test(NAME srcu_tsan COMMAND sh ${CMAKE_SOURCE_DIR}/tests/srcu/unit/tsan.sh)
	set_tests_properties(srcu_tsan PROPERTIES ENVIRONMENT "CC=${CMAKE_C_COMPILER}")
endif()
