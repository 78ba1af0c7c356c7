#!/bin/sh
# SPDX-License-Identifier: MIT
# The man pages of libsrcu: every example is a whole program that compiles without a warning, runs,
# and prints what its page says; every link leads to a page that names it; the formatters see no
# mistake; what the header declares is documented, and each page's prototypes are the header's.
#   tests/srcu/man-examples.sh [BUILD_DIR]     CC as in common.sh
set -u
[ $# -eq 0 ] || BUILD=$1
. "$(dirname "$0")/common.sh"
build_library
man=$root/man
work=$build/man
rm -rf "$work"
mkdir -p "$work"
LIMIT=30
# The library's pages: not links
pages=$(grep -L '^\.so ' "$man"/*.3 "$man"/srcu.7)

# extract PAGE: each block of .EX to .EE in a file $work/PAGE.N, as it reads when formatted
extract() {
	awk -v out="$work/${1##*/}" '
		/^\.EX/ { file = out "." ++count; printf "" > file; inside = 1; next }
		/^\.EE/ { inside = 0; close(file); next }
		inside {
			if (/^[.\047]/) { print FILENAME ": a request inside an example: " $0 | "cat 1>&2"; exit 1 }
			line = $0
			bare = line
			gsub(/\\-/, "", bare)
			if (bare ~ /-/) { print FILENAME ": a bare - (write \\-): " $0 | "cat 1>&2"; exit 1 }
			gsub(/\\-/, "-", line)
			gsub(/\\\(aq/, "\047", line)
			gsub(/\\\(ha/, "^", line)
			gsub(/\\\(ti/, "~", line)
			gsub(/\\\(ga/, "`", line)
			gsub(/\\&/, "", line)
			gsub(/\\e/, "\\", line)
			print line > file
		}' "$1"
}

# example PAGE PROGRAM [OUTPUT]: OUTPUT starts with the line that runs the program
example() {
	cp "$2" "$work/example.c"
	(cd "$work" && $cc -O2 -Wall -Wextra -Wpedantic -Werror -I"$root/include" example.c \
		-o "$2.bin" -L"$lib" -lsrcu -pthread -Wl,-rpath,"$lib") >"$work/log" 2>&1 &&
		timeout -k 5 "$LIMIT" "$2.bin" >"$work/out" 2>>"$work/log"
	status=$?
	if [ $status -ne 0 ]; then
		fail "$1: the example does not compile or run (status $status)"
	elif [ $# -lt 3 ]; then
		fail "$1: the page does not say what the example prints"
	elif ! sed 1d "$3" | diff - "$work/out" >>"$work/log"; then
		fail "$1: the example prints something else than the page says"
	else
		pass "$1: the example runs and prints what the page says"
		return
	fi
	sed 's/^/     /' "$work/log"
}

for page in $pages; do
	name=${page##*/}
	if ! extract "$page" 2>"$work/log"; then
		fail "$name: $(cat "$work/log")"
		continue
	fi
	program=
	output=
	for block in "$work/$name".[0-9]*; do
		[ -e "$block" ] || continue
		if grep -q 'int main(' "$block"; then
			program=$block
		elif head -n 1 "$block" | grep -q '^\$ '; then
			output=$block
		fi
	done
	if [ -z "$program" ]; then
		fail "$name: no complete program"
	else
		# shellcheck disable=SC2086 # may be absent
		example "$name" "$program" $output
	fi
done

# Links lead to a page whose NAME has them.
for link in $(grep -l '^\.so ' "$man"/*.3); do
	name=$(basename "$link" .3)
	target=$(sed -n '1s/^\.so man3\///p' "$link")
	if [ -n "$target" ] && [ -e "$man/$target" ] &&
	   sed -n '/^\.SH NAME/{n;p;}' "$man/$target" | sed 's/ \\-.*//' | tr -d ',' | tr ' ' '\n' |
	   grep -qx "$name"; then
		passed=$((passed + 1))
	else
		fail "$name.3: leads to '$target', which does not name it"
	fi
done
for page in $pages; do
	for name in $(sed -n '/^\.SH NAME/{n;s/ \\-.*//;s/,//g;p;}' "$page"); do
		[ -e "$man/$name.3" ] || [ -e "$man/$name.7" ] || fail "$name: named by ${page##*/}, has no page"
	done
done
# Links between pages
for page in $pages; do
	for name in $(grep -hoE '[A-Za-z_]*srcu[A-Za-z_]* \([37]\)' "$page" | tr -d ' ' | sort -u); do
		file=${name%)}
		file=${file%(*}.${file#*(}
		[ -e "$man/$file" ] || fail "${page##*/}: refers to $name, which is not there"
	done
done

# What is exported or offered as a macro is documented (the fast path's own names are not).
declared() {
	sed -n '/^global:/,/for the inline fast path/p' "$root/src/srcu/srcu.map" | sed -n 's/^[[:space:]]*\([a-z_]*\);.*/\1/p'
	echo DEFINE_SRCU DEFINE_STATIC_SRCU SRCU_GUARD srcu_scoped_read srcu_dereference \
		srcu_assign_pointer smp_mb__after_srcu_read_unlock | tr ' ' '\n'
}
missing=$(for name in $(declared); do [ -e "$man/$name.3" ] || echo "$name"; done | tr '\n' ' ')
if [ -z "$missing" ]; then
	pass "all $(declared | wc -l) names of the interface have a page"
else
	fail "names without a page: $missing"
fi
for variable in $(grep -ohE 'srcu_env_number\("[A-Z_]*|secure_getenv\("[A-Z_]*' "$root"/src/srcu/*.c | sed 's/.*"//' | sort -u); do
	grep -q "$variable" "$man/srcu.7" || fail "srcu.7: says nothing of $variable"
done

# Each message of the library, by the longest piece of it that is fixed, is explained.
sed -e "s/^\\.[A-Z]* //" -e 's/[" ]//g' "$man/srcu.7" >"$work/flat"
for file in "$root"/src/srcu/*.c; do
	tr "\n" " " <"$file" | grep -oE 'srcu_report\([^"]*"[^"]*"'
done | sed 's/[^"]*"//; s/"$//; s/%[#]*l*[a-z]/\
/g' | tr -d " " | awk 'length > 16' | sed 's/[^a-z()]*$//' | sort -u >"$work/messages"
while read -r message; do
	grep -qF -e "$message" "$work/flat" || fail "srcu.7: does not explain '$message'"
done <"$work/messages"
pass "$(wc -l <"$work/messages") messages are explained"

# The size of a domain, which two pages name
echo '#include <srcu.h>
#include <stdio.h>
int main(void) { printf("%zu", sizeof(struct srcu_struct)); }' >"$work/size.c"
size=$($cc -I"$root/include" "$work/size.c" -o "$work/size" && "$work/size")
for page in srcu.7 init_srcu_struct.3; do
	said=$(sed -n 's/.* \([0-9]*\) bytes [io][nf] the user.*/\1/p' "$man/$page")
	if [ "$said" = "$size" ]; then
		passed=$((passed + 1))
	else
		fail "$page: a domain takes $size bytes, not '$said'"
	fi
done

# The example of the README is C, given the program around it
for text in "$root/README.md"; do
	[ -e "$text" ] && grep -q '^    #include <srcu\.h>' "$text" || continue
	{
		printf '#include <stdlib.h>\nstruct config;\nvoid use(struct config *config);\n'
		printf 'void request(void);\nvoid reload(struct config *new);\n'
		awk '/^    #include <srcu\.h>/ { on = 1 } /^[^ ]/ { on = 0 } on' "$text"
	} >"$work/readme.c"
	if $cc -O2 -Wall -Wextra -Wpedantic -Werror -I"$root/include" -c "$work/readme.c" \
		-o "$work/readme.o" >"$work/log" 2>&1; then
		pass "${text##*/}: its example compiles"
	else
		fail "${text##*/}: its example does not compile"
		sed 's/^/     /' "$work/log"
	fi
done

# The prototypes: each name's declaration in the header, spread over the page's SYNOPSIS
plain() { # PAGE: its SYNOPSIS without fonts and quotes, in one line
	sed -n '/^\.SH SYNOPSIS/,/^\.SH DESC/p' "$1" |
		sed -e 's/^\.[BI]*[[:space:]]//' -e 's/ *" */"/g' -e 's/ \([,);]\)/\1/g' |
		tr -d ' "\n\t'
}
for name in $(declared | grep -v '^[DS]' | grep -v 'scoped\|dereference\|assign\|smp_mb'); do
	# The first declaration, up to its semicolon or body
	prototype=$(sed -n "/^[a-z].*[ *]$name(/,/)/p" "$root/include/srcu.h" | sed '/)/q' | sed 's/);.*/)/' | tr -d ' \n\t')
	page=$man/$name.3
	target=$(sed -n '1s/^\.so man3\///p' "$page" 2>/dev/null)
	[ -z "$target" ] || page=$man/$target
	case $(plain "$page") in
	*"${prototype#staticinline}"*) passed=$((passed + 1)) ;;
	*) fail "$name: the header says $prototype, and ${page##*/} does not" ;;
	esac
done
echo "ok   links and prototypes"

lint() { # TOOL COMMAND...: says something only where there is something wrong
	tool=$1
	shift
	for page in $pages; do
		"$@" "$page" 2>&1 >/dev/null | sed "s|^|${page##*/}: |"
	done >"$work/lint"
	if [ -s "$work/lint" ]; then
		fail "$tool"
		sed 's/^/     /' "$work/lint" | head -n 40
	else
		pass "$tool has no warning"
	fi
}
if command -v groff >/dev/null; then
	lint groff groff -man -Tutf8 -ww -z
else
	echo "skip groff: not installed"
fi
if man --version 2>/dev/null | grep -q '^man '; then
	lint "man --warnings" env MANWIDTH=100 man --warnings -E UTF-8 -l -Tutf8 -Z
else
	echo "skip man --warnings: no man-db"
fi
if command -v mandoc >/dev/null; then
	# Pages without a date are meant so: they change with the library
	lint mandoc sh -c 'mandoc -T lint -W warning "$1" | grep -v "missing date" >&2' sh
else
	echo "skip mandoc: not installed"
fi
verdict
