#!/bin/sh
# SPDX-License-Identifier: MIT
# The public headers compile alone, without a warning, in every language version that is promised.
root=$(cd "$(dirname "$0")/../../.." && pwd)
flags="-I$root/include -O2 -Wall -Wextra -Wshadow -pedantic -Werror -fsyntax-only"
failed=0
try() { # COMPILER STANDARD LANGUAGE HEADER [FLAG]
	printf '#include <%s>\n' "$4" | $1 -std="$2" -x "$3" $flags $5 - || {
		echo "$4 does not compile as $2 with $1 $5"
		failed=1
	}
}
for std in c11 c17 gnu17; do
	try "${CC:-cc}" $std c srcu.h
	try "${CC:-cc}" $std c srcu.h -DSRCU_OUT_OF_LINE
	try "${CC:-cc}" $std c srcu.h -DSRCU_NO_ASM
	try "${CC:-cc}" $std c srcu.h -fPIC
done
if command -v "${CXX:-c++}" >/dev/null; then
	for std in c++14 c++17 c++20; do
		try "${CXX:-c++}" $std c++ srcu.h
		try "${CXX:-c++}" $std c++ srcu.hpp
	done
else
	echo "skip C++: no C++ compiler"
fi
exit $failed
