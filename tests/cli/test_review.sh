#!/bin/sh
# SPDX-License-Identifier: MIT
# `review` on examples/seed: a thread, the same patch in every wrapping that mailers know, code.
. "$(dirname "$0")/lib.sh"
needs_index test_review

data=$top/tests/data/review
"$locklore" index -q --db seed.db "$top"/examples/seed/*.c -- -pthread || exit 2
"$locklore" index -q --db mend.db "$top"/examples/seed/*.c -- -pthread -DXEN_LEAF_LOCK || exit 2

# The answer from the first quoted line on: above it stand compiler and date.
body() {
	sed -n '/^> /,$p' "$out" >"$1"
}

# ---- the thread: byte for byte

run review --no-blame --db seed.db "$data/thread.mbox"
is "a thread" 1 out '^4 changed statements' out '2 upheld, 2'
body thread.out
cmp -s thread.out "$data/thread.want" || diff "$data/thread.want" thread.out >"$out"
that "says what it said when it was read by people" cmp -s thread.out "$data/thread.want"
that "fits 72 columns, but for what is quoted" awk '!/^>/ && length($0) > 72 { exit 1 }' thread.out
run review --no-blame --db seed.db "$data/patch.mail"
is "the patch alone" 1 out 'kvm->lock is taken outside vcpu->mutex'
body plain.out
that "has no replies" sh -c '! grep -q "been true" plain.out'
run review --no-blame --db seed.db - <"$data/patch.mail"
body stdin.out
that "standard input" cmp -s stdin.out plain.out

# ---- the tree with the mend: the answer turns

run review --no-blame --db mend.db "$data/thread.mbox"
is "with a leaf lock no place does so" 1 out 'contradicted: no place does' out 'the sentence looks wrong\.' out '"kvm->lock is taken outside kvm->srcu": upheld'
that "and nothing deadlocks" sh -c "! grep -q deadlock '$out'"

# ---- wrappings

# same NAME FILE: the same patch, the same answer, and nothing on stderr
same() {
	run review --no-blame --db seed.db "$2"
	body "$2.out"
	cmp -s "$2.out" plain.out || diff plain.out "$2.out" >>"$err"
	that "$1" cmp -s "$2.out" plain.out
	that "$1: no warning" [ ! -s "$err" ]
}
sed -n '1,/^$/p' "$data/patch.mail" | sed '$d' >head
sed '1,/^$/d' "$data/patch.mail" >text
sed -n '/^--- a/,/^-- $/p' text | sed '$d' >bare.diff
same "a bare diff" bare.diff
sed 's/$/\r/' "$data/patch.mail" >crlf.mail
same "CRLF" crlf.mail
{ cat head; printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: base64\n\n'; base64 <text; } >base64.mail
same "base64" base64.mail
run check --db seed.db base64.mail
is "check reads it too" 1 out 'CONTRADICTED' out '^ +2[0-9]  synchronize_srcu'
{ cat head; printf 'Content-Type: text/plain; charset="iso-8859-1"\nContent-Transfer-Encoding: quoted-printable\n\n'
  sed -e 's/=/=3D/g' -e 's/-/=2D/' -e 's/\(.\{60\}\)/\1=\
/' -e 's/ $/=20/' text; } >quoted.mail
same "quoted-printable" quoted.mail
{ cat head; printf 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="=_b 1"\n\nignored\n--=_b 1\nContent-Type: multipart/alternative;\n boundary=in\n\n--in\n\nSee below.\n--in\nContent-Type: text/html\n\n<p>kvm-&gt;lock is taken inside vcpu->mutex.</p>\n+- kvm->lock is a leaf\n--in--\n--=_b 1\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--=_b 1\nContent-Type: text/x-patch; name="0001.patch"\nContent-Disposition: attachment; filename="0001.patch"\nContent-Transfer-Encoding: base64\n\n'
  base64 <bare.diff; printf -- '--=_b 1--\nignored\n'; } >parts.mail
same "an attached patch beside HTML and an image" parts.mail
{ cat head; printf 'Content-Type: text/plain; charset=us-ascii; format=flowed\n\n'; sed 's/^ / &/' text; } >flowed.mail
same "format=flowed, stuffed" flowed.mail
{ cat head; echo; sed 's/^/> > /' text; } >deep.mail
run review --no-blame --db seed.db deep.mail
body deep.out
that "quoted twice" cmp -s deep.out plain.out
{ cat head; echo; sed -e 's/^\([ +-]\)  */\1 /' -e 's/^/> /' -e 's/  */ /g' -e 's/^> $/>/' bare.diff; } >thin.mail
run review --no-blame --db seed.db thin.mail
is "white space collapsed" 1 out 'only the first can deadlock'
{ cat head; echo; sed -e 's/^/> /' bare.diff | awk '/slots_lock.  *$/ || !/taken inside kvm->srcu, there/ { print; next } { print $0 " and for ever and ever and ever"; print "kept, says the author" }'; } >wrapped.mail
run review --no-blame --db seed.db wrapped.mail
is "a line that a mailer broke" 1 out '^> .*and for ever and ever and ever kept, says the author$'
that "its end is no reply" sh -c "! grep -q '^> kept' '$out'"
{ cat head; echo; fold -s -w 50 text; } >fold.mail
same "lines broken at 50 columns" fold.mail
{ cat "$data/patch.mail"; sed -e 's/kvm->lock is taken inside kvm->srcu/kvm->irq_lock is taken inside kvm->srcu/' "$data/patch.mail"; } >two.mbox
run review --no-blame --db seed.db two.mbox
is "two patches in one file" 1 out 'kvm->lock is taken inside kvm->srcu' out '^6 changed statements'

