#!/bin/sh
# SPDX-License-Identifier: MIT
# The proof of libsrcu: tests/srcu/model/run.sh [BUILD_DIR] [OPTION...] compiles the model checker
# with cc alone, runs it (protocols and mutants at the same time, up to 1 GB each), and checks the
# barriers of the library, and tools/barriers.sh itself.  -v prints traces; see main.c.  The last
# line is "N passed, N failed".
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
build=
case ${1:-} in
'' | -*) ;;
*)
	build=$1
	shift
	mkdir -p "$build" || exit 2
	;;
esac
if [ -z "$build" ]; then
	build=$(mktemp -d "${TMPDIR:-/tmp}/srcu-model-XXXXXX") || exit 2
	trap 'rm -rf "$build"' EXIT
fi

${CC:-cc} -std=gnu17 -O2 -Wall -Wextra -Werror -o "$build/srcu-model" "$here"/*.c || exit 2
"$build/srcu-model" -m "$@" >"$build/mutants.out" &
"$build/srcu-model" -p "$@" >"$build/protocols.out"
{
	sh "$here/test_barriers.sh"
	if sh "$top/tools/barriers.sh" "$top"; then
		echo "  ok   the barriers of libsrcu are paired"
	else
		echo "  FAIL the barriers of libsrcu are paired"
	fi
} >"$build/barriers.out"
wait
cat "$build/protocols.out" "$build/mutants.out" "$build/barriers.out"

passed=$(grep -c '^  ok ' "$build/barriers.out")
failed=$(grep -c '^  FAIL ' "$build/barriers.out")
for part in protocols mutants; do
	counts=$(tail -n 1 "$build/$part.out")
	case $counts in
	*' passed, '*' failed') ;;
	*)
		echo "$part: did not end"
		counts="0 passed, 1 failed"
		;;
	esac
	passed=$((passed + ${counts%% passed*}))
	counts=${counts##*, }
	failed=$((failed + ${counts% failed}))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
