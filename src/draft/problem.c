/* SPDX-License-Identifier: MIT */
/* What is no rule: deadlocks, and two locks of one kind at once.  In words that are not read as
 * rules. */
#include "draft/internal.h"

#include <stdlib.h>

enum { SHOWN = 12 };

static void add_class(struct buf *b, const struct draft *d, const struct verdict_evidence *e)
{
	const char *name = draft_class(d->l, e->inner);

	if (e->inner_mode == ORDER_WAIT)
		buf_addf(b, "wait(%s)", name);
	else
		buf_add(b, name);
}

static void add_edge(struct buf *b, const struct draft *d, const struct verdict_evidence *e)
{
	buf_addf(b, "   holding %s, ", draft_class(d->l, e->outer));
	buf_add(b, e->inner_mode == ORDER_WAIT ? "waits for " : "wants ");
	buf_addf(b, "%s in ", draft_class(d->l, e->inner));
	draft_place(b, d->l, e->chain[e->n_chain - 1]);
	buf_addc(b, '\n');
}

static void add_deadlock(struct buf *b, const struct draft *d, size_t i)
{
	const struct verdict_deadlock *k = &verdict_deadlocks(d->v)->at.at[i];

	buf_addf(b, "%s%zu. %s", i ? "\n" : "", i + 1, draft_class(d->l, k->edges[0].outer));
	for (uint32_t e = 0; e < k->n; e++) {
		buf_add(b, " -> ");
		add_class(b, d, &k->edges[e]);
	}
	buf_addf(b, "%s\n", k->assumptions ? "  (rests on a guess)" : "");
	for (uint32_t e = 0; e < k->n; e++)
		add_edge(b, d, &k->edges[e]);
}

static void add_nesting(struct buf *b, const struct draft *d, const struct verdict_nesting *n)
{
	const struct verdict_evidence *e = n->list.at;

	buf_addf(b, "two %s in ", draft_class(d->l, n->cls));
	draft_place(b, d->l, e->chain[e->n_chain - 1]);
	buf_addf(b, "%s\n", n->is_annotated ? ", annotated" : "");
}

void draft_problems(struct draft_paper *p)
{
	const struct verdict_deadlocks *dead = verdict_deadlocks(p->d->v);
	struct buf b = { 0 };

	if (dead->at.n) {
		draft_heading(p, 2, "Known problems");
		draft_para(
			p,
			p->format == DRAFT_MD
				? "What the code does and should not; `locklore deadlocks` shows "
				  "the ways."
				: "What the code does and should not; \"locklore deadlocks\" shows "
				  "the ways::");
		for (size_t i = 0; i < dead->at.n && i < SHOWN; i++)
			add_deadlock(&b, p->d, i);
		if (dead->at.n > SHOWN)
			buf_addf(&b, "\nand %zu more\n", dead->at.n - SHOWN);
		draft_literal(p, buf_str(&b));
		buf_free(&b);
	}
	for (size_t i = 0; i < dead->nesting.n; i++)
		if (dead->nesting.at[i].list.n)
			add_nesting(&b, p->d, &dead->nesting.at[i]);
	if (b.n) {
		draft_heading(p, 2, "Two of one kind");
		draft_para(p, p->format == DRAFT_MD ? "Held at once; which comes first, the code "
						      "knows and locklore does "
						      "not."
						    : "Held at once; which comes first, the code "
						      "knows and locklore does "
						      "not::");
		draft_literal(p, buf_str(&b));
	}
	buf_free(&b);
}
