/* SPDX-License-Identifier: MIT */
/*
 * choose.c - one edge for each hop of a cycle.
 *
 * A class sequence is a deadlock only if all its threads can stand at their edges at once: no
 * two edges are bound to one thread, and no two of them hold a class in modes that exclude each
 * other, be it as a gate or as the class that the edge leaves.  One such pair is enough to make
 * a combination impossible, however long the cycle, so edges are chosen by backtracking over
 * pairs.  Nothing more is needed: a combination without such a pair can be reached by letting the
 * threads go up to their edges one after the other.
 */
#include "order/impl.h"

static bool fits(const struct order_rec *r, const struct order_rec *const *with, uint32_t n)
{
	for (uint32_t i = n; i--;) {
		if (!order_coexist(r, with[i]))
			return false;
	}
	return true;
}

/*
 * The next edge of hop i that fits those chosen before and can still be cheaper than `best`.
 * `bit` is the pair of modes that is wanted, or NULL for any.
 */
static bool try_next(struct order_walk *w, uint32_t i, const uint8_t *bit, uint64_t best)
{
	const struct order_hop *hop = w->hop[i];

	while (w->try_at[i] < hop->n) {
		const struct order_rec *r = hop->edges[w->try_at[i]++];
		uint64_t sum = w->sum[i] + r->e.cost;

		if (!order_walk_step(w) || sum + w->rest[i + 1] >= best)
			return false; /* edges are sorted by cost: nor will the next ones do */
		if (bit && order_edge_bit(&r->e) != 1u << bit[i])
			continue;
		if (!fits(r, w->tried, i))
			continue;
		w->tried[i] = r;
		w->sum[i + 1] = sum;
		return true;
	}
	return false;
}

static void keep(struct order_walk *w, uint32_t n, const uint8_t *bit)
{
	for (uint32_t i = 0; i < n; i++) {
		if (bit)
			w->found[i] = &w->tried[i]->e;
		else
			w->witness[i] = w->tried[i];
	}
}

/* With `bit`: the cheapest edges, into w->found; without: any edges, into w->witness. */
static bool choose(struct order_walk *w, uint32_t n, const uint8_t *bit)
{
	uint64_t best = UINT64_MAX;
	uint32_t i = 0;

	w->rest[n] = 0;
	for (uint32_t k = n; k--;)
		w->rest[k] = w->rest[k + 1] + w->hop[k]->edges[0]->e.cost;
	w->sum[0] = 0;
	w->try_at[0] = 0;
	while (!w->is_over) {
		if (i < n && try_next(w, i, bit, best)) {
			if (++i < n)
				w->try_at[i] = 0;
		} else if (i == n) {
			best = w->sum[n];
			keep(w, n, bit);
			if (!bit)
				break;
			i--;
		} else if (i) {
			i--;
		} else {
			break;
		}
	}
	return !w->is_over && best != UINT64_MAX;
}

bool order_choose_extend(struct order_walk *w, const struct order_hop *hop)
{
	/* Mostly some edge of the new hop fits the witness that is there. */
	for (uint32_t i = 0; i < hop->n; i++) {
		if (!order_walk_step(w))
			return false;
		if (fits(hop->edges[i], w->witness, w->depth)) {
			w->witness[w->depth] = hop->edges[i];
			return true;
		}
	}
	w->hop[w->depth] = hop;
	return choose(w, w->depth + 1, NULL);
}

void order_report(struct order_walk *w, const struct order_edge *const *edges, uint32_t n)
{
	struct order_cycle c = {.edges = edges, .n = n};
	uint64_t cost = 0;

	for (uint32_t i = 0; i < n; i++)
		cost += edges[i]->cost;
	c.cost = cost < UINT32_MAX ? (uint32_t)cost : UINT32_MAX;
	w->result.cycles++;
	if (!w->fn(&c, w->ctx))
		w->is_over = true;
}

static bool hands_over(unsigned bit, unsigned next_bit)
{
	return order_blocks(ORDER_BIT_WANT(bit), ORDER_BIT_HELD(next_bit));
}

/* Moves hop i on to its next pair of modes that blocks at both ends; they count from 1. */
static bool next_modes(struct order_walk *w, uint8_t *bit, uint32_t i, uint32_t n)
{
	while (bit[i] < ORDER_BITS) {
		unsigned b = bit[i]++;

		if (!(w->hop[i]->modes >> b & 1) || (i && !hands_over(bit[i - 1] - 1u, b)))
			continue;
		if (i + 1 == n && !hands_over(b, bit[0] - 1u))
			continue;
		return order_walk_step(w);
	}
	return false;
}

bool order_choose_report(struct order_walk *w, uint32_t n)
{
	uint8_t *next = w->next_bit;
	bool any = false;
	uint32_t i = 0;

	next[0] = 0;
	while (!w->is_over) {
		if (!next_modes(w, next, i, n)) {
			if (!i)
				break;
			i--;
			continue;
		}
		w->bit[i] = (uint8_t)(next[i] - 1);
		if (i + 1 < n) {
			next[++i] = 0;
		} else if (choose(w, n, w->bit)) {
			any = true;
			order_report(w, w->found, n);
		}
	}
	return any;
}
