/* SPDX-License-Identifier: MIT */
/* shape.c - the control flow of one function: its order, its phis, its loops. */
#include "analyse/state.h"

#include <stdlib.h>
#include <string.h>

/* ---- the shape of the function ------------------------------------------------------------ */

void shape_order(struct flow *w)
{
	size_t n = w->f->blocks.n;
	struct { VEC(struct lockref); } stack = {0}; /* expr: block, cls: next successor */
	uint32_t *post = xmalloc(n * sizeof(*post) + 1);
	uint8_t *seen = xcalloc(n, 1);
	uint32_t at = 0;

	w->rpo = xmalloc(n * sizeof(*w->rpo) + 1);
	w->by_rpo = xmalloc(n * sizeof(*w->by_rpo) + 1);
	for (size_t i = 0; i < n; i++)
		w->rpo[i] = NONE;
	seen[0] = 1;
	vec_push(&stack, (struct lockref){0, 0});
	while (stack.n) {
		struct lockref *top = &stack.at[stack.n - 1];
		const struct facts_block *b = &w->f->blocks.at[top->expr];

		if (top->cls < b->n_succs) {
			uint32_t next = w->f->list.at[b->succs + top->cls++];

			if (!seen[next]) {
				seen[next] = 1;
				vec_push(&stack, (struct lockref){next, 0});
			}
			continue;
		}
		post[at++] = top->expr;
		stack.n--;
	}
	w->n_rpo = at;
	for (uint32_t i = 0; i < at; i++) {
		w->by_rpo[i] = post[at - 1 - i];
		w->rpo[w->by_rpo[i]] = i;
	}
	free(post);
	free(seen);
	vec_free(&stack);
}

void shape_phis(struct flow *w)
{
	size_t n = w->f->blocks.n;
	uint32_t *fill;

	w->phi_first = xcalloc(n + 1, sizeof(*w->phi_first));
	for (size_t i = 0; i < w->f->values.n; i++)
		if (w->f->values.at[i].op == FACTS_PHI)
			w->phi_first[w->f->values.at[i].block + 1]++;
	for (size_t i = 0; i < n; i++)
		w->phi_first[i + 1] += w->phi_first[i];
	w->phis = xmalloc(w->phi_first[n] * sizeof(*w->phis) + 1);
	fill = xmalloc(n * sizeof(*fill) + 1);
	memcpy(fill, w->phi_first, n * sizeof(*fill));
	for (size_t i = 0; i < w->f->values.n; i++)
		if (w->f->values.at[i].op == FACTS_PHI)
			w->phis[fill[w->f->values.at[i].block]++] = (uint32_t)i;
	free(fill);
}

static void use(struct flow *w, uint32_t value)
{
	if (value != FACTS_NONE)
		w->is_used[value] = 1;
}

/* Which values anything reads: a result that nobody looks at decides nothing. */
void shape_uses(struct flow *w)
{
	const struct facts_func *f = w->f;

	w->is_used = xcalloc(f->values.n, 1);
	w->is_choice = xcalloc(f->values.n, 1);
	for (size_t i = 0; i < f->values.n; i++) {
		const struct facts_value *v = &f->values.at[i];

		switch (v->op) {
		case FACTS_SELECT:
			use(w, v->c);
			/* fall through */
		case FACTS_SAME: case FACTS_AND: case FACTS_OR:
			use(w, v->b);
			/* fall through */
		case FACTS_FIELD: case FACTS_INDEX: case FACTS_DEREF: case FACTS_CMP: case FACTS_NOT:
			use(w, v->a);
			break;
		case FACTS_PHI:
			for (uint32_t k = 0; k < v->b; k++)
				use(w, f->list.at[v->a + 2 * k + 1]);
			break;
		default:
			break;
		}
	}
	for (size_t i = 0; i < f->events.n; i++) {
		const struct facts_event *e = &f->events.at[i];

		for (uint32_t k = 0; k < e->n_args; k++)
			use(w, f->list.at[e->args + k]);
		use(w, e->lock);
		if (e->lock != FACTS_NONE && (f->values.at[e->lock].op == FACTS_PHI || f->values.at[e->lock].op == FACTS_SELECT))
			w->is_choice[e->lock] = 1;
	}
	for (size_t i = 0; i < f->blocks.n; i++)
		if (f->blocks.at[i].term == FACTS_RET || f->blocks.at[i].term == FACTS_BRANCH || f->blocks.at[i].term == FACTS_SWITCH)
			use(w, f->blocks.at[i].value);
}

