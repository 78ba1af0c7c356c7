#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"
needs_index test_diff
command -v git >/dev/null || {
	skip test_diff "git is not installed"
	exit 0
}

GIT_CONFIG_GLOBAL=/dev/null
GIT_CONFIG_SYSTEM=/dev/null
GIT_AUTHOR_NAME=A
GIT_AUTHOR_EMAIL=a@example.org
GIT_COMMITTER_NAME=A
GIT_COMMITTER_EMAIL=a@example.org
TZ=UTC
export GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL
export GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL TZ
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE 2>/dev/null
day=1

# commit SUBJECT: all that is there, on a day of its own.
commit() {
	GIT_AUTHOR_DATE="2023-01-0$day 12:00:00 +0000"
	GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
	export GIT_AUTHOR_DATE GIT_COMMITTER_DATE
	day=$((day + 1))
	git add -A && git commit -qm "$1" && git tag "$2"
}

# The story: a true document, a change that breaks it, the mistake written down, the mend.
mkdir repo
cd repo || exit 2
git init -q -b main .
make_project
cp src/b.c ../b-wrong.c
sed 's/drop/both/' src/a.c >src/b.c
echo '.locklore/' >.gitignore
echo 'compile_commands.json' >>.gitignore
printf '# Locking\n\npool->lock is taken outside cache->lock.\n' >LOCKING.md
commit "Add pools and caches" good
cp ../b-wrong.c src/b.c
commit "Drop from the cache's side" bug
printf '# Locking\n\npool->lock is taken outside cache->lock.\n\npool->lock is taken inside cache->lock.\n' >LOCKING.md
commit "Write the order down" doc
sed -i 's/cache->lock/tmp->lock/; s/pool->lock/cache->lock/; s/tmp->lock/pool->lock/' src/b.c
commit "Take the locks of b.c in one order" mend

# ---- revisions ------------------------------------------------------------------------
run diff good..bug LOCKING.md
is "a change that breaks a true document" 1 \
	out 'LOCKING.md:3 +pool->lock is taken outside cache->lock' out 'contradicted now, was upheld' \
	out '\+ cache->lock -> pool->lock -> cache->lock' \
	out '\+ pool->lock inside cache->lock, 1 place' \
	out 'brought by [0-9a-f]{12} 2023-01-02 "Drop from the cache' \
	out '1 new contradiction, 1 deadlock opened, 1 order new'
cp "$out" ../first
that "a commit of before brought nothing" sh -c "! grep -q 'Add pools' '$out'"
that "the same in two words" sh -c "'$locklore' diff good bug LOCKING.md | cmp -s - ../first"
that "the working tree stays as it was" [ -z "$(git status --porcelain)" ]
that "no worktree is left" [ "$(git worktree list | wc -l)" = 1 ]
run diff bug..doc LOCKING.md
is "words that write a mistake down" 1 \
	out 'new words: upheld|new words: contradicted' out '1 new contradiction'
run diff doc..mend LOCKING.md
is "the mend: no finding" 0 out '- cache->lock -> pool->lock' out 'upheld now, was contradicted' \
	out '1 deadlock closed'
run diff good..mend
is "nothing is left of it" 0 out '^no change$'
run diff doc
is "one revision against the working tree" 0 out 'after +working tree' out '1 deadlock closed'
run diff doc...mend
is "where two parted" 0 out '1 deadlock closed'
run diff --format json good..bug LOCKING.md
is "JSON" 1 out '"new_contradiction": true' out '"subject": "Drop from the cache' out '"opened": \[' \
	out '"change": "new"'
run diff --format markdown good..bug LOCKING.md
is "Markdown" 1 out '^### deadlocks opened' out '^  ```$'
that "no name in it is markup" sh -c "! sed '/\`\`\`/,/\`\`\`/d' '$out' | grep -q '[^\\\\]->'"
run diff --format mail good..bug LOCKING.md
is "a mail" 1 out '^> LOCKING.md:3'
that "of 72 columns" sh -c "! grep -qE '.{73}' '$out'"
run diff --fail-on never good..bug LOCKING.md
is "--fail-on never" 0

# ---- only what changed is compiled ---------------------------------------------------------
run diff good..bug
find .locklore -name '*.bc' | sort | xargs stat -c '%n %Y %i' >../bc1
that "one unit differs from the working tree" [ "$(grep -c /diff/ ../bc1)" -ge 1 ]
that "and the other is compiled once for all" [ "$(grep -c 'a\.c-' ../bc1)" = 1 ]
run diff good..bug
find .locklore -name '*.bc' | sort | xargs stat -c '%n %Y %i' >../bc2
that "a second time nothing is compiled" cmp -s ../bc1 ../bc2

