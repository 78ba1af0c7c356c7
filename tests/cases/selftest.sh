#!/bin/sh
# SPDX-License-Identifier: MIT
# The runner against a locklore that says what it is told to: does it notice every lie?
#   tests/cases/selftest.sh RUN_CASES
set -u
runner=$1
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

cat > "$dir/locklore" <<'END'
#!/bin/sh
here=$(dirname "$0")
case $1 in
scan|deadlocks) cat "$here/scan" ;;
index) exit "$(cat "$here/index" 2>/dev/null || echo 0)" ;;
ask) case $2 in *unknown*) echo "no such name" >&2; exit 2 ;; esac; cat "$here/ask" ;;
check) cat "$here/check"; exit 1 ;;
esac
END
chmod +x "$dir/locklore"

# expect WORDS VERDICT...: the runner's first word for a case with these lines
expect() {
	want=$1
	shift
	: > "$dir/case.c"
	for line; do
		echo "// locklore: $line" >> "$dir/case.c"
	done
	got=$("$runner" "$dir/locklore" "$dir/case.c" 2>&1)
	case $got in
	"$want "*) passed=$((passed + 1)) ;;
	*) failed=$((failed + 1)); echo "selftest: $*: expected '$want', got: $got" ;;
	esac
}

echo '{"deadlocks":[{"cycle":["x->a","b"]}],"nesting":[{"class":"n","annotated":true}]}' > "$dir/scan"
echo '{"answer":"yes","count":2,"sites":1}' > "$dir/ask"
echo '[{"statements":[{"verdict":"upheld"},{"verdict":"never exercised"}]}]' > "$dir/check"
expect ok 'must deadlock b x->a'
expect ok 'must deadlock b x->*'
expect ok 'must deadlock c|b x->a'
expect 'not ok' 'must deadlock b c'
expect 'not ok' 'must deadlock b'
expect 'not ok' 'must deadlock b *' 'must deadlock b * *'
expect 'not ok' 'must-not deadlock'
expect 'not ok' 'must-not deadlock b'
expect 'not ok' 'must order p q' # the cycle is no expected one
expect ok 'may deadlock b x->a' 'must order p q'
expect ok 'known-false-alarm deadlock b x->a'
expect 'not ok' 'known-miss deadlock b x->a'
expect 'not ok' 'may deadlock b x->a' 'known-false-alarm deadlock b c'
expect ok 'may deadlock b x->a' 'known-miss deadlock b c'

echo '{"deadlocks":[{"cycle":["s"]}],"nesting":[{"class":"n","annotated":true}]}' > "$dir/scan"
expect ok 'must self s'
expect 'not ok' 'must-not self s'
expect 'not ok' 'must self s' 'must self t'
expect ok 'must self s' 'must nest n'
expect ok 'must self s' 'must nest n annotated'
expect 'not ok' 'must self s' 'must nest n unannotated'
expect 'not ok' 'must self s' 'must-not nest n'

echo '{"deadlocks":[],"nesting":[]}' > "$dir/scan"
expect ok 'must-not deadlock'
expect 'not ok' 'must deadlock a b'
expect 'not ok' 'must nest n'
expect ok 'must order p q count=2 sites=1'
expect 'not ok' 'must order p q count=1'
expect 'not ok' 'must order p q sites=2'
expect 'not ok' 'must-not order p q'
expect 'not ok' 'must-not order p unknown'
expect ok 'must wait s inside a'
expect 'not ok' 'must-not wait s inside a'
expect ok "must verdict upheld,'never exercised' : X is outside Y and Z"
expect 'not ok' 'must verdict upheld : X is outside Y and Z'
expect 'not ok' 'must-not verdict upheld,never exercised : X is outside Y and Z'
expect ok 'flags -O2' 'must-not deadlock'
echo 2 > "$dir/index"
expect 'not ok' 'flags -O2' 'must-not deadlock'
expect 'run_cases:' 'must deadlok a'
expect 'run_cases:' 'must order a'
expect 'run_cases:'
echo 'this is no JSON' > "$dir/scan"
expect 'not ok' 'must-not deadlock'
echo '[]' > "$dir/check"

echo "selftest: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
