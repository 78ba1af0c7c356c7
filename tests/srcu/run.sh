#!/bin/sh
# SPDX-License-Identifier: MIT
# All tests of libsrcu but its model (model/run.sh), in a few minutes, with cc alone.
#   tests/srcu/run.sh [BUILD_DIR]     SECONDS of torture: TORTURE (default 30)
set -u
here=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 0 ] || export BUILD="$1"
passed=0
failed=0

# part NAME COMMAND...: adds the last line "N passed, N failed" of the part to the total
part() {
	name=$1
	shift
	echo "--- $name"
	log=$(mktemp)
	{ "$@" 2>&1 || echo "status $?"; } | tee "$log"
	counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
	rm -f "$log"
	if [ -z "$counts" ]; then
		echo "FAIL $name gave no verdict"
		failed=$((failed + 1))
		return
	fi
	passed=$((passed + ${counts%% passed*}))
	counts=${counts#*, }
	failed=$((failed + ${counts%% failed*}))
}

part "unit" sh "$here/unit/run.sh"
part "memory" sh "$here/memory/run.sh"
part "litmus" sh "$here/litmus/run.sh"
part "torture" sh "$here/torture/run.sh" "${TORTURE:-30}"
part "manual" sh "$here/man-examples.sh"
part "install" sh "$here/install.sh"
part "examples" sh "$here/examples.sh"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
