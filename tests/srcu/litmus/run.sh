#!/bin/sh
# SPDX-License-Identifier: MIT
# The litmus shapes, on all that the library can run on.
#   tests/srcu/litmus/run.sh [MSEC_EACH]     BUILD, CC as in ../common.sh
set -u
# shellcheck source=tests/srcu/common.sh
. "$(dirname "$0")/../common.sh"
msec=${1:-100}
here=$root/tests/srcu
build_library
compile litmus "$here"/litmus/*.c || exit 2
# shellcheck disable=SC2086 # words
$cc $flags "$here/torture/weaken.c" -o "$build/weaken" || exit 2

# shapes NAME MSEC WEAKEN MODE
shapes() {
	# shellcheck disable=SC2086 # words
	SRCU_MODE=$4 timeout 300 "$build/weaken" $3 -- "$build/litmus" -m "$2" >"$build/litmus.log" 2>&1
	status=$?
	if [ $status -eq 0 ]; then
		pass "litmus, $1: $(tail -n 1 "$build/litmus.log")"
	else
		fail "litmus, $1 (status $status)"
		grep -v '^ok' "$build/litmus.log" | sed 's/^/     /'
	fi
}
shapes "per-CPU" "$msec" "" percpu
cat "$build/litmus.log"
shapes "small, then per-CPU" $((msec / 4)) "" ""
shapes "small" $((msec / 4)) "" small
shapes "no rseq" $((msec / 4)) no-rseq ""
shapes "no membarrier" $((msec / 4)) no-membarrier ""
verdict
