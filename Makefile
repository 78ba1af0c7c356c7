# SPDX-License-Identifier: MIT
# A short front for CMake; see CMakePresets.json for the builds.
PREFIX ?= /usr/local

release:
	@cmake --preset release -DCMAKE_INSTALL_PREFIX=$(PREFIX) >build/cmake.log 2>&1 || { cat build/cmake.log; exit 1; }
	@ninja -C build/release
demo:
	@sh tools/deps.sh
	@$(MAKE) --no-print-directory release
	@sh tools/demo.sh
check:
	@cmake --preset dev >build/cmake.log 2>&1 || { cat build/cmake.log; exit 1; }
	@ninja -C build/dev
	@sh tools/check.sh build/dev
kvm: release
	@sh tools/kvm.sh
	@[ ! -e tests/kvm/verify.sh ] || sh tests/kvm/verify.sh
torture:
	@sh tests/srcu/torture/run.sh 3600
bench: release
	@for b in bench/*.sh; do [ ! -e "$$b" ] || sh "$$b" || exit 1; done
install: release
	@cmake --install build/release --prefix $(PREFIX)
clean:
	rm -rf build
release check: | build
build:
	@mkdir -p build
.PHONY: release demo check kvm torture bench install clean
