#!/bin/sh
# SPDX-License-Identifier: MIT
# The questions of a review, answered on examples/seed.  With --verify: says nothing of the
# answers but whether they are the right ones, and ends with N passed, N failed.
set -u
cd "$(dirname "$0")/.."
locklore=${LOCKLORE:-build/release/locklore}
[ -x "$locklore" ] || {
	echo "$locklore is not built; run make" >&2
	exit 2
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bug=$work/bug/.locklore/lore.db
mend=$work/mend/.locklore/lore.db
doc=examples/seed/locking.rst
verify=
[ "${1:-}" = --verify ] && verify=1
color=never
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] && color=always
passed=0
failed=0
n=0

# ask STATUS PATTERN TEXT COMMAND...: the question in words, the command, its answer.
# With --verify the answer must have that exit status and match the pattern.
ask() {
	want=$1 pattern=$2 text=$3
	shift 3
	n=$((n + 1))
	if [ -z "$verify" ]; then
		printf '\n%d. %s\n' "$n" "$text"
		printf '   $ locklore'
		for word in "$@"; do
			case $word in
			--db=*) ;;
			*[!A-Za-z0-9_./=-]*) printf " '%s'" "$word" ;;
			*) printf ' %s' "$word" ;;
			esac
		done
		printf '\n\n'
		"$locklore" "$@" --color=$color | sed 's/^/   /'
		return
	fi
	"$locklore" "$@" >"$work/out" 2>&1
	status=$?
	if [ "$status" = "$want" ] && grep -qE "$pattern" "$work/out"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok $n: $text (exit status $status, wanted $want and /$pattern/)"
		sed 's/^/    /' "$work/out"
	fi
}

index() {
	db=$1
	shift
	"$locklore" index -q --db "$db" examples/seed/*.c -- -pthread "$@" || exit 2
}

[ -n "$verify" ] || cat <<'E2'
examples/seed is a toy virtual machine: vCPU threads run inside a kvm->srcu read side, a
set-up thread changes memory slots and filters and waits for these readers, and the Xen
event channels take kvm->lock.  A patch to its locking.rst says: "kvm->lock is taken inside
kvm->srcu, therefore synchronize_srcu() cannot be called inside kvm->lock".  The reviewer asks:
E2
index "$bug"
ask 0 '^yes: 1 place' "Is kvm->lock taken inside kvm->srcu?  Where?" \
	ask --db="$bug" 'kvm->lock inside kvm->srcu'
ask 0 '^yes: ' "Where is it the other way round?" \
	ask --db="$bug" 'kvm->srcu inside kvm->lock'
ask 0 'kvm->slots_lock' "Under which locks is synchronize_srcu(&kvm->srcu) called?" \
	ask --db="$bug" 'synchronize_srcu(&kvm->srcu) inside *'
ask 1 'kvm->srcu' "Do these facts together deadlock, and what would mend it?" \
	deadlocks --db="$bug"
ask 1 'CONTRADICTED' "What does the code say of the whole document?" \
	check --db="$bug" "$doc"
[ -n "$verify" ] || printf '\nThe mend: a leaf lock for the event channels (-DXEN_LEAF_LOCK).  The answers turn:\n'
index "$mend" -DXEN_LEAF_LOCK
ask 0 '^no' "Is kvm->lock still taken inside kvm->srcu?" \
	ask --db="$mend" 'kvm->lock inside kvm->srcu'
ask 0 'no deadlock|0 deadlocks|No deadlock' "Is there a deadlock?" deadlocks --db="$mend"
ask 0 '^12 statements: 12 upheld' "And the document?" check --db="$mend" "$doc"

[ -n "$verify" ] || exit 0
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
