#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"
needs_index test_doc

# Two structs, three locks in a row, a variable, and nothing the other way round.
mkdir -p src doc
cat >src/pool.h <<'END'
#include <pthread.h>
struct pool { pthread_mutex_t lock; pthread_mutex_t list_lock; int n; };
struct cache { pthread_mutex_t lock; int n; };
extern pthread_mutex_t all_lock;
END
cat >src/a.c <<'END'
#include "pool.h"
pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
void add(struct pool *pool, struct cache *cache)
{
	pthread_mutex_lock(&all_lock);
	pthread_mutex_lock(&pool->lock);
	pthread_mutex_lock(&pool->list_lock);
	pool->n++;
	pthread_mutex_unlock(&pool->list_lock);
	pthread_mutex_lock(&cache->lock);
	cache->n++;
	pthread_mutex_unlock(&cache->lock);
	pthread_mutex_unlock(&pool->lock);
	pthread_mutex_unlock(&all_lock);
}
END
run scan --doc src
is "a draft from C files" 0 out '`all_lock` is taken outside `pool->lock`\.' \
	out '`pool->lock` is taken outside `cache->lock` and `pool->list_lock`\.' \
	err 'locklore index && locklore check LOCKING.md'
that "what follows is not said" sh -c "! grep -q 'all_lock. is taken outside .*list_lock' '$out'"
run scan --doc --format json src
is "a draft is no JSON" 2 err 'md, rst or text'
run scan --format rst src
is "rst is for drafts" 2 err '--format rst is for --doc'

run index src/a.c
is "indexed" 0
for form in md rst text; do
	run doc --format $form
	is "doc --format $form" 0
	case $form in md) file=L.md ;; rst) file=l.rst ;; text) file=L.txt ;; esac
	cp "$out" $file
	run check $file
	is "and checked" 0 out 'statements: [0-9]+ upheld$'
	run doc --format $form
	that "the same bytes again" cmp -s "$out" $file
done
run doc --format json
is "no such form" 2 err 'json: not one of md, rst, text'

# ---- a diff ----
git init -q . 2>/dev/null
cat >doc/locking.md <<'END'
# Locks

Some words that nobody touches.

## Lock order

- `all_lock` is taken outside `pool->lock`.
- `pool->list_lock` is taken outside `pool->lock`,
  whatever happens.
- `cache->main.lock` is a leaf.

The end.
END
cp doc/locking.md before.md
run doc doc/locking.md
is "one place against none: the sentence looks wrong" 0 out 'outside pool->lock: 0 places so, 1 the other way; the sentence looks wrong'
for i in 1 2 3; do
	cat <<END
void add$i(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pthread_mutex_lock(&pool->list_lock);
	pthread_mutex_unlock(&pool->list_lock);
	pthread_mutex_unlock(&pool->lock);
}
END
done >>src/a.c
run index src/a.c
run doc doc/locking.md
is "a sentence that looks wrong" 0 out '^# doc/locking.md:8: pool->list_lock is taken outside pool->lock: ' \
	out '^-- `pool->list_lock` is taken outside `pool->lock`,$' out '^\+- `pool->lock` is taken outside `pool->list_lock`' \
	out '^#     takes pool->list_lock in add'
cp "$out" mend.diff
that "it applies with git" git apply --check mend.diff
that "it applies with patch" sh -c 'patch -p1 -s --dry-run <mend.diff'
git apply mend.diff
run check doc/locking.md
is "and nothing is contradicted then" 0 out 'statements: [0-9]+ upheld'
that "the rest is as it was" sh -c '[ "$(grep -c "nobody touches\|The end" doc/locking.md)" = 2 ]'
run doc doc/locking.md
is "a second time there is nothing to do" 0 err 'nothing to mend'
that "and nothing on standard output" [ ! -s "$out" ]
cp before.md doc/locking.md
(cd doc && "$locklore" doc --db ../.locklore/lore.db locking.md 2>/dev/null) >"$out"
that "from within the tree the same diff" cmp -s "$out" mend.diff

# settled NAME: the diff applies, and nothing is left to mend then
settled() {
	that "$1: applies" git apply --check mend.diff
	that "$1: applies with patch" sh -c 'patch -p1 -s --dry-run <mend.diff'
	git apply mend.diff
	run doc doc/t.md
	that "$1: is settled" [ ! -s "$out" ]
}
printf '# Lock order\n\n- `pool->main.list_lock` is taken inside `pool->lock`.' >doc/t.md
printf '\n- `cache->lock` can be taken inside\n  `pool->lock`.' >>doc/t.md
run doc doc/t.md
is "renames, and what is missing, at once" 0 out '^# doc/t.md:3: the code has no pool->main.list_lock' \
	out '^\+- `cache->lock` is taken inside `pool->lock`\.$' out '^\\ No newline'
