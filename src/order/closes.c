/* SPDX-License-Identifier: MIT */
/*
 * closes.c - does a new edge close a cycle?
 *
 * First a breadth-first search from where the edge leads, over requests that block, which is
 * cheap and mostly ends soon: no way back, no cycle.  Only where there is one, the edges it went
 * over are handed to the same search that finds all cycles, with the new edge as the only way
 * out of its first class.
 */
#include "order/impl.h"

struct flood {
	uint8_t *asked;   /* by class: the modes in which it can be asked for */
	bool *is_queued;
	uint32_t *queue;  /* a ring: no class is in it twice */
	uint32_t head, n;
	bool is_closed;   /* the first class was reached, in a mode that blocks */
};

/* The requests that p leads to; those for the first class count only if they block there. */
static unsigned reach(const struct flood *f, const struct order_pair *p,
		      const struct order_edge *e)
{
	unsigned asks = p->from == p->to ? 0 : order_onward(p->modes, f->asked[p->from]);

	for (unsigned want = 0; p->to == e->from && want < ORDER_MODES; want++) {
		if (!order_blocks(want, e->from_mode))
			asks &= ~(1u << want);
	}
	return asks;
}

static void flood_from(struct order_walk *w, struct flood *f, const struct order_edge *e)
{
	uint32_t cls = f->queue[f->head];

	f->head = (f->head + 1) % w->g->n_classes;
	f->n--;
	f->is_queued[cls] = false;
	for (const struct order_pair *p = w->g->classes[cls].first; p; p = p->next) {
		unsigned asks = reach(f, p, e);

		if (!order_walk_step(w))
			return;
		if (!(asks & ~(unsigned)f->asked[p->to]))
			continue;
		f->asked[p->to] |= (uint8_t)asks;
		if (p->to == e->from) {
			f->is_closed = true;
		} else if (!f->is_queued[p->to]) {
			f->queue[(f->head + f->n++) % w->g->n_classes] = p->to;
			f->is_queued[p->to] = true;
		}
	}
}

static bool flood(struct order_walk *w, struct flood *f, const struct order_edge *e)
{
	uint32_t n = w->g->n_classes;

	f->asked = order_walk_alloc(w, n, sizeof(*f->asked));
	f->is_queued = order_walk_alloc(w, n, sizeof(*f->is_queued));
	f->queue = order_walk_alloc(w, n, sizeof(*f->queue));
	if (w->is_over)
		return false;
	f->asked[e->to] = (uint8_t)(1u << e->to_mode);
	f->queue[f->n++] = e->to;
	while (f->n && !w->is_over)
		flood_from(w, f, e);
	return f->is_closed && !w->is_over;
}

/* The modes of p in which the flood went over it. */
static uint16_t flooded_modes(const struct flood *f, const struct order_pair *p,
			      const struct order_edge *e)
{
	unsigned modes = 0, asks = reach(f, p, e);

	for (unsigned bit = 0; bit < ORDER_BITS; bit++) {
		if ((p->modes >> bit & 1) && (asks >> ORDER_BIT_WANT(bit) & 1))
			modes |= 1u << bit;
	}
	return (uint16_t)modes;
}

static struct order_picks pick(struct order_walk *w, const struct flood *f,
			       const struct order_edge *e, const struct order_pair *closing)
{
	struct order_picks picks = {0};
	uint32_t n = 1;

	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t c = 0; c < w->g->n_classes; c++) {
			const struct order_pair *p = w->g->classes[c].first;

			for (; f->asked[c] && c != e->from && p; p = p->next) {
				uint16_t modes = flooded_modes(f, p, e);

				if (modes && pass)
					picks.at[picks.n++] = (struct order_pick){p, modes};
				n += modes && !pass;
			}
		}
		if (!pass)
			picks.at = order_walk_alloc(w, n, sizeof(*picks.at));
		if (!picks.at)
			return picks;
	}
	picks.at[picks.n++] = (struct order_pick){closing, closing->modes};
	return picks;
}

static void search(struct order_walk *w, const struct order_edge *e)
{
	struct flood f = {0};
	struct order_rec rec = {.e = *e, .id = ORDER_NONE, .is_live = true};
	struct order_pair closing = {.from = e->from, .to = e->to, .first = &rec, .last = &rec,
				     .modes = (uint16_t)order_edge_bit(e)};
	struct order_picks picks;

	if (!w->g->classes[e->to].first || !flood(w, &f, e))
		return;
	if (!order_gates_clean(&rec.e, w->scratch)) {
		order_walk_cut(w);
		return;
	}
	order_rec_sign(&rec);
	picks = pick(w, &f, e, &closing);
	if (w->is_over || !order_build(w, picks, NULL, e->from))
		return;
	for (uint32_t n = 2; n <= w->max_length && n <= w->n && !w->is_over; n++)
		order_walk_from(w, 0, n, false);
	if (w->max_length < w->n && !w->is_over)
		order_walk_from(w, 0, w->max_length + 1, true);
}

struct once {
	order_cycle_fn *fn;
	void *ctx;
};

static bool only_first(const struct order_cycle *c, void *ctx)
{
	const struct once *o = ctx;

	o->fn(c, o->ctx);
	return false;
}

struct order_search order_closes(const struct order_graph *g, const struct order_edge *e,
				 const struct order_limits *lim, struct arena *scratch,
				 order_cycle_fn *fn, void *ctx)
{
	struct once once = {fn, ctx};
	struct order_walk w;

	order_walk_init(&w, g, lim, scratch, only_first, &once);
	if (e->is_try || e->from >= g->n_classes || e->to >= g->n_classes ||
	    e->from_mode >= ORDER_WAIT || e->to_mode >= ORDER_MODES)
		return w.result;
	if (e->from != e->to)
		search(&w, e);
	else if (order_blocks(e->to_mode, e->from_mode))
		order_report(&w, &e, 1);
	return w.result;
}
