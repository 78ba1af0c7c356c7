# SPDX-License-Identifier: MIT
# What the scripts of tests/srcu share; sourced.  BUILD: where to build (default build/srcu-tests),
# CC: the compiler (default cc).  Sets $root, $build, $lib (where libsrcu.so and .a are).
root=$(cd "$(dirname "$0")" && while [ ! -e include/srcu.h ]; do cd ..; done && pwd)
cc=${CC:-cc}
build=${BUILD:-$root/build/srcu-tests}
mkdir -p "$build"
build=$(cd "$build" && pwd)
lib=$build/lib
flags="-std=gnu17 -O2 -g -Wall -Wextra -pthread -I$root/include"
# Where the library is compiled in, it has its own idea of warnings.
library_flags="$flags -Wno-unused-parameter"
passed=0
failed=0

build_library() {
	make -s -C "$root/src/srcu" BUILD="$lib" CC="$cc" >"$build/library.log" 2>&1 || {
		cat "$build/library.log" >&2
		echo "the library does not build" >&2
		exit 2
	}
}

# compile OUTPUT [WORD]...: against the shared library
compile() {
	output=$1
	shift
	# shellcheck disable=SC2086 # words
	$cc $flags "$@" -o "$build/$output" -L"$lib" -lsrcu -Wl,-rpath,"$lib"
}

# compile_fuzzed OUTPUT "SOURCE..." "SOURCE..." [FLAG]...: the library and the second list with a
# delay possible at each access (torture/fuzz.c), the first list as it is
compile_fuzzed() {
	output=$1 plain_sources=$2 fuzzed_sources=$3
	shift 3
	rm -rf "$build/fuzz.o"
	mkdir "$build/fuzz.o"
	for source in "$root"/src/srcu/*.c $fuzzed_sources; do
		# shellcheck disable=SC2086 # words
		$cc $library_flags "$@" -fsanitize=thread -c "$source" \
			-o "$build/fuzz.o/$(basename "$source" .c).o" || return 1
	done
	# shellcheck disable=SC2086 # words
	$cc $flags $plain_sources "$root/tests/srcu/torture/fuzz.c" "$build"/fuzz.o/*.o -o "$build/$output"
}

pass() {
	passed=$((passed + 1))
	echo "ok   $*"
}

fail() {
	failed=$((failed + 1))
	echo "FAIL $*"
}

# check NAME COMMAND...: one line; what the command said follows a failure
check() {
	name=$1
	shift
	if timeout -k 5 "${LIMIT:-120}" "$@" >"$build/check.log" 2>&1; then
		pass "$name: $(tail -n 1 "$build/check.log")"
	else
		fail "$name (status $?)"
		tail -n 40 "$build/check.log" | sed 's/^/     /'
	fi
}

# check_fails NAME PATTERN COMMAND...: must fail, and say so
check_fails() {
	name=$1
	pattern=$2
	shift 2
	if timeout -k 5 "${LIMIT:-120}" "$@" >"$build/check.log" 2>&1; then
		fail "$name: found nothing wrong"
	elif grep -q "$pattern" "$build/check.log"; then
		pass "$name: $(grep -m 1 "$pattern" "$build/check.log")"
	else
		fail "$name: failed without saying '$pattern'"
		tail -n 20 "$build/check.log" | sed 's/^/     /'
	fi
}

verdict() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
}
