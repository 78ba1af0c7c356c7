# SPDX-License-Identifier: MIT
# Sourced by tests/cli/test_*.sh: a folder of its own for each script, and lines "ok", "not ok"
# and "skip".  $status, $out and $err hold what the last run gave.
set -u
LC_ALL=C
export LC_ALL
unset NO_COLOR LOCKLORE_CLANG 2>/dev/null
top=$(cd "$(dirname "$0")/../.." && pwd)
locklore=${LOCKLORE:-$top/build/dev/locklore}
[ -x "$locklore" ] || {
	echo "not ok: $locklore is not built"
	exit 2
}
work=$(mktemp -d "${TMPDIR:-/tmp}/locklore-test-XXXXXX")
trap 'cd /; rm -rf "$work"' EXIT
cd "$work" || exit 2
out=$work/.out
err=$work/.err
status=0
failures=0

run() {
	"$locklore" "$@" >"$out" 2>"$err"
	status=$?
}

pass() {
	echo "ok $1"
}

fail() {
	failures=$((failures + 1))
	echo "not ok $1"
	sed 's/^/    stdout: /' "$out" | head -n 20
	sed 's/^/    stderr: /' "$err" | head -n 20
}

skip() {
	echo "skip $1: $2"
}

# is NAME STATUS [out|err PATTERN]...: the last run ended so and said so.
is() {
	name=$1
	if [ "$status" != "$2" ]; then
		fail "$name (exit status $status, wanted $2)"
		return 1
	fi
	shift 2
	while [ $# -ge 2 ]; do
		case $1 in
		out) file=$out ;;
		err) file=$err ;;
		esac
		if ! grep -qE -e "$2" "$file"; then
			fail "$name (no /$2/ on std$1)"
			return 1
		fi
		shift 2
	done
	pass "$name"
}

# that NAME CONDITION...: the command must succeed.
that() {
	name=$1
	shift
	if "$@"; then pass "$name"; else fail "$name"; fi
}

done_testing() {
	[ "$failures" = 0 ]
	exit
}

# Is this build able to read C code?
needs_index() {
	[ -x "${locklore%/*}/locklore-extract" ] && return 0
	skip "$1" "this build has no LLVM"
	exit 0
}

# A project of two units that take two locks in both orders.
make_project() {
	mkdir -p src
	cat >src/pool.h <<'EOF'
#include <pthread.h>
struct pool { pthread_mutex_t lock; int n; };
struct cache { pthread_mutex_t lock; int n; };
EOF
	cat >src/a.c <<'EOF'
#include "pool.h"
void add(struct pool *pool, struct cache *cache)
{
	pthread_mutex_lock(&pool->lock);
	pthread_mutex_lock(&cache->lock);
	cache->n++;
	pthread_mutex_unlock(&cache->lock);
	pthread_mutex_unlock(&pool->lock);
}
EOF
	cat >src/b.c <<'EOF'
#include "pool.h"
void drop(struct pool *pool, struct cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	pthread_mutex_lock(&pool->lock);
	pool->n--;
	pthread_mutex_unlock(&pool->lock);
	pthread_mutex_unlock(&cache->lock);
}
EOF
	cat >compile_commands.json <<EOF
[{"directory":"$PWD","file":"src/a.c","command":"gcc -O1 -c src/a.c -o a.o"},
 {"directory":"$PWD","file":"src/b.c","arguments":["gcc","-O1","-c","src/b.c"]}]
EOF
}
