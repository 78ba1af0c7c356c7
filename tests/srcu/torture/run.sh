#!/bin/sh
# SPDX-License-Identifier: MIT
# Torture of libsrcu over all that it can be run on, one line per cell.
#   tests/srcu/torture/run.sh [SECONDS]     about a minute by default; BUILD, CC as in ../common.sh
# Cells: {rseq, none} x {membarrier, none} x {small, per-CPU}, single disturbances, and the library
# under a schedule fuzzer (fuzz.c).  Then flavours that must be caught: waits that do not wait, and
# the library's own mutants (-DSRCU_MUTANT_NAME).
set -u
# shellcheck source=tests/srcu/common.sh
. "$(dirname "$0")/../common.sh"
seconds=${1:-60}
here=$root/tests/srcu/torture
export LIMIT=$((seconds + 90))
plain="$here/torture.c $here/object.c $here/reader.c $here/writer.c $here/chaos.c"
build_library
# shellcheck disable=SC2086 # lists of words
compile torture $plain "$here/rounds.c" || exit 2
# shellcheck disable=SC2086
$cc $flags "$here/weaken.c" -o "$build/weaken" || exit 2

# part N: this many hundredths of the time
part() { echo "$seconds $1" | awk '{ printf "%.1f", $1 * $2 / 100 }'; }

# cell NAME WEAKEN MODE ARGUMENT...
cell() {
	cell=$1 weaken=$2 mode=$3
	shift 3
	# shellcheck disable=SC2086 # words
	check "$cell" env SRCU_MODE="$mode" "$build/weaken" $weaken -- "$build/torture" --quiet "$@"
}

for rseq in rseq no-rseq; do
	for membarrier in membarrier no-membarrier; do
		weaken=$(echo "$rseq $membarrier" | tr ' ' '\n' | grep '^no-' | tr '\n' ' ')
		expect=$(for w in $weaken; do echo "--without ${w#no-}"; done)
		for size in small percpu; do
			# shellcheck disable=SC2086 # words
			cell "$rseq, $membarrier, $size" "$weaken" $size --seconds "$(part 4)" $expect
		done
	done
done
cell "small, then per-CPU" "" "" --seconds "$(part 4)"
cell "indexed by CPU" "" cpuid,percpu --seconds "$(part 3)"
cell "one reader, one writer" "" percpu --mode tight --seconds "$(part 4)"
cell "one late reader" "" percpu --mode late --seconds "$(part 4)"
for mode in mix flood fork signal churn birth rounds; do
	cell "$mode" "" "" --mode $mode --seconds "$(part 2)"
done

export FUZZ_RATE=30
if compile_fuzzed fuzzed "$plain" "$here/rounds.c"; then
	for mode in rounds birth fork churn flood mix; do
		check "fuzzed, $mode" env SRCU_STALL_MS=0 "$build/fuzzed" --quiet --mode $mode \
			--seconds "$(part 3)"
	done
else
	echo "skip fuzzed: $cc has no -fsanitize=thread"
fi

# What must be caught.
for mode in tight mix; do
	check_fails "broken, $mode" "^FAIL" "$build/torture" --broken --quiet --mode $mode --seconds "$(part 3)"
done

# caught BY COMMAND...: does this kill the mutant?
caught() {
	by=$1
	shift
	SRCU_STALL_MS=0 timeout -k 1 $((seconds + 40)) "$@" --hung 3 --quiet --seconds "$(part 3)" \
		>"$build/mutant.log" 2>&1 && by=""
	[ -n "$by" ]
}

killed=""
alive=""
mutants=$(cat "$root"/src/srcu/*.[ch] "$root"/include/srcu.h | grep -o 'SRCU_MUTANT_[A-Z0-9_]*' | sort -u)
for mutant in $mutants; do
	short=${mutant#SRCU_MUTANT_}
	# shellcheck disable=SC2086 # words
	$cc $library_flags -D"$mutant" $plain "$here/rounds.c" "$root"/src/srcu/*.c -o "$build/mutant" || {
		fail "mutant $short does not build"
		continue
	}
	# One reader without sleep shows what many readers hide: with others at work no mutant dies of it.
	if caught "--mode tight" env SRCU_MODE=percpu "$build/mutant" --mode tight ||
		caught "--mode late" env SRCU_MODE=percpu "$build/mutant" --mode late ||
		{ compile_fuzzed mutant "$plain" "$here/rounds.c" "-D$mutant" &&
			{ caught "--mode rounds, fuzzed" "$build/mutant" --mode rounds ||
				caught "--mode birth, fuzzed" "$build/mutant" --mode birth; }; }; then
		killed="$killed $short"
		echo "     mutant $short: killed by torture $by"
	else
		alive="$alive $short"
		echo "     mutant $short: not killed by torture"
	fi
done
echo "     mutants that torture kills:${killed:- none}"
echo "     left to tests/srcu/model:${alive:- none}"
case "$killed " in
*" NO_MEMBARRIER "*) pass "a missing membarrier is caught" ;;
*) fail "a missing membarrier was not caught" ;;
esac
verdict
