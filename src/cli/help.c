/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

const char common_help[] =
"\n"
"options of all commands:\n"
"  --db FILE         the database (default .locklore/lore.db)\n"
"  --config FILE     project rows: primitives, contexts (default .locklore.conf)\n"
"  --format FORM     text or json\n"
"  --all             cut no list\n"
"  -v, -q            say more, say less\n"
"  --color[=WHEN]    auto, always, never; NO_COLOR is honoured\n"
"  --fail-on LEVEL   exit 1 from this severity on: error, warning, note, never\n"
"  --help, --version\n"
"\n"
"exit status: 0 nothing found, 1 findings (index: a unit failed), 2 usage or\n"
"input error, 3 internal error\n";

const char index_help[] =
"Runs clang again on every unit of compile_commands.json (found in . or ./build),\n"
"reads what the bitcode says about locks, and writes the database.  ninja does\n"
"the work: in parallel, and only for what changed since the last run.\n"
"\n"
"  -p DIR            the folder of compile_commands.json, or that file\n"
"  --only GLOB       only units whose path below the root matches; * crosses /;\n"
"                    may be repeated\n"
"  --root DIR        files are named relative to it (default: the common folder\n"
"                    of the sources outside of the build folder)\n"
"  -j N              run N jobs at once\n"
"  --launcher CMD    put CMD before clang: distcc, icecc, ccache\n"
"  --no-wait         fail at once where another index is at work on this database\n"
"  FILE.bc...        ready bitcode (clang -g -emit-llvm -Xclang\n"
"                    -disable-llvm-passes)\n"
"  FILE.c...         plain files, compiled with the CFLAGS after --\n"
"\n"
"examples:\n"
"  locklore index\n"
"  locklore index -p build --only 'src/server/*'\n"
"  locklore index pool.c queue.c -- -Iinclude -DNDEBUG\n";

const char check_help[] =
"Reads the sentences about lock order in a document (.rst, .md, .txt, comments of\n"
".c and .h, a mail or a diff; - is standard input) and says of each: upheld,\n"
"contradicted, never exercised or not understood, with the places to look at.\n"
"\n"
"  --rule 'TEXT'     a sentence from the command line in place of a document\n"
"  --old, --new      which side of a diff is judged (default --new)\n"
"\n"
"examples:\n"
"  locklore check Documentation/locking.rst\n"
"  locklore check --rule 'cache->lock is taken outside pool->lock'\n"
"  git show | locklore check -\n";

const char ask_help[] =
"Answers a question with every place and its call chain.\n"
"\n"
"  'A inside B'            where is A taken while B is held?\n"
"  'A outside B'           the same as 'B inside A'\n"
"  'A with B'              both orders\n"
"  '* inside B'            what is taken while B is held?\n"
"  'synchronize_srcu(&S) inside *'\n"
"                          under which locks are the readers of S waited for?\n"
"  'path from F to A'      how does the function F come to take A?\n"
"\n"
"examples:\n"
"  locklore ask 'pool->lock inside cache->srcu'\n"
"  locklore ask 'synchronize_srcu(&cache->srcu) inside *'\n";

const char deadlocks_help[] =
"Lists every minimal cycle of lock orders in which all threads block, the most\n"
"certain first: the call chain of each thread, how they interleave, and what\n"
"mends it.  Waits for readers (synchronize_srcu and its kin) take part.\n"
"\n"
"  N                 only deadlock number N, in full\n"
"\n"
"examples:\n"
"  locklore deadlocks\n"
"  locklore deadlocks 2\n";

const char scan_help[] =
"Index and deadlocks in one step, with a database of its own that is removed\n"
"afterwards (--db FILE keeps it).  A PATH is a folder with compile_commands.json,\n"
"a folder of C files, a C file, or bitcode.  In a folder without\n"
"compile_commands.json every .c file is compiled with -I for its own folder, the\n"
"given folder and the folder's include/; what does not compile is counted.\n"
"\n"
"  --only GLOB, --root DIR, -j N, --launcher CMD    as for locklore index\n"
"  -- CFLAGS         further options for clang\n"
"\n"
"examples:\n"
"  locklore scan src/\n"
"  locklore scan server.c -- -DTHREADS=4\n";