# ---- what is broken

{ cat head; printf 'Content-Type: multipart/mixed; boundary=x\n\n--x\n\n'; cat text; } >cut.mail
run review --no-blame --db seed.db cut.mail
is "a mail that is cut off" 1 err 'cut\.mail:[0-9]*: this mail is cut off' out 'only the first can'
that "one warning" [ "$(wc -l <"$err")" = 1 ]
{ cat head; printf 'Content-Transfer-Encoding: base64\n\n'; base64 <text | sed '3s/.*/%%%%not base64%%%%/'; } >bad64.mail
run review --no-blame --db seed.db bad64.mail
is "broken base64" 1 err 'broken base64' out 'only the first can'
that "one warning for it" [ "$(wc -l <"$err")" = 1 ]
{ cat head; printf 'Content-Type: text/html\n\n<p>kvm->lock is taken inside kvm->srcu</p>\n'; } >html.mail
run review --no-blame --db seed.db html.mail
is "HTML only" 0 out 'Nothing to review' err 'HTML only'
printf 'a\000b\n' >binary
run review --no-blame --db seed.db binary
is "binary data" 2 err 'binary'
: >empty
run review --no-blame --db seed.db empty
is "an empty file" 0 out 'Nothing to review: no patch, and no sentence about lock order\.'
that "in one line" [ "$(wc -l <"$out")" = 1 ]
printf 'From: a@example.org\nDate: Mon, 1 Jan 2026 10:00:00 +0000\nSubject: lunch\n\nAt one?\n' >lunch.mail
run review --no-blame --db seed.db lunch.mail
is "a mail about lunch" 0 out '^Nothing to review'
printf 'From: a@example.org\nSubject: locks\n\nI think kvm->irq_lock is taken inside kvm->lock.\n' >claim.mail
run review --no-blame --db seed.db claim.mail
is "a claim without a patch" 0 out '^No patch here' out '^> I think' out 'upheld, at 1 place'

# ---- what is right is one line

sed -e '/^@@/,$d' bare.diff >right.diff
printf '@@ -31,2 +31,4 @@ Locking rules for SRCU\n - kvm->srcu is taken inside vcpu->mutex\n \n+- kvm->irq_lock is taken inside kvm->lock\n+\n' >>right.diff
run review --no-blame --db seed.db right.diff
is "a patch that is right" 0 out '1 changed statement about locks'
that "one paragraph" sh -c "! grep -q '^$' '$out'"

# ---- what lines do not tell

hunk() {
	printf -- '--- a/rules.rst\n+++ b/rules.rst\n%s Lock order\n' "$1"
	cat
}
hunk '@@ -10,4 +10,3 @@' >lost.diff <<'END'
 - kvm->irq_lock is taken outside
-  vcpu->mutex, which is taken inside
   kvm->lock.
 
