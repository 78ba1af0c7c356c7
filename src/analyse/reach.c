/* SPDX-License-Identifier: MIT */
/*
 * reach.c - which takes and waits can happen inside a call, bottom up over the call graph.
 *
 * Each entry knows which of its caller's locks were dropped before it, on which parameters it
 * depends, and the next link of its shortest chain.  Nothing transitive is kept: an entry is an
 * event, not an order.
 */
#include "analyse/internal.h"

#include <stdlib.h>
#include <string.h>

#define MAX_INSTANCES 12 /* entries of one place that enter through one call, before instances are given up */
#define MAX_VARIANTS 64 /* entries of one place that enter through one call */
#define MAX_PATH 6      /* steps of an instance's path that are kept for callers */
#define MAX_GUARDED 4   /* of them, alike but for their conditions */
#define MANY_ENTRIES 4000 /* from here on a function keeps one entry per place and call */
#define MAX_ROUNDS 64   /* over functions that call one another */

/* ---- what goes through a call --------------------------------------------------------------- */

static bool add_guard(struct guard *out, uint8_t *n, struct guard g)
{
	for (unsigned i = 0; i < *n; i++)
		if (out[i].expr == g.expr) {
			if (g.fn != NONE && out[i].fn != NONE && g.fn != out[i].fn)
				return false;
			if (g.fn != NONE)
				out[i].fn = g.fn;
			else if (!av_meets(out[i].av, g.av))
				return false;
			else
				av_meet(&out[i].av, g.av);
			return true;
		}
	if (*n < MAX_GUARDS)
		out[(*n)++] = g;
	return true;
}

/*
 * What a function stores in a member of one of its own variables, when that is one thing on every
 * way: "struct walk w = { .visit = f }; walk(&w)".  A function, or a parameter of fn.
 */
static struct guard stored_in_local(struct prog *p, uint32_t fn, uint32_t address)
{
	const struct facts_func *f = p->fns.at[fn].f;
	struct guard g = {.expr = X_NONE, .fn = NONE, .av = av_any()};
	uint32_t value = NONE;

	for (size_t i = 0; i < f->events.n; i++) {
		const struct facts_event *e = &f->events.at[i];

		if (e->kind != FACTS_STORE || !e->n_args || e->lock == FACTS_NONE || expr_value(p, fn, e->lock) != address)
			continue;
		if (value != NONE && value != f->list.at[e->args])
			return g;
		value = f->list.at[e->args];
	}
	if (value == NONE)
		return g;
	if (f->values.at[value].op == FACTS_FUNC)
		g.fn = p->syms.at[fn_symbol(p, &p->fns.at[fn], f->values.at[value].a)].fn;
	else if (f->values.at[value].op == FACTS_PARAM)
		g.expr = expr_make(p, X_PARAM, f->values.at[value].a, 0, 0);
	return g;
}

/* The callee calls what it finds in a struct that it is handed: a guard on that member. */
static bool is_handed_struct(const struct prog *p, uint32_t expr)
{
	const struct expr *e = &p->exprs.at[expr];

	if (e->op != X_DEREF)
		return false;
	e = &p->exprs.at[e->a];
	return e->op == X_FIELD && p->exprs.at[e->a].op == X_PARAM;
}

/* What the caller knows of a callee's guard on a member of a struct it is handed. */
static struct guard handed(struct prog *p, uint32_t fn, const struct ctx *c, const struct target *t, uint32_t expr)
{
	struct guard g = {.expr = expr_translate(p, expr, fn, c->event, t->fn), .fn = NONE, .av = av_any()};
	const struct expr *e = &p->exprs.at[g.expr], *root = e;

	while (root->op == X_FIELD || root->op == X_DEREF)
		root = &p->exprs.at[root->a];
	if (root->op == X_LOCAL && root->a == fn && e->op == X_DEREF)
		return stored_in_local(p, fn, e->a);
	if (!is_handed_struct(p, g.expr))
		g.expr = X_NONE;
	return g;
}

