#!/bin/sh
# SPDX-License-Identifier: MIT
# What a database must survive: a kill, a second run, a full disk, a bad file.
. "$(dirname "$0")/lib.sh"
needs_index test_trouble

make_project
run index
is "the first index" 0
cp .locklore/lore.db first.db

# A clang that takes its time, so that there is a middle to be killed in.
cat >slow <<'EOF'
#!/bin/sh
echo $$ >>started
sleep 3
exec "$@"
EOF
chmod +x slow
sed -i "s|\"directory\":\"[^\"]*\"|\"directory\":\"$work\"|" compile_commands.json
echo '/* new */ int fresh;' >>src/a.c
# Waits until the slow clang runs.
await() {
	n=0
	while [ ! -s started ] && [ $n -lt 100 ]; do
		sleep 0.05
		n=$((n + 1))
	done
}

rm -f started
"$locklore" index --launcher "$work/slow" >"$out" 2>"$err" &
pid=$!
await
kill -9 $pid
wait $pid 2>/dev/null
that "killed in the middle: the old database is whole" cmp -s .locklore/lore.db first.db
"$locklore" ask 'cache->lock inside pool->lock' >"$out" 2>"$err"
status=$?
is "and answers" 0 out '^yes'
run index
is "the next index ends the work" 0 out '^2 units'

rm -f started
echo '/* newer */' >>src/a.c
cp .locklore/lore.db first.db
"$locklore" index --launcher "$work/slow" >"$out" 2>"$err" &
pid=$!
await
kill -TERM $pid
wait $pid
status=$?
is "terminated in the middle" 130 err 'interrupted; the database stays as it was'
that "terminated: the old database is whole" cmp -s .locklore/lore.db first.db

rm -f started
echo '/* newest */' >>src/a.c
"$locklore" index --launcher "$work/slow" >one.out 2>&1 &
pid=$!
await
run index --no-wait
is "a second index with --no-wait" 2 err 'another locklore index is at work'
run index
is "a second index waits, and says so" 0 err 'another locklore index is at work on .*; waiting for it' out '^2 units'
wait $pid
that "the first one ended well" grep -q '^2 units' one.out

# A full disk: a small one of our own.
cp .locklore/lore.db first.db
mkdir disk
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=1500k tmpfs disk 2>/dev/null; then
	trap 'cd /; umount "$work/disk"; rm -rf "$work"' EXIT
	mkdir disk/.locklore
	run index --db disk/.locklore/lore.db src/b.c
	first=$status
	cp disk/.locklore/lore.db whole.db 2>/dev/null
	dd if=/dev/zero of=disk/fill bs=1k >/dev/null 2>&1
	echo '/* now full */ int full;' >>src/b.c
	run index --db disk/.locklore/lore.db src/b.c src/a.c
	is "a full disk is said in words" 2 err '[Nn]o space left|cannot write|disk'
	[ "$first" != 0 ] ||
		that "a full disk: the old database is whole" cmp -s disk/.locklore/lore.db whole.db
	rm disk/fill
	run index --db disk/.locklore/lore.db src/b.c
	is "space again" 0
	umount disk
	trap 'cd /; rm -rf "$work"' EXIT
else
	skip "a full disk" "a file system of one's own cannot be mounted here"
fi
mkdir closed
chmod 555 closed
if [ "$(id -u)" = 0 ]; then
	skip "a folder that is not ours" "root may write everywhere"
else
	run index --db closed/lore.db src/b.c
	is "a folder that is not ours" 2 err 'closed'
fi

# Databases that are none.
run ask --db first.db 'cache->lock inside pool->lock'
is "a good database" 0 out '^yes'
head -c 5000 first.db >short.db
run ask --db short.db 'cache->lock inside pool->lock'
is "a database cut short" 2 err 'short\.db: .+'
echo 'some text' >text.db
run deadlocks --db text.db
is "a text as database" 2 err 'text\.db: .+'
: >empty.db
run deadlocks --db empty.db
is "an empty database" 2 err 'empty\.db: .+'
mkdir folder.db
run deadlocks --db folder.db
is "a folder as database" 2 err 'folder\.db: .+'
if command -v sqlite3 >/dev/null 2>&1; then
	cp first.db other.db
	sqlite3 other.db 'PRAGMA user_version = 9999'
	sqlite3 other.db "UPDATE meta SET value = 9999 WHERE key LIKE '%version%'" 2>/dev/null
	run deadlocks --db other.db
	is "a database of another version" 2 err 'other\.db: .*version'
