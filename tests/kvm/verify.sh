#!/bin/sh
# SPDX-License-Identifier: MIT
# Holds what locklore says of Debian's Linux 6.1 against what was traced by hand (verify.py).
# After tools/kvm.sh; KVM_DIR and LOCKLORE as there.
set -u
cd "$(dirname "$0")/../.."
dir=${KVM_DIR:-.kvm}
command -v python3 >/dev/null 2>&1 || {
	echo "skipped: KVM truth tables (no python3 here)"
	exit 77
}
locklore=${LOCKLORE:-build/release/locklore}
# the same tree once more, with the leaf lock that mends it
sh tests/kvm/mend.sh "$locklore" "$dir/linux-source-6.1" "$dir/build" "$dir/.locklore/mended" || exit 2
exec python3 tests/kvm/verify.py "$locklore" "$dir/.locklore/lore.db" "$dir/linux-source-6.1" \
	"$dir/.locklore/mended/lore.db"
