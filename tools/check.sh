#!/bin/sh
# SPDX-License-Identifier: MIT
# All tests of one build: tools/check.sh BUILD.  Prints what failed and what was skipped, then
# "N passed, N failed".
set -u
cd "$(dirname "$0")/.."
build=$(cd "${1:?which build folder?}" && pwd) || exit 2
export LC_ALL=C LOCKLORE="$build/locklore"
unset LOCKLORE_CLANG NO_COLOR MAKEFLAGS MAKELEVEL
out=$(mktemp)
trap 'rm -f "$out"' EXIT
passed=0
failed=0

# Adds the lines "ok", "not ok" and "skip" of a suite, or its own last "N passed, N failed".
count() {
	name=$1
	status=$2
	total=$(sed -nE 's/^(.*: )?([0-9]+ passed, [0-9]+ failed)$/\2/p' "$out" | tail -n 1)
	if [ -n "$total" ]; then
		good=${total%% *}
		bad=${total#*, }
		bad=${bad%% *}
	else
		good=$(grep -c '^ok ' "$out")
		bad=$(grep '^not ok ' "$out" | grep -vc '# SKIP')
	fi
	if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
		echo "$name: exit status $status"
		bad=1
	fi
	if [ "$bad" != 0 ]; then
		echo "---- $name"
		grep -v '^ok ' "$out"
	else
		grep -iE '^(skip|skipped)[: ]|# SKIP' "$out"
	fi
	printf '%-28s %4d passed, %d failed\n' "$name:" "$good" "$bad"
	passed=$((passed + good))
	failed=$((failed + bad))
}

for test in "$build"/test_*; do
	[ -x "$test" ] && [ -f "$test" ] || continue
	CMOCKA_MESSAGE_OUTPUT=TAP timeout 300 "$test" >"$out" 2>&1
	count "${test##*/}" $?
done

# suite NAME COMMAND...
suite() {
	name=$1
	shift
	timeout 2400 "$@" >"$out" 2>&1
	count "$name" $?
}
if [ -x "$build/run_cases" ]; then
	suite "cases: the runner itself" sh tests/cases/selftest.sh "$build/run_cases"
	suite "cases" sh tests/run-cases.sh "$build" -j 2
fi
for script in tests/cli/test_*.sh; do
	suite "$script" sh "$script"
done

# libsrcu is built by cc alone, with its own sanitizer builds: once is enough.
if grep -q '^LOCKLORE_SANITIZE:STRING=$' "$build/CMakeCache.txt"; then
	suite "libsrcu: model" sh tests/srcu/model/run.sh "$build/srcu-model"
	suite "libsrcu" sh tests/srcu/run.sh "$build/srcu-tests"
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
