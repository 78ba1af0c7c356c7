#!/bin/sh
# SPDX-License-Identifier: MIT
# locklore index and scan: what is done again, what is left as it was, and what goes wrong.
. "$(dirname "$0")/lib.sh"
needs_index test_index

make_project
build=.locklore/build
ages() {
	stat -c '%y %n' $build/*.bc $build/*.facts
}
# The rows of the database, for comparison; the file's bytes may differ in free pages.
content() {
	if command -v sqlite3 >/dev/null 2>&1; then
		sqlite3 "$1" .dump | grep -v '^INSERT INTO source_file '
	else
		cksum <"$1"
	fi
}

run index
is "two units" 0 out '^2 units, 2 functions, 2 lock classes, 0 unresolved indirect calls$' out 'database: \.locklore/lore\.db'
cp "$out" summary.1
ages >ages.1
content .locklore/lore.db >content.1
run index
is "again" 0
that "again: the same words" cmp -s "$out" summary.1
ages >ages.2
that "again: nothing is compiled" cmp -s ages.1 ages.2
sleep 1
touch src/pool.h src/a.c
run index
ages >ages.2
that "touched files: nothing is compiled" cmp -s ages.1 ages.2
sleep 0.1
echo '/* more */' >>src/b.c
run index
ages >ages.2
that "another content: compiled" [ "$(diff ages.1 ages.2 | grep -c '^>.*b\.c.*\.bc')" = 1 ]
that "another content: only that unit" [ "$(diff ages.1 ages.2 | grep -c '^>.*/a\.c')" = 0 ]
that "a comment changes no facts" [ "$(diff ages.1 ages.2 | grep -c 'facts')" = 0 ]
ages >ages.1
printf 'primitives = ( { name = "grab"; kind = "take"; lock = 0; } );\n' >.locklore.conf
run index
ages >ages.2
is "another row of primitives" 0
that "another row: nothing is compiled" [ "$(diff ages.1 ages.2 | grep -c '\.bc')" = 0 ]
printf 'primitives = ( { name = "pthread_mutex_lock"; kind = "ignore"; }, { name = "pthread_mutex_unlock"; kind = "ignore"; } );\n' >.locklore.conf
run index
is "a row that changes the facts" 0 out ' 0 lock classes'
rm .locklore.conf
run index
is "without it again" 0 out ' 2 lock classes'
sed -i 's/-O1 -c src.a/-O1 -DX -c src\/a/' compile_commands.json
run index
ages >ages.2
that "another command: compiled" [ "$(diff ages.1 ages.2 | grep -c '^>.*/a\.c.*\.bc')" = 1 ]
make_project
run index
content .locklore/lore.db >content.2
that "back to the start: the same database" cmp -s content.1 content.2

run index --only 'a.c'
is "--only" 0 out '^1 unit,'
run index --only 'nothing*'
is "--only that fits nothing" 2 err "--only 'nothing\*': no unit below"
run index --root . --only 'src/*.c'
is "--root moves the names" 0 out '^2 units'
run index --root nowhere
is "--root that is not there" 2 err 'no such folder'

for jobs in 1 2 7; do
	run index --db j$jobs.db -j $jobs
	sed 's/j[0-9]\.db/DB/' "$out" >out.j$jobs
	content j$jobs.db >content.j$jobs
done
that "-j 1 and -j 2: the same words" cmp -s out.j1 out.j2
that "-j 1 and -j 7: the same words" cmp -s out.j1 out.j7
that "-j 1 and -j 2: the same database" cmp -s content.j1 content.j2
that "a database elsewhere has a build folder of its own" [ -d j1.db.build ]

run index -q
is "-q" 0
that "-q says nothing" [ ! -s "$out" ]
printf '#!/bin/sh\necho run >>%s/launched\nexec "$@"\n' "$work" >launch
chmod +x launch
run index --db launched.db --launcher ./launch
is "--launcher relative to nothing of the unit's" 0
that "--launcher starts each clang" [ "$(wc -l <launched)" = 2 ]

# Units that fail.
cp src/a.c good.c
printf 'int broken(void) { return 1\n' >src/a.c
run index
is "one unit of two fails" 1 out '^1 unit,' out 'failed units: 1' out 'failed: a\.c: .*src/a\.c:1:28: error: '
run index -q
is "one unit fails, quietly" 1 err 'failed: a\.c:'
cp good.c src/a.c
run index
is "mended" 0 out '^2 units'
mv src/a.c elsewhere.c
run index
is "a source that is gone" 1 out 'failed: .*a\.c: .*error: no such file'
mv elsewhere.c src/a.c
run index
is "and there again" 0 out '^2 units'
sed -i '2d; s/},$/}]/' compile_commands.json
run index
is "a unit less" 0 out '^1 unit,'
that "its files are gone" [ "$(ls $build | grep -c '^b\.c-')" = 0 ]
make_project

# Plain files and bitcode.
run index --db plain.db src/a.c src/b.c
is "plain files" 0 out '^2 units, 2 functions'
run index --db plain.db src/a.c src/a.c ./src/a.c
is "a plain file three times" 0 out '^1 unit' out 'skipped: 0 assembly, 2 repeated'
run index --db plain.db src/a.c -- -DBROKEN='}'
is "flags after --" 0
run index --db plain.db nothing.c
is "no such file" 2 err 'nothing\.c: cannot open'
run index --db plain.db compile_commands.json
is "no C file" 2 err 'neither C nor bitcode'
run index --db plain.db -p . src/a.c
is "files and -p" 2 err 'exclude one another'
cp $build/a.c-*.bc a.bc
run index --db bc.db a.bc
is "bitcode" 0 out '^1 unit, 1 function,'
head -c 1000 a.bc >short.bc
run index --db bc.db a.bc short.bc
is "bitcode cut short beside good one" 1 out 'failed: .*short\.bc: error: .*short\.bc'
run index --db bc2.db short.bc
is "only bitcode cut short" 2 err 'no unit could be indexed'
: >empty.bc
run index --db bc2.db empty.bc
is "an empty file" 2 err 'empty\.bc'
cp src/a.c text.bc
run index --db bc2.db text.bc
is "a text that calls itself bitcode" 2 err 'text\.bc'

# The epoch in the identification block says which readers may read on.
if [ "$(od -An -tx1 -j28 -N1 a.bc | tr -d ' ')" = 01 ]; then
	cp a.bc newer.bc
	printf '\011' | dd of=newer.bc bs=1 seek=28 conv=notrunc 2>/dev/null
	run index --db bc2.db newer.bc
	is "bitcode of a newer LLVM" 2 err 'newer\.bc: .*newer LLVM'
else
	skip "bitcode of a newer LLVM" "this LLVM's identification block has another length"
fi

# Tools that are missing.
LOCKLORE_CLANG=clang-not-here
export LOCKLORE_CLANG
run index
is "no clang" 2 err 'clang-not-here does not run: install clang'
unset LOCKLORE_CLANG
mkdir tools-without
for tool in sh cat env; do ln -s "$(command -v $tool)" tools-without/; done
old_path=$PATH
PATH=$work/tools-without
run index
PATH=$old_path
is "no ninja" 2 err 'ninja is not here.*ninja-build'
done_testing