END
run review --no-blame --db seed.db lost.diff
is "a sentence that lost a line in its middle" 1 out '^1 changed statement' out '^> -  vcpu->mutex, which' \
	out 'kvm->irq_lock is taken outside kvm->lock" is contradicted'
hunk '@@ -10,4 +10,3 @@' >first.diff <<'END'
-Nobody knows whether
 kvm->irq_lock is taken outside
 kvm->lock.
 
END
run review --no-blame --db seed.db first.diff
is "or its first line" 1 out '^1 changed statement' out '^> -Nobody knows'
hunk '@@ -10,5 +10,5 @@' >moved.diff <<'END'
-- kvm->irq_lock is taken outside kvm->lock.
-
 - kvm->srcu is taken inside vcpu->mutex.
 
+- kvm->irq_lock is taken outside
+  kvm->lock.
END
run review --no-blame --db seed.db moved.diff
is "a sentence that moves and is wrapped anew" 0 out '^This patch only moves sentences' \
	out '1 statement that it only moves, 1 is$|1 is contradicted, as before'
that "is not told as changed or lost" sh -c "! grep -q '^>\|Removed' '$out'"
hunk '@@ -10,0 +10,3 @@' >odd.diff <<'END'
+- Holding kvm->srcu while kvm->lock sleeps
+  is for the brave.
+
END
run review --no-blame --db seed.db odd.diff
is "a sentence that nobody understands is shown" 0 out '^Not understood, and so' \
	out '^  - Holding kvm->srcu while kvm->lock sleeps is for the'
printf '%s\n' '--- "a/n\303\244me.rst"' '+++ "b/n\303\244me.rst"' '@@ -1,0 +1,1 @@ Lock order' \
	'+- kvm->irq_lock is taken outside kvm->lock.' >quoted.diff
run review --no-blame --db seed.db quoted.diff
is "a name that git quotes" 1 out '1 contradicted'
hunk '@@ -10,0 +10,2 @@' >strict.diff <<'END'
+- kvm->irq_lock must not be taken inside kvm->lock.
+
END
run review --no-blame --db seed.db strict.diff
is "what a patch forbids, and the code does harmlessly" 1 out 'no deadlock was found; the' \
	out 'kvm->irq_lock can be taken inside kvm->lock'
hunk '@@ -10,0 +10,3 @@' >both.diff <<'END'
+- vcpu->mutex is taken inside kvm->lock, elsewhere kvm->lock is taken
+  inside vcpu->mutex.
+
END
run review --no-blame --db seed.db both.diff
is "a sentence that says both" 1 out 'goes round in a circle'
printf '%s\n' '--- a/setup.c' '+++ b/setup.c' '@@ -20,3 +20,4 @@ static void add_irq_route(struct kvm *kvm)' \
	' ' '+	/* Called with vcpu->mutex held. */' '	foo();' ' }' >body.diff
run review --no-blame --db seed.db body.diff
is "a comment in the body that a hunk is cut out of" 1 out 'add_irq_route\(\) is called with vcpu->mutex held' \
	out 'place without it, none with it; the sentence looks wrong'
printf '%s\n' '--- a/setup.c' '+++ b/setup.c' '@@ -20,3 +20,6 @@ void vm_set_clock(struct kvm *kvm)' \
	' }' ' ' '+/* Called with vcpu->mutex held. */' ' static void add_irq_route(struct kvm *kvm,' >above.diff
run review --no-blame --db seed.db above.diff
is "and one above the next function" 1 out 'add_irq_route\(\) is called with vcpu->mutex held'
printf 'diff --git a/a.rst b/b.rst\nsimilarity index 100%%\nrename from a.rst\nrename to b.rst\n' >ren.diff
run review --no-blame --db seed.db ren.diff
is "a patch that only renames" 0 out 'this patch changes no line of text'

# ---- options and input