static bool guards_pass(struct prog *p, uint32_t fn, const struct ctx *c, const struct target *t,
			const struct entry *e, struct guard *out, uint8_t *n)
{
	*n = c->n_guards;
	memcpy(out, c->guards, c->n_guards * sizeof(*out));
	if (t->param != NONE &&
	    !add_guard(out, n, (struct guard){expr_make(p, X_PARAM, t->param, 0, 0), t->fn, av_any()}))
		return false;
	if (t->param == NONE && !(fn_event(p, fn, c->event)->flags & FACTS_DIRECT)) {
		uint32_t x = expr_value(p, fn, fn_event(p, fn, c->event)->target);

		if (is_handed_struct(p, x) && !add_guard(out, n, (struct guard){x, t->fn, av_any()}))
			return false;
	}
	for (unsigned i = 0; i < e->n_guards; i++) {
		const struct guard *g = &e->guards[i];
		struct expr x = p->exprs.at[g->expr];
		struct guard arg = x.op == X_PARAM ? flow_arg(p, fn, c->event, c, x.a) : handed(p, fn, c, t, g->expr);

		if (g->fn != NONE) {
			if (arg.fn != NONE && arg.fn != g->fn)
				return false;
		} else if (!av_meets(arg.av, g->av)) {
			return false;
		}
		if (arg.expr != X_NONE && !add_guard(out, n, (struct guard){arg.expr, g->fn, g->av}))
			return false;
	}
	return true;
}

static bool families_pass(const struct prog *p, uint64_t a, uint64_t b)
{
	for (uint64_t rest = a; rest; rest &= rest - 1)
		if (p->family_conflicts[__builtin_ctzll(rest)] & b)
			return false;
	return true;
}

/* Which held locks the callee has dropped by then (bit set); what is left over is its caller's callers'. */
static uint32_t lost_locks(struct prog *p, const struct fn *f, uint32_t fn, const struct ctx *c, uint32_t callee,
			   uint32_t dropset, uint32_t *rest)
{
	uint32_t lost = 0;
	uint32_t n = set_count(p, dropset);

	*rest = 0;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t expr = expr_translate(p, set_members(p, dropset)[i], fn, c->event, callee), cls;
		int found = -1;

		if (expr == X_NONE)
			continue;
		cls = expr_class(p, expr);
		for (uint32_t h = 0; h < c->n_held; h++)
			if (f->ctx_held.at[c->held + h].expr == expr && !(lost >> h & 1))
				found = (int)h;
		for (uint32_t h = c->n_held; found < 0 && cls != NONE && h-- > 0;)
			if (f->ctx_held.at[c->held + h].cls == cls && !(lost >> h & 1))
				found = (int)h;
		if (found >= 0)
			lost |= 1u << found;
		else
			*rest = set_add(p, *rest, expr);
	}
	return lost;
}

static uint32_t dropped_set(struct prog *p, const struct fn *f, const struct ctx *c)
{
	uint32_t m[MAX_DROPPED];

	for (uint32_t i = 0; i < c->n_dropped; i++)
		m[i] = f->ctx_dropped.at[c->dropped + i].expr;
	return set_make(p, m, c->n_dropped);
}

static uint32_t held_classes(struct prog *p, const struct fn *f, const struct ctx *c, uint32_t lost)
{
	uint32_t m[MAX_HELD], n = 0;

	for (uint32_t i = 0; i < c->n_held; i++)
		if (!(lost >> i & 1) && f->ctx_held.at[c->held + i].cls != NONE)
			m[n++] = f->ctx_held.at[c->held + i].cls << 2 | f->ctx_held.at[c->held + i].mode;
	return set_make(p, m, n);
}

/* ---- what can happen at an event --------------------------------------------------------------- */

static void own_event(struct prog *p, uint32_t fn, const struct ctx *c, happening_fn *cb, void *arg)
{
	const struct facts_event *ev = fn_event(p, fn, c->event);
	struct fn *f = &p->fns.at[fn];
	struct happening h = {.c = c, .fn = fn, .entry_fn = NONE};
	struct entry *e = &h.e;

	if (c->expr == X_NONE)
		return;
	e->expr = c->expr;
	e->mode = ev->mode;
	e->kind = ev->lock_kind;
	e->flags = ev->flags & (FACTS_TRY | FACTS_NESTED);
	if (ev->kind == FACTS_WAIT) {
		e->flags |= E_WAIT;
		e->mode = ORDER_WAIT;
	}
	if (ev->kind == FACTS_REWAIT) /* it has let go of its own lock and asks for it again */
		for (uint32_t i = 0; i < c->n_held; i++)
			if (f->ctx_held.at[c->held + i].expr == c->expr)
				h.lost |= 1u << i;
	e->cls = expr_class(p, c->expr);
	e->fn = fn;
	e->event = c->event;
	e->call_fn = e->call_event = NONE;
	e->n_guards = c->n_guards;
	memcpy(e->guards, c->guards, sizeof(e->guards));
	e->dropset = dropped_set(p, f, c);
	if (ev->kind == FACTS_REWAIT && !h.lost) /* the caller's lock is let go of */
		e->dropset = set_add(p, e->dropset, c->expr);
	e->along = e->always = held_classes(p, f, c, h.lost);
	e->families = f->families;
	e->dying = c->dying;
	e->via_event = c->event;
	e->via_fn = e->via_entry = NONE;
	e->length = 1;
	cb(p, &h, arg);
}

