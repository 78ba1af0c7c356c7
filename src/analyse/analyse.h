/* SPDX-License-Identifier: MIT */
/*
 * analyse.h - from the facts of all units to what is known of the program.
 *
 * Stages, one file each: link.c (symbols, tables of function pointers, families of ops tables),
 * flow.c (one function: which locks are held at which event, on which condition; with shape.c,
 * state.c, value.c, av.c, call.c, record.c and effect.c, what a call does to its caller's locks), reach.c (which takes and waits can happen inside a call),
 * entry.c (what is held at a function's entry on every way), edges.c (witnesses), names.c
 * (classes and canonical names), write.c (the lore).
 *
 * Deterministic: the order of the units does not matter (they are sorted by source first).
 * Cost: near linear in events times lock states per event; caps are counted in the lore, never
 * silent.  One thread.
 */
#ifndef LOCKLORE_ANALYSE_H
#define LOCKLORE_ANALYSE_H

#include "facts/facts.h"
#include "lore/lore.h"
#include "prim/prim.h"

struct analyse_options {
	const struct prim_table *prims; /* borrowed */
	const char *root;               /* absolute; files are named relative to it; NULL: common directory of the sources */
};

/* units: borrowed, n of them; they may be freed afterwards.  Caller frees with lore_free(). */
struct lore *analyse_program(struct facts_unit *const *units, size_t n, const struct analyse_options *opt);

#endif
