/* SPDX-License-Identifier: MIT */
/* internal.h - what the files of report/ share. */
#ifndef LOCKLORE_REPORT_INTERNAL_H
#define LOCKLORE_REPORT_INTERNAL_H

#include "report/report.h"

enum { REPORT_COLUMNS = 80 };

static inline size_t report_columns(const struct report *r)
{
	return r->columns ? r->columns : REPORT_COLUMNS;
}

enum report_hue { HUE_PLAIN, HUE_BOLD, HUE_GOOD, HUE_BAD, HUE_DIM, HUE_DOUBT };

/* paint.c */
void report_paint(const struct report *r, enum report_hue hue, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* Blanks until the column; none where `at` is past it. */
void report_pad(const struct report *r, size_t at, size_t column);
/* Text broken at blanks; the first line begins at column `at`, the others at `indent`. */
void report_wrap(const struct report *r, size_t at, size_t indent, const char *text);

/* chain.c */
const char *report_name(const struct report *r, uint32_t cls);
const char *report_func(const struct report *r, uint32_t place);
const char *report_file(const struct report *r, uint32_t place);
uint32_t report_line(const struct report *r, uint32_t place);
/* "kvm->srcu (read)", "wait(kvm->srcu)"; appended to b */
void report_lock(const struct report *r, struct buf *b, uint32_t cls, uint8_t mode, uint8_t flags);
/* One line per step; the first behind `head` (a number, or ""). */
void report_chain(const struct report *r, const struct verdict_evidence *e, size_t indent,
		  const char *head);
/* "f()   file:line", cut to fit. */
void report_place(const struct report *r, size_t at, size_t func_width, uint32_t place);
/* "1 place", "3 places" */
const char *report_count(char *out, size_t size, uint32_t n, const char *what);

/* text_deadlock.c */
/* "a -> b -> wait(c) -> a"; appended to b */
void report_cycle(const struct report *r, struct buf *b, const struct verdict_deadlock *d);
/* What each thread holds and wants: two side by side, more one below the other. */
void report_threads(const struct report *r, const struct verdict_deadlock *d);
void report_mends(const struct report *r, const struct verdict_deadlock *d);

#endif
