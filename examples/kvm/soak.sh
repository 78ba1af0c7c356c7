#!/bin/sh
# SPDX-License-Identifier: MIT
# soak.sh [SECONDS]: the soak test as it is, under ThreadSanitizer and under AddressSanitizer with
# UBSan, so many seconds each (default 20).  libsrcu is built the same way.  Ends with
# N passed, N failed.
set -u
cd "$(dirname "$0")" || exit 2
seconds=${1:-20}
cc=${CC:-cc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# one NAME SANITIZERS
one() {
	if [ -n "$2" ] && ! echo 'int main(void) { return 0; }' |
		$cc -x c -fsanitize="$2" -o "$work/try" - 2>/dev/null; then
		echo "skip $1: $cc has no -fsanitize=$2"
		return
	fi
	if make -s --no-print-directory BUILD="$work/$1" SANITIZE="$2" CC="$cc" "$work/$1/soak" >"$work/log" 2>&1 &&
		timeout $((seconds + 120)) "$work/$1/soak" --seconds "$seconds" >"$work/log" 2>&1 &&
		! grep -qE 'WARNING: ThreadSanitizer|ERROR: |runtime error' "$work/log"; then
		passed=$((passed + 1))
		echo "ok $1"
	else
		failed=$((failed + 1))
		echo "not ok $1"
	fi
	sed 's/^/    /' "$work/log"
}

one plain ''
one tsan thread
one asan address,undefined
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
