/* SPDX-License-Identifier: MIT */
/*
 * prim.h - the table of primitives: which function takes, drops or waits for what.
 *
 * Knowledge lives in rows (table.c); a project adds rows in .locklore.conf (libconfig syntax,
 * conf.c).  One row is one primitive.  A row of the project beats a built-in one of that name.
 *
 * Ownership: a table owns its rows and strings; free with prim_free().  Read-only after loading.
 */
#ifndef LOCKLORE_PRIM_H
#define LOCKLORE_PRIM_H

#include "base/base.h"
#include "facts/facts.h"

enum prim_kind {
	PRIM_TAKE, PRIM_DROP, PRIM_WAIT, PRIM_ASSERT, PRIM_DENY, PRIM_REWAIT, PRIM_DEFER, PRIM_SPAWN,
	PRIM_TOUCH,    /* takes and drops before it returns: a summary of code that is not indexed;
			  with `target`: and calls that argument meanwhile */
	PRIM_CALLS,    /* calls its callback argument before it returns (on_each_cpu) */
	PRIM_STATIC_CALL,   /* name is a prefix: prefix + KEY is a call of what is stored in the key */
	PRIM_STATIC_UPDATE, /* stores argument `target` in the static-call key that argument `lock` is the address of;
			       with `global`: and touches that class in `mode` */
	PRIM_LAST,     /* gives up a reference to the object around argument `lock`; success: it was the last one */
	PRIM_NORETURN, /* control does not come back */
	PRIM_IGNORE,   /* known to have no part in this: neither indexed code nor an unknown */
	PRIM_DOWNGRADE, /* drops the lock in exclusive mode and holds it in `mode`, without a gap and without blocking */
	PRIM_KINDS
};

#define PRIM_NO_ARG (-1)

struct prim {
	const char *name;      /* as in the compiled code (mutex_lock_nested, not the macro mutex_lock) */
	uint8_t kind;          /* enum prim_kind */
	int8_t lock;           /* index of the argument that is the lock, or PRIM_NO_ARG: `global` names it */
	uint8_t lock_kind;     /* enum facts_lock_kind */
	uint8_t mode;          /* enum order_mode */
	uint8_t success;       /* enum facts_success: which result says it is held */
	uint8_t flags;         /* enum facts_flag */
	int8_t target;         /* SPAWN, DEFER, CALLS, STATIC_UPDATE: index of the callback, or PRIM_NO_ARG */
	const char *global;    /* class that is no variable of the code: "rcu", "cpu_hotplug_lock" */
	const char *said;      /* how people write it where that is not the name: "synchronize_srcu"; or NULL */
};

/* A struct (or typedef) that is a lock; members inside it are not looked at. */
struct prim_lock_type { const char *name; uint8_t lock_kind; };

/* A field that holds a callback nobody in the indexed code calls: its functions are roots. */
struct prim_callback {
	const char *owner, *member; /* work_struct.func */
	bool is_waitable;           /* a wait for the object that contains it waits for the function */
};

/* "MMU notifiers" = the functions in fields of struct mmu_notifier_ops */
struct prim_context { const char *words, *owner, *member; /* member NULL: all */ };

/* A counter that somebody waits for: a read side (RUNTIME and locking.rst: mn_active_invalidate_count). */
struct prim_counter {
	const char *owner, *member; /* the field whose increments enter and decrements leave */
	const char *waiter;         /* function that waits until it is zero */
};

struct prim_table;
/* Built-in rows, and those of conf (may be NULL: none).  NULL with d: file, line, what is wrong. */
struct prim_table *prim_load(const char *conf, struct diag *d);
void prim_free(struct prim_table *t);

const struct prim *prim_find(const struct prim_table *t, const char *name);
/* Longest PRIM_STATIC_CALL prefix of name; *key is the rest of it (borrowed from name). */
const struct prim *prim_find_static(const struct prim_table *t, const char *name, const char **key);
uint8_t prim_lock_type(const struct prim_table *t, const char *type); /* enum facts_lock_kind */
const struct prim_callback *prim_callback(const struct prim_table *t, const char *owner, const char *member);
const struct prim_counter *prim_counter(const struct prim_table *t, const char *owner, const char *member);
const struct prim_counter *prim_counter_waiter(const struct prim_table *t, const char *function);

/* The project's and the built-in context rows, project's first: i = 0, 1, ... until NULL. */
const struct prim_context *prim_context(const struct prim_table *t, size_t i);
/* All rows in name order, for documents and completions: i = 0, 1, ... until NULL. */
const struct prim *prim_row(const struct prim_table *t, size_t i);

/*
 * The row by which people call it: "synchronize_srcu" finds the wait on an SRCU domain, also
 * where the code's function has another name.  NULL: no such word.
 */
const struct prim *prim_said(const struct prim_table *t, const char *word);

/* Digest of all rows: part of the database's configuration, so that a changed row re-indexes. */
uint64_t prim_digest(const struct prim_table *t);

#endif
