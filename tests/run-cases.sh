#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs locklore on the programs that carry their verdict (tests/cases/README.md).
#   tests/run-cases.sh BUILD_DIR [-j N] [-v] [CASE.c | FOLDER]...
set -u
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -lt 1 ]; then
	echo "usage: tests/run-cases.sh BUILD_DIR [-j N] [-v] [CASE.c | FOLDER]..." >&2
	exit 2
fi
build=$1
shift
for program in locklore run_cases; do
	if [ ! -x "$build/$program" ]; then
		echo "run-cases.sh: $build/$program is not there: build it with 'ninja -C $build $program'" >&2
		exit 2
	fi
done
options=
while [ $# -gt 0 ]; do
	case $1 in
	-j) options="$options -j $2"; shift 2 ;;
	-*) options="$options $1"; shift ;;
	*) break ;;
	esac
done
[ $# -gt 0 ] || set -- "$here/cases/pthread" "$here/cases/kernel"
# shellcheck disable=SC2086 # options are words
exec "$build/run_cases" $options "$(cd "$build" && pwd)/locklore" "$@"
