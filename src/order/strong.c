/* SPDX-License-Identifier: MIT */
/*
 * strong.c - which edges can lie on a closed walk in which every request blocks.
 *
 * A node is a class together with the mode it is asked for in.  From (B, want) a step leads
 * along every edge that holds B in a mode on which `want` blocks, to (C, what that edge asks
 * for).  Every deadlock of two or more threads is a closed walk of such steps, and a closed walk
 * stays within one strongly connected component.  So whatever is not inside a component is
 * dropped, which is nearly everything in a healthy program.  (Strong edges: lockdep, which keeps
 * two of these states per class in its breadth-first search.  The components: Tarjan 1972,
 * without recursion, because threads may have tiny stacks.)
 */
#include "order/impl.h"

struct scc {
	const struct order_graph *g;
	uint32_t *num, *low, *comp;  /* by node; num 0: not seen; comp ORDER_NONE: still open */
	uint32_t *open, *calls;      /* stacks of nodes */
	struct order_pair **at;      /* by node: the pair that it is working on */
	uint8_t *left;               /* by node: the requests of that pair still to be followed */
	uint32_t n_open, n_calls, n_seen;
};

static uint32_t node_of(uint32_t cls, unsigned want)
{
	return cls * ORDER_MODES + want;
}

static uint8_t steps_from(uint32_t node, const struct order_pair *p)
{
	if (!p || p->from == p->to)
		return 0;
	return (uint8_t)order_onward(p->modes, 1u << node % ORDER_MODES);
}

static void enter(struct scc *s, uint32_t node)
{
	s->num[node] = s->low[node] = ++s->n_seen;
	s->comp[node] = ORDER_NONE;
	s->open[s->n_open++] = node;
	s->calls[s->n_calls++] = node;
	s->at[node] = s->g->classes[node / ORDER_MODES].first;
	s->left[node] = steps_from(node, s->at[node]);
}

/* The next node a step leads to; ORDER_NONE where all have been followed. */
static uint32_t next_step(struct scc *s, uint32_t node)
{
	while (s->at[node]) {
		unsigned want;

		if (s->left[node]) {
			want = (unsigned)__builtin_ctz(s->left[node]);
			s->left[node] &= (uint8_t)(s->left[node] - 1);
			return node_of(s->at[node]->to, want);
		}
		s->at[node] = s->at[node]->next;
		s->left[node] = steps_from(node, s->at[node]);
	}
	return ORDER_NONE;
}

static void leave(struct scc *s, uint32_t node)
{
	uint32_t member, caller;

	if (s->low[node] == s->num[node]) {
		do {
			member = s->open[--s->n_open];
			s->comp[member] = node;
		} while (member != node);
	}
	if (--s->n_calls) {
		caller = s->calls[s->n_calls - 1];
		if (s->low[node] < s->low[caller])
			s->low[caller] = s->low[node];
	}
}

static void visit(struct scc *s, uint32_t root)
{
	enter(s, root);
	while (s->n_calls) {
		uint32_t node = s->calls[s->n_calls - 1];
		uint32_t to = next_step(s, node);

		if (to == ORDER_NONE)
			leave(s, node);
		else if (!s->num[to])
			enter(s, to);
		else if (s->comp[to] == ORDER_NONE && s->num[to] < s->low[node])
			s->low[node] = s->num[to];
	}
}

static bool find_components(struct order_walk *w, struct scc *s)
{
	uint64_t n = (uint64_t)w->g->n_classes * ORDER_MODES;

	s->g = w->g;
	s->num = order_walk_alloc(w, n, sizeof(*s->num));
	s->low = order_walk_alloc(w, n, sizeof(*s->low));
	s->comp = order_walk_alloc(w, n, sizeof(*s->comp));
	s->open = order_walk_alloc(w, n, sizeof(*s->open));
	s->calls = order_walk_alloc(w, n, sizeof(*s->calls));
	s->at = order_walk_alloc(w, n, sizeof(struct order_pair *));
	s->left = order_walk_alloc(w, n, sizeof(*s->left));
	if (w->is_over)
		return false;
	for (uint32_t node = 0; node < n; node++) {
		if (!s->num[node] && w->g->classes[node / ORDER_MODES].first)
			visit(s, node);
	}
	return true;
}

/* The modes of p in which it joins two nodes of one component. */
static uint16_t inner_modes(const struct scc *s, const struct order_pair *p)
{
	unsigned inner = 0;

	if (p->from == p->to)
		return 0;
	for (unsigned bit = 0; bit < ORDER_BITS; bit++) {
		uint32_t to = node_of(p->to, ORDER_BIT_WANT(bit));

		for (unsigned want = 0; (p->modes >> bit & 1) && want < ORDER_MODES; want++) {
			uint32_t from = node_of(p->from, want);

			if (order_blocks(want, ORDER_BIT_HELD(bit)) && s->num[from] &&
			    s->num[to] && s->comp[from] == s->comp[to])
				inner |= 1u << bit;
		}
	}
	return (uint16_t)inner;
}

struct order_picks order_strong(struct order_walk *w)
{
	struct order_picks picks = {0};
	struct scc s = {0};
	uint32_t n = 0;

	if (!find_components(w, &s))
		return picks;
	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t c = 0; c < w->g->n_classes; c++) {
			for (const struct order_pair *p = w->g->classes[c].first; p; p = p->next) {
				uint16_t modes = inner_modes(&s, p);

				if (modes && pass)
					picks.at[picks.n++] = (struct order_pick){p, modes};
				n += modes && !pass;
			}
		}
		if (!n)
			return picks;
		if (!pass)
			picks.at = order_walk_alloc(w, n, sizeof(*picks.at));
		if (!picks.at)
			return picks;
	}
	return picks;
}
