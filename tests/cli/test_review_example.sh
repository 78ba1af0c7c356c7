#!/bin/sh
# SPDX-License-Identifier: MIT
# examples/review/replay.sh says what examples/review/output.txt keeps.
#   tests/cli/test_review_example.sh BUILD [--write]
set -u
build=$(cd "${1:-build/dev}" && pwd)
here=$(cd "$(dirname "$0")/../../examples/review" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! command -v git >/dev/null || [ ! -x "$build/locklore-extract" ]; then
	echo "skipped: test_review_example needs git and LLVM"
	echo "0 passed, 0 failed"
	exit 0
fi

# What differs from day to day and from machine to machine.
plain() {
	tr '\n' '\001' | sed -E 's/[[:space:]\x01]+/ /g; s/\x01/ /g' |
		sed -E 's/x86_64|aarch64/ARCH/g; s/clang [0-9.]+/clang/g; s/commands [0-9a-f]{8}/commands/g
			s/units, [0-9]{4}-[0-9]{2}-[0-9]{2}/units, TODAY/g'
}

if ! LOCKLORE=$build/locklore sh "$here/replay.sh" >"$work/out" 2>"$work/err"; then
	cat "$work/out" "$work/err"
	echo "not ok: replay.sh failed"
	echo "0 passed, 1 failed"
	exit 1
fi
if [ "${2:-}" = --write ]; then
	cp "$work/out" "$here/output.txt"
fi
if [ -s "$work/err" ]; then
	cat "$work/err"
	echo "not ok: replay.sh speaks on stderr"
	echo "0 passed, 1 failed"
	exit 1
fi
if [ "$(plain <"$work/out")" != "$(plain <"$here/output.txt")" ]; then
	diff "$here/output.txt" "$work/out"
	echo "not ok: the output is not examples/review/output.txt"
	echo "0 passed, 1 failed"
	exit 1
fi
echo "1 passed, 0 failed"
