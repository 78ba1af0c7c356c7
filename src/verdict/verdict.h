/* SPDX-License-Identifier: MIT */
/*
 * verdict.h - holds what people wrote down against what the code does.
 *
 * A session (struct verdict) is opened over a lore.  It resolves names as people write them,
 * judges documents, answers questions and finds deadlocks; printing is report/'s business.
 *
 * Stages, one file each: names.c (a lock as written -> class), similar.c (did you mean),
 * evidence.c (which witnesses bear on a pair of classes), document.c (all of a document),
 * statement.c (one verdict per statement), requires.c, leaf.c, context.c (the kinds that need
 * more than a pair), reach.c (what a function reaches), blame.c (who seems wrong), comment.c
 * (what the code itself says there), selfcheck.c (the document against itself), deadlock.c
 * (cycles), mend.c (what would break them), question.c (`ask`).
 *
 * Ownership: a session borrows the lore, the primitives and the documents, and owns everything
 * that it hands out; all of it lives until verdict_free().  One thread per session.
 *
 * Cost: opening is linear in the names; a question looks only at the witnesses of its classes;
 * deadlocks are looked for once, when first asked for.
 */
#ifndef LOCKLORE_VERDICT_H
#define LOCKLORE_VERDICT_H

#include "lore/lore.h"
#include "prim/prim.h"
#include "rules/rules.h"

struct verdict;
/* prims may be NULL: then `cpus_read_lock()` and the like are names that nothing knows. */
struct verdict *verdict_new(const struct lore *l, const struct prim_table *prims);
void verdict_free(struct verdict *v);

enum verdict_value {
	VERDICT_UPHELD,
	VERDICT_CONTRADICTED,
	VERDICT_NEVER_EXERCISED,
	VERDICT_NOT_UNDERSTOOD,
	VERDICT_VALUES
};
const char *verdict_value_name(enum verdict_value v); /* "never exercised" */

/* lore_finding.severity has the same values. */
enum verdict_severity { VERDICT_NOTE, VERDICT_WARNING, VERDICT_ERROR };
const char *verdict_severity_name(enum verdict_severity s);
/* Is it at least of this level: "error", "warning", "note"; "never": no. */
bool verdict_fails(enum verdict_severity s, const char *level);

/* ---- names ------------------------------------------------------------------ */

enum verdict_known {
	VERDICT_KNOWN,	 /* cls is a class */
	VERDICT_DRIFTED, /* the name is not of this code, but exactly one lock has its last member:
			    cls */
	VERDICT_NOT_TAKEN, /* a lock of this code that nothing in it takes: no class */
	VERDICT_AMBIGUOUS, /* several locks answer to it */
	VERDICT_UNKNOWN
};
struct verdict_name {
	enum verdict_known known;
	uint32_t cls;	     /* class, or LORE_NONE */
	const char *similar; /* AMBIGUOUS: those that answer; UNKNOWN: names like it; or "" */
};
struct verdict_name verdict_resolve(struct verdict *v, const char *written);

/* ---- evidence ---------------------------------------------------------------- */

/* One place with its chain: a witness, or a take, call or path that has no outer lock. */
struct verdict_evidence {
	uint32_t outer, inner;		/* classes, or LORE_NONE */
	uint8_t outer_mode, inner_mode; /* enum order_mode */
	uint8_t flags;			/* enum lore_witness_flag */
	uint8_t assumptions;
	bool is_against;       /* speaks against the statement */
	const uint32_t *chain; /* places, n_chain of them: never 0 */
	uint32_t n_chain;
	const struct lore_heldlock *held; /* at the last place */
	uint32_t n_held;
	const struct lore_heldlock *gates; /* of a witness: held all the way, without outer */
	uint32_t n_gates;
};

struct verdict_list { VEC(struct verdict_evidence); };

/* ---- deadlocks ----------------------------------------------------------------- */

/* What is done to one edge of the cycle. */
enum verdict_mend_kind {
	VERDICT_MEND_DROP,  /* let go of the outer lock before the inner is asked for */
	VERDICT_MEND_DEFER, /* call_srcu() in place of the wait */
	VERDICT_MEND_FIRST, /* take the inner lock before the outer */
	VERDICT_MEND_LEAF,  /* another lock in place of the inner */
	VERDICT_MEND_AGAIN  /* do not take it a second time */
};
struct verdict_mend {
	const char *text; /* "drop kvm->lock before the wait, in f() at x.c:12" */
	enum verdict_mend_kind kind;
	uint32_t edge; /* of the deadlock */
};

