/* SPDX-License-Identifier: MIT */
/* Cycles: the lore's witnesses as an order graph, and what comes back from order_cycles(). */
#include "verdict/internal.h"

#include <stdlib.h>
#include <string.h>

/* Beyond this the search stops and says so: real programs need a small part of it. */
#define MAX_STEPS 4000000u

struct collect {
	struct verdict *v;
	struct { VEC(struct verdict_deadlock); } at;
};

/* A take of a read side never blocks, a trylock neither: such edges close nothing. */
static bool can_close(const struct verdict *v, const struct lore_witness *w)
{
	if ((w->flags & LORE_TRY) || !w->n_chain)
		return false;
	if (w->outer == w->inner && !(w->flags & LORE_SAME_INSTANCE))
		return false;
	return w->inner_mode == ORDER_WAIT || !verdict_is_read_side(v, w->inner);
}

static uint32_t cost_of(const struct lore_witness *w)
{
	return (uint32_t)w->assumptions * 1000 + (w->n_chain < 999 ? w->n_chain : 999);
}

/*
 * Readers of a fair lock block on one another only where a writer may queue between them: per
 * class, whether anybody takes it for writing.
 */
static bool *find_writers(const struct verdict *v)
{
	bool *has = xcalloc(v->l->classes.n + 1, sizeof(*has));

	for (size_t i = 0; i < v->l->takes.n; i++)
		if (v->l->takes.at[i].mode == ORDER_EXCLUSIVE && !(v->l->takes.at[i].flags & LORE_TRY))
			has[v->l->takes.at[i].cls] = true;
	for (size_t i = 0; i < v->l->classes.n && !v->l->takes.n; i++)
		has[i] = true; /* not loaded: nothing is known */
	return has;
}

static uint8_t mode_of(const bool *has_writer, uint32_t cls, uint8_t mode)
{
	return mode == ORDER_SHARED && !has_writer[cls] ? ORDER_SHARED_RECURSIVE : mode;
}

static bool add_edge(const struct verdict *v, struct order_graph *g, uint32_t index, const bool *has_writer)
{
	const struct lore_witness *w = &v->l->witnesses.at[index];
	struct { VEC(struct order_held); } gates = { 0 };
	struct order_edge e = {
		.from = w->outer,
		.to = w->inner,
		.from_mode = mode_of(has_writer, w->outer, w->outer_mode),
		.to_mode = mode_of(has_writer, w->inner, w->inner_mode),
		.thread = w->thread,
		.cost = cost_of(w),
		.tag = index,
	};
	bool ok;

	for (uint32_t i = w->gates; i < w->gates + w->n_gates; i++) {
		const struct lore_heldlock *h = &v->l->helds.at[i];

		if (h->cls != w->outer)
			vec_push(&gates, (struct order_held){ h->cls, h->mode });
	}
	e.gates = gates.at;
	e.n_gates = (uint32_t)gates.n;
	ok = order_edge_add(g, &e, NULL);
	vec_free(&gates);
	return ok;
}

static struct order_graph *build(const struct verdict *v, struct arena *a)
{
	struct order_graph *g = order_new(a);
	bool *has_writer = find_writers(v);

	if (!g)
		die_memory();
	for (size_t i = 0; i < v->l->classes.n; i++)
		if (order_class_add(g) == ORDER_NONE)
			die_memory();
	for (uint32_t i = 0; i < v->l->witnesses.n; i++)
		if (can_close(v, &v->l->witnesses.at[i]) && !add_edge(v, g, i, has_writer))
			die_memory();
	free(has_writer);
	return g;
}

static bool same_cycle(const struct verdict_deadlock *a, const struct verdict_deadlock *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (a->edges[i].outer != b->edges[i].outer ||
		    (a->edges[i].inner_mode == ORDER_WAIT) !=
			    (b->edges[i].inner_mode == ORDER_WAIT))
			return false;
	return true;
}

static int by_certainty(const void *pa, const void *pb)
{
	const struct verdict_deadlock *a = pa, *b = pb;

	if (a->assumptions != b->assumptions)
		return a->assumptions < b->assumptions ? -1 : 1;
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	if (a->steps != b->steps)
		return a->steps < b->steps ? -1 : 1;
	for (uint32_t i = 0; i < a->n; i++) {
		const struct verdict_evidence *x = &a->edges[i], *y = &b->edges[i];

		if (x->outer != y->outer)
			return x->outer < y->outer ? -1 : 1;
		if (x->inner_mode != y->inner_mode)
			return x->inner_mode < y->inner_mode ? -1 : 1;
	}
	return 0;
}

/* Do the holders of these exclude one another, so that they never wait at the same time? */
static bool kept_apart(const struct verdict_evidence *a, const struct verdict_evidence *b)
{
	for (uint32_t i = 0; i < a->n_gates; i++)
		for (uint32_t k = 0; k < b->n_gates; k++)
			if (a->gates[i].cls == b->gates[k].cls &&
			    (a->gates[i].mode == ORDER_EXCLUSIVE ||
			     b->gates[k].mode == ORDER_EXCLUSIVE))
				return true;
	return false;
}

static bool fits(const struct verdict_evidence *edges, uint32_t n, uint32_t i,
		 const struct verdict_evidence *e)
{
	if (!order_blocks(edges[(i + n - 1) % n].inner_mode, e->outer_mode) ||
	    !order_blocks(e->inner_mode, edges[(i + 1) % n].outer_mode))
		return false;
	for (uint32_t k = 0; k < n; k++)
		if (k != i && kept_apart(e, &edges[k]))
			return false;
	return true;
}

/*
 * The graph keeps of two edges the one that is held apart by less, even where it rests on more
 * guesses.  Where the better witness closes this cycle as well, it is shown instead.
 */
