#!/bin/sh
# SPDX-License-Identifier: MIT
# tools/layers.sh must notice each kind of violation.
. "$(dirname "$0")/lib.sh"

mkdir tree
cp -r "$top/src" tree/
layers() {
	sh "$top/tools/layers.sh" "$work/tree" >"$out" 2>"$err"
	status=$?
}
# plant NAME FILE LINE PATTERN: with that line added to the file, the script must say the pattern.
plant() {
	cp "tree/$2" saved
	printf '%s\n' "$3" >>"tree/$2"
	layers
	is "$1" 1 out "$4"
	cp saved "tree/$2"
}

layers
is "the tree is clean" 0 out 'layers: clean'
plant "rules include lore" src/rules/rules.h '#include "lore/lore.h"' 'src/rules/rules\.h:[0-9]+: src/rules must not include lore/lore\.h'
plant "order includes facts" src/order/order.h '#include "facts/facts.h"' 'src/order must not include'
plant "base includes order" src/base/base.h ' # include "order/order.h"' 'src/base must not include'
plant "malloc in order" src/order/graph.c 'void *bad(void) { return malloc(1); }' 'src/order/graph\.c:[0-9]+: no malloc'
plant "stdio in the arena" src/base/arena.c '#include <stdio.h>' 'src/base/arena\.c:[0-9]+: no malloc, no stdio'
plant "LLVM in facts" src/facts/facts.h '#include <llvm-c/Core.h>' 'src/facts/facts\.h:[0-9]+: only src/bitcode may include LLVM'
mkdir tree/src/attic
echo 'int x;' >tree/src/attic/x.c
layers
is "a room that nobody knows" 1 out 'src/attic: a room'
done_testing
