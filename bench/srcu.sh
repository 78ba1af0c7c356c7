#!/bin/sh
# SPDX-License-Identifier: MIT
# libsrcu against its peers from Debian, in one interleaved run: medians, ratios, and the targets
# beside them (for information: no figure fails).  Installs nothing; a peer whose package is not
# there is named and left out.
#   bench/srcu.sh [read|grace|sleeper|domains]...     BUILD: where to build (default build/srcu-bench)
#                                                     CC: compiler, ROUNDS: rounds of each table
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build/srcu-bench}
cc=${CC:-cc}
rounds=${ROUNDS:-}
mkdir -p "$build"
build=$(cd "$build" && pwd)
make -s -C src/srcu BUILD="$build/lib" CC="$cc"

have() { printf '#include <%s>\nint main(void){return 0;}\n' "$1" | $cc -x c - -o /dev/null "-l$2" 2>/dev/null; }
flags=""
libs=""
sources=$(ls bench/srcu/*.c)
without() { sources=$(echo "$sources" | grep -v "/peer_$1"); }
if have urcu/urcu-memb.h urcu-memb; then
	flags="$flags -DHAVE_URCU" libs="$libs -lurcu-memb -lurcu-bp -lurcu-qsbr"
else
	without urcu
	echo "bench/srcu: no liburcu: its rows are left out (Debian: apt-get install liburcu-dev)"
fi
if have ck_epoch.h ck; then
	flags="$flags -DHAVE_CK" libs="$libs -lck"
else
	without ck
	echo "bench/srcu: no Concurrency Kit: its row is left out (Debian: apt-get install libck-dev)"
fi
# shellcheck disable=SC2086 # lists of words
$cc -std=gnu17 -O2 -Wall -Wextra -pthread $flags -Iinclude $sources -o "$build/bench" \
	-L"$build/lib" -lsrcu -Wl,-rpath,"$build/lib" $libs

[ $# -gt 0 ] || set -- read grace sleeper domains
echo "$(nproc) CPUs, Linux $(uname -r | cut -d. -f1-2), $($cc --version | head -n 1)"
# Two CPUs are needed quiet: what else runs is in the figures, and more so the ratios with threads.
echo "load before the run: $(cut -d' ' -f1 /proc/loadavg)"
for table; do
	echo
	# shellcheck disable=SC2086 # none or one
	"$build/bench" "$table" $rounds
	if [ "$table" = read ]; then
		# What readers pay where the kernel lacks rseq or membarrier.
		# shellcheck disable=SC2086
		SRCU_MODE=atomic "$build/bench" read-weak $rounds
	fi
done