static void improve(struct verdict *v, struct verdict_evidence *edges, uint32_t n)
{
	for (uint32_t i = 0; n > 1 && i < n; i++) {
		uint32_t first,
			count = lore_witnesses(v->l, edges[i].outer, edges[i].inner, &first);

		for (uint32_t k = first; k < first + count; k++) {
			const struct lore_witness *w = &v->l->witnesses.at[k];
			struct verdict_evidence e = verdict_evidence_of(v, w);

			if (w->thread == ORDER_ANY_THREAD && can_close(v, w) &&
			    fits(edges, n, i, &e) &&
			    (e.assumptions < edges[i].assumptions ||
			     (e.assumptions == edges[i].assumptions &&
			      e.n_chain < edges[i].n_chain)))
				edges[i] = e;
		}
	}
}

/* One class sequence is one deadlock, whichever the modes of a reader: the more certain stays. */
static bool take_cycle(const struct order_cycle *c, void *ctx)
{
	struct collect *out = ctx;
	struct verdict_deadlock d = { .n = c->n };
	struct verdict_evidence *edges = xcalloc(c->n, sizeof(*edges));

	for (uint32_t i = 0; i < c->n; i++)
		edges[i] = verdict_evidence_of(out->v, &out->v->l->witnesses.at[c->edges[i]->tag]);

	improve(out->v, edges, c->n);
	for (uint32_t i = 0; i < c->n; i++) {
		d.assumptions += edges[i].assumptions;
		d.steps += edges[i].n_chain;
	}
	d.edges = verdict_keep(out->v, edges, c->n * sizeof(*edges));
	free(edges);
	for (size_t i = 0; i < out->at.n; i++) {
		if (!same_cycle(&out->at.at[i], &d))
			continue;
		if (by_certainty(&d, &out->at.at[i]) < 0)
			out->at.at[i] = d;
		return true;
	}
	vec_push(&out->at, d);
	return true;
}

static void find_nesting(struct verdict *v)
{
	for (uint32_t cls = 0; cls < v->l->classes.n; cls++) {
		struct verdict_nesting nest = { .cls = cls, .is_annotated = true };
		struct verdict_list all = { 0 };

		verdict_evidence_add(v, &all, cls, cls, WANT_TAKES | WANT_WAITS | WANT_BLOCKING,
				     false);
		for (size_t i = 0; i < all.n; i++) {
			const struct verdict_evidence *e = &all.at[i];

			if ((e->flags & LORE_SAME_INSTANCE) ||
			    !order_blocks(e->inner_mode, e->outer_mode))
				continue;
			vec_push(&nest.list, *e);
			nest.is_annotated &= (e->flags & LORE_NESTED) != 0;
		}
		vec_free(&all);
		verdict_evidence_sort(&nest.list);
		if (nest.list.n)
			vec_push(&v->dead.nesting, nest);
	}
}

static void add_note(struct verdict *v, const char *code, const char *message)
{
	vec_push(&v->dead.findings, (struct verdict_finding){ code, VERDICT_NOTE, "", 0, message });
}

static void find_findings(struct verdict *v, bool was_cut)
{
	const struct lore *l = v->l;

	for (size_t i = 0; i < l->findings.n; i++) {
		const struct lore_finding *f = &l->findings.at[i];
		bool has_place = f->place < l->places.n;

		vec_push(&v->dead.findings,
			 (struct verdict_finding){ lore_str(l, f->code),
						   f->severity > VERDICT_ERROR ? VERDICT_ERROR
									       : f->severity,
						   has_place ? verdict_place_file(v, f->place) : "",
						   has_place ? l->places.at[f->place].line : 0,
						   lore_str(l, f->message) });
	}
	if (was_cut)
		add_note(v, "search-cut", "the search for cycles was cut short: there may be more");
	if (l->n_caps_hit)
		add_note(
			v, "cap-hit",
			verdict_say(v,
				    "%u functions have more ways through them than were looked at: "
				    "something may be missing",
				    l->n_caps_hit));
	if (l->n_failed_units)
		add_note(v, "failed-units",
			 verdict_say(v, "%u unit%s did not compile: what is in there was not looked at",
				     l->n_failed_units, l->n_failed_units == 1 ? "" : "s"));
}

const struct verdict_deadlocks *verdict_deadlocks(struct verdict *v)
{
	struct order_limits limits = { .max_steps = MAX_STEPS };
	struct collect out = { .v = v };
	struct order_search search;
	struct arena graph, scratch;

	if (v->has_dead)
		return &v->dead;
	v->has_dead = true;
	arena_heap(&graph);
	arena_heap(&scratch);
	search = order_cycles(build(v, &graph), NULL, &limits, &scratch, take_cycle, &out);
	arena_heap_free(&scratch);
	arena_heap_free(&graph);
	if (out.at.n)
		qsort(out.at.at, out.at.n, sizeof(*out.at.at), by_certainty);
	for (size_t i = 0; i < out.at.n; i++) {
		verdict_find_mends(v, &out.at.at[i]);
		vec_push(&v->dead.at, out.at.at[i]);
	}
	vec_free(&out.at);
	find_nesting(v);
	find_findings(v, search.was_cut);
	return &v->dead;
}

uint32_t verdict_deadlock_with(struct verdict *v, uint32_t outer, uint32_t inner, bool is_wait)
{
	const struct verdict_deadlocks *dead = verdict_deadlocks(v);

	for (uint32_t i = 0; i < dead->at.n; i++)
		for (uint32_t k = 0; k < dead->at.at[i].n; k++) {
			const struct verdict_evidence *e = &dead->at.at[i].edges[k];

			if (e->outer == outer && e->inner == inner &&
			    (e->inner_mode == ORDER_WAIT) == is_wait)
				return i;
		}
	return LORE_NONE;
}