# ---- a dirty tree -----------------------------------------------------------------------------
cp ../b-wrong.c src/b.c
run diff HEAD LOCKING.md
is "what is not committed yet" 1 out 'not committed yet' out '1 deadlock opened'
that "is left alone" [ "$(git status --porcelain)" = " M src/b.c" ]
run diff good..mend
is "and is no part of two revisions" 0 out '^no change$'
git checkout -q src/b.c

# ---- headers, renames, files that come and go ---------------------------------------------------
sed -i 's/pthread_mutex_t lock; int n; };$/pthread_mutex_t guard; int n; };/' src/pool.h
sed -i 's/->lock/->guard/g' src/a.c src/b.c
commit "Rename both locks" locks
run diff good..locks
is "renamed locks are no other orders" 0 out "= pool->guard was pool->lock" out "^2 locks renamed$"
run diff bug..locks
is "and a deadlock is known by its new names" 0 out "^1 deadlock closed, 1 order gone, 2 locks renamed$"
git mv src/b.c src/c.c
sed -i "s/b\.c/c.c/g" compile_commands.json
sed -i "3s/$/ \/\* as above *\//" src/c.c
commit "Rename a file" renamed
run diff locks..renamed
is "a renamed file is no change" 0 out "^no change$"
that "and is compiled by its new command" [ ! -s "$err" ]
cat >src/d.c <<'END'
#include "pool.h"
#include "extra.h"
void turn(struct pool *pool, struct cache *cache)
{
	pthread_mutex_lock(&cache->guard);
	pthread_mutex_lock(&EXTRA->guard);
	pthread_mutex_unlock(&EXTRA->guard);
	pthread_mutex_unlock(&cache->guard);
}
END
echo '#define EXTRA pool' >src/extra.h
sed -i "s|^\[|[{\"directory\":\"$PWD\",\"file\":\"src/d.c\",\"command\":\"gcc -c src/d.c\"},|" compile_commands.json
commit "Add a file" added
run diff renamed..added
is "a new file" 1 out '1 deadlock opened, 1 order new' out 'brought by [0-9a-f]{12} 2023-01-07 "Add a file"'
run diff added..renamed
is "a file that goes" 0 out '1 deadlock closed, 1 order gone'
git rm -q src/d.c src/extra.h
sed 's|^\[{[^}]*},|[|' compile_commands.json >cc.new
mv cc.new compile_commands.json
commit "Remove it" removed
run diff added..removed
is "a file that nothing compiles today" 0 err '[0-9a-f]{12}: nothing compiles 1 source of then today'

that "what other commits left behind is gone" [ "$(ls .locklore/diff | grep -cE '^[0-9a-f]{12}$')" = 2 ]


# ---- somebody else's compilation database ------------------------------------------------------
mkdir ../other
printf 'void f(void);\n' >../other/o.c
printf '[{"directory":"%s","file":"o.c","command":"gcc -c o.c"}]' "$(cd ../other && pwd)" >../other/compile_commands.json
run diff -p ../other --db ../other.db HEAD~1
is "a compilation database of another folder" 2 err 'compiles nothing below it'

# ---- databases ----------------------------------------------------------------------------------------
git checkout -q good
git checkout -q mend -- LOCKING.md
sed -i 's/c\.c/b.c/g' compile_commands.json
"$locklore" index -q --db ../good.db
cp ../good.db ../copy.db
git checkout -q -f bug
"$locklore" index -q --db ../bug.db
run diff ../good.db ../copy.db
is "a copy" 0 out '^no change$'
run diff ../good.db ../bug.db LOCKING.md
is "two databases" 1 out '1 deadlock opened' out 'brought by [0-9a-f]{12} 2023-01-02'
run diff ../bug.db ../good.db LOCKING.md
is "and back" 0 out '1 deadlock closed'
run diff ../good.db
is "a database alone" 2 err 'name the one to compare it with'
run diff ../good.db LOCKING.md
is "a document is no database" 2 err 'LOCKING.md'
run diff ../good.db ../none.db
is "a database that is not there" 2 err 'none\.db'
run diff ../good.db ../bug.db none.md
is "a document that is not there" 2 err 'none\.md: cannot read it'
"$locklore" index -q --db ../opt.db src/a.c -- -O2
run diff ../good.db ../opt.db
is "other configurations are said to be" 0 err '^locklore: warning: the configurations differ'
that "in one line" [ "$(wc -l <"$err")" = 1 ]

