/* SPDX-License-Identifier: MIT */
/*
 * bitcode.h - LLVM bitcode to facts.  The only room that knows LLVM (C API, 16 or newer).
 *
 * The module was compiled with -g -emit-llvm -Xclang -disable-llvm-passes: one IR function is one
 * source function, every access goes through memory.  Here variables become values (mem2reg),
 * scope guards are inlined (their constructor and cleanup handler; the places remember it), and
 * what is left is translated (identity by debug info: see facts.h).
 *
 * Threads: each call has a context of its own; calls may run in parallel.
 */
#ifndef LOCKLORE_BITCODE_H
#define LOCKLORE_BITCODE_H

#include "facts/facts.h"
#include "prim/prim.h"

/* LAST: the program ends soon; LLVM's memory is not given back, which takes longer than expected. */
enum bitcode_flag { BITCODE_LAST = 1 };

/* Caller frees with facts_free().  NULL with d: broken, cut short, no debug info, of a newer LLVM. */
struct facts_unit *bitcode_read(const char *path, const struct prim_table *prims, unsigned flags,
				struct diag *d);

/* "LLVM 19.1.7" */
const char *bitcode_version(void);

#endif
