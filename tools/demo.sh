#!/bin/sh
# SPDX-License-Identifier: MIT
# A document, a program, and whether they agree: examples/kvm as it is, and with the bug of a
# review put back in.  With --verify: says nothing of the answers but whether they are the
# right ones, and ends with N passed, N failed.
set -u
cd "$(dirname "$0")/.."
locklore=${LOCKLORE:-build/release/locklore}
[ -x "$locklore" ] || {
	echo "$locklore is not built; run make" >&2
	exit 2
}
case $locklore in
/*) ;;
*) locklore=$PWD/$locklore ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
doc=examples/kvm/locking.rst
verify=
[ "${1:-}" = --verify ] && verify=1
color=never bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	color=always bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi
passed=0
failed=0

say() {
	[ -z "$verify" ] || return
	echo
	for line in "$@"; do
		printf '%s%s%s\n' "$bold" "$line" "$plain"
	done
}

# verdict STATUS WANTED PATTERN TEXT: judges what the last command left in $work/out.
verdict() {
	if [ "$1" = "$2" ] && grep -qE "$3" "$work/out"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok: $4 (exit status $1, wanted $2 and /$3/)"
		sed 's/^/    /' "$work/out"
	fi
}

# show COMMAND...: the command as one would type it.
show() {
	printf '   $ %s' "$1"
	shift
	for word in "$@"; do
		case $word in
		--db=* | --color=*) ;;
		*[!A-Za-z0-9_./=*-]*) printf " '%s'" "$word" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
	printf '\n'
}

# ask STATUS PATTERN FILTER ARGUMENT...: a question to locklore; the filter picks lines to print.
ask() {
	want=$1 pattern=$2 filter=$3
	shift 3
	if [ -z "$verify" ]; then
		show locklore "$@"
		printf '\n'
		"$locklore" "$@" --color=$color | $filter | sed 's/^/   /'
		return
	fi
	"$locklore" "$@" >"$work/out" 2>&1
	verdict $? "$want" "$pattern" "locklore $*"
}

# index DB FLAGS...: reads the program; the flags are the compiler's.
index() {
	db=$1
	shift
	[ -n "$verify" ] ||
		show locklore index --config examples/kvm/.locklore.conf 'examples/kvm/*.c' -- \
			-D_GNU_SOURCE -Iinclude "$@"
	"$locklore" index -q --db "$db" --config examples/kvm/.locklore.conf examples/kvm/*.c -- \
		-D_GNU_SOURCE -Iinclude "$@" || exit 2
}

# Of a check only the sentences that are contradicted, and the last line.
wrong() {
	awk 'function flush() { if (block ~ /CONTRADICTED/) printf "%s\n", block; block = "" }
		{ bare = $0; gsub(/\033\[[0-9;]*m/, "", bare) }
		bare ~ /^ *[0-9]+  / || bare == "" { flush() }
		bare ~ /^[0-9]+ statements?:/ { print; next }
		{ block = block $0 "\n" }
		END { flush() }'
}

# The first deadlock, with its mends, and the last line.
first() {
	awk '/deadlock 2:/ { skip = 1 } /^two locks/ { skip = 1 } !skip { print }'
}

# run STATUS PATTERN PROGRAM...: one of the example's own programs.
run() {
	want=$1 pattern=$2
	shift 2
	program=$1
	shift
	"$programs/$program" "$@" >"$work/out" 2>&1
	status=$?
	if [ -n "$verify" ]; then
		verdict "$status" "$want" "$pattern" "$program $*"
	else
		show "${programs#"$PWD"/}/$program" "$@"
		sed 's/^/   /' "$work/out"
	fi
}

[ -n "$verify" ] || cat <<'E2'
examples/kvm is a virtual machine monitor in small: vCPU threads look up guest memory inside a
kvm->srcu read side while slots, devices, interrupt routes and the memory behind it all change
under them.  24 locks and three SRCU domains: their rules are in examples/kvm/locking.rst, as KVM's
are in the kernel's.  Does the code keep to what the document says?
E2
clean=$work/clean.db bug=$work/bug.db
programs=${locklore%/*}/examples/kvm
if ! [ -x "$programs/soak" ] || ! [ -x "$programs/hang" ]; then
	programs=$work/build
	make -s --no-print-directory -C examples/kvm BUILD="$programs" "$programs/soak" "$programs/hang" \
		>"$work/make.log" 2>&1 || {
		cat "$work/make.log" >&2
		exit 2
	}
fi

say "1. Read the program, hold every sentence of the document against it"
index "$clean"
ask 0 '^[0-9]+ statements: [0-9]+ upheld$' cat check --db="$clean" "$doc"
ask 0 '^no deadlock' cat deadlocks --db="$clean"

say "2. The review: a patch has event channels take kvm->lock deep inside a vCPU's exit handler." \
	"Is kvm->lock taken inside kvm->srcu now, and does it matter?"
index "$bug" -DBUG_XEN_LOCK=1
ask 0 '^yes: 1 place' cat ask --db="$bug" 'kvm->lock inside kvm->srcu'
ask 1 'CONTRADICTED' wrong check --db="$bug" "$doc"

say "3. It matters: somebody waits for the readers of kvm->srcu with kvm->lock held"
ask 1 'kvm->lock -> wait\(kvm->srcu\) -> kvm->lock' first deadlocks --db="$bug"

say "4. Is that so?  The same program, led into this interleaving: with the bug, and mended by a" \
	"leaf lock, the last proposal above"
run 1 'xen-lock: hangs' hang --bug --ms 1000 xen-lock
run 0 'xen-lock: all threads came through' hang xen-lock

say "5. And the whole machine, mended, for three seconds"
run 0 'soak: nothing lost' soak --seconds 3

[ -n "$verify" ] || exit 0
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
