/* SPDX-License-Identifier: MIT */
/*
 * diff.h - a comparison of two states as text, as a mail, as a Markdown comment, as JSON.
 *
 * The first three are cut to what one reads in a few minutes unless `all` is set, and say what
 * was cut; JSON is complete.  Same borrowing and threads as report.h.
 */
#ifndef LOCKLORE_REPORT_DIFF_H
#define LOCKLORE_REPORT_DIFF_H

#include "compare/compare.h"
#include "report/report.h"

enum report_style { REPORT_TEXT, REPORT_MAIL /* 72 columns, plain */, REPORT_MARKDOWN };

/* Who brought a line.  Borrowed; strings are "" where not known. */
struct report_origin { const char *commit, *date, *subject; };

struct report_diff {
	FILE *out;
	const struct compare *c;
	const char *name[COMPARE_SIDES]; /* "before.db", "v6.1 (3f2a1b9c0d4e)" */
	bool color, all;
	/* The commit that brought one of the places of e (of AFTER); false: not known.  May be NULL. */
	bool (*origin)(void *ctx, const struct verdict_evidence *e, struct report_origin *out);
	void *ctx;
};

void report_diff_text(const struct report_diff *d, enum report_style style);
void report_diff_json(const struct report_diff *d);

#endif
