#!/bin/sh
# SPDX-License-Identifier: MIT
# Memory errors, fork, unloading, sanitizers, valgrind, and the headers on their own.
#   tests/srcu/memory/run.sh     BUILD, CC as in ../common.sh; CLANG: a second compiler (default clang)
set -u
# shellcheck source=tests/srcu/common.sh
. "$(dirname "$0")/../common.sh"
here=$root/tests/srcu/memory
torture=$root/tests/srcu/torture
build_library
others=$(find "$root/src/srcu" -name '*.c' ! -name membarrier.c)
# shellcheck disable=SC2086 # lists of words
$cc $library_flags "$here/wrap.c" $others -o "$build/wrap" || exit 2
for program in own_page fork payload; do
	compile $program "$here/$program.c" || exit 2
done
# shellcheck disable=SC2086 # words
$cc $flags "$torture/weaken.c" -o "$build/weaken" || exit 2

for weaken in "" no-rseq no-membarrier; do
	# shellcheck disable=SC2086 # words
	set -- "$build/weaken" $weaken --
	check "own page${weaken:+, $weaken}" "$@" "$build/own_page" 3000
	check "fork${weaken:+, $weaken}" "$@" "$build/fork"
done
check "own page, per-CPU at once" env SRCU_MODE=percpu "$build/own_page" 3000
check "fork, per-CPU at once" env SRCU_MODE=percpu "$build/fork"

# With a delay possible between the end of a read side and whatever may come after it.
if compile_fuzzed own_page-fuzzed "" "$here/own_page.c"; then
	check "own page, fuzzed, per-CPU" env FUZZ_RATE=20 SRCU_MODE=percpu "$build/own_page-fuzzed" 2000
	check "own page, fuzzed, small" env FUZZ_RATE=20 SRCU_MODE=small "$build/own_page-fuzzed" 2000
fi
check "wrap-around, per-CPU" env SRCU_MODE=percpu "$build/wrap"
check "wrap-around, small" env SRCU_MODE=small "$build/wrap"

# Plug-ins: linked with the shared library, which stays; inline sections are gone with the plug-in.
compile plugin.so -fPIC -shared "$here/plugin.c" || exit 2
compile plugin-out.so -DSRCU_OUT_OF_LINE -fPIC -shared "$here/plugin.c" || exit 2
# shellcheck disable=SC2086 # words
$cc $flags "$here/dlclose.c" -o "$build/dlclose" -ldl || exit 2
check "dlclose" "$build/dlclose" "$build/plugin.so" 100
check "dlclose, per-CPU at once" env SRCU_MODE=percpu "$build/dlclose" "$build/plugin.so" 100
check "dlclose, out of line" "$build/dlclose" "$build/plugin-out.so" 50

# Sanitizers: the program instrumented, the library as it is installed; then both instrumented.
sanitized() { # NAME FLAG [COMPILER]
	kind=$1 flag=$2 with=${3:-$cc}
	# shellcheck disable=SC2086 # words
	if ! echo 'int main(void){return 0;}' | $with $flag -x c - -o "$build/try" 2>/dev/null ||
		! "$build/try"; then
		echo "skip $kind: $with has no $flag here"
		return
	fi
	# shellcheck disable=SC2086 # words
	$with $flags $flag "$here/payload.c" -o "$build/payload-$kind" -L"$lib" -lsrcu \
		-Wl,-rpath,"$lib" || exit 2
	# shellcheck disable=SC2086
	$with $library_flags $flag "$here/payload.c" "$root"/src/srcu/*.c -o "$build/payload-$kind-all" || exit 2
	check "$kind, program" "$build/payload-$kind" 1000
	check "$kind, program and library" "$build/payload-$kind-all" 1000
}

# tortured KIND FLAG MODE...: torture and library, both instrumented
tortured() {
	kind=$1 flag=$2
	shift 2
	[ -x "$build/payload-$kind" ] || return
	# shellcheck disable=SC2086 # words
	$cc $library_flags $flag "$torture"/torture.c "$torture"/object.c "$torture"/reader.c \
		"$torture"/writer.c "$torture"/chaos.c "$torture"/rounds.c "$root"/src/srcu/*.c -o "$build/torture-$kind" || exit 2
	for mode; do
		check "$kind, torture" "$build/torture-$kind" --quiet --seconds 1.5 --mode "$mode"
	done
}
export TSAN_OPTIONS=halt_on_error=1:exitcode=66 ASAN_OPTIONS=detect_leaks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
sanitized tsan -fsanitize=thread
sanitized asan "-fsanitize=address -fno-omit-frame-pointer"
sanitized ubsan "-fsanitize=undefined -fno-sanitize-recover"
# ThreadSanitizer itself refuses threads in the child of a fork, and AddressSanitizer's allocator
# does not survive a fork while another thread allocates: no --mode fork there, no --mode all here.
tortured tsan -fsanitize=thread mix flood churn
tortured asan "-fsanitize=address -fno-omit-frame-pointer" flood churn fork
tortured ubsan "-fsanitize=undefined -fno-sanitize-recover" all
clang=${CLANG:-clang}
if command -v "$clang" >/dev/null; then
	sanitized tsan-clang -fsanitize=thread "$clang"
	sanitized asan-clang -fsanitize=address "$clang"
	sanitized ubsan-clang "-fsanitize=undefined -fno-sanitize-recover=all" "$clang"
fi
if [ -x "$build/payload-tsan" ]; then
	for mistake in MISSING_LOCK MISSING_WAIT; do
		compile payload-wrong -fsanitize=thread -D$mistake "$here/payload.c" || exit 2
		check_fails "tsan finds $mistake" "WARNING: ThreadSanitizer: \(data race\|heap-use-after-free\)" \
			"$build/payload-wrong" 3000
	done
fi
if [ -x "$build/payload-asan" ]; then
	compile payload-wrong -fsanitize=address -DMISSING_WAIT "$here/payload.c" || exit 2
	check_fails "asan finds MISSING_WAIT" "ERROR: AddressSanitizer: heap-use-after-free" \
		"$build/payload-wrong" 5000
fi
if command -v valgrind >/dev/null; then
	check "valgrind" valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
		--fair-sched=try "$build/payload" 1500
else
	echo "skip valgrind: not installed"
fi

# The public headers, each alone.
alone() { # COMPILER LANGUAGE STANDARD HEADER
	command -v "$1" >/dev/null || {
		echo "skip $4 with $1: not installed"
		return
	}
	echo "#include <$4>" >"$build/alone.src"
	check "$4 alone, $1 $3" "$1" -x "$2" "-std=$3" -Wall -Wextra -Wpedantic -Werror -O2 \
		-I"$root/include" -c "$build/alone.src" -o "$build/alone.o"
}
for with in "$cc" "$clang"; do
	for standard in c11 c17; do
		alone "$with" c $standard srcu.h
	done
done
for with in "${CXX:-c++}" "$clang++"; do
	alone "$with" c++ c++17 srcu.h
	[ ! -e "$root/include/srcu.hpp" ] || alone "$with" c++ c++17 srcu.hpp
done
verdict
