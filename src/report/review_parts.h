/* SPDX-License-Identifier: MIT */
/* review_parts.h - what the files of a review's text hand to each other. */
#ifndef LOCKLORE_REPORT_REVIEW_PARTS_H
#define LOCKLORE_REPORT_REVIEW_PARTS_H

#include "report/internal.h"
#include "report/review.h"

struct letter {
	struct report r; /* of 72 columns, no colour */
	const struct review *v;
	struct { VEC(const uint32_t *); } shown; /* chains that stand above */
};

/* A paragraph, wrapped. */
void letter_say(struct letter *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The same as an item of a list. */
void letter_item(struct letter *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void letter_gap(struct letter *t);
void letter_quote(struct letter *t, const char *line);

/* text_place.c */
void letter_claim(struct letter *t, const struct review_claim *c);
void letter_claim_short(struct letter *t, const struct review_claim *c, bool is_told);
/* The same to one who asks whether it is true. */
void letter_answer(struct letter *t, const struct review_claim *c, bool is_told);
void letter_chain(struct letter *t, const struct verdict_evidence *e);
bool letter_was_shown(const struct letter *t, const struct verdict_evidence *e);

/* text_knot.c */
void letter_knot(struct letter *t, const struct review_knot *k);

#endif
