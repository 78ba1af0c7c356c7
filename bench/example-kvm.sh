#!/bin/sh
# SPDX-License-Identifier: MIT
# bench/example-kvm.sh [ROUNDS] [MS]: frame-to-address lookups per second and vCPU in examples/kvm
# while slots change at 0, 10, 1000 and as many updates per second as go; the same program on
# libsrcu, on pthread_rwlock_t and on liburcu-memb, in turns.  Prints medians and ratios.
set -u
cd "$(dirname "$0")/.."
export LC_ALL=C
rounds=${1:-5}
ms=${2:-300}
cc=${CC:-cc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=gnu17 -O2 -D_GNU_SOURCE -pthread"
sources=
for source in examples/kvm/*.c; do
	case ${source##*/} in
	soak.c | hang.c | machine.c | program.c | devices.c | churn.c) ;;
	*) sources="$sources $source" ;;
	esac
done

make -s --no-print-directory -C examples/kvm BUILD="$work/srcu" CC="$cc" "$work/srcu/bench" || exit 1
mv "$work/srcu/bench" "$work/libsrcu"
# shellcheck disable=SC2086 # lists of words
$cc $flags -Iexamples/kvm/peer/rwlock $sources -o "$work/rwlock" || exit 1
peers="libsrcu rwlock"
# shellcheck disable=SC2086
if $cc $flags -Iexamples/kvm/peer/urcu $sources -lurcu-memb -o "$work/urcu" 2>"$work/log"; then
	peers="$peers urcu"
else
	echo "skipped: liburcu-memb (liburcu-dev is not installed, or does not build here)"
fi

round=0
while [ "$round" -lt "$rounds" ]; do
	for vcpus in 1 2; do
		for peer in $peers; do
			for rate in 0 1000 10 max; do
				result=$(timeout 60 "$work/$peer" --vcpus $vcpus --rate $rate --ms "$ms") || {
					echo "$peer with $vcpus vCPUs at $rate updates per second: failed"
					exit 1
				}
				echo "$vcpus $rate $peer $result" >>"$work/results"
			done
		done
	done
	round=$((round + 1))
done

awk -v rounds="$rounds" -v cpus="$(nproc)" '
function median(key, column,   n, i, j, t, v) {
	n = count[key]
	for (i = 1; i <= n; i++) v[i] = value[key, column, i]
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j] < v[j - 1]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
	return n ? v[int((n + 1) / 2)] : 0
}
function cell(vcpus, rate, peer,   key) {
	key = vcpus " " rate " " peer
	return count[key] ? sprintf("%8.1f %8d", median(key, 1) / 1e6, median(key, 2)) : sprintf("%8s %8s", "-", "-")
}
# Median of the ratios within one round: both ran at nearly the same time.
function ratio(a, b,   i, n, r, j, t) {
	n = count[a] < count[b] ? count[a] : count[b]
	for (i = 1; i <= n; i++) r[i] = value[a, 1, i] / value[b, 1, i]
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && r[j] < r[j - 1]; j--) { t = r[j]; r[j] = r[j - 1]; r[j - 1] = t }
	return n ? r[int((n + 1) / 2)] : 0
}
function aim(text, is, wanted, is_met) {
	printf "%-66s %6.2f  aim %s: %s\n", text, is, wanted, is_met ? "met" : "missed"
}
{ key = $1 " " $2 " " $3; n = ++count[key]; value[key, 1, n] = $4; value[key, 2, n] = $5 }
END {
	printf "lookups per second and vCPU, millions (and updates per second); medians of %d runs, %d CPUs\n", rounds, cpus
	printf "%-6s %-8s %17s %17s %17s\n", "vCPUs", "updates", "libsrcu", "pthread_rwlock", "liburcu-memb"
	n = split("0 10 1000 max", rates, " ")
	for (vcpus = 1; vcpus <= 2; vcpus++)
		for (i = 1; i <= n; i++)
			printf "%-6d %-8s %s %s %s\n", vcpus, rates[i], cell(vcpus, rates[i], "libsrcu"), \
				cell(vcpus, rates[i], "rwlock"), cell(vcpus, rates[i], "urcu")
	for (vcpus = 1; vcpus <= 2; vcpus++) {
		r = ratio(vcpus " 1000 libsrcu", vcpus " 0 libsrcu")
		aim(vcpus " vCPU: libsrcu at 1000 updates per second against none", r, ">= 0.95", r >= 0.95)
	}
	r = ratio("2 1000 libsrcu", "2 1000 rwlock")
	aim("2 vCPU: libsrcu against pthread_rwlock at 1000 updates per second", r, ">= 3", r >= 3)
	r = ratio("2 0 libsrcu", "2 0 rwlock")
	aim("2 vCPU: libsrcu against pthread_rwlock without updates", r, ">= 3", r >= 3)
	if (count["2 1000 urcu"])
		printf "%-66s %6.2f\n", "2 vCPU: libsrcu against liburcu-memb at 1000 updates per second", \
			ratio("2 1000 libsrcu", "2 1000 urcu")
}' "$work/results"