static bool in_terms_of(struct prog *p, uint32_t fn, const struct ctx *c, const struct target *t, uint32_t index,
			struct happening *h)
{
	const struct fn *f = &p->fns.at[fn];
	const struct fn *callee = &p->fns.at[t->fn];
	const struct entry *from = &callee->entries.at[index];
	struct entry *e = &h->e;
	uint32_t rest;

	if (!families_pass(p, from->families | callee->families, f->families))
		return false;
	*h = (struct happening){.c = c, .fn = fn, .entry_fn = t->fn, .entry = index};
	*e = *from;
	if (!guards_pass(p, fn, c, t, from, e->guards, &e->n_guards))
		return false;
	from = &p->fns.at[t->fn].entries.at[index];
	e->expr = expr_translate(p, from->expr, fn, c->event, t->fn);
	if (e->expr == X_NONE) {
		if (from->cls == NONE)
			return false;
		e->expr = expr_any(p, X_NONE, from->cls);
	}
	if (e->cls == NONE)
		e->cls = expr_class(p, e->expr);
	h->lost = lost_locks(p, f, fn, c, t->fn, from->dropset, &rest);
	e->dropset = set_union(p, rest, dropped_set(p, f, c));
	rest = held_classes(p, f, c, h->lost);
	e->along = set_union(p, e->along, rest);
	e->always = set_union(p, e->always, rest);
	e->families |= f->families | callee->families;
	if (!e->dying)
		e->dying = c->dying;
	e->via_event = c->event;
	e->via_fn = t->fn;
	e->via_entry = index;
	e->length = from->length + 1;
	e->guesses = from->guesses + (t->kind == LORE_CALL_POINTER && from->guesses < 200);
	if (p->fns.at[t->fn].is_wrapper) { /* its call is the take itself */
		h->entry_fn = NONE;
		e->fn = fn;
		e->event = c->event;
		e->call_fn = e->call_event = NONE;
		e->via_fn = e->via_entry = NONE;
		e->length = 1;
	} else if (from->call_fn == NONE) {
		e->call_fn = fn;
		e->call_event = c->event;
	}
	return true;
}

void reach_each(struct prog *p, uint32_t fn, happening_fn *cb, void *arg)
{
	struct fn *f = &p->fns.at[fn];

	if (!f->ctx_first)
		return;
	for (uint32_t i = 0; i < f->f->events.n; i++) {
		const struct facts_event *ev = &f->f->events.at[i];

		for (uint32_t k = f->ctx_first[i]; k < f->ctx_first[i + 1]; k++) {
			const struct ctx *c = &f->ctxs.at[k];

			if (ev->kind == FACTS_TAKE || ev->kind == FACTS_WAIT || ev->kind == FACTS_REWAIT)
				own_event(p, fn, c, cb, arg);
			if (ev->kind != FACTS_CALL_EVENT)
				continue;
			for (uint32_t t = f->target_first[i]; t < f->target_first[i + 1]; t++) {
				struct target to = f->targets.at[t];

				for (uint32_t e = 0; e < p->fns.at[to.fn].entries.n; e++) {
					struct happening h;

					if (in_terms_of(p, fn, c, &to, e, &h))
						cb(p, &h, arg);
				}
			}
		}
	}
}

/* ---- keeping entries ------------------------------------------------------------------------------ */

static bool same_guards(const struct entry *a, const struct entry *b)
{
	if (a->n_guards != b->n_guards)
		return false;
	for (unsigned i = 0; i < a->n_guards; i++)
		if (a->guards[i].expr != b->guards[i].expr || a->guards[i].fn != b->guards[i].fn ||
		    a->guards[i].av.mask != b->guards[i].av.mask || a->guards[i].av.is_const != b->guards[i].av.is_const ||
		    a->guards[i].av.is_not != b->guards[i].av.is_not ||
		    a->guards[i].av.c != b->guards[i].av.c)
			return false;
	return true;
}

static bool improve(struct prog *p, struct entry *have, const struct entry *e)
{
	uint32_t always = set_common(p, have->always, e->always);
	bool changed = always != have->always;

	if (e->length < have->length) {
		*have = *e;
		changed = true;
	}
	have->always = always;
	return changed;
}

