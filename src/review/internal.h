/* SPDX-License-Identifier: MIT */
/* internal.h - what the stages of review/ share. */
#ifndef LOCKLORE_REVIEW_INTERNAL_H
#define LOCKLORE_REVIEW_INTERNAL_H

#include "base/arena.h"
#include "review/review.h"

/*
 * Statements of several documents as one.  The strings are theirs; sentence_no and premise are
 * counted anew.
 */
struct paper {
	struct rules_document doc;
	const struct verdict_document *d; /* once it is judged */
	struct map said;		  /* keys of what its statements say */
};

/* private part of a review */
struct desk {
	struct arena arena;
	struct verdict *v;
	const struct lore *l;
	const struct prim_table *prims;
	const struct review_options *opt;
	struct rules_document *patch;
	struct { VEC(struct rules_document *); } tree; /* the documents as they stand in the tree */
	struct paper changed; /* the new side of the patch */
	struct paper whole;   /* the documents as the patch leaves them */
	struct paper removed;
	struct paper talk;
	struct map wrong;     /* sentences (addresses) with a contradicted statement */
	struct map told_by;   /* sentence (address) -> first finding of the whole that it tells + 1 */
	struct { VEC(size_t); } told_next; /* by finding: the next of the same sentence + 1, or 0 */
};

static inline struct desk *desk_of(const struct review *r)
{
	return r->memory;
}

/* review.c */
char *review_strn(struct review *r, const char *s, size_t n);

/* paper.c */
void review_papers(struct review *r);
void review_paper_free(struct paper *p);
/* Does a statement of the paper say the same of the same names, in whatever words? */
bool review_says(const struct paper *p, const struct rules_statement *s);

/* place.c */
void review_places(const struct lore *l, const struct verdict_list *list, bool is_against,
		   struct review_places *out);
bool review_same_place(const struct lore *l, uint32_t a, uint32_t b);
/* Distinct inner places of an order, by waiting or by taking. */
uint32_t review_count(const struct lore *l, uint32_t outer, uint32_t inner, bool is_wait);
void review_claim_fill(struct review *r, const struct verdict_document *d,
		       const struct verdict_statement *s, struct review_claim *c);
void review_claim_free(struct review_claim *c);

/* block.c, talk.c, knot.c, code.c */
void review_blocks(struct review *r);
void review_talk(struct review *r);
uint32_t review_knot(struct review *r, uint32_t deadlock, const struct review_block *b);
void review_code(struct review *r);

#endif