cp "$out" mend.diff
settled "a document without a newline at its end"
printf '# Lock order\n\n- `cache->lock` can be taken inside `all_lock`.\n- `pool->lock` is taken inside\n  `all_lock`.' >doc/t.md
run doc doc/t.md
is "a last line without a newline gets one" 0 out '^-  `all_lock`\.$' out '^\\ No newline' out '^\+  `all_lock`\.$'
cp "$out" mend.diff
settled "and"
cat >one.c <<'END'
#include <pthread.h>
struct pool { pthread_mutex_t lock, list_lock; };
void f(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pthread_mutex_lock(&pool->list_lock);
	pthread_mutex_unlock(&pool->list_lock);
	pthread_mutex_unlock(&pool->lock);
}
END
run index --db one.db one.c
printf '# Lock order\n\n- `zebra->list_lock` is taken inside `zebra->lock`.\n' >doc/t.md
run doc --db one.db doc/t.md
is "a general last name is no rename" 0 err 'doc/t.md:3: left as it is: the code has no zebra->lock' \
	out '^\+- `pool->list_lock` is taken inside `zebra->lock`'
cp before.md doc/locking.md

# ---- exports ----
run doc --export lockdep L.md
is "lockdep" 0 out 'mutex_lock\(&pool->list_lock\);' out 'struct pool \*pool'
cat >prime.c <<'END'
#include "src/pool.h"
#define CONFIG_LOCKDEP 1
#define static
#define __maybe_unused __attribute__((unused))
#define mutex_lock pthread_mutex_lock
#define mutex_unlock pthread_mutex_unlock
END
cat "$out" >>prime.c
that "it is C" cc -Wall -Wextra -Werror -I. -c prime.c -o prime.o
run index --db prime.db prime.c
run ask --db prime.db 'pool->list_lock inside pool->lock'
is "and takes what it says" 0 out '^yes'
run doc --export clang L.md
is "clang" 0 out 'struct pool' out 'acquired_after\(lock\)' out 'cannot be said by attributes: pool->lock -> cache->lock'
cat >circle.md <<'END'
# Lock order

- `all_lock` is taken outside `pool->lock`.
- `pool->lock` is taken outside `all_lock`.
END
run doc --export lockdep circle.md
is "a circle is refused" 2 err '^locklore: circle.md: the orders go in a circle: all_lock -> \(line 3\) pool->lock -> \(line 4\) all_lock'

# ---- bad input ----
run doc not-there.md
is "no such document" 2 err 'not-there.md: '
run doc a.md b.md
is "two documents" 2 err 'one document at a time'
run doc --export ada
is "no such export" 2 err '--export takes lockdep or clang'
run doc --db nowhere.db
is "no database" 2 err 'there is no database here'
git diff --no-index before.md circle.md >x.diff
run doc x.diff
is "a diff is no document" 2 err 'name the document that it changes'

# ---- lockdep reports ----
cat >splat.txt <<'END'
WARNING: possible circular locking dependency detected
-> #1 (&pool->list_lock){+.+.}-{3:3}:
       __mutex_lock+0x10/0x20
       add1+0x10/0x20
-> #0 (&pool->lock){+.+.}-{3:3}:
       __mutex_lock+0x10/0x20
       other+0x10/0x20
END
run explain splat.txt --doc L.md
is "a report is explained" 0 out 'pool->lock -> pool->list_lock' out 'has it too, 4 ways, in this function' \
	out 'L.md:[0-9]+ says so: pool->lock is taken outside pool->list_lock' out 'the code   does not show this order' \
	out 'says the opposite' out 'shows 1 of these 2 orders'
cp "$out" plain.out
run explain --doc L.md splat.txt
that "the document first" cmp -s "$out" plain.out
sed -e 's/^/[   41.300001][ T771] /' -e '4i\
[   41.300002][  T99] -> #2 (&other->lock){+.+.}-{3:3}:' -e '3i\
[   41.300003][    C1]        noise+0x1/0x2' splat.txt >stamped.txt
run explain stamped.txt --doc L.md
sed 's/splat.txt/stamped.txt/' plain.out | cmp -s - "$out"
that "time stamps, and another task in between" [ $? = 0 ]
sed 's/^/kern  :warn  : [Mon Jan  2 10:00:00 2023] /' splat.txt >loud.txt
run explain loud.txt --doc L.md
sed 's/splat.txt/loud.txt/' plain.out | cmp -s - "$out"
that "as dmesg -x -T prints it" [ $? = 0 ]
{ cat splat.txt; head -n 2 splat.txt; } >two.txt
run explain two.txt --doc L.md
is "a second report that is cut off" 0 err 'two.txt:8: .* it is cut off' out 'shows 1 of these 2 orders'
head -n 2 splat.txt >cut.txt
run explain cut.txt
is "only one that is cut off" 2 err 'cut.txt:1: .* it is cut off'
run explain L.md
is "no report" 2 err 'L.md: no lockdep report in it'
run explain
is "explain what?" 2 err 'name a file with a report'
done_testing
