#!/bin/sh
# SPDX-License-Identifier: MIT
# The unit tests with cc alone, in every mode; CMake runs the same ones. BUILD, CC as in ../common.sh.
# shellcheck source=../common.sh
. "$(dirname "$0")/../common.sh"
build_library
here=$root/tests/srcu/unit
for unit in api fork callbacks diag; do
	compile "unit-$unit" "$here/test_$unit.c" || exit 2
	for mode in auto percpu small atomic norseq nomembarrier cpuid; do
		check "$unit, $mode" env SRCU_MODE=$mode "$build/unit-$unit"
	done
	check "$unit, tracked" env SRCU_TRACK=1 "$build/unit-$unit"
	check "$unit, rseq off in glibc" env GLIBC_TUNABLES=glibc.pthread.rseq=0 "$build/unit-$unit"
done
for script in headers install tsan; do
	check "$script" env CC="$cc" sh "$here/$script.sh"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
