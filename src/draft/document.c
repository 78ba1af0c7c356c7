/* SPDX-License-Identifier: MIT */
/* A draft from nothing: what the code does, in sentences that are read back before they are shown.
 */
#include "draft/internal.h"

#include <stdlib.h>
#include <string.h>

static void head(struct draft_paper *p)
{
	const struct lore *l = p->d->l;
	struct buf b = { 0 };

	buf_addf(&b,
		 "Drafted by \"locklore doc\" from %s (%s), %s. To hold it against the code, in CI "
		 "for "
		 "instance: locklore index && locklore check %s",
		 lore_str(l, l->tree), lore_str(l, l->configuration), lore_str(l, l->date),
		 draft_file_name(p->format));
	draft_heading(p, 1, "Locks");
	draft_para(p, buf_str(&b));
	buf_free(&b);
	draft_heading(p, 2, "Lock order");
	draft_para(p, "What follows from two sentences is not said again: where one lock is taken "
		      "outside a second, and that outside a third, so is the first outside the "
		      "third.");
}

static void compose(struct draft_paper *p)
{
	head(p);
	draft_order_items(p);
	draft_side_items(p);
	draft_heading(p, 2, "Lock order of the rest");
	draft_leaf_items(p);
	draft_problems(p);
	for (size_t i = 0; i < p->n; i++)
		if (p->at[i].kind == DRAFT_ITEM || p->at[i].kind == DRAFT_LITERAL)
			return;
	/* below a heading that is never left out */
	draft_heading(p, 1, "Order");
	draft_para(p, "No two of them are ever held at once.");
}

/* Writes, reads back and drops until all that is left is true. */
static void settle(struct draft_paper *p, struct buf *out, unsigned *lost)
{
	struct draft_again a;
	bool changed = true;

	draft_again_open(&a, p->d);
	while (changed) {
		struct buf b = { 0 };
		const struct verdict_document *read;

		draft_paper_write(p, &b);
		read = draft_again(&a, draft_file_name(p->format), buf_str(&b), b.n);
		changed = false;
		if (read)
			*lost += draft_drop_wrong(p, read, &changed);
		if (!changed)
			buf_addn(out, buf_str(&b), b.n);
		buf_free(&b);
	}
	draft_again_close(&a);
}

unsigned draft_document(const struct draft *d, enum draft_format format, struct buf *out)
{
	struct draft_pairs pairs = { 0 };
	struct draft_orders orders = { 0 };
	struct draft_paper p = { .d = d, .format = format, .pairs = &pairs, .orders = &orders };
	unsigned lost = 0;

	draft_pairs_find(d, &pairs);
	draft_orders_find(d, &pairs, &orders);
	p.is_mentioned = xcalloc(d->l->classes.n + 1, sizeof(*p.is_mentioned));
	compose(&p);
	settle(&p, out, &lost);
	draft_paper_free(&p);
	draft_orders_free(&orders);
	vec_free(&pairs);
	return lost;
}
