#!/bin/sh
# SPDX-License-Identifier: MIT
# Can tools/barriers.sh fail?  Small trees with one fault each.
set -u
top=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/srcu-barriers-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/include" "$work/src/srcu"
failures=0

# try NAME STATUS TEXT: include/srcu.h from standard input must give that exit status, and a line
# with that text.
try() {
	cat >"$work/include/srcu.h"
	sh "$top/tools/barriers.sh" "$work" >"$work/out" 2>&1
	status=$?
	if [ "$status" -eq "$2" ] && grep -qF -- "$3" "$work/out"; then
		echo "  ok   barriers.sh: $1"
	else
		echo "  FAIL barriers.sh: $1 (status $status, expected $2 and \"$3\")"
		sed 's/^/    /' "$work/out"
		failures=$((failures + 1))
	fi
}

cat >"$work/src/srcu/a.c" <<'END'
	/* barrier(B): the sums after the membarrier. Pairs with A and C. */
	membarrier(X); /* membarrier(D) is no barrier of ours */
END
try "pairs that hold" 0 \
	"3 barriers, all paired" <<'END'
/*
 * barrier(A): a compiler barrier;
 * pairs with barrier(B): else the section begins before its lock counts.
 */
// barrier(C) pairs with B
END
try "a partner that does not exist" 1 \
	"include/srcu.h:1: barrier(A) pairs with Z, which does not exist" <<'END'
/* barrier(A): pairs with B, Z. */
/* barrier(C): pairs with B. */
END
try "a partner that does not answer" 1 \
	"src/srcu/a.c:1: barrier(B) pairs with C, which does not name it back (include/srcu.h:3)" <<'END'
/* barrier(A): pairs with B. */

/* barrier(C): pairs with A. */
END
try "a barrier without partner" 1 \
	'include/srcu.h:2: barrier(A) says "pairs with" nobody' <<'END'
/* One line before.
 * barrier(A): orders things with the writer. barrier(C): pairs with B. */
END
try "two places that differ" 1 \
	"include/srcu.h:2: barrier(A) pairs with B,C, but with B at include/srcu.h:1" <<'END'
/* barrier(A): pairs with B. */
/* barrier(A): pairs with B and C */
/* barrier(C): pairs with B and A */
END
rm "$work/src/srcu/a.c"
try "no barriers at all" 1 \
	"no comment with barrier(X) found" <<'END'
int x;
END
exit "$failures"
