/* SPDX-License-Identifier: MIT */
/* `deadlocks` as text: what blocks what, the chains, the mends. */
#include "report/internal.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_IN_FULL = 3, MAX_NESTING = 8, MAX_FINDINGS = 5 };

static uint32_t last(const struct verdict_evidence *e)
{
	return e->chain[e->n_chain - 1];
}

/* A thread, a work item, a counter: what people do not call a read side. */
static bool is_running(const struct report *r, uint32_t cls)
{
	return r->lore->classes.at[cls].kind == FACTS_KIND_READSIDE;
}

static void add_wish(const struct report *r, struct buf *b, const struct verdict_evidence *e)
{
	if (e->inner_mode == ORDER_WAIT) {
		buf_addf(b, is_running(r, e->inner) ? "waits for %s to end" : "waits for readers of %s",
			 report_name(r, e->inner));
		return;
	}
	buf_add(b, "wants ");
	report_lock(r, b, e->inner, e->inner_mode, 0);
}

/* What one thread does, line by line: 0 and 1 what it holds and where, 2 and 3 what it wants. */
static void column_line(const struct report *r, struct buf *b, const struct verdict_evidence *e,
			unsigned line)
{
	b->n = 0;
	if (line == 0) {
		if (is_running(r, e->outer)) {
			buf_addf(b, "is inside %s", report_name(r, e->outer));
			return;
		}
		buf_add(b, "holds ");
		report_lock(r, b, e->outer, e->outer_mode, 0);
	} else if (line == 2) {
		add_wish(r, b, e);
	} else {
		buf_addf(b, "  %s()", report_func(r, line == 1 ? e->chain[0] : last(e)));
	}
}

/* Two threads side by side: time runs down. */
static void print_columns(const struct report *r, const struct verdict_deadlock *d)
{
	size_t half = report_columns(r) / 2 - 2, room = report_columns(r) - half - 4;
	struct buf b = { 0 };

	fputs("  thread 1", r->out);
	report_pad(r, 10, 2 + half);
	fputs("  thread 2\n", r->out);
	for (unsigned step = 0; step < 8; step++) {
		unsigned thread = (step / 2) % 2, line = step / 4 * 2 + step % 2;

		column_line(r, &b, &d->edges[thread], line);
		report_pad(r, 0, thread ? 4 + half : 2);
		if (b.n > room)
			fprintf(r->out, "%.*s...\n", (int)room - 3, buf_str(&b));
		else
			fprintf(r->out, "%s\n", buf_str(&b));
	}
	buf_free(&b);
}

static void print_rows(const struct report *r, const struct verdict_deadlock *d)
{
	struct buf b = { 0 };

	for (uint32_t i = 0; i < d->n; i++) {
		const struct verdict_evidence *e = &d->edges[i];

		b.n = 0;
		if (d->n > 1)
			buf_addf(&b, "thread %u ", i + 1);
		else
			buf_add(&b, "one thread ");
		buf_add(&b, "holds ");
		report_lock(r, &b, e->outer, e->outer_mode, 0);
		buf_addf(&b, ", taken in %s(), and ", report_func(r, e->chain[0]));
		add_wish(r, &b, e);
		buf_addf(&b, " in %s()", report_func(r, last(e)));
		report_pad(r, 0, 2);
		report_wrap(r, 2, 4, buf_str(&b));
	}
	buf_free(&b);
}

void report_cycle(const struct report *r, struct buf *b, const struct verdict_deadlock *d)
{
	for (uint32_t i = 0; i < d->n; i++) {
		const struct verdict_evidence *e = &d->edges[i];

		if (!i)
			buf_add(b, report_name(r, e->outer));
		buf_addf(b, e->inner_mode == ORDER_WAIT ? " -> wait(%s)" : " -> %s",
			 report_name(r, e->inner));
	}
}

static void print_heading(const struct report *r, const struct verdict_deadlock *d, size_t number)
{
	struct buf b = { 0 };
	char head[32];

	snprintf(head, sizeof(head), "deadlock %zu", number);
	report_paint(r, HUE_BAD, "%s", head);
	buf_add(&b, ": ");
	report_cycle(r, &b, d);
	if (d->assumptions)
		buf_addf(&b, "  (rests on %u guess%s)", d->assumptions,
			 d->assumptions == 1 ? "" : "es");
	report_wrap(r, strlen(head), 4, buf_str(&b));
	buf_free(&b);
}

