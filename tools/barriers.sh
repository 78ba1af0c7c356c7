#!/bin/sh
# SPDX-License-Identifier: MIT
# Do the barriers of libsrcu still pair?  tools/barriers.sh [FOLDER] reads the comments of
# FOLDER/include/srcu.h and FOLDER/src/srcu/ (default: this tree).  A comment says
#	barrier(A): what it orders.  Pairs with B and C: what goes wrong without it.
# Each barrier must name a partner, each partner must exist and name it back.  A barrier with code
# in several places (one for each machine, say) has the same partners at each.  Prints the list;
# or each violation as FILE:LINE, and fails.
set -u
LC_ALL=C
export LC_ALL
cd "${1:-$(dirname "$0")/..}" || exit 2

# Lines "NAME FILE:LINE PARTNER,PARTNER".
barriers() {
	awk '
	function begin_file() { in_comment = 0; words = 0 }
	function take(text,   n, part, i) {
		n = split(text, part, /[ \t]+/)
		for (i = 1; i <= n; i++)
			if (part[i] != "" && part[i] != "*") {
				word[++words] = part[i]
				line[words] = FNR
			}
	}
	function bare(w) {
		gsub(/^[(]|^barrier[(]|[).,;:]+$/, "", w)
		return w
	}
	function is_name(w) { return w ~ /^(barrier[(])?[A-Z][A-Z0-9]*[).,;:]*$/ }
	# The names after "pairs with"; returns the number of the last word of the list.
	function partners_from(i) {
		for (; i <= words; i++) {
			if (word[i] == "and" || word[i] == "&")
				continue
			if (!is_name(word[i]))
				break
			partners = partners (partners == "" ? "" : ",") bare(word[i])
			if (word[i] ~ /[.;:]$/ || (word[i] ~ /[^,]$/ && word[i + 1] != "and" && word[i + 1] != "&"))
				return i
		}
		return i - 1
	}
	function flush_barrier() {
		if (name != "")
			print name, FILENAME ":" at, partners
		name = partners = ""
	}
	function end_comment(   i) {
		for (i = 1; i <= words; i++) {
			if (word[i] ~ /^barrier[(][A-Z][A-Z0-9]*[)]/) {
				flush_barrier()
				name = word[i]
				sub(/^barrier[(]/, "", name)
				sub(/[)].*/, "", name)
				at = line[i]
			} else if (tolower(word[i]) ~ /^[(]?pairs$/ && word[i + 1] == "with" && name != "") {
				i = partners_from(i + 2)
			}
		}
		flush_barrier()
		words = 0
	}
	FNR == 1 { begin_file() }
	{
		text = $0
		while (text != "") {
			if (!in_comment) {
				at_line = index(text, "//")
				at_block = index(text, "/*")
				if (at_line && (!at_block || at_line < at_block)) {
					take(substr(text, at_line + 2))
					end_comment()
					break
				}
				if (!at_block)
					break
				in_comment = 1
				text = substr(text, at_block + 2)
			}
			stop = index(text, "*/")
			if (!stop) {
				take(text)
				break
			}
			take(substr(text, 1, stop - 1))
			end_comment()
			in_comment = 0
			text = substr(text, stop + 2)
		}
	}' "$@" </dev/null
}

set --
for file in include/srcu.h include/srcu.hpp src/srcu/*.[chS]; do
	[ -e "$file" ] && set -- "$@" "$file"
done
[ $# -gt 0 ] || {
	echo "tools/barriers.sh: neither include/srcu.h nor src/srcu/ in $(pwd)" >&2
	exit 2
}

barriers "$@" | sort | awk '
	function complain(text) { print text; bad++ }
	{
		count++
		name[count] = $1
		at[count] = $2
		partners[count] = $3
		if ($3 == "")
			complain($2 ": barrier(" $1 ") says \"pairs with\" nobody")
		if ($1 in all && all[$1] != $3)
			complain($2 ": barrier(" $1 ") pairs with " $3 ", but with " all[$1] " at " first[$1])
		if (!($1 in all)) {
			all[$1] = $3
			first[$1] = $2
		}
	}
	END {
		for (i = 1; i <= count; i++) {
			n = split(partners[i], p, ",")
			for (k = 1; k <= n; k++) {
				if (!(p[k] in all))
					complain(at[i] ": barrier(" name[i] ") pairs with " p[k] ", which does not exist")
				else if (index("," all[p[k]] ",", "," name[i] ",") == 0)
					complain(at[i] ": barrier(" name[i] ") pairs with " p[k] ", which does not name it back (" first[p[k]] ")")
			}
		}
		if (count == 0)
			complain("no comment with barrier(X) found")
		if (bad) {
			print bad " violations"
			exit 1
		}
		for (i = 1; i <= count; i++)
			printf "%-4s %-32s pairs with %s\n", name[i], at[i], partners[i]
		print count " barriers, all paired"
	}'
