#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"
needs_index test_scan

make_project
TMPDIR=$work/tmp
mkdir tmp
export TMPDIR
run scan .
is "a folder with compile_commands.json" 1 out 'pool->lock' out 'cache->lock'
that "its own database is removed" [ -z "$(ls tmp)" ]
that "nothing is left in the folder" [ ! -e .locklore ]
mv compile_commands.json cc.json
run scan src
is "a folder without one" 1 out 'a\.c'
run scan src/a.c
is "one file alone has no deadlock" 0
run scan src/a.c src/b.c
is "two files" 1
run scan --format json src
is "JSON" 1 out '"deadlocks"'
cp "$out" scan.json
run scan --db kept.db --format json src
that "with --db the same bytes" cmp -s "$out" scan.json
that "the database is kept" [ -s kept.db ]
run deadlocks --db kept.db --format json
that "deadlocks says the same of it" cmp -s "$out" scan.json
printf '#include "not-there.h"\n' >src/broken.c
run scan src
is "a unit that does not compile" 1 err 'failed: broken\.c: .*not-there' err '1 unit could not be read; the rest was' out 'pool->lock'
rm src/broken.c
mkdir -p src/include src/deep/.hidden
mv src/pool.h src/include/
mv src/b.c src/deep/
echo 'int hidden(void) {' >src/deep/.hidden/h.c
run scan src
is "headers in include/, sources below, hidden folders left out" 1 out 'deep/b\.c'
run scan src -- -DX=1
is "flags after --" 1
mkdir empty
run scan empty
is "an empty folder" 2 err 'empty: no \.c file below it'
run scan missing
is "a folder that is not there" 2 err 'missing: cannot open'
run scan
is "nothing to scan" 2 err 'name a folder or files'
run scan --jsn src
is "an unknown option" 2 err 'unknown option --jsn'
done_testing
