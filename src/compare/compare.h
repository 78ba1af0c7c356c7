/* SPDX-License-Identifier: MIT */
/*
 * compare.h - two states of one program, and what changed between them about locks.
 *
 * Two lores (with their verdict sessions) and pairs of documents in; renames, orders, statements
 * and deadlocks out.  Only classes and modes count: code that moved is no change, neither is an
 * order that is now made at other places too.
 *
 * Stages, one file each: classes.c (which lock is which, also where it was renamed), orders.c,
 * deadlocks.c, statements.c.
 *
 * Ownership: a comparison borrows lores, sessions and documents, which must outlive it, and owns
 * the rest; free with compare_free().  One thread.
 *
 * Cost: linear in the witnesses of both, beside what the sessions themselves do.
 */
#ifndef LOCKLORE_COMPARE_H
#define LOCKLORE_COMPARE_H

#include "lore/lore.h"
#include "rules/rules.h"
#include "verdict/verdict.h"

enum compare_when { COMPARE_BEFORE, COMPARE_AFTER, COMPARE_SIDES };

struct compare_side {
	const struct lore *l;
	struct verdict *v;
};

/* One document as it was and as it is; the same pointer where it is the same; NULL: not there. */
struct compare_doc { const struct rules_document *at[COMPARE_SIDES]; };

/* ---- locks -------------------------------------------------------------------- */

/* A lock of either side.  Sorted by name. */
struct compare_class {
	const char *name;             /* AFTER's, where it is there */
	uint32_t at[COMPARE_SIDES];   /* class in each lore, or LORE_NONE */
	const char *was;              /* another name that it had, or NULL */
	bool is_read_side;            /* by its kind: entering it blocks nobody */
};

/* ---- orders -------------------------------------------------------------------- */

enum compare_what {
	COMPARE_REVERSED, /* was only outer -> inner, is only inner -> outer */
	COMPARE_NEW,
	COMPARE_GONE,
};
const char *compare_what_name(enum compare_what w); /* "reversed", "new", "gone" */

/*
 * outer -> inner: inner is taken (or waited for) while outer is held.  Of the ways in which an
 * order is new or gone one stands for all: the one with the strongest modes that the other side
 * does not have as strong, and the surest and shortest chain.
 */
struct compare_order {
	enum compare_what what;
	uint32_t outer, inner;              /* compare_class */
	bool is_wait;
	bool is_mode;                       /* the order as such is on both sides, not in this mode */
	bool is_both;                       /* NEW: the inverse is there too, at AFTER */
	/* Inner places, in any mode; of a reversed order: at AFTER those of its inverse. */
	uint32_t places[COMPARE_SIDES];
	/* n_chain == 0: none.  NEW has one at AFTER, GONE at BEFORE, a reversed order both. */
	struct verdict_evidence witness[COMPARE_SIDES];
	uint8_t rank;                       /* 0: matters most */
};

/* ---- deadlocks --------------------------------------------------------------------- */

struct compare_deadlock {
	const struct verdict_deadlock *deadlock; /* of AFTER where it is opened, of BEFORE where closed */
	uint32_t index;     /* in verdict_deadlocks() of that side */
	bool is_hidden;     /* opened: it could happen before, behind a shorter one; closed: a
			       shorter one is there in its place */
};
struct compare_deadlocks { VEC(struct compare_deadlock); };

/* ---- statements ----------------------------------------------------------------------- */

struct compare_statement {
	size_t doc;                           /* index of the compare_doc */
	/* The document it stands in (AFTER's where it is there), judged by AFTER's code. */
	const struct verdict_document *in;
	const struct verdict_statement *at[COMPARE_SIDES]; /* by the code of each side */
	bool was_said, is_said;               /* does BEFORE's, AFTER's document say so? */
	bool is_contradiction;                /* said at AFTER, contradicted, and that is new */
	bool is_changed;                      /* the verdict is another */
};
struct compare_statements { VEC(struct compare_statement); }; /* by document, by line */

/* ---- all of it --------------------------------------------------------------------------- */

struct compare {
	struct compare_side side[COMPARE_SIDES];
	struct { VEC(struct compare_class); } classes;
	struct { VEC(struct compare_order); } orders;   /* by what, rank and names */
	struct compare_deadlocks opened, closed;
	struct compare_statements statements;           /* only those with something to say */
	size_t n_opened, n_closed;                      /* without the hidden ones */
	size_t n_renamed, n_judged;                     /* n_judged: statements compared */
	char *mismatch; /* why the sides may not be comparable (other configuration, tree), or NULL */
};

struct compare *compare_new(const struct compare_side *before, const struct compare_side *after,
			    const struct compare_doc *docs, size_t n_docs);
void compare_free(struct compare *c);

/* Nothing changed at all? */
bool compare_is_same(const struct compare *c);
/* Is there a new contradiction of at least this severity, or a new deadlock? */
bool compare_fails(const struct compare *c, const char *level);

#endif
