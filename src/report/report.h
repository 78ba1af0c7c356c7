/* SPDX-License-Identifier: MIT */
/*
 * report.h - verdicts, answers and deadlocks as text for people and as JSON for programs.
 *
 * Text fits 80 columns where names do, and is cut to what fits a screen unless `all` is set; what
 * was cut is said.  JSON is complete but for long lists of witnesses, which say how many they
 * left out ("cut").  Files: paint.c (colour, wrapping), chain.c (a witness as lines), text_*.c,
 * json.c.
 *
 * Borrows everything; writes to `out` and nowhere else.  One thread per report.
 */
#ifndef LOCKLORE_REPORT_H
#define LOCKLORE_REPORT_H

#include <stdio.h>

#include "verdict/verdict.h"

struct report {
	FILE *out;
	const struct lore *lore;
	const struct verdict_deadlocks *dead; /* may be NULL for `ask` */
	bool color, all;
	unsigned columns; /* that lines may have; 0: 80 */
	unsigned verbose;
	const char *const *spelling; /* by class: a document's words, or NULL; may be NULL */
};

void report_check_text(const struct report *r, const struct verdict_document *d);
void report_check_json(const struct report *r, const struct verdict_document *const *docs,
		       size_t n);

void report_ask_text(const struct report *r, const struct rules_question *q,
		     const struct verdict_answer *a);
void report_ask_json(const struct report *r, const char *question, const struct rules_question *q,
		     const struct verdict_answer *a);

/* only: 1 for the first deadlock alone, in full; 0 for all. */
void report_deadlocks_text(const struct report *r, size_t only);
void report_deadlocks_json(const struct report *r, size_t only);

#endif
