#!/bin/sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"

run
is "no command: the overview" 0 out 'usage:' out 'deadlocks'
run help
is "help: the overview" 0 out 'locklore check'
run --help
is "--help: the overview" 0 out 'locklore check'
for command in index check ask deadlocks review scan; do
	run help $command
	is "help $command" 0 out "^locklore $command" out 'examples:' out '--db FILE'
	run $command --help
	is "$command --help" 0 out "^locklore $command"
done
run --version
is "--version" 0 out '^locklore [0-9]+\.[0-9]+'
run help nothing
is "help of an unknown command" 2 err 'unknown command nothing'
run chekc x
is "an unknown command, nearly check" 2 err 'did you mean check\?' err 'try: locklore help'
run frobnicate
is "an unknown command, like nothing" 2 err 'unknown command frobnicate$'
run --colour=always check x
is "an unknown option, nearly --color" 2 err 'did you mean --color\?'
run index --onyl x
is "an unknown option of index" 2 err 'index: unknown option --onyl; did you mean --only\?' err 'locklore help index'
run index --only
is "an option without its value" 2 err '--only needs a value'
run index -j many
is "a number that is none" 2 err 'a number of jobs'
run index -j 0
is "no job at all" 2 err 'a number of jobs'
run ask --format yaml x
is "a format that is none" 2 err 'text, json'
run ask --fail-on=often x
is "a severity that is none" 2 err 'error, warning, note, never'
run ask --db
is "--db without a file" 2 err '--db needs a value'
run ask 'pool->lock inside cache->lock'
is "no database" 2 err '\.locklore/lore\.db: there is no database here; make one with: locklore index'
run ask --db elsewhere.db 'pool->lock inside cache->lock'
is "no database where --db says" 2 err 'elsewhere\.db'
mkdir sub
echo 'broken = [' >.locklore.conf
run scan sub
is "a broken project file is named with its line" 2 err '(\.locklore\.conf:[0-9]+|no \.c file)'
rm .locklore.conf
run help >/dev/null
"$locklore" help >/dev/full 2>"$err"
status=$?
: >"$out"
is "a full standard output" 2 err 'standard output: cannot write'
("$locklore" help 2>"$err"; echo $? >ended) | true
that "a reader that goes away" [ "$(cat ended)" = 0 ]
for word in "" index check ask deadlocks review scan; do
	"$locklore" help $word >"$out" 2>"$err"
	that "help $word fits 80 columns" awk 'length($0) > 80 { exit 1 }' "$out"
done
done_testing
