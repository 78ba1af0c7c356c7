#!/bin/sh
# SPDX-License-Identifier: MIT
# What indexing Linux 6.1's KVM costs, against clang's front end alone on the same units in the
# same run; then what answers cost.  Needs a kernel made by `make kvm`.
#   bench/kvm.sh [RUNS]      KVM_DIR, LOCKLORE as in tools/kvm.sh; JOBS: parallel jobs (default: CPUs)
set -eu
cd "$(dirname "$0")/.."
runs=${1:-3}
jobs=${JOBS:-$(nproc)}
locklore=$(realpath "${LOCKLORE:-build/release/locklore}")
dir=${KVM_DIR:-.kvm}
[ -e "$dir/build/compile_commands.json" ] || {
	echo "bench/kvm: no kernel in $dir: run make kvm first (KVM_DIR names another place)"
	exit 0
}
dir=$(realpath "$dir")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
db=$work/lore.db

[ -x /usr/bin/time ] || {
	echo "bench/kvm: needs /usr/bin/time (apt-get install time)"
	exit 0
}
# clock NAME COMMAND...: adds "SECONDS CPU-SECONDS" to NAME.times
clock() {
	times=$work/$1.times
	shift
	/usr/bin/time -f '%e %U %S' -o "$work/t" "$@"
	awk 'NF == 3 { print $1, $2 + $3 }' "$work/t" >>"$times"
}
column() { awk -v k="$2" '{ print $k }' "$work/$1.times" | median; }
median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
index() { "$locklore" index -q -p "$dir/build" --root "$dir/linux-source-6.1" --db "$db" -j "$jobs"; }

# One unit through clang's front end: its command as locklore runs it, to unoptimised IR that is
# thrown away; or, with CHECK=-fsyntax-only, no further than the checked syntax tree.
cat >"$work/front" <<'END'
#!/bin/sh
cd "$(sed -n 2p "$1")" && sed 1,2d "$1" | xargs -d '\n' sh -c 'exec "$@" $CHECK -o /dev/null' front
END
chmod +x "$work/front"

index >/dev/null
units=$(find "$db.build" -name '*.cmd' | wc -l)
i=0
while [ "$i" -lt "$runs" ]; do
	for check in "" -fsyntax-only; do
		export CHECK="$check"
		clock "front$check" sh -c "find '$db.build' -name '*.cmd' -print0 | xargs -0 -n 1 -P '$jobs' '$work/front'"
	done
	find "$db.build" -mindepth 1 -delete
	rm -f "$db"
	clock index "$locklore" index -q -p "$dir/build" --root "$dir/linux-source-6.1" --db "$db" -j "$jobs" >/dev/null
	i=$((i + 1))
done

ratio() { echo "$1 $2" | awk '{ printf "%.2f", $1 / $2 }'; }
echo "$units units, $jobs jobs, $runs runs, medians; seconds, seconds of CPU, index relative to both"
for what in front front-fsyntax-only index; do
	case $what in
	front) name="clang's front end, to IR" ;;
	front-fsyntax-only) name="clang -fsyntax-only" ;;
	index) name="locklore index, from source" ;;
	esac
	wall=$(column $what 1)
	cpu=$(column $what 2)
	printf '%-30s %6.2f %7.2f   %s %s\n' "$name" "$wall" "$cpu" \
		"$(ratio "$(column index 1)" "$wall")" "$(ratio "$(column index 2)" "$cpu")"
done

# timed NAME COMMAND...: median time and the most memory of one process
timed() {
	name=$1
	shift
	: >"$work/t"
	i=0
	while [ "$i" -lt 7 ]; do
		/usr/bin/time -a -o "$work/t" -f '%e %M' "$@" >/dev/null 2>&1 || [ $? -le 1 ]
		i=$((i + 1))
	done
	awk 'NF == 2 && $1 + 0 == $1 { print $1 }' "$work/t" | median >"$work/m"
	printf '%-30s %s s   %s MB\n' "$name" "$(cat "$work/m")" \
		"$(awk 'NF == 2 && $1 + 0 == $1 && $2 > m { m = $2 } END { printf "%.0f", m / 1024 }' "$work/t")"
}
find "$db.build" -name '*.facts' >"$work/facts"
# shellcheck disable=SC2046 # paths without blanks: locklore named them
timed "facts to database" "$locklore" link --root "$dir/linux-source-6.1" --output "$work/again.db" $(cat "$work/facts")
timed "check locking.rst" "$locklore" check "$dir/linux-source-6.1/Documentation/virt/kvm/locking.rst" --db "$db"
timed "deadlocks" "$locklore" deadlocks --db "$db"
timed "ask, one pair" "$locklore" ask 'kvm->lock inside kvm->srcu' --db "$db"
timed "ask, any inside" "$locklore" ask '* inside kvm->srcu' --db "$db"
"$locklore" index -q -p "$dir/build" --root "$dir/linux-source-6.1" --db "$db" | sed -n 's/^/index: /p' | head -n 3
sqlite3 "$db" "SELECT 'caps hit: ' || value FROM meta WHERE name = 'caps_hit'" 2>/dev/null || true
