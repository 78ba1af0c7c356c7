/* SPDX-License-Identifier: MIT */
/*
 * review.h - a patch to a document about locks, or to the code under it, answered.
 *
 * Takes a mail, a thread, a patch or a commit as text, holds what it changes against a lore, and
 * gives the answer as a structure; report/ prints it.  Only what is wrong becomes a block; what
 * is right is counted.
 *
 * Stages, one file each: review.c (the whole), paper.c (the documents as the patch leaves them),
 * block.c (changed sentences with their evidence), place.c (places behind a verdict), knot.c
 * (deadlocks and which mend fits), talk.c (what is said around the patch), code.c (changed lines
 * of code).
 *
 * Ownership: a review borrows the session, the lore, the primitives, and owns everything that it
 * hands out; free with review_free() before the session.  One thread per review.
 */
#ifndef LOCKLORE_REVIEW_H
#define LOCKLORE_REVIEW_H

#include "lore/lore.h"
#include "prim/prim.h"
#include "rules/rules.h"
#include "verdict/verdict.h"

/* ---- evidence ------------------------------------------------------------------- */

/* One place that takes the inner lock or waits, with the best of the ways to it. */
struct review_place {
	const struct verdict_evidence *way;
	uint32_t ways;
};
struct review_places { VEC(struct review_place); };

/* What is held around the waits for a read side. */
struct review_held {
	uint32_t outer; /* class, or LORE_NONE: nothing is held */
	struct { VEC(uint32_t); } at; /* places that wait */
};

/* ---- deadlocks --------------------------------------------------------------------- */

struct review_mend {
	const struct verdict_mend *mend;
	uint32_t places; /* that this edge has: so many changes of this kind take it away */
	uint32_t left;	 /* deadlocks of the knot that stay */
	bool is_at_odd;	 /* it changes what looks wrong */
	const struct verdict_statement *against; /* a sentence that the code still breaks then, or NULL */
	uint32_t against_outer, against_inner;	 /* the order that breaks it */
};

/* A deadlock, and the others that go over the same orders. */
struct review_knot {
	uint32_t deadlock; /* index in verdict_deadlocks() */
	struct { VEC(uint32_t); } others; /* certain ones; indices */
	uint32_t n_guessed;		  /* more that rest on guesses */
	struct { VEC(struct review_mend); } mends; /* the one that fits best first */
};

/* ---- sentences --------------------------------------------------------------------- */

struct review_claim {
	const struct verdict_statement *s;
	struct review_places with, against;
	const char *why;    /* the verdict's, but for what a new sentence makes of it */
	enum verdict_blame blame; /* likewise */
	bool is_with_odd;   /* the odd ones out are those that do as it says */
	const char *comment; /* what the code says at an odd one, or NULL */
	uint32_t comment_place;
	const char *origin; /* who brought the line of the first odd one, or NULL */
	struct { VEC(struct review_held); } held; /* of a rule about waits that is contradicted */
	const struct verdict_statement *premise; /* that it is drawn from and the code contradicts, or NULL */
};

/* Sentences that cannot all hold, or hold only if their locks never meet. */
struct review_tension {
	const struct verdict_finding *finding; /* about[0]: what forbids or closes the circle */
	const struct verdict_evidence *meet;   /* a place where they do meet, or NULL */
};

struct review_block {
	struct { VEC(const char *); } quote; /* lines of the patch with their marks */
	const char *path;		     /* of the document, or NULL */
	unsigned line;			     /* in the mail */
	struct { VEC(struct review_claim); } claims;
	struct { VEC(const struct verdict_finding *); } findings; /* names, conclusions */
	struct { VEC(struct review_tension); } tensions;
	uint32_t knot;	   /* index in the review's, or LORE_NONE; told in the first block with it */
	bool tells_knot;
	const char *instead;   /* what the sentence could say, or NULL */
	const char *condition; /* once this is mended; NULL: now */
};

/* A sentence of the talk around the patch. */
struct review_talk {
	const char *sentence;
	unsigned line;
	bool is_reply;	  /* else the text before the patch */
	bool is_question; /* whether the sentence above it is true: the claims are that one's */
	struct { VEC(struct review_claim); } claims;
};

/* ---- code ---------------------------------------------------------------------------- */

/* A sentence that the code breaks, or a deadlock, with a way that passes through changed lines. */
struct review_touch {
	const struct verdict_statement *s; /* or NULL */
	uint32_t deadlock;		   /* or LORE_NONE */
	const struct verdict_evidence *way;
};

enum review_state {
	REVIEW_APPLIED,	    /* the tree that was read has the patch */
	REVIEW_NOT_APPLIED, /* it is as before */
	REVIEW_UNKNOWN	    /* neither side of the hunk is there */
};
struct review_code {
	const char *path; /* as the lore names it */
	const struct rules_hunk *hunk;
	enum review_state state;
	uint32_t orders; /* known orders that pass through the changed lines */
	struct { VEC(struct review_touch); } touches;
};

/* ---- all of it ------------------------------------------------------------------------ */

struct review {
	const char *name, *subject, *from; /* of the first mail; "" where there is none */
	const struct verdict_deadlocks *dead;
	const char **spelling; /* by class: as the documents write it */
	struct { VEC(struct review_block); } blocks;
	struct { VEC(struct review_talk); } talk;
	struct { VEC(struct review_knot); } knots;
	struct { VEC(struct review_code); } code;
	struct { VEC(const struct verdict_statement *); } lost; /* removed, and still true */
	struct { VEC(const struct verdict_statement *); } unread; /* changed, and not understood */
	uint32_t n_changed, n_of[VERDICT_VALUES]; /* judged statements that were added or changed */
	uint32_t n_recorded;			  /* more, not judged */
	uint32_t n_removed;
	uint32_t n_moved, n_moved_wrong;	  /* word by word as before, at another place */
	uint32_t n_talk;       /* statements in replies */
	uint32_t n_code_hunks, n_code_orders, n_code_unknown;
	bool has_patch;
	bool is_lineless; /* a patch of renames, modes, binary files: nothing to read */
	const struct rules_document *doc; /* the mail as it was read; its notes are worth a line */
	void *memory;			  /* private */
};

struct review_options {
	const char *const *docs; /* further documents to hold the code against */
	size_t n_docs;
	/*
	 * What a contradicted sentence could say instead: sets *text and *condition (NULL: it holds
	 * now), both to be freed with free().  May be NULL.
	 */
	bool (*instead)(void *ctx, const struct verdict_document *d, unsigned sentence_no,
			char **text, char **condition);
	/* Which commit brought a way (places), to be freed with free(), or NULL.  May be NULL. */
	char *(*origin)(void *ctx, const uint32_t *chain, uint32_t n);
	void *ctx;
};

/* NULL with d: no text at all. */
struct review *review_new(struct verdict *v, const struct lore *l, const struct prim_table *prims,
			  const char *name, const char *text, size_t bytes,
			  const struct review_options *opt, struct diag *d);
void review_free(struct review *r);

/* The worst of what is said; *any: something is. */
enum verdict_severity review_worst(const struct review *r, bool *any);
/* "this patch", "locking.rst:14": where a statement stands; into b. */
void review_where(const struct rules_statement *s, struct buf *b);

#endif