run review --no-blame --db seed.db
is "nothing to review" 2 err 'name a mail'
run review --no-blame --db seed.db nosuch
is "neither file nor revision" 2 err 'nosuch: neither a file nor a revision'
run review --no-blame --db seed.db --dok x "$data/patch.mail"
is "an unknown option" 2 err 'unknown option --dok'
run review --no-blame --db seed.db --doc missing.md "$data/patch.mail"
is "a document that is not there" 2 err 'missing\.md: cannot be read'
run review --no-blame --db seed.db --doc . "$data/patch.mail"
is "a document that is a folder" 2 err 'is a directory'
run review --no-blame --db seed.db --doc seed.db "$data/patch.mail"
is "a document that is none" 2 err 'seed\.db:1: a NUL byte'
run review --db nothere.db "$data/patch.mail"
is "no database" 2 err 'nothere\.db'
run review --no-blame --db seed.db --fail-on never "$data/patch.mail"
is "--fail-on never" 0
run review --no-blame --db seed.db --format json "$data/thread.mbox"
is "JSON" 1 out '"subject": "\[PATCH\] locking.rst' out '"sentences"' out '"against_at": "locking.rst:9"' out '"asks_of_above": true'

# ---- a commit, and code

if ! command -v git >/dev/null 2>&1; then
	skip "a commit" "no git here"
	done_testing
fi
mkdir repo
cd repo || exit 2
cp "$top"/examples/seed/*.[ch] "$top/examples/seed/locking.rst" .
sed -e '/^#ifdef XEN_LEAF_LOCK/d' -e '/^#else/,/^#endif/d' xen.c >xen.new && mv xen.new xen.c
commit() {
	git add -A && git -c user.name=R -c user.email=r@example.org commit -qm "$1"
}
git init -q . && commit "A toy VM"
sed 's/(&kvm->xen.xen_lock)/(\&kvm->lock)/' xen.c >xen.new && mv xen.new xen.c
commit "xen: kvm->lock will do"
"$locklore" index -q --db ../repo.db *.c -- -pthread || exit 2
run review --db ../repo.db HEAD --doc locking.rst
is "a commit that breaks the document" 1 out '3 known lock orders' out '^> \+.*pthread_mutex_lock\(&kvm->lock\)' \
	out 'kvm->lock cannot be taken inside' out 'locking.rst:22' out 'in deadlock 2,'
printf -- '--- a/locking.rst\n+++ b/locking.rst\n@@ -28,0 +29,2 @@ Locking rules for SRCU\n+- kvm->lock is taken inside kvm->srcu\n+\n' >../claim.diff
run review --db ../repo.db ../claim.diff
is "who brought the line" 1 out 'It came with commit [0-9a-f]+ of 20' out 'xen: kvm->lock'
run review --no-blame --db ../repo.db ../claim.diff
that "--no-blame" sh -c "! grep -q 'came with' '$out'"
git diff HEAD HEAD~1 >../back.diff
run review --db ../repo.db ../back.diff --doc locking.rst
is "what a patch removes is not its fault" 0 out 'before this patch: what' out 'deadlock 1'
printf '/* the end */\n' >>main.c
commit "main: say where it ends"
run review --db ../repo.db HEAD --doc locking.rst
is "a commit that changes no order" 0 out 'no known lock order|0 known lock orders'
run review --db ../repo.db ^HEAD
is "all but a revision" 2 err 'neither a file nor a revision'
run review --db ../repo.db HEAD~1..HEAD
is "a range" 2 err 'git diff HEAD~1..HEAD | locklore review -'
run review --db ../repo.db HEAD~9
is "a revision that is not there" 2 err 'HEAD~9: neither'

# A patch that takes an unlock away from between two places: no line of the new way is new.
mkdir ../moved && cd ../moved || exit 2
cat >pool.c <<'END'
#include <pthread.h>
struct pool { pthread_mutex_t lock; pthread_t thr; };
static struct pool the_pool;
static void *run_pool(void *arg)
{
	struct pool *p = arg;
	pthread_mutex_lock(&p->lock);
	pthread_mutex_unlock(&p->lock);
	return 0;
}
void pool_start(void)
{
	struct pool *p = &the_pool;
	pthread_create(&p->thr, 0, run_pool, p);
}
void pool_stop(void)
{
	struct pool *p = &the_pool;
	pthread_mutex_lock(&p->lock);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thr, 0);
}
END
git init -q . && commit "A pool"
awk '/^void pool_stop/ { in_stop = 1 } in_stop && /unlock/ { next } { print } in_stop && /join/ { print "\tpthread_mutex_unlock(&p->lock);" }' pool.c >pool.new && mv pool.new pool.c
commit "pool: unlock later"
"$locklore" index -q --db ../moved.db pool.c || exit 2
run review --db ../moved.db HEAD
is "an unlock that moved below a join" 1 out 'part of deadlock 1'
done_testing
