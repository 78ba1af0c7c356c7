/* SPDX-License-Identifier: MIT */
/*
 * cycles.c - all minimal cycles.
 *
 * Shortest first; among cycles of one length in order of the ranks of their classes; for one
 * sequence of classes in order of modes.
 */
#include "order/impl.h"

/* The cheapest edge c -> c with these modes. */
static const struct order_edge *cheapest(const struct order_pair *p, unsigned bit)
{
	const struct order_edge *best = NULL;

	for (const struct order_rec *r = p->first; r; r = r->next) {
		if (r->is_live && !r->e.is_try && order_edge_bit(&r->e) == bit &&
		    (!best || r->e.cost < best->cost))
			best = &r->e;
	}
	return best;
}

static void report_nesting(struct order_walk *w, uint32_t cls)
{
	const struct order_pair *p = order_pair_find(w->g, cls, cls);

	for (unsigned bit = 0; bit < ORDER_BITS && !w->is_over; bit++) {
		const struct order_edge *e;

		if (!order_walk_step(w))
			return;
		if (!(p->modes >> bit & 1) ||
		    !order_blocks(ORDER_BIT_WANT(bit), ORDER_BIT_HELD(bit)))
			continue;
		e = cheapest(p, 1u << bit);
		order_report(w, &e, 1);
	}
}

/* Classes that are asked for while they are held. */
static void nestings(struct order_walk *w, const uint32_t *rank)
{
	uint32_t n = 0, at = 0;
	uint64_t *keys;

	for (uint32_t c = 0; c < w->g->n_classes; c++)
		n += order_pair_find(w->g, c, c) != NULL;
	if (!n)
		return;
	keys = order_walk_alloc(w, n, sizeof(*keys));
	if (!keys)
		return;
	for (uint32_t c = 0; c < w->g->n_classes; c++) {
		if (order_pair_find(w->g, c, c))
			keys[at++] = (uint64_t)(rank ? rank[c] : 0) << 32 | c;
	}
	order_sort(keys, n);
	for (uint32_t i = 0; i < n && !w->is_over; i++)
		report_nesting(w, (uint32_t)keys[i]);
}

struct order_search order_cycles(const struct order_graph *g, const uint32_t *rank,
				 const struct order_limits *lim, struct arena *scratch,
				 order_cycle_fn *fn, void *ctx)
{
	struct order_walk w;
	struct order_picks picks;

	order_walk_init(&w, g, lim, scratch, fn, ctx);
	nestings(&w, rank);
	if (w.is_over)
		return w.result;
	picks = order_strong(&w);
	if (!picks.n || !order_build(&w, picks, rank, ORDER_NONE))
		return w.result;
	for (uint32_t n = 2; n <= w.max_length && n <= w.n; n++) {
		for (uint32_t c = 0; c + n <= w.n && !w.is_over; c++)
			order_walk_from(&w, c, n, false);
	}
	/* Nothing that is longer?  Then the answer is complete. */
	for (uint32_t c = 0; w.max_length < w.n && c + w.max_length < w.n && !w.is_over; c++)
		order_walk_from(&w, c, w.max_length + 1, true);
	return w.result;
}
