#!/bin/sh
# SPDX-License-Identifier: MIT
# Indexes Linux 6.1's KVM once more, with a leaf lock of its own for the Xen emulation in place of
# kvm->lock: what a review of the mended tree says (verify.py).
# usage: mend.sh LOCKLORE KERNEL_TREE BUILD_FOLDER OUT_FOLDER   (OUT_FOLDER gets lore.db)
# Only two files change; they are made here from the tree, which stays as it is.
set -eu
locklore=$1
src=$(cd "$2" && pwd)
build=$(cd "$3" && pwd)
mkdir -p "$4"
out=$(cd "$4" && pwd)
xen=arch/x86/kvm/xen.c
host=arch/x86/include/asm/kvm_host.h

# Old and new content differ, or the tree is not the one this script knows.
change() {
	mkdir -p "$out/$(dirname "$1")"
	sed "$2" "$src/$1" >"$out/$1.new"
	if cmp -s "$src/$1" "$out/$1.new"; then
		echo "mend.sh: $1 is not as expected" >&2
		exit 2
	fi
	cmp -s "$out/$1.new" "$out/$1" 2>/dev/null && rm "$out/$1.new" || mv "$out/$1.new" "$out/$1"
}
change "$xen" 's/(&\(vcpu->\)*kvm->lock)/(\&\1kvm->arch.xen.xen_lock)/
/idr_init(&kvm->arch.xen.evtchn_ports)/a\
	mutex_init(\&kvm->arch.xen.xen_lock);'
change "$host" '/^struct kvm_xen {/a\
	struct mutex xen_lock;'

mkdir -p "$out/cc"
sed -e "s|$src/$xen|$out/$xen|g" -e "s|-nostdinc|-nostdinc -I$out/arch/x86/include|" \
	"$build/compile_commands.json" >"$out/cc/compile_commands.json"
exec "$locklore" index -q -p "$out/cc" --root "$src" --only 'arch/x86/kvm/*' --only 'virt/kvm/*' \
	--only "$out/*" --db "$out/lore.db"
