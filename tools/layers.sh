#!/bin/sh
# SPDX-License-Identifier: MIT
# Who may include whom.  tools/layers.sh [FOLDER]: checks FOLDER/src (default: this tree); prints
# each violation as FILE:LINE and fails.
set -u
cd "${1:-$(dirname "$0")/..}" || exit 2

# One row is one room: what it may include besides its own headers and base.
allowed() {
	case $1 in
	base) ;;
	order) ;;
	git) ;;
	facts) echo order ;;
	prim) echo facts order ;;
	lore) echo facts order ;;
	bitcode) echo prim facts order ;;
	analyse) echo prim facts order lore ;;
	mail) ;;
	rules) echo prim mail ;;
	verdict) echo rules lore order prim facts ;;
	compare) echo verdict rules lore order facts ;;
	draft) echo verdict rules prim lore facts order ;;
	lockdep) ;;
	review) echo verdict rules mail lore order prim facts ;;
	report) echo compare review verdict rules lore order facts ;;
	store) echo lore facts order ;;
	extract) echo bitcode prim facts ;;
	cli) echo review mail draft lockdep git compare analyse verdict report store rules prim lore facts order ;;
	preload) echo order ;;
	srcu) echo nothing ;;
	*) echo unknown ;;
	esac
}

bad=0
complain() {
	printf '%s\n' "$1"
	bad=$((bad + 1))
}

# Lines "FILE:LINE:#include ..." of quotes in src/.
includes() {
	grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$@" /dev/null
}

for room in src/*/; do
	[ -d "$room" ] || continue
	room=${room%/}
	room=${room#src/}
	may=" $(allowed "$room" | tr '\n' ' ') $room base "
	[ "$room" = srcu ] && may=" srcu "
	case $may in *" unknown "*) complain "src/$room: a room that tools/layers.sh does not know" && continue ;; esac
	for file in src/"$room"/*.[ch]; do
		[ -e "$file" ] || continue
		for found in $(includes "$file" | sed 's/^\([^:]*:[0-9]*\):[^"]*"\([^"]*\)".*/\1=\2/'); do
			header=${found#*=}
			[ "$room:$header" = srcu:../../include/srcu.h ] && continue # its own public header
			case $header in
			*/*) used=${header%%/*} ;;
			*) used=$room ;;
			esac
			case $may in
			*" $used "*) ;;
			*) complain "${found%%=*}: src/$room must not include $header" ;;
			esac
		done
	done
done

# The order core and its arena run inside other programs: no malloc, no stdio, nothing of LLVM.
for file in src/order/*.[ch] src/base/arena.[ch]; do
	[ -e "$file" ] || continue
	for line in $(grep -nE '#[[:space:]]*include[[:space:]]*<(stdio|stdlib|malloc)\.h>|[^a-z_](malloc|calloc|realloc|free|printf|fprintf|snprintf)[[:space:]]*\(|base/base\.h' "$file" |
		grep -vE '^[0-9]+:[[:space:]]*(/?\*|//)' | cut -d: -f1); do
		complain "$file:$line: no malloc, no stdio and no base.h here"
	done
done

# LLVM is known in one room.
for found in $(grep -rnE '#[[:space:]]*include[[:space:]]*[<"]llvm' src --include='*.[ch]' | cut -d: -f1,2 | grep -v '^src/bitcode/'); do
	complain "$found: only src/bitcode may include LLVM"
done

if [ "$bad" != 0 ]; then
	echo "$bad layer violations"
	exit 1
fi
echo "layers: clean"
