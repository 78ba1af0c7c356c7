#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's Linux 6.1: unpacks it, configures KVM with everything that its lock rules speak of,
# indexes it, and checks its locking.rst.  KVM_DIR is where (default .kvm, some 3 GB);
# KVM_JOBS how many jobs; LOCKLORE the program.  With "build": stops before the indexing.
# Exit status 77: the source package is not to be had here.
set -eu
cd "$(dirname "$0")/.."
top=$(pwd)
. tools/packages.sh

dir=${KVM_DIR:-.kvm}
jobs=${KVM_JOBS:-$(nproc)}
locklore=${LOCKLORE:-build/release/locklore}
archive=/usr/src/linux-source-6.1.tar.xz

mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
src=$dir/linux-source-6.1
out=$dir/build

get_source() {
	[ -e "$src/Makefile" ] && return 0
	if [ ! -e "$archive" ]; then
		apt-cache show linux-source-6.1 >/dev/null 2>&1 || {
			echo "linux-source-6.1 is not to be had here (Debian 12 has it): make kvm is skipped"
			exit 77
		}
		packages_install "make kvm" linux-source-6.1 xz-utils
	fi
	echo "unpacking $archive"
	rm -rf "$dir/unpack"
	mkdir "$dir/unpack"
	tar -xJf "$archive" -C "$dir/unpack"
	mv "$dir/unpack/linux-source-6.1" "$src"
	rmdir "$dir/unpack"
}

# The newest LLVM with all that a kernel build takes.
find_llvm() {
	for n in 22 21 20 19 18 17 16; do
		if [ -x "/usr/bin/clang-$n" ] && [ -x "/usr/bin/ld.lld-$n" ] && [ -x "/usr/bin/llvm-ar-$n" ]; then
			echo "$n"
			return 0
		fi
	done
	return 1
}

configure() {
	make -s -C "$src" O="$out" LLVM="-$llvm" defconfig
	(cd "$out" && "$src/scripts/config" -e VIRTUALIZATION -e KVM -e KVM_INTEL -e KVM_AMD -e KVM_AMD_SEV \
		-e CRYPTO_DEV_CCP -e CRYPTO_DEV_CCP_DD -e CRYPTO_DEV_SP_PSP -e KVM_XEN -e KVM_SMM -e KVM_HYPERV \
		-e VFIO -e PROVE_LOCKING -e DEBUG_KERNEL -e DEBUG_INFO -e DEBUG_INFO_DWARF5 -d MODULES)
	make -s -C "$src" O="$out" LLVM="-$llvm" olddefconfig
}

build() {
	[ -e "$out/.locklore-built" ] && return 0
	n=$(packages_llvm) || n=19
	packages_install "make kvm" make gcc libc6-dev flex bison bc libelf-dev libssl-dev python3 \
		"clang-$n" "lld-$n" "llvm-$n"
	llvm=$(find_llvm) || {
		echo "make kvm needs clang, lld and llvm of one version, 16 or newer" >&2
		exit 2
	}
	mkdir -p "$out"
	echo "configuring and building KVM with LLVM $llvm (some minutes, log in $dir/build.log)"
	{
		configure
		make -s -C "$src" O="$out" LLVM="-$llvm" -j"$jobs" prepare
		make -s -C "$src" O="$out" LLVM="-$llvm" -j"$jobs" arch/x86/kvm/ virt/kvm/
		(cd "$out" && python3 "$src/scripts/clang-tools/gen_compile_commands.py" -d "$out" \
			-o "$out/compile_commands.json" arch/x86/kvm virt/kvm)
	} >"$dir/build.log" 2>&1 || {
		tail -n 5 "$dir/build.log" >&2
		echo "the kernel did not build: $dir/build.log" >&2
		exit 2
	}
	touch "$out/.locklore-built"
}

get_source
build
[ "${1:-}" = build ] && exit 0

status=0
"$locklore" index -p "$out" --root "$src" --only 'arch/x86/kvm/*' --only 'virt/kvm/*' \
	--db "$dir/.locklore/lore.db" || exit $?
cd "$src"
case $locklore in /*) ;; *) locklore=$top/$locklore ;; esac
"$locklore" check --db "$dir/.locklore/lore.db" Documentation/virt/kvm/locking.rst || status=$?
# Findings are what is expected of 6.1; tests/kvm/verify.sh judges them one by one.
[ "$status" -le 1 ] || exit "$status"