struct verdict_deadlock {
	uint32_t n;			      /* edges */
	const struct verdict_evidence *edges; /* in the cycle's order; [i].inner == [i + 1].outer */
	uint32_t assumptions, steps;	      /* sums: what it is ranked by */
	struct verdict_mend mends[6];
	uint32_t n_mends;
};

/* A class taken while one of the same class is held, where that could block. */
struct verdict_nesting {
	uint32_t cls;
	bool is_annotated;
	struct verdict_list list;
};

struct verdict_statement;

struct verdict_finding {
	const char *code; /* "unknown-lock" */
	enum verdict_severity severity;
	const char *file; /* or "" */
	unsigned line;	  /* or 0 */
	const char *message;
	/* of a document against itself: the statements it is about; first the one that forbids, or that closes the circle */
	const struct verdict_statement *const *about;
	uint32_t n_about;
};

struct verdict_deadlocks {
	struct { VEC(struct verdict_deadlock); } at; /* most certain first */
	struct { VEC(struct verdict_nesting); } nesting; /* by class */
	struct { VEC(struct verdict_finding); } findings;
};
/* Looked for at the first call. */
const struct verdict_deadlocks *verdict_deadlocks(struct verdict *v);

/* ---- a document ------------------------------------------------------------------ */

/* CONTRADICTED: what would have to change.  BOTH: the few places that do as the sentence says. */
enum verdict_blame { VERDICT_BLAME_NONE, VERDICT_BLAME_CODE, VERDICT_BLAME_SENTENCE, VERDICT_BLAME_BOTH };

struct verdict_statement {
	const struct rules_statement *rule;
	struct verdict_name names[2];
	enum verdict_value value;
	enum verdict_severity severity;
	enum verdict_blame blame;
	bool is_judged;		 /* false: recorded with its kind, no more */
	uint32_t seen, reversed; /* places: of what it says; of the opposite */
	uint32_t unresolved; /* calls through unresolved pointers that could change the verdict */
	struct verdict_list list; /* those for it first, best first */
	const char *why;     /* CONTRADICTED: counts and who seems wrong; else one line or "" */
	const char *comment;	/* what the code says there, or NULL */
	uint32_t comment_place; /* where, if comment */
	uint32_t deadlock;	/* index in verdict_deadlocks(), or LORE_NONE */
};

struct verdict_document {
	const struct rules_document *doc;
	struct { VEC(struct verdict_statement); } statements; /* in the document's order */
	struct { VEC(struct verdict_finding); } findings; /* by line */
	struct { VEC(uint32_t); } deadlocks;	       /* indices of those that involve its locks */
	const char **spelling; /* by class: as the document writes it, or NULL */
};
const struct verdict_document *verdict_check(struct verdict *v, const struct rules_document *doc);
/* The worst severity of contradictions, findings and deadlocks; *any: there is at least one. */
enum verdict_severity verdict_worst(const struct verdict_document *d, bool *any);

/*
 * A comment in the code shortly before a place, in the same function, that speaks of locks, or
 * NULL; owned by the session.  Reads the file.
 */
const char *verdict_comment_near(struct verdict *v, uint32_t place);

/* ---- questions --------------------------------------------------------------------- */

struct verdict_answer {
	bool is_yes;
	uint32_t count,
		sites; /* distinct (outer place, inner place) pairs; distinct inner places */
	struct verdict_list list;	   /* best first */
	uint32_t other_count, other_sites; /* the other way round (INSIDE, two named locks) */
	uint32_t alone;	       /* wait inside *: places that wait while nothing is held */
	uint32_t inner, outer; /* classes, or LORE_NONE for '*' */
	const char *comment;   /* as in a statement */
	uint32_t comment_place;
	const char *note; /* how a name was read, or "" */
};
/* NULL with d: a name that nothing knows, with names like it. */
const struct verdict_answer *verdict_ask(struct verdict *v, const struct rules_question *q,
					 struct diag *d);

#endif
