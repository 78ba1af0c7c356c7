#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what building locklore needs and this machine lacks (Debian 12 and 13, Ubuntu 24.04).
set -eu
cd "$(dirname "$0")/.."
. tools/packages.sh

# Elsewhere than on Debian and its kin: is it all there under other names?
if ! command -v apt-get >/dev/null 2>&1 && command -v cmake >/dev/null 2>&1 &&
	command -v ninja >/dev/null 2>&1 && command -v clang >/dev/null 2>&1 &&
	command -v llvm-config >/dev/null 2>&1 && pkg-config --exists sqlite3 jansson libconfig cmocka 2>/dev/null; then
	exit 0
fi

# A fresh machine may know no packages yet.
llvm=$(packages_llvm) || {
	packages_update 2>/dev/null || true
	llvm=$(packages_llvm) || llvm=19
}
packages_install "building locklore" \
	gcc libc6-dev make cmake ninja-build pkg-config git \
	"llvm-$llvm-dev" "clang-$llvm" libsqlite3-dev libjansson-dev libconfig-dev libcmocka-dev