/* ---- loops ---------------------------------------------------------------------------------- */

static bool is_in_loop(const struct flow *w, uint32_t block, uint32_t head)
{
	for (size_t i = 0; i < w->loops[block].n; i++)
		if (w->loops[block].at[i] == head)
			return true;
	return false;
}

/* The natural loop of a back edge from `tail` to `head`. */
static void mark_loop(struct flow *w, uint32_t head, uint32_t tail, const struct lockref *edges, size_t n_edges)
{
	struct { VEC(uint32_t); } work = {0};

	if (!is_in_loop(w, head, head))
		vec_push(&w->loops[head], head);
	vec_push(&work, tail);
	while (work.n) {
		uint32_t b = work.at[--work.n];

		if (is_in_loop(w, b, head))
			continue;
		vec_push(&w->loops[b], head);
		for (size_t i = 0; i < n_edges; i++) /* expr: from, cls: to */
			if (edges[i].cls == b)
				vec_push(&work, edges[i].expr);
	}
	vec_free(&work);
}

/* A class that event i drops under a name of the round: "for each x: unlock(x->lock)". */
static uint32_t round_drops(struct flow *w, uint32_t i)
{
	const struct facts_event *e = &w->f->events.at[i];
	uint32_t expr = X_NONE;

	if (e->kind == FACTS_DROP) {
		expr = expr_value(w->p, w->id, e->lock);
	} else if (w->fn->target_first[i + 1] - w->fn->target_first[i] == 1) {
		const struct target *t = &w->fn->targets.at[w->fn->target_first[i]];
		const struct fn *callee = &w->p->fns.at[t->fn];

		if (callee->is_wrapper && callee->effects.n == 1 && callee->effects.at[0].dropped.n == 1)
			expr = expr_translate(w->p, callee->effects.at[0].dropped.at[0].expr, w->id, i, t->fn);
	}
	if (expr == X_NONE || w->p->exprs.at[expr].is_fixed)
		return NONE;
	return expr_class(w->p, expr);
}

void shape_loops(struct flow *w)
{
	struct { VEC(struct lockref); } edges = {0};
	size_t n = w->f->blocks.n;

	w->loops = xcalloc(n, sizeof(*w->loops));
	for (uint32_t b = 0; b < n; b++)
		for (uint32_t s = 0; w->rpo[b] != NONE && s < w->f->blocks.at[b].n_succs; s++)
			vec_push(&edges, (struct lockref){b, w->f->list.at[w->f->blocks.at[b].succs + s]});
	for (size_t i = 0; i < edges.n; i++)
		if (w->rpo[edges.at[i].cls] <= w->rpo[edges.at[i].expr])
			mark_loop(w, edges.at[i].cls, edges.at[i].expr, edges.at, edges.n);
	for (uint32_t b = 0; b < n; b++)
		for (uint32_t i = w->f->blocks.at[b].events; w->loops[b].n && i < w->f->blocks.at[b].events + w->f->blocks.at[b].n_events; i++) {
			uint32_t cls = round_drops(w, i);

			for (size_t k = 0; cls != NONE && k < w->loops[b].n; k++)
				vec_push(&w->unlocks, (struct lockref){w->loops[b].at[k], cls});
		}
	vec_free(&edges);
}

/*
 * Leaving a loop that lets go of a class round by round: all that a loop before it has taken is
 * let go of, however many rounds there were.
 */
void shape_leave_loop(struct flow *w, struct state *s, uint32_t from, uint32_t to)
{
	for (size_t i = 0; i < w->unlocks.n; i++)
		if (is_in_loop(w, from, w->unlocks.at[i].expr) && !is_in_loop(w, to, w->unlocks.at[i].expr))
			state_drop_any(w, s, w->unlocks.at[i].cls, w->f->blocks.at[from].events);
}
