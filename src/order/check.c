/* SPDX-License-Identifier: MIT */
/* check.c - the invariants of the graph, checked slowly and plainly.  For tests. */
#include "order/impl.h"

static const char *check_edge(const struct order_graph *g, const struct order_edge *e)
{
	if (e->from >= g->n_classes || e->to >= g->n_classes)
		return "an edge has a class that does not exist";
	if (e->from_mode >= ORDER_WAIT)
		return "an edge holds a class in a mode in which nothing is held";
	if (e->to_mode >= ORDER_MODES)
		return "an edge asks in an unknown mode";
	for (uint32_t i = 0; i < e->n_gates; i++) {
		if (i && e->gates[i - 1].cls >= e->gates[i].cls)
			return "gates are not sorted, or one is there twice";
		if (e->gates[i].cls == e->from)
			return "a gate is the class that the edge leaves";
		if (e->gates[i].mode >= ORDER_WAIT)
			return "a gate is held in a mode in which nothing is held";
	}
	return NULL;
}

/* A live edge has no live better; a dead one has. */
static const char *check_rank(const struct order_pair *p, const struct order_rec *r)
{
	bool has_better = false;

	for (const struct order_rec *o = p->first; o; o = o->next) {
		has_better |= o != r && o->is_live && order_edge_alike(&o->e, &r->e) &&
			      order_gates_within(&o->e, &r->e);
	}
	if (r->is_live && has_better)
		return "a live edge says no more than another";
	if (!r->is_live && !has_better)
		return "an edge is dead and nothing says what it said";
	return NULL;
}

static const char *check_rec(const struct order_graph *g, const struct order_pair *p,
			     const struct order_rec *r)
{
	struct order_rec again = *r;
	const char *what = check_edge(g, &r->e);

	if (what)
		return what;
	if (r->id >= g->n_recs || g->recs[r->id] != r)
		return "an edge is not listed under its number";
	if (r->e.from != p->from || r->e.to != p->to)
		return "an edge is in the list of other classes";
	if (r->next ? r->next->id <= r->id : p->last != r)
		return "the edges of a pair are not in order of insertion";
	order_rec_sign(&again);
	if (again.held_any != r->held_any || again.held_exclusive != r->held_exclusive)
		return "the signature of an edge is not that of what it holds";
	return check_rank(p, r);
}

static const char *check_pair(const struct order_graph *g, const struct order_pair *p,
			      uint32_t *n_recs)
{
	unsigned modes = 0;

	if (order_pair_find(g, p->from, p->to) != p)
		return "a pair is not found by its classes";
	if (!p->first)
		return "a pair has no edge";
	for (const struct order_rec *r = p->first; r; r = r->next) {
		const char *what = check_rec(g, p, r);

		if (what)
			return what;
		if (r->is_live && !r->e.is_try)
			modes |= order_edge_bit(&r->e);
		(*n_recs)++;
	}
	return modes == p->modes ? NULL : "the modes of a pair are not those of its edges";
}

static const char *check_graph(const struct order_graph *g)
{
	uint32_t n_pairs = 0, n_recs = 0;

	for (uint32_t c = 0; c < g->n_classes; c++) {
		for (const struct order_pair *p = g->classes[c].first; p; p = p->next) {
			const char *what = check_pair(g, p, &n_recs);

			if (what)
				return what;
			if (p->from != c)
				return "a pair is in the list of another class";
			if (!p->next && g->classes[c].last != p)
				return "the list of a class ends before its end";
			n_pairs++;
		}
	}
	if (n_pairs != g->n_pairs || n_recs != g->n_recs)
		return "pairs or edges are lost";
	return NULL;
}

bool order_check(const struct order_graph *g, const char **what)
{
	const char *broken = check_graph(g);

	if (what)
		*what = broken ? broken : "";
	return !broken;
}
