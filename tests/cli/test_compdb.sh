#!/bin/sh
# SPDX-License-Identifier: MIT
# compile_commands.json: where it is, what is wrong with it, and what becomes of its commands.
. "$(dirname "$0")/lib.sh"
needs_index test_compdb

mkdir -p p/src
echo 'int f(int x) { return x; }' >p/src/f.c
echo 'nop' >p/src/start.S

# db TEXT: a compilation database with that text.
db() {
	printf '%s\n' "$1" >p/compile_commands.json
}
# command TEXT: one unit compiled so.
command_is() {
	db "[{\"directory\":\"$work/p\",\"file\":\"src/f.c\",\"command\":\"$1\"}]"
}
# has NAME ARG..., lacks NAME ARG...: lines of the command file of src/f.c.
has() {
	name=$1
	shift
	for arg in "$@"; do
		grep -qxF -e "$arg" p/.locklore/build/f.c-*.cmd || {
			fail "$name: no $arg"
			return
		}
	done
	pass "$name"
}
lacks() {
	name=$1
	shift
	for arg in "$@"; do
		if grep -qxF -e "$arg" p/.locklore/build/f.c-*.cmd; then
			fail "$name: $arg is there"
			return
		fi
	done
	pass "$name"
}
index() {
	run index -p p --db p/.locklore/lore.db "$@"
}

run index
is "no compile_commands.json" 2 err 'no compile_commands.json here or in ./build; name its folder with -p' err 'cmake -DCMAKE_EXPORT_COMPILE_COMMANDS=ON'
run index -p p
is "none where -p says" 2 err 'p: no compile_commands.json there'
db '[{"directory": "/tmp", "file": '
index
is "cut short: file and line" 2 err 'compile_commands.json:[0-9]+: not JSON'
db '{"version": 1}'
index
is "not an array" 2 err 'compile_commands.json:1: not a compilation database'
db '[]'
index
is "empty" 2 err 'no C unit to index'
db '[{"directory":"/tmp"}]'
index
is "an entry without file" 2 err 'entry 1 names no "file"' err 'no C unit'
db "[{\"directory\":\"$work/p\",\"file\":\"src/f.c\"}]"
index
is "an entry without command" 2 err 'neither "command" nor "arguments"'
db "[7,{\"directory\":\"$work/p\",\"file\":\"src/f.c\",\"arguments\":[\"cc\",\"-c\",\"src/f.c\"]}]"
index
is "a broken entry among good ones" 0 err 'entry 1 names no' out '^1 unit,'
printf '\377\376\000[' >p/compile_commands.json
index
is "binary data" 2 err 'compile_commands.json:1: not JSON'