# ---- a build folder with a header that the build made, in a folder with an odd name --------------------
mkdir "$work/it's odd"
cd "$work/it's odd" || exit 2
git init -q -b main .
mkdir -p src include build/gen
cat >include/lock.h <<'END'
#include <pthread.h>
struct pool { pthread_mutex_t lock, outer; };
static inline void both(struct pool *pool)
{
	pthread_mutex_lock(&pool->outer);
	pthread_mutex_lock(&pool->FIRST);
	pthread_mutex_unlock(&pool->FIRST);
	pthread_mutex_unlock(&pool->outer);
}
END
cat >src/a.c <<'END'
#include "generated.h"
#include "lock.h"
void f(struct pool *pool)
{
	both(pool);
}
END
echo '#define FIRST lock' >build/gen/generated.h
ln -s .. build/link
cat >build/compile_commands.json <<END
[{"directory":"$PWD/build","file":"../src/a.c","arguments":["gcc","-Igen","-Ilink/include","-c","../src/a.c"]}]
END
git add src include
git commit -qm "One lock inside the other"
git tag then
sed -i 's/outer);/x);/; s/FIRST);/outer);/; s/x);/FIRST);/' include/lock.h
git add src include
git commit -qm "Turn them round"
git tag now
mkdir src/deeper
cd src/deeper || exit 2
run diff -p ../../build then..now
is "generated headers and links are found, from a folder below" 0 out '~ pool->outer inside pool->lock' \
	out 'was pool->lock inside pool->outer' out '^1 order reversed$' out 'brought by .* "Turn them round"'
that "and nothing is said on stderr" [ ! -s "$err" ]
cd ../..
cp src/a.c a.c
echo '#define THIRD third' >include/third.h
cat >src/a.c <<'END'
#include "generated.h"
#include "lock.h"
#include "third.h"
pthread_mutex_t third;
void f(struct pool *pool)
{
	both(pool);
	pthread_mutex_lock(&THIRD);
	pthread_mutex_lock(&pool->lock);
	pthread_mutex_unlock(&pool->lock);
	pthread_mutex_unlock(&THIRD);
}
END
git add src include
git commit -qm "A third lock"
git tag third
mv a.c src/a.c
git rm -q --cached include/third.h
rm include/third.h
git commit -qam "and no more"
run diff -p build third
is "a header that is gone is found" 0 out '^1 order gone$' out '- pool->lock inside third'
that "without a word" [ ! -s "$err" ]

# back to the story
cd "$work/repo" || exit 2
# ---- what can be wrong --------------------------------------------------------------------------------
run diff
is "no words" 2 err 'two databases, or a git revision'
run diff nowhere
is "an unknown revision" 2 err 'nowhere: git knows no such revision'
run diff good nowhere
is "an unknown second word" 2 err 'nowhere: no revision, and no document'
run diff -- -x
is "an option as a revision" 2
run diff 'HEAD;touch x'
is "nothing goes through a shell" 2 err 'no such revision'
that "nothing ran" [ ! -e x ]
run diff good..bug --nope
is "an unknown option" 2 err 'unknown option --nope'
run diff --format rst good..bug
is "a form that it does not have" 2 err 'not one of text, json, mail, markdown'
mv compile_commands.json cc.json
run diff good..bug
is "no compilation database" 2 err 'no compile_commands\.json here'
mv cc.json compile_commands.json
cd ..
git clone -q --depth 1 "file://$PWD/repo" shallow 2>/dev/null
sed "s|$PWD/repo|$PWD/shallow|g" repo/compile_commands.json >shallow/compile_commands.json
cd shallow || exit 2
run diff HEAD~1
is "a shallow clone" 2 err 'the clone is shallow: git fetch --unshallow'
run diff HEAD
is "what it has can be compared" 0 out '^no change$'
cd ..
mkdir plain
cd plain || exit 2
GIT_CEILING_DIRECTORIES=$work
export GIT_CEILING_DIRECTORIES
run diff HEAD
is "no repository" 2 err 'HEAD: no such database, and no revision: \.: not in a git repository'
mkdir bin
for tool in ninja clang sh; do
	ln -s "$(command -v $tool || echo /nonexistent)" bin/$tool
done
PATH=$PWD/bin "$locklore" diff HEAD >"$out" 2>"$err"
status=$?
is "no git" 2 err 'git: it is not installed'
PATH=$PWD/bin "$locklore" diff ../good.db ../bug.db >"$out" 2>"$err"
status=$?
is "databases need none" 1 out '1 deadlock opened'
done_testing
