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
exec python3 tests/kvm/verify.py "${LOCKLORE:-build/release/locklore}" "$dir/.locklore/lore.db" "$dir/linux-source-6.1"
