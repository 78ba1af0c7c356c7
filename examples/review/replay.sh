#!/bin/sh
# SPDX-License-Identifier: MIT
# The story of a lock-order document, replayed in a git repository of its own: a document that is
# true; a change that breaks it; a patch that writes the mistake down; its review; the mend.
#   examples/review/replay.sh [FOLDER]    FOLDER keeps the repository (router/); default: a temporary one
# LOCKLORE names the program.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
locklore=${LOCKLORE:-$here/../../build/release/locklore}
locklore=$(realpath "$locklore")
[ -x "$locklore" ] || {
	echo "replay.sh: $locklore is not built: run make" >&2
	exit 2
}
command -v git >/dev/null || {
	echo "replay.sh: git is not installed: apt-get install git" >&2
	exit 2
}
if [ $# -gt 0 ]; then
	work=$1
else
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work/router"
cp "$here/2-clarify.mail" "$work"
cd "$work/router"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=Example \
	GIT_AUTHOR_EMAIL=example@example.org GIT_COMMITTER_NAME=Example \
	GIT_COMMITTER_EMAIL=example@example.org GIT_AUTHOR_DATE=2026-03-01T10:00:00Z \
	GIT_COMMITTER_DATE=2026-03-01T10:00:00Z LC_ALL=C

# run WANTED COMMAND...: shows the command and what it says; its exit status must be WANTED.
run() {
	wanted=$1
	shift
	printf '\n$'
	for word in "$@"; do
		case $word in
		*[!A-Za-z0-9_./=~^-]*) printf " '%s'" "$word" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
	echo
	status=0
	if [ "$1" = locklore ]; then
		shift
		"$locklore" "$@" || status=$?
	else
		"$@" || status=$?
	fi
	[ "$status" = "$wanted" ] || {
		echo "replay.sh: exit status $status, wanted $wanted" >&2
		exit 1
	}
}

say() {
	printf '\n== %s\n' "$1"
}

say "1. A document that is true"
cp "$here"/project/* .
{
	echo '['
	comma=
	for file in *.c; do
		printf '%s{"directory": "%s", "file": "%s", "arguments": ["cc", "-I%s", "-c", "%s"]}\n' \
			"$comma" "$PWD" "$file" "$here/../../include" "$file"
		comma=,
	done
	echo ']'
} >compile_commands.json
printf '%s\n' .locklore compile_commands.json >.gitignore
git init -q -b main .
git add .
git commit -q -m "A router, and its lock order"
git tag true
run 0 locklore index -q -p .
run 0 locklore check LOCKING.md

say "2. A change that breaks it"
git am -q "$here/1-break.patch"
git tag broken
run 1 locklore diff -p . true broken LOCKING.md

say "3. A patch to the document that writes the mistake down, and its review"
run 0 locklore index -q -p .
run 1 locklore review ../2-clarify.mail

say "4. The mend"
git am -q "$here/3-mend.patch"
run 0 locklore diff -p . broken HEAD LOCKING.md
run 0 locklore index -q -p .
run 1 locklore review ../2-clarify.mail
run 0 locklore check LOCKING.md