else
	skip "a database of another version" "no sqlite3 to make one with"
fi

# What is not ours is never replaced.
cp text.db kept.db
run index --db text.db src/b.c
is "index over a text" 2 err "text\.db: is not a database of locklore"
that "the text stays" cmp -s text.db kept.db
mkfifo fifo.db
run index --db fifo.db src/b.c
is "index over a FIFO" 2 err "fifo\.db: is not a file"
that "the FIFO stays" test -p fifo.db
run index --db folder.db src/b.c
is "index over a folder" 2 err "folder\.db: is not a file"
run index --db short.db src/b.c
is "index over a database cut short" 0
run index --db empty.db src/b.c
is "index over an empty file" 0
if command -v sqlite3 >/dev/null 2>&1; then
	sqlite3 alien.db "CREATE TABLE t(x)"
	cp alien.db kept.db
	run index --db alien.db src/b.c
	is "index over somebody else's database" 2 err "alien\.db: is not a database of locklore"
	that "somebody else's database stays" cmp -s alien.db kept.db
fi

# Closed standard streams: no file gets their numbers.
"$locklore" index --db closed.db src/b.c <&- >&- 2>&-
status=$?
is "index with no standard streams" 2
run deadlocks --db closed.db
is "and its database is whole" 0
"$locklore" deadlocks --db first.db >&- 2>"$err"
status=$?
is "standard output closed" 2 err "standard output: cannot write"

# Questions and documents.
run ask 'nonesuch->lock inside pool->lock'
is "a name that nothing knows" 2 err 'nonesuch'
run ask 'pool->lock beside cache->lock'
is "a question that is none" 2
printf 'a\000b\001\002\377\376' >binary.rst
run check binary.rst
is "a binary file as document" 2 err 'binary\.rst:1?.* binary data'
run check missing.rst
is "a document that is not there" 2 err 'missing\.rst: .+'
run check src
is "a folder as document" 2 err 'src'
run check
is "no document" 2
echo '/* changed */' >>src/a.c
run ask 'cache->lock inside pool->lock'
is "a database older than its sources" 0 err 'older than its sources.*a\.c'
printf "Lock order\n==========\n\npool->lock is held \033[31moddly while cache->lock is taken or dropped.\n" >esc.rst
run check --db first.db esc.rst
is "a control character is not sent to the terminal" 0 out "oddly"
that "it is shown as ?" sh -c "! grep -q $(printf '\033') \"$out\""
printf "\351t\351: pool->lock is taken inside cache->lock.\n" >latin1.rst
run check --db first.db latin1.rst
is "Latin-1 is read and said without a line" 1 err "latin1\.rst: not UTF-8"
run check --db first.db --rule " "
is "an empty rule" 2 err "needs a sentence"
printf "pool->nolock is taken inside cache->lock.\n\ncache->lock is taken outside pool->nolock.\n" >twice.rst
run check --db first.db twice.rst
is "one note for one missing name" 1 out "also line 3"

# Tools that fail in odd ways.
cat >crash <<'EOF'
#!/bin/sh
case "$*" in *b.c*) kill -SEGV $$ ;; esac
exec "$@"
EOF
chmod +x crash
run index --launcher "$work/crash" --db crash.db src/a.c src/b.c
is "a clang that crashes on one unit" 1 out '^failed: .*b\.c: error: .* was killed by signal 11'
mkdir -p bin
printf '#!/bin/sh\nexit 1\n' >bin/ninja
chmod +x bin/ninja
PATH=$work/bin:$PATH "$locklore" index --db ninja.db src/a.c >"$out" 2>"$err"
status=$?
is "a ninja that fails" 2 err 'ninja ended before it'
done_testing
