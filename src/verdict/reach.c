/* SPDX-License-Identifier: MIT */
/*
 * What a function reaches: breadth first over the calls, so that chains are shortest.
 *
 * Calls of other functions are edges; so are the steps of the `bare` chains of takes, which also
 * lead through what was inlined.  Spawned and deferred functions run on their own and are not
 * followed.
 */
#include "verdict/internal.h"

#include <stdlib.h>

struct reach_edge {
	uint32_t to, place;
};
struct reach_node {
	struct { VEC(struct reach_edge); } edges;
	struct { VEC(uint32_t); } takes;
	uint32_t unresolved;
};
struct reach {
	struct reach_node *at;
	size_t n;
};

struct visit {
	uint32_t from, place;
	bool seen;
};

static void add_edge(struct reach *r, uint32_t from, uint32_t to, uint32_t place)
{
	if (from < r->n && to < r->n && from != to)
		vec_push(&r->at[from].edges, (struct reach_edge){ to, place });
}

static void build(struct verdict *v)
{
	const struct lore *l = v->l;
	struct reach *r = xcalloc(1, sizeof(*r));

	r->n = l->funcs.n;
	r->at = xcalloc(r->n, sizeof(*r->at));
	v->reach = r;
	for (size_t i = 0; i < l->calls.n; i++) {
		const struct lore_call *c = &l->calls.at[i];

		if (c->kind == LORE_CALL_SPAWN || c->kind == LORE_CALL_DEFER || c->caller >= r->n)
			continue;
		if (c->callee == LORE_NONE)
			r->at[c->caller].unresolved += c->kind == LORE_CALL_POINTER;
		else
			add_edge(r, c->caller, c->callee, c->place);
	}
	for (uint32_t i = 0; i < l->takes.n; i++) {
		const struct lore_take *t = &l->takes.at[i];
		uint32_t func = l->places.at[t->place].func;

		if (func < r->n)
			vec_push(&r->at[func].takes, i);
		for (uint32_t k = 0; k + 1 < t->n_bare; k++) {
			uint32_t here = l->steps.at[t->bare + k],
				 next = l->steps.at[t->bare + k + 1];

			add_edge(r, l->places.at[here].func, l->places.at[next].func, here);
		}
	}
}

void verdict_reach_free(struct reach *r)
{
	for (size_t i = 0; r && i < r->n; i++) {
		vec_free(&r->at[i].edges);
		vec_free(&r->at[i].takes);
	}
	if (r)
		free(r->at);
	free(r);
}

/* The calls that led to func, first to last, then the place of the take. */
static struct verdict_evidence chain_to(struct verdict *v, const struct visit *visits,
					uint32_t func, const struct lore_take *t)
{
	struct { VEC(uint32_t); } up = { 0 };
	struct verdict_evidence e = {
		.outer = LORE_NONE,
		.inner = t->cls,
		.inner_mode = t->mode,
		.flags = t->flags,
		.held = v->l->helds.at + t->must,
		.n_held = t->n_must,
	};
	uint32_t *down;

	for (; visits[func].from != LORE_NONE; func = visits[func].from)
		vec_push(&up, visits[func].place);
	down = xcalloc(up.n + 1, sizeof(*down));
	for (size_t i = 0; i < up.n; i++)
		down[i] = up.at[up.n - 1 - i];
	down[up.n] = t->place;
	e.n_chain = (uint32_t)up.n + 1;
	e.chain = verdict_keep(v, down, e.n_chain * sizeof(*down));
	free(down);
	vec_free(&up);
	return e;
}

static void visit_takes(struct verdict *v, const struct visit *visits, uint32_t func, uint32_t cls,
			bool is_wait, struct reach_result *out)
{
	const struct reach_node *node = &v->reach->at[func];

	out->unresolved += node->unresolved;
	for (size_t i = 0; i < node->takes.n; i++) {
		const struct lore_take *t = &v->l->takes.at[node->takes.at[i]];

		if ((cls == LORE_NONE || t->cls == cls) && (t->mode == ORDER_WAIT) == is_wait)
			vec_push(&out->takes, (struct reach_take){ t->cls, node->takes.at[i],
								   chain_to(v, visits, func, t) });
	}
}

void verdict_reach_from(struct verdict *v, const uint32_t *funcs, size_t n, uint32_t cls,
			bool is_wait, struct reach_result *out)
{
	struct { VEC(uint32_t); } queue = { 0 };
	struct visit *visits;

	if (!v->reach)
		build(v);
	visits = xcalloc(v->reach->n, sizeof(*visits));
	for (size_t i = 0; i < n; i++) {
		if (funcs[i] >= v->reach->n || visits[funcs[i]].seen)
			continue;
		visits[funcs[i]] = (struct visit){ LORE_NONE, 0, true };
		vec_push(&queue, funcs[i]);
	}
	for (size_t i = 0; i < queue.n; i++) {
		uint32_t func = queue.at[i];
		const struct reach_node *node = &v->reach->at[func];

		visit_takes(v, visits, func, cls, is_wait, out);
		for (size_t k = 0; k < node->edges.n; k++) {
			struct visit *next = &visits[node->edges.at[k].to];

			if (next->seen)
				continue;
			*next = (struct visit){ func, node->edges.at[k].place, true };
			vec_push(&queue, node->edges.at[k].to);
		}
	}
	free(visits);
	vec_free(&queue);
}
