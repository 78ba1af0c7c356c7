#!/bin/sh
# SPDX-License-Identifier: MIT
# examples/srcu-list and examples/srcu-config: built by their own Makefiles and run, plainly, without
# rseq and membarrier, and under the sanitizers that the compiler has; their mistakes must be noticed.
#   tests/srcu/examples.sh [BUILD_DIR]     CC as in common.sh, SECONDS_EACH: of each run (default 1)
set -u
[ $# -eq 0 ] || BUILD=$1
. "$(dirname "$0")/common.sh"
seconds=${SECONDS_EACH:-1}
LIMIT=60
export TSAN_OPTIONS=halt_on_error=1:exitcode=66 ASAN_OPTIONS=detect_leaks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

# example NAME KIND FLAGS: builds it in $build/NAME-KIND
example() {
	make -s -C "$root/examples/$1" BUILD="$build/$1-$2" CC="$cc" CFLAGS="-O2 -g -Werror $3" \
		>"$build/make.log" 2>&1 || {
		fail "$1 $2 does not build"
		sed 's/^/     /' "$build/make.log"
		return 1
	}
}

has() { # FLAG: compiles, and runs
	echo 'int main(void){return 0;}' | $cc "$1" -x c - -o "$build/try" 2>/dev/null && "$build/try"
}

# The two programs' tests, with what comes before them
run_both() { # KIND [WORD]...
	kind=$1
	shift
	check "srcu-list, $kind" "$@" "$build/srcu-list-${kind%% *}/srcu-list" "$seconds"
	check "srcu-config, $kind" "$@" "$build/srcu-config-${kind%% *}/srcu-config" --self-test "$seconds"
}

both() { # KIND FLAGS
	example srcu-list "$1" "$2" && example srcu-config "$1" "$2" && run_both "$1"
}

if both plain ""; then
	run_both "plain with atomics" env SRCU_MODE=atomic
	run_both "plain with atomics, no spinning" env SRCU_MODE=atomic SRCU_SPIN_US=0
fi
check_fails "srcu-list --broken" "^WRONG" "$build/srcu-list-plain/srcu-list" "$seconds" --broken
check_fails "srcu-config --broken" "^WRONG" \
	"$build/srcu-config-plain/srcu-config" --self-test "$seconds" --broken

# The server as it is used: reload a good file, keep the old one for a bad one, and end.
server() {
	config=$build/server.conf
	socket=$build/server.socket
	rm -f "$socket"
	echo "first = 1" >"$config"
	"$build/srcu-config-plain/srcu-config" "$config" "$socket" 2>"$build/server.log" &
	pid=$!
	tries=0
	while [ ! -S "$socket" ] && [ $((tries += 1)) -le 100 ]; do sleep 0.05; done
	echo "first = 2" >"$config"
	kill -HUP $pid || return 1
	sleep 0.2
	echo "nonsense" >"$config"
	kill -HUP $pid || return 1
	sleep 0.2
	kill -TERM $pid || return 1
	wait $pid || {
		echo "the server ended with status $?"
		return 1
	}
	[ ! -e "$socket" ] || {
		echo "the socket is still there"
		return 1
	}
	grep "server.conf:1: no '='" "$build/server.log" || {
		cat "$build/server.log"
		echo "the bad file was not reported"
		return 1
	}
	[ "$(wc -l <"$build/server.log")" -eq 1 ]
}
if [ "${#build}" -gt 90 ]; then
	echo "skip srcu-config as a server: $build is too long for a socket's name"
elif server >"$build/server.out" 2>&1; then
	pass "srcu-config as a server: $(cat "$build/server.out")"
else
	fail "srcu-config as a server"
	sed 's/^/     /' "$build/server.out"
fi

for kind in "asan -fsanitize=address" "ubsan -fsanitize=undefined" "tsan -fsanitize=thread"; do
	flag=${kind#* }
	if has "$flag"; then
		both "${kind%% *}" "-O1 -fno-omit-frame-pointer $flag -fno-sanitize-recover=all"
	else
		echo "skip ${kind%% *}: $cc has no $flag here"
	fi
done
verdict
