#!/bin/sh
# SPDX-License-Identifier: MIT
# examples/kvm: its document holds, and each of its five bugs is found three ways: by the document's
# sentence, as a deadlock, and by driving the threads into it until they hang.
. "$(dirname "$0")/lib.sh"
example=$top/examples/kvm

# indexed NAME FLAG...: NAME.db of the example with these flags of the compiler.
indexed() {
	db=$work/$1.db
	shift
	run index -q --db "$db" --config "$example/.locklore.conf" "$example"/*.c -- -D_GNU_SOURCE \
		"-I$top/include" "$@"
}

# The block of one sentence in what `check` printed is contradicted.
contradicted() {
	awk -v text="$1" '/^ *[0-9]+  / { block = "" } { block = block " " $0; gsub(/ +/, " ", block) }
		index(block, text) && block ~ /CONTRADICTED/ { found = 1 } END { exit !found }' "$out"
}

# bug NAME CYCLE SENTENCE: the static check of the program with that bug.
bug() {
	flag=$(echo "$1" | tr 'a-z-' 'A-Z_')
	indexed "$1" "-DBUG_$flag=1"
	is "$1: indexed" 0
	run deadlocks --db "$work/$1.db"
	is "$1: the deadlock is found" 1 out "^deadlock [0-9]+: $2"
	run check --db "$work/$1.db" "$example/locking.rst"
	is "$1: the document is contradicted" 1 out '^[0-9]+ statements: .*contradicted'
	that "$1: by the sentence that forbids it" contradicted "$3"
}

if [ -x "${locklore%/*}/locklore-extract" ]; then
	indexed clean
	is "the example is indexed" 0
	run check --db "$work/clean.db" --fail-on note "$example/locking.rst"
	is "every sentence is upheld, and nothing is noted" 0 out '^[0-9]+ statements: [0-9]+ upheld$'
	run deadlocks --db "$work/clean.db"
	is "no deadlock" 0 out '^no deadlock'
	bug self-sync 'kvm->srcu -> wait\(kvm->srcu\)' \
		'synchronize_srcu(&kvm->srcu) cannot be called inside kvm->srcu'
	bug xen-lock 'kvm->lock -> wait\(kvm->srcu\) -> kvm->lock' \
		'kvm->lock cannot be taken inside kvm->srcu'
	bug third-lock 'hv->hv_lock -> kvm->slots_lock -> wait\(kvm->srcu\)' \
		'kvm->slots_lock cannot be taken inside kvm->arch.hyperv.hv_lock'
	bug notifier-lock 'kvm->mn_active_invalidate_count -> kvm->slots_arch_lock' \
		'MMU notifiers must not take kvm->slots_arch_lock'
	bug keep-arch-lock 'kvm->slots_arch_lock -> wait\(kvm->srcu\)' \
		'kvm->slots_arch_lock is released before synchronize_srcu(&kvm->srcu)'
else
	skip "static check of examples/kvm" "this build has no LLVM"
fi

# ---- the programs themselves: nothing of locklore in them, so one build of it is enough ----

if grep -q '^LOCKLORE_SANITIZE:[A-Z]*=.' "${locklore%/*}/CMakeCache.txt" 2>/dev/null; then
	skip "running examples/kvm" "a sanitized build of locklore tests nothing more"
	done_testing
fi
if ! make -s --no-print-directory -C "$example" BUILD="$work/build" >"$out" 2>"$err"; then
	fail "the example builds with a C compiler alone"
	done_testing
fi
pass "the example builds with a C compiler alone"

program() {
	timeout 120 "$work/build/$@" >"$out" 2>"$err"
	status=$?
}

for play in self-sync xen-lock third-lock notifier-lock keep-arch-lock; do
	program hang --ms 20000 $play
	is "$play: mended, the threads come through" 0 out 'came through'
	program hang --bug --ms 1500 $play
	is "$play: with the bug they hang" 1 out "^$play: hangs after"
done
program hang no-such-bug
is "hang: an unknown name" 2 err 'usage: hang'
program soak --seconds 3
is "soak" 0 out 'nothing lost, nothing stale, nothing left over'
program bench --vcpus 2 --ms 50 --rate 1000
is "bench" 0 out '^[0-9]+ [0-9]+$'
done_testing
