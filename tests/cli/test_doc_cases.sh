#!/bin/sh
# SPDX-License-Identifier: MIT
# The round trip on every program of tests/cases: index, draft, and hold the draft against the same
# database.  Nothing may be contradicted, not understood or never exercised, and nothing left out.
#   sh tests/cli/test_doc_cases.sh [CASE.c]...
start=$PWD
. "$(dirname "$0")/lib.sh"
needs_index test_doc_cases
[ $# -gt 0 ] || set -- "$top"/tests/cases/pthread/*.c "$top"/tests/cases/kernel/*.c

# one CASE.c NUMBER: prints nothing, or what is wrong.
one() {
	dir=$work/case.$2
	mkdir -p "$dir"
	units=$1
	for unit in $(sed -n 's|^.*// locklore: with ||p' "$1"); do
		units="$units ${1%/*}/$unit"
	done
	flags=$(sed -n 's|^.*// locklore: flags ||p' "$1" | head -n 1)
	# shellcheck disable=SC2086 # units and flags are words
	timeout 120 "$locklore" scan -q --db "$dir/db" --doc --root "${1%/*}" $units -- $flags \
		>"$dir/LOCKING.md" 2>"$dir/err"
	status=$?
	[ "$status" = 0 ] || echo "scan --doc ended with $status: $(tail -n 1 "$dir/err")"
	grep 'left out' "$dir/err"
	"$locklore" check --db "$dir/db" --fail-on never "$dir/LOCKING.md" >"$dir/out" 2>"$dir/err2"
	grep -qE '^([0-9]+ statements?: [0-9]+ upheld|0 statements)$' "$dir/out" ||
		grep -q 'no sentence about lock order' "$dir/err2" ||
		grep -E '^[0-9]+ statement' "$dir/out" || cat "$dir/err2"
	rm -rf "$dir"
}

n=0
wrong=0
for case in "$@"; do
	[ -f "$case" ] || case=$start/$case
	n=$((n + 1))
	said=$(one "$case" "$n")
	[ -z "$said" ] && continue
	wrong=$((wrong + 1))
	echo "    ${case#"$top"/}: $said"
done
: >"$out"
: >"$err"
that "$n cases: every draft is read back and upheld" [ "$wrong" = 0 ]
done_testing
