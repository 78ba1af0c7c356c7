#!/bin/sh
# SPDX-License-Identifier: MIT
# libsrcu as its users get it: installed by its Makefile, and by cmake/srcu.cmake without the rest of
# the project, each into a prefix of its own; used from C and C++, shared and static, by pkg-config,
# find_package and dlopen(); what it exports and needs; its headers alone in every promised language.
#   tests/srcu/install.sh [BUILD_DIR]     CC as in common.sh, CXX, CLANG: compilers
set -u
[ $# -eq 0 ] || BUILD=$1
. "$(dirname "$0")/common.sh"
cxx=${CXX:-c++}
clang=${CLANG:-clang}
work=$build/install
rm -rf "$work"
mkdir -p "$work"
run="timeout -k 5 60"

have() { command -v "$1" >/dev/null; }

# try NAME COMMAND...: as check, for functions of this script, in $work; what may hang runs under $run
try() {
	name=$1
	shift
	if (cd "$work" && "$@") >"$build/check.log" 2>&1; then
		pass "$name"
	else
		fail "$name"
		tail -n 30 "$build/check.log" | sed "s/^/     /"
	fi
}

cat >"$work/use.c" <<'E'
#include <srcu.h>
#include <stdio.h>
#include <stdlib.h>

struct item {
	int key;
	struct srcu_head srcu;
};

DEFINE_STATIC_SRCU(domain);
static struct item *current;
static int freed;

static void item_free(struct srcu_head *head)
{
	freed++;
	free((char *)head - offsetof(struct item, srcu));
}

static int look(void)
{
	struct item *item;

	SRCU_GUARD(&domain);
	item = srcu_dereference(&current, &domain);
	return item ? item->key : -1;
}

int main(void)
{
	for (int key = 0; key < 200; key++) {
		struct item *old = current, *item = malloc(sizeof(*item));

		if (!item)
			return 1;
		item->key = key;
		srcu_assign_pointer(&current, item);
		if (old)
			call_srcu(&domain, &old->srcu, item_free);
		srcu_scoped_read(&domain)
			if (look() != key)
				return 2;
	}
	srcu_barrier(&domain);
	synchronize_srcu(&domain);
	free(current);
	cleanup_srcu_struct(&domain);
	printf("%d freed\n", freed);
	return freed != 199;
}
E
cat >"$work/use.cc" <<'E'
#include <srcu.hpp>
#include <cstdio>
#include <thread>

static srcu::pointer<int> pointer;

int main()
{
	srcu::domain domain("use");
	int values[100];

	std::thread reader([&] {
		for (int last = 0; last < 99;) {
			srcu::read_guard guard(domain);
			const int *value = pointer.load(domain);
			if (value)
				last = *value;
		}
	});
	for (int i = 0; i < 100; i++) {
		values[i] = i;
		pointer.store(&values[i]);
		domain.synchronize();
	}
	reader.join();
	srcu::shared_guard here(domain.get());
	std::thread other([](srcu::shared_guard guard) { guard.release(); }, std::move(here));
	domain.synchronize();
	other.join();
	domain.barrier();
	std::puts("C++ is through");
}
E
cat >"$work/load.c" <<'E'
/* Knows the library by its symbols only, as a program in another language does. */
#define SRCU_OUT_OF_LINE
#include <dlfcn.h>
#include <srcu.h>
#include <stdio.h>
#include <string.h>

#define LOAD(name) \
	do { \
		void *symbol = dlsym(library, #name); \
		if (!symbol) \
			return puts("no " #name), 1; \
		memcpy(&name##_p, &symbol, sizeof(symbol)); \
	} while (0)

static struct srcu_struct domain;
static __typeof__(&srcu_read_lock) srcu_read_lock_p;
static __typeof__(&srcu_read_unlock) srcu_read_unlock_p;
static __typeof__(&synchronize_srcu) synchronize_srcu_p;
static __typeof__(&call_srcu) call_srcu_p;
static __typeof__(&srcu_barrier) srcu_barrier_p;
static int called;

static void count(struct srcu_head *head)
{
	(void)head;
	called++;
}

static int once(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	struct srcu_head head;

	if (!library)
		return puts(dlerror()), 1;
	LOAD(srcu_read_lock);
	LOAD(srcu_read_unlock);
	LOAD(synchronize_srcu);
	LOAD(call_srcu);
	LOAD(srcu_barrier);
	for (int i = 0; i < 200; i++) {
		int idx = srcu_read_lock_p(&domain);

		call_srcu_p(&domain, &head, count);
		srcu_read_unlock_p(&domain, idx);
		srcu_barrier_p(&domain);
	}
	synchronize_srcu_p(&domain);
	return dlclose(library);
}

int main(int argc, char **argv)
{
	for (int i = 0; i < 5; i++)
		if (argc != 2 || once(argv[1]))
			return 1;
	printf("%d called\n", called);
	return called != 1000;
}
E
cat >"$work/CMakeLists.txt" <<'E'
cmake_minimum_required(VERSION 3.16)
project(use C CXX)
find_package(srcu 1.0 REQUIRED)
add_executable(use use.c)
target_link_libraries(use srcu::srcu)
add_executable(use_static use.c)
target_link_libraries(use_static srcu::srcu_static)
add_executable(use_cc use.cc)
set_target_properties(use_cc PROPERTIES CXX_STANDARD 17)
target_link_libraries(use_cc srcu::srcu)
E

# uses PREFIX NAME: by pkg-config and dlopen; $libdir is where the library went
uses() {
	prefix=$1
	libdir=$(dirname "$(find "$prefix" -name libsrcu.a | head -n 1)")
	pc="env PKG_CONFIG_PATH=$libdir/pkgconfig pkg-config"
	if have pkg-config; then
		try "$2: pkg-config, C" \
			sh -c "$cc -std=c11 -O2 -Wall -Wextra -Werror use.c -o use-$2 \$($pc --cflags --libs libsrcu) &&
				LD_LIBRARY_PATH=$libdir $run ./use-$2"
		try "$2: pkg-config, C, static" \
			sh -c "$cc -O2 use.c -o use-$2-static -static \$($pc --static --cflags --libs libsrcu) && $run ./use-$2-static"
		have "$cxx" && try "$2: pkg-config, C++" \
			sh -c "$cxx -std=c++17 -O2 -Wall -Wextra -Werror use.cc -o use-$2-cc -pthread \
				\$($pc --cflags --libs libsrcu) && LD_LIBRARY_PATH=$libdir $run ./use-$2-cc"
		try "$2: the .pc file's version is the header's" test \
			"$($pc --modversion libsrcu | cut -d. -f1-2)" = \
			"$(sed -n 's/^#define SRCU_VERSION_M[AI][JN]OR //p' "$prefix/include/srcu.h" | paste -s -d. -)"
	else
		echo "skip $2: pkg-config: not installed"
	fi
	try "$2: dlopen" \
		sh -c "$cc -O2 -Wall -Wextra -I$prefix/include load.c -o load -ldl -pthread && $run ./load $libdir/libsrcu.so.1"
}

# symbols LIBDIR NAME: the version script's names, all of them, and no others; libc and nothing else
symbols() {
	have nm && have readelf || {
		echo "skip $2: symbols: no nm or no readelf"
		return
	}
	sed -n '/global:/,/local:/s/^[[:space:]]*\([a-z_]*\);.*/\1/p' "$root/src/srcu/srcu.map" | sort >"$work/wanted"
	nm -D --defined-only "$1/libsrcu.so" | awk '$2 != "A" { print $3 }' >"$work/versioned"
	sed 's/@@SRCU_1\.0$//' "$work/versioned" | sort >"$work/exported"
	try "$2: exports what the version script says" diff "$work/wanted" "$work/exported"
	try "$2: every symbol has its version" sh -c "! grep -v '@@SRCU_1.0\$' $work/versioned"
	# Hidden or not, in a static link they are everybody's
	nm -g --defined-only "$1/libsrcu.a" | awk 'NF == 3 { print $3 }' | sort -u >"$work/static"
	try "$2: the archive defines no name but its own" sh -c "! grep -v srcu $work/static"
	readelf -d "$1/libsrcu.so" >"$work/dynamic"
	try "$2: needs libc and nothing else" sh -c \
		"! grep NEEDED $work/dynamic | grep -v '\\[libc\\.\\|\\[ld-linux\\|\\[libpthread'"
	try "$2: is never unloaded" grep -q NODELETE "$work/dynamic"
	try "$2: soname" grep -q 'SONAME.*\[libsrcu\.so\.1\]' "$work/dynamic"
	try "$2: no executable stack, no text relocations" sh -c \
		"! readelf -lW $1/libsrcu.so | grep 'GNU_STACK.*E' && ! grep TEXTREL $work/dynamic"
}

# find_package against PREFIX
cmake_user() {
	rm -rf "$work/cmake-user"
	cmake -S "$work" -B "$work/cmake-user" -DCMAKE_PREFIX_PATH="$1" -DCMAKE_C_COMPILER="$cc" \
		-DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_BUILD_TYPE=Release &&
		cmake --build "$work/cmake-user" &&
		$run "$work/cmake-user/use" && $run "$work/cmake-user/use_static" &&
		$run "$work/cmake-user/use_cc"
}

# cmake/srcu.cmake in a project of nothing else
cmake_install() {
	mkdir -p "$work/alone"
	ln -sf "$root/cmake" "$root/src" "$root/include" "$root/man" "$root/tests" "$work/alone"
	printf '%s\n' 'cmake_minimum_required(VERSION 3.16)' 'project(srcu C)' 'include(cmake/srcu.cmake)' \
		>"$work/alone/CMakeLists.txt"
	cmake -S "$work/alone" -B "$work/alone/build" -DBUILD_TESTING=OFF -DCMAKE_BUILD_TYPE=Release \
		-DCMAKE_C_COMPILER="$cc" -DCMAKE_INSTALL_PREFIX="$work/cmake" &&
		cmake --build "$work/alone/build" && cmake --install "$work/alone/build"
}

# pages PREFIX NAME: the reader of the installed pages finds each name
pages() {
	absent=
	for page in "$root"/man/*.3 "$root"/man/srcu.7; do
		name=${page##*/}
		[ -e "$1/share/man/man${name##*.}/$name" ] || absent="$absent $name"
	done
	if [ -n "$absent" ]; then
		fail "$2: man pages that are not installed:$absent"
	elif man --version 2>/dev/null | grep -q '^man '; then
		try "$2: man finds srcu_up_read(3)" sh -c \
			"MANPATH=$1/share/man man 3 srcu_up_read | grep srcu_down_read"
	else
		pass "$2: man pages are installed"
	fi
}

# ---- by the Makefile ----
make_install() {
	make -s -C "$root/src/srcu" BUILD="$work/lib" CC="$cc" PREFIX="$work/make" install
}
try "make install" make_install
[ -e "$work/make/include/srcu.h" ] || {
	verdict
	exit 1
}
uses "$work/make" make
symbols "$libdir" make
pages "$work/make" make
if ! have cmake || ! have "$cxx"; then
	echo "skip make: find_package: no cmake or no C++ compiler"
elif [ -e "$libdir/cmake/srcu/srcu-config.cmake" ]; then
	try "make: find_package" cmake_user "$work/make"
else
	fail "make: find_package: no srcu-config.cmake is installed"
fi
staged() {
	make -s -C "$root/src/srcu" BUILD="$work/lib" CC="$cc" PREFIX=/usr DESTDIR="$work/stage" install &&
		(cd "$work/stage/usr" && find . ! -type d | sort) >"$work/staged" &&
		(cd "$work/make" && find . ! -type d | sort) | diff - "$work/staged" &&
		grep -q '^prefix=/usr$' "$work/stage/usr/lib/pkgconfig/libsrcu.pc"
}
try "make: DESTDIR puts the same files below it" staged

# ---- by CMake ----
if have cmake; then
	try "cmake install" cmake_install
	if [ -e "$work/cmake/include/srcu.h" ]; then
		uses "$work/cmake" cmake
		symbols "$libdir" cmake
		have "$cxx" && try "cmake: find_package" cmake_user "$work/cmake"
	fi
else
	echo "skip cmake: not installed"
fi

# ---- the examples against what is installed ----
if have pkg-config; then
	for example in srcu-list srcu-config; do
		try "examples/$example, INSTALLED=1" env PKG_CONFIG_PATH="$work/make/lib/pkgconfig" \
			LD_LIBRARY_PATH="$work/make/lib" $run make -s -C "$root/examples/$example" INSTALLED=1 \
			BUILD="$work/$example" CC="$cc" check
	done
fi

# ---- the headers alone ----
# alone COMPILER LANGUAGE STANDARD HEADER [FLAG]...
alone() {
	with=$1 language=$2 standard=$3 header=$4
	shift 4
	echo "#include <$header>" >"$work/alone.src"
	if $with -x "$language" "-std=$standard" -Wall -Wextra -Wpedantic -Wshadow -Werror "$@" \
		-I"$work/make/include" -c "$work/alone.src" -o "$work/alone.o" >"$work/log" 2>&1; then
		passed=$((passed + 1))
	else
		fail "$header alone, $with -std=$standard $*"
		head -n 20 "$work/log" | sed 's/^/     /'
	fi
}
for with in "$cc" "$clang"; do
	have "$with" || {
		echo "skip headers with $with: not installed"
		continue
	}
	before=$failed
	for standard in c11 c17 gnu17; do
		for flag in -O0 -O2 "-O2 -fPIC" "-O2 -fPIE" -DSRCU_OUT_OF_LINE -DSRCU_NO_ASM; do
			# shellcheck disable=SC2086 # words
			alone "$with" c $standard srcu.h $flag
		done
	done
	echo "#include <stdio.h>" >"$work/try.c"
	if $with -m32 -c "$work/try.c" -o "$work/try.o" 2>/dev/null; then
		alone "$with" c c11 srcu.h -m32
	else
		echo "skip headers with $with -m32: no 32-bit libc"
	fi
	[ "$failed" -ne "$before" ] || echo "ok   srcu.h alone as C11, C17, GNU17 with $with"
done
for with in "$cxx" "$clang++"; do
	have "$with" || {
		echo "skip headers with $with: not installed"
		continue
	}
	before=$failed
	for standard in c++14 c++17 c++20; do
		for flag in -O0 -O2 "-O2 -fPIC" -DSRCU_OUT_OF_LINE -DSRCU_NO_ASM; do
			# shellcheck disable=SC2086 # words
			{
				alone "$with" c++ $standard srcu.h $flag
				alone "$with" c++ $standard srcu.hpp $flag
			}
		done
	done
	[ "$failed" -ne "$before" ] || echo "ok   srcu.h, srcu.hpp alone as C++14, C++17, C++20 with $with"
done
verdict
