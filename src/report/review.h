/* SPDX-License-Identifier: MIT */
/*
 * review.h - an answer to a patch: plain text of 72 columns that can be sent as it is, or JSON.
 *
 * Same borrowing and threads as report.h; `dead` is the review's.  The text lists at most some
 * places of a kind unless `all` is set, and says how many it left out.
 */
#ifndef LOCKLORE_REPORT_REVIEW_H
#define LOCKLORE_REPORT_REVIEW_H

#include "report/report.h"
#include "review/review.h"

void report_review_text(const struct report *r, const struct review *v);
void report_review_json(const struct report *r, const struct review *v);

#endif