/* One entry for both: the shorter chain, without conditions. */
static bool blur(struct prog *p, struct entry *have, const struct entry *e)
{
	uint32_t dropset = set_common(p, have->dropset, e->dropset);
	uint32_t expr = have->expr == e->expr || have->cls == NONE ? have->expr : expr_any(p, have->expr, have->cls);
	uint64_t families = have->families & e->families;
	bool changed = have->n_guards || dropset != have->dropset || expr != have->expr || families != have->families ||
		       (have->dying && !e->dying);

	have->n_guards = 0;
	have->dropset = dropset;
	have->expr = expr;
	have->families = families;
	have->dying = have->dying && e->dying ? have->dying : 0;
	if (e->length < have->length) {
		have->via_event = e->via_event;
		have->via_fn = e->via_fn;
		have->via_entry = e->via_entry;
		have->length = e->length;
		have->guesses = e->guesses;
		have->along = e->along;
		changed = true;
	}
	have->always = set_common(p, have->always, e->always);
	return changed;
}

static void keep(struct prog *p, const struct happening *h, void *arg)
{
	struct fn *f = &p->fns.at[h->fn];
	struct entry e = h->e;
	uint64_t key, start, *slot;
	unsigned variants = 0, guarded = 0;
	bool *changed = arg, changed_here;

	if (p->exprs.at[e.expr].has_value || p->exprs.at[e.expr].op == X_LOCAL || p->exprs.at[e.expr].depth > MAX_PATH)
		if (e.cls != NONE) /* names of this function, and long ways round, say nothing to its callers */
			e.expr = expr_any(p, e.expr, e.cls);
	key = hash_mix(hash_mix(HASH_SEED, (uint64_t)e.fn << 32 | e.event), (uint64_t)e.call_fn << 32 | e.call_event);
	for (start = key;; key++) {
		struct entry *have;

		slot = map_slot(&f->entry_at, key, NONE);
		if (*slot == NONE)
			break;
		have = &f->entries.at[*slot];
		if (have->fn != e.fn || have->event != e.event || have->call_fn != e.call_fn || have->call_event != e.call_event)
			continue;
		if (f->entries.n > MANY_ENTRIES) { /* with nothing assumed, and only what is dropped on both ways */
			changed_here = blur(p, have, &e);
			*changed |= changed_here;
			if (!f->was_cut)
				p->n_caps++;
			f->was_cut = true;
			return;
		}
		if (have->expr == e.expr && have->dropset == e.dropset && have->families == e.families &&
		    have->dying == e.dying) {
			if (!have->n_guards || same_guards(have, &e)) {
				e.n_guards = have->n_guards;
				*changed |= improve(p, have, &e);
				return;
			}
			if (!e.n_guards && e.length <= have->length) { /* on no condition: stands for both */
				e.always = set_common(p, have->always, e.always);
				*have = e;
				*changed = true;
				return;
			}
			if (++guarded == MAX_GUARDED) { /* many conditions are none */
				have->n_guards = e.n_guards = 0;
				improve(p, have, &e);
				*changed = true;
				return;
			}
		}
		if (++variants == MAX_INSTANCES && e.cls != NONE && p->exprs.at[e.expr].op != X_ANY) {
			e.expr = expr_any(p, e.expr, e.cls); /* too many names: which instance it is stays open */
			key = start - 1;
			variants = guarded = 0;
			continue;
		}
		if (variants == MAX_VARIANTS) { /* the last one stands for the rest, with nothing assumed */
			have->n_guards = e.n_guards = 0;
			*changed |= improve(p, have, &e);
			if (!f->was_cut)
				p->n_caps++;
			f->was_cut = true;
			return;
		}
	}
	*slot = f->entries.n;
	vec_push(&f->entries, e);
	*changed = true;
}

/* Has a callee learned something since fn was looked at? */
static bool is_due(const struct prog *p, const struct fn *f)
{
	if (!f->looked_at)
		return true;
	for (size_t t = 0; t < f->targets.n; t++)
		if (p->fns.at[f->targets.at[t].fn].changed_at > f->looked_at)
			return true;
	return false;
}

void reach_all(struct prog *p)
{
	uint32_t now = 0;

	for (size_t i = 0; i < p->order.n;) {
		uint32_t scc = p->fns.at[p->order.at[i]].scc;
		size_t end = i;
		bool again = true;

		while (end < p->order.n && p->fns.at[p->order.at[end]].scc == scc)
			end++;
		for (unsigned round = 0; again && round < MAX_ROUNDS; round++) {
			again = false;
			for (size_t k = i; k < end; k++) {
				struct fn *f = &p->fns.at[p->order.at[k]];
				bool changed = false;

				if (!f->is_active || !is_due(p, f))
					continue;
				f->looked_at = ++now;
				reach_each(p, p->order.at[k], keep, &changed);
				if (changed)
					f->changed_at = ++now;
				again |= changed;
			}
		}
		p->n_caps += again;
		i = end;
	}
}
