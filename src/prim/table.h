/* SPDX-License-Identifier: MIT */
/*
 * table.h - the built-in rows and what a .locklore.conf adds; private to this room.
 *
 * A row is written with the short macros below; prim_builtin() puts the parts together.  No two
 * built-in rows share a name (the unit test checks it).
 */
#ifndef LOCKLORE_PRIM_TABLE_H
#define LOCKLORE_PRIM_TABLE_H

#include "prim/prim.h"

/* name, kind, lock, lock kind, mode, success, flags, target, global, said */
#define PRIM_ROW(nm, kd, lk, lkind, md, suc, fl, tgt, gl, sd) \
	{ .name = (nm), .kind = PRIM_##kd, .lock = (lk), .lock_kind = FACTS_KIND_##lkind, \
	  .mode = ORDER_##md, .success = FACTS_##suc, .flags = (fl), .target = (tgt), \
	  .global = (gl), .said = (sd) }

#define TAKE(nm, lk, lkind, md) \
	PRIM_ROW(nm, TAKE, lk, lkind, md, ALWAYS, 0, PRIM_NO_ARG, NULL, NULL)
#define TAKE_NESTED(nm, lk, lkind, md) \
	PRIM_ROW(nm, TAKE, lk, lkind, md, ALWAYS, FACTS_NESTED, PRIM_NO_ARG, NULL, NULL)
/* Held when the result says so: then the success (IF_ZERO, IF_NONZERO, IF_POSITIVE) and the flags. */
#define TAKE_IF(nm, lk, lkind, md, ...) \
	PRIM_ROW(nm, TAKE, lk, lkind, md, __VA_ARGS__, PRIM_NO_ARG, NULL, NULL)
#define DROP(nm, lk, lkind, md) \
	PRIM_ROW(nm, DROP, lk, lkind, md, ALWAYS, 0, PRIM_NO_ARG, NULL, NULL)
#define WAIT(nm, lk, lkind, sd) \
	PRIM_ROW(nm, WAIT, lk, lkind, WAIT, ALWAYS, 0, PRIM_NO_ARG, NULL, sd)
#define DEFER(nm, lk, lkind, tgt, sd) \
	PRIM_ROW(nm, DEFER, lk, lkind, WAIT, ALWAYS, 0, tgt, NULL, sd)
#define SPAWN(nm, lk, tgt) \
	PRIM_ROW(nm, SPAWN, lk, READSIDE, SHARED_RECURSIVE, ALWAYS, 0, tgt, NULL, NULL)
#define LAST(nm, lk) \
	PRIM_ROW(nm, LAST, lk, UNKNOWN, EXCLUSIVE, IF_NONZERO, 0, PRIM_NO_ARG, NULL, NULL)
#define CALLS(nm, tgt) \
	PRIM_ROW(nm, CALLS, PRIM_NO_ARG, UNKNOWN, EXCLUSIVE, ALWAYS, 0, tgt, NULL, NULL)

/* The same for a class that is no variable of the code: gl names it. */
#define GLOBAL_TAKE(nm, gl, lkind, md) \
	PRIM_ROW(nm, TAKE, PRIM_NO_ARG, lkind, md, ALWAYS, 0, PRIM_NO_ARG, gl, NULL)
#define GLOBAL_DROP(nm, gl, lkind, md) \
	PRIM_ROW(nm, DROP, PRIM_NO_ARG, lkind, md, ALWAYS, 0, PRIM_NO_ARG, gl, NULL)
#define GLOBAL_WAIT(nm, gl, lkind, sd) \
	PRIM_ROW(nm, WAIT, PRIM_NO_ARG, lkind, WAIT, ALWAYS, 0, PRIM_NO_ARG, gl, sd)
#define GLOBAL_DEFER(nm, gl, lkind, tgt, sd) \
	PRIM_ROW(nm, DEFER, PRIM_NO_ARG, lkind, WAIT, ALWAYS, 0, tgt, gl, sd)
#define GLOBAL_TOUCH(nm, gl, lkind, md) \
	PRIM_ROW(nm, TOUCH, PRIM_NO_ARG, lkind, md, ALWAYS, 0, PRIM_NO_ARG, gl, NULL)

/* Ends with the row whose name is NULL. */
extern const struct prim prim_rows_kernel[], prim_rows_spin[], prim_rows_rcu[], prim_rows_user[];
/* Names of PRIM_IGNORE rows; ends with NULL. */
extern const char *const prim_names_ignored[];
extern const struct prim_lock_type prim_types_builtin[];     /* ends with name NULL */
extern const struct prim_callback prim_callbacks_builtin[];  /* ends with owner NULL */
extern const struct prim_context prim_contexts_builtin[];    /* ends with words NULL */
extern const struct prim_counter prim_counters_builtin[];    /* ends with owner NULL */

/* The project's rows come first, then the built-in ones. */
struct prim_table {
	struct strtab *str; /* owns the strings of the project's rows */
	struct { VEC(struct prim); } rows;          /* sorted by name once loaded */
	struct { VEC(struct prim_lock_type); } types;
	struct { VEC(struct prim_callback); } callbacks;
	struct { VEC(struct prim_context); } contexts;
	struct { VEC(struct prim_counter); } counters;
};

/* Adds the project's rows of file `conf` to an empty table. */
bool prim_conf_read(struct prim_table *t, const char *conf, struct diag *d);

/* Words of the configuration, in the order of the enums; prim_word() gives -1 for another word. */
extern const char *const prim_kind_words[PRIM_KINDS];
extern const char *const prim_lock_kind_words[FACTS_LOCK_KINDS];
extern const char *const prim_success_words[FACTS_SUCCESSES];
int prim_word(const char *const *words, int n, const char *word);

#endif