void report_mends(const struct report *r, const struct verdict_deadlock *d)
{
	if (d->n_mends)
		fputs("  what would mend it, one of:\n", r->out);
	for (uint32_t i = 0; i < d->n_mends; i++) {
		fputs("    - ", r->out);
		report_wrap(r, 6, 6, d->mends[i].text);
	}
}

void report_threads(const struct report *r, const struct verdict_deadlock *d)
{
	if (d->n == 2)
		print_columns(r, d);
	else
		print_rows(r, d);
}

static void print_deadlock(const struct report *r, const struct verdict_deadlock *d, size_t number)
{
	print_heading(r, d, number);
	report_threads(r, d);
	for (uint32_t i = 0; i < d->n; i++) {
		char head[24];

		snprintf(head, sizeof(head), "%3u  ", i + 1);
		report_chain(r, &d->edges[i], strlen(head), head);
	}
	report_mends(r, d);
	fputc('\n', r->out);
}

static void print_nesting(const struct report *r)
{
	size_t n = r->dead->nesting.n, shown = r->all || n < MAX_NESTING ? n : MAX_NESTING;
	char count[32];

	if (!n)
		return;
	fputs("two locks of one class at once (whether they are one lock is not known):\n", r->out);
	for (size_t i = 0; i < shown; i++) {
		const struct verdict_nesting *nest = &r->dead->nesting.at[i];

		report_count(count, sizeof(count), (uint32_t)nest->list.n, "way");
		report_paint(r, HUE_BOLD, "  %s", report_name(r, nest->cls));
		fprintf(r->out, "  %s, %s\n", count,
			nest->is_annotated ? "annotated" : "not annotated");
		for (size_t k = 0; k < (r->all ? nest->list.n : 1); k++)
			report_chain(r, &nest->list.at[k], 4, "");
	}
	if (shown < n)
		fprintf(r->out, "  and %zu more (--all shows them)\n", n - shown);
	fputc('\n', r->out);
}

static void print_findings(const struct report *r)
{
	size_t n = r->dead->findings.n, shown = r->all || n < MAX_FINDINGS ? n : MAX_FINDINGS;

	for (size_t i = 0; i < shown; i++) {
		const struct verdict_finding *f = &r->dead->findings.at[i];
		struct buf b = { 0 };

		if (*f->file)
			buf_addf(&b, "%s:%u: ", f->file, f->line);
		buf_addf(&b, "%s: %s [%s]", verdict_severity_name(f->severity), f->message,
			 f->code);
		report_wrap(r, 0, 4, buf_str(&b));
		buf_free(&b);
	}
	if (shown < n)
		fprintf(r->out, "and %zu more findings (--all shows them)\n", n - shown);
	if (n)
		fputc('\n', r->out);
}

void report_deadlocks_text(const struct report *r, size_t only)
{
	const struct verdict_deadlocks *dead = r->dead;
	const struct lore *l = r->lore;
	size_t in_full = r->all || dead->at.n < MAX_IN_FULL ? dead->at.n : MAX_IN_FULL;
	struct buf b = { 0 };

	if (only) {
		print_deadlock(r, &dead->at.at[only - 1], only);
		return;
	}
	for (size_t i = 0; i < dead->at.n; i++) {
		if (i < in_full)
			print_deadlock(r, &dead->at.at[i], i + 1);
		else
			print_heading(r, &dead->at.at[i], i + 1);
	}
	if (in_full < dead->at.n)
		fputs("  (locklore deadlocks N shows one of them, --all shows all)\n\n", r->out);
	print_nesting(r);
	print_findings(r);
	if (dead->at.n)
		buf_addf(&b, "%zu deadlock%s", dead->at.n, dead->at.n == 1 ? "" : "s");
	else
		buf_add(&b, "no deadlock");
	buf_addf(&b, " in %s, %s, %u unit%s, %s", lore_str(l, l->tree),
		 lore_str(l, l->configuration), l->n_units, l->n_units == 1 ? "" : "s",
		 lore_str(l, l->date));
	report_wrap(r, 0, 4, buf_str(&b));
	buf_free(&b);
}