db "[{\"directory\":\"$work/p\",\"file\":\"src/f.c\",\"command\":\"cc -DFIRST -c src/f.c\"},
{\"directory\":\"$work/p/src\",\"file\":\"../src/f.c\",\"command\":\"cc -DSECOND -c f.c\"},
{\"directory\":\"$work/p\",\"file\":\"src/start.S\",\"command\":\"cc -c src/start.S\"},
{\"directory\":\"$work/p\",\"file\":\"src/f.rs\",\"command\":\"rustc src/f.rs\"}]"
index
is "the same file again, assembly, another language" 0 out 'skipped: 1 assembly, 1 repeated, 1 other'
has "of a repeated file the first counts" -DFIRST
mkdir p/build
mv p/compile_commands.json p/build/
(cd p && "$locklore" index -q >"$out" 2>"$err")
status=$?
is "found in ./build" 0
rm -r p/build

# Quoting, as a shell would read it.
sed "s|DIR|$work/p|" >p/compile_commands.json <<'EOF'
[{"directory":"DIR","file":"src/f.c",
  "command":"cc '-DA=\"a b\"' -DB=\\\"x\\\" \"-DC=c \\\"d\\x\" -D'E=e'f -c src/f.c"}]
EOF
index
is "quoted words" 0
has "quoted words arrive" '-DA="a b"' '-DB="x"' '-DC=c "d\\x' '-DE=ef'
printf '%s\n' '-DFROM_FILE "-DSPACE=a b"' >p/args.rsp
command_is "cc @args.rsp -c src/f.c"
index
has "words from a file" -DFROM_FILE '-DSPACE=a b'
command_is "cc -c src/f.c -o f.o; objtool f.o"
index
is "what follows a semicolon is no option" 0
lacks "what follows a semicolon is not there" objtool

# Launchers and compilers.
for start in 'ccache gcc' '/usr/bin/distcc /usr/bin/cc' 'env A=1 gcc-12' 'ccache sloppiness=x clang-14' \
	'libtool --tag=CC --mode=compile gcc' 'cmake -E __run_co_compile --source=x -- gcc'; do
	command_is "$start -DX -c src/f.c"
	index
	is "$start" 0 out '^1 unit,'
	lacks "$start: gone" gcc ccache clang-14 cc env A=1 libtool
done
command_is "/opt/x/bin/aarch64-linux-gnu-gcc-12 -ffreestanding -c src/f.c"
index
has "a cross compiler's target" --target=aarch64-linux-gnu

# What must not reach clang, and what must.
gone='-fconserve-stack -fno-var-tracking-assignments -mpreferred-stack-boundary=3 -mindirect-branch=thunk-extern
-mindirect-branch-register -falign-jumps=1 -fno-allow-store-data-races -mrecord-mcount -fplugin=./x.so
-fplugin-arg-x-y=z -fno-ipa-cp-clone -fno-code-hoisting -fno-reorder-blocks -flto -flto=auto
-ffat-lto-objects -fprofile-arcs -ftest-coverage --coverage -fsanitize=kernel-address -fsanitize-coverage=trace-pc
-fcoverage-mapping -g3 -ggdb -gdwarf-4 -gsplit-dwarf -fdebug-prefix-map=a=b -Wp,-MMD,x.d -MD -MMD -MP -Werror
-specs=/usr/share/x.specs -save-temps -fno-tree-loop-im -fanalyzer -fdiagnostics-color=always'
stay='-fzero-call-used-regs=used-gpr -mcmodel=kernel -fno-strict-aliasing -std=gnu11 -m64 -pthread -O2 -fshort-wchar
-fno-builtin-foo'
command_is "gcc $(echo $gone $stay) -MF x.d -MT y -MQ z -MFw.d -o src/f.o -ox.o --param ssp-buffer-size=4 --param=a=1 -include missing.h -c src/f.c"
touch p/missing.h
index
is "many options of gcc" 0 out '^1 unit,'
lacks "options that only gcc knows are gone" $gone -MF x.d y z -MFw.d src/f.o -ox.o --param ssp-buffer-size=4
has "options that count are there" $stay -include missing.h
command_is "gcc -fzorkmid -mgrue=yes -march=nonesuch -O2 -c src/f.c"
index
is "options that nobody knows" 0 out '^1 unit,'
command_is "gcc -O0 -c src/f.c"
index
has "-O0 without optnone" -disable-O0-optnone
command_is "gcc -O0 -O2 -c src/f.c"
index
lacks "-O2 as it is" -disable-O0-optnone
printf 'int f(int x) { return undeclared(x) + g; }\nint g;\n' >p/src/f.c
command_is "gcc -c src/f.c"
index
is "a unit that does not compile" 2 err 'f.c:1:[0-9]+: error: .*g' err 'no unit could be indexed'
printf 'int f(int *x) { char *y = x; h(); return y == 0; }\n' >p/src/f.c
index
is "what was a warning once is no error" 0 out '^1 unit,'

# The header in a file name with a space and a dollar.
mkdir -p 'p/in $c dir'
echo '#define N 1' >'p/in $c dir/a b.h'
printf '#include "a b.h"\nint f(void) { return N; }\n' >p/src/f.c
db "[{\"directory\":\"$work/p\",\"file\":\"src/f.c\",\"arguments\":[\"cc\",\"-Iin \$c dir\",\"-c\",\"src/f.c\"]}]"
index
is "a folder with a space and a dollar" 0
echo '#define N 2' >'p/in $c dir/a b.h'
before=$(cksum <"$(ls p/.locklore/build/f.c-*.bc)")
index
that "its headers are followed" [ "$before" != "$(cksum <"$(ls p/.locklore/build/f.c-*.bc)")" ]
db "[{\"directory\":\"$work/gone\",\"file\":\"f.c\",\"arguments\":[\"cc\",\"-c\",\"f.c\"]}]"
index
is "a folder that is gone" 2 err 'cannot enter .*/gone'
done_testing
