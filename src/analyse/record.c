/* SPDX-License-Identifier: MIT */
/* record.c - the contexts in which events are reached, kept with the function. */
#include "analyse/state.h"

#include <stdlib.h>
#include <string.h>

/* ---- recording ---------------------------------------------------------------------------- */

static void ctx_guards(struct flow *w, const struct state *s, struct ctx *c)
{
	c->n_guards = 0;
	for (unsigned i = 0; i < s->n_vals && c->n_guards < MAX_GUARDS; i++)
		if (w->p->exprs.at[s->vals[i].key].op == X_PARAM && av_knows(s->vals[i].av))
			c->guards[c->n_guards++] = (struct guard){s->vals[i].key, NONE, s->vals[i].av};
}

/* Is the result of a call known that says: that was the last reference?  The struct it was to. */
static uint32_t dying_struct(struct flow *w, const struct state *s)
{
	for (unsigned i = 0; i < s->n_vals; i++) {
		const struct expr *key = &w->p->exprs.at[s->vals[i].key];
		const struct facts_event *e;
		const struct facts_value *v;
		const struct prim *row;
		uint32_t path;

		if (key->op != X_VALUE || (s->vals[i].av.mask & A_ZERO) || s->vals[i].is_old)
			continue;
		v = &w->f->values.at[key->b];
		if (v->op != FACTS_CALL)
			continue;
		e = &w->f->events.at[v->a];
		if (e->kind != FACTS_CALL_EVENT || !(e->flags & FACTS_DIRECT) || (e->flags & FACTS_STATIC_KEY))
			continue;
		row = prim_find(w->p->opt->prims, strtab_str(w->fn->u->str, w->fn->u->syms.at[e->target].name));
		if (!row || row->kind != PRIM_LAST || row->lock < 0 || (uint32_t)row->lock >= e->n_args)
			continue;
		path = expr_value(w->p, w->id, w->f->list.at[e->args + (uint32_t)row->lock]);
		key = &w->p->exprs.at[path];
		if (key->op == X_FIELD)
			return key->b;
	}
	return 0;
}

void record_context(struct flow *w, const struct state *s, uint32_t event)
{
	const struct facts_event *e = &w->f->events.at[event];
	struct fn *fn = w->fn;
	struct ctx c = {.event = event};

	if (!w->is_recording)
		return;
	if (e->lock != FACTS_NONE && e->kind != FACTS_CALL_EVENT)
		c.expr = value_expr(w, s, e->lock);
	ctx_guards(w, s, &c);
	c.dying = dying_struct(w, s);
	c.held = (uint32_t)fn->ctx_held.n;
	c.n_held = s->n_held;
	for (unsigned i = 0; i < s->n_held; i++)
		vec_push(&fn->ctx_held, s->held[i]);
	c.dropped = (uint32_t)fn->ctx_dropped.n;
	c.n_dropped = s->n_dropped;
	for (unsigned i = 0; i < s->n_dropped; i++)
		vec_push(&fn->ctx_dropped, s->dropped[i]);
	c.released = (uint32_t)fn->ctx_released.n;
	c.n_released = s->n_released;
	for (unsigned i = 0; i < s->n_released; i++)
		vec_push(&fn->ctx_released, s->released[i]);
	vec_push(&fn->ctxs, c);
}

void record_assert(struct flow *w, const struct state *s, uint32_t event, uint32_t cls)
{
	if (!w->is_recording || cls == NONE)
		return;
	for (unsigned i = 0; i < s->n_held; i++)
		if (s->held[i].cls == cls)
			return;
	for (size_t i = 0; i < w->fn->asserts.n; i++)
		if (w->fn->asserts.at[i].fn == cls)
			return;
	vec_push(&w->fn->asserts, (struct site){cls, event});
}

static int by_event(const void *a, const void *b)
{
	const struct ctx *x = a, *y = b;

	if (x->event != y->event)
		return x->event < y->event ? -1 : 1;
	return (x->held > y->held) - (x->held < y->held) + ((x->dropped > y->dropped) - (x->dropped < y->dropped));
}

static bool same_ctx(const struct fn *fn, const struct ctx *a, const struct ctx *b)
{
	return a->event == b->event && a->expr == b->expr && a->dying == b->dying && a->n_held == b->n_held && a->n_dropped == b->n_dropped &&
	       a->n_guards == b->n_guards && a->n_released == b->n_released &&
	       (!a->n_held || !memcmp(&fn->ctx_held.at[a->held], &fn->ctx_held.at[b->held], a->n_held * sizeof(struct hl))) &&
	       (!a->n_dropped || !memcmp(&fn->ctx_dropped.at[a->dropped], &fn->ctx_dropped.at[b->dropped], a->n_dropped * sizeof(struct lockref))) &&
	       (!a->n_released || !memcmp(&fn->ctx_released.at[a->released], &fn->ctx_released.at[b->released], a->n_released * sizeof(struct released))) &&
	       !memcmp(a->guards, b->guards, a->n_guards * sizeof(struct guard));
}

void record_index(struct fn *fn)
{
	size_t n = 0;

	if (fn->ctxs.n)
		qsort(fn->ctxs.at, fn->ctxs.n, sizeof(*fn->ctxs.at), by_event);
	for (size_t i = 0; i < fn->ctxs.n; i++) {
		bool seen = false;

		for (size_t j = n; j-- > 0 && fn->ctxs.at[j].event == fn->ctxs.at[i].event && !seen;)
			seen = same_ctx(fn, &fn->ctxs.at[j], &fn->ctxs.at[i]);
		if (!seen)
			fn->ctxs.at[n++] = fn->ctxs.at[i];
	}
	fn->ctxs.n = n;
	free(fn->ctx_first);
	fn->ctx_first = xcalloc(fn->f->events.n + 1, sizeof(*fn->ctx_first));
	for (size_t i = 0; i < n; i++)
		fn->ctx_first[fn->ctxs.at[i].event + 1]++;
	for (size_t i = 0; i < fn->f->events.n; i++)
		fn->ctx_first[i + 1] += fn->ctx_first[i];
}
