/* SPDX-License-Identifier: MIT */
/*
 * effect.c - what a function leaves behind: the ways out of it, told apart by what the caller
 * can know, and what is one and the same boiled down.
 */
#include "analyse/state.h"

#include <stdlib.h>
#include <string.h>

#define MAX_EFFECTS 12    /* of one function; more are boiled down to what they agree on */

/* ---- exits ----------------------------------------------------------------------------------- */

static bool same_effect(const struct effect *a, const struct effect *b)
{
	if (a->held.n != b->held.n || a->dropped.n != b->dropped.n)
		return false;
	for (size_t i = 0; i < a->held.n; i++)
		if (a->held.at[i].expr != b->held.at[i].expr || a->held.at[i].cls != b->held.at[i].cls ||
		    a->held.at[i].mode != b->held.at[i].mode)
			return false;
	return !a->dropped.n || memcmp(a->dropped.at, b->dropped.at, a->dropped.n * sizeof(*a->dropped.at)) == 0;
}

void effect_free(struct effect *e)
{
	vec_free(&e->held);
	vec_free(&e->dropped);
	vec_free(&e->guards);
}

/* b goes into a: same locks; what both know of values stays. */
static void effect_merge(struct prog *p, struct effect *a, struct effect *b)
{
	size_t n = 0;

	a->ret = av_join(a->ret, b->ret);
	a->is_failed &= b->is_failed;
	a->is_object &= b->is_object;
	for (size_t i = 0; i < a->held.n; i++)
		a->held.at[i].oset = origins_union(p, a->held.at[i].oset, b->held.at[i].oset);
	for (size_t i = 0; i < a->guards.n; i++)
		for (size_t j = 0; j < b->guards.n; j++)
			if (a->guards.at[i].expr == b->guards.at[j].expr) {
				struct guard g = a->guards.at[i];

				g.av = av_join(g.av, b->guards.at[j].av);
				if (av_knows(g.av))
					a->guards.at[n++] = g;
				break;
			}
	a->guards.n = n;
	effect_free(b);
}

static void add_exit(struct flow *w, struct effect *e)
{
	for (size_t i = 0; i < w->exits.n; i++)
		if (same_effect(&w->exits.at[i], e)) {
			effect_merge(w->p, &w->exits.at[i], e);
			return;
		}
	vec_push(&w->exits, *e);
}

static bool is_pointer(const struct facts_func *f, uint32_t value, unsigned depth)
{
	const struct facts_value *v;
	bool is = false;

	if (value == FACTS_NONE || depth > 6)
		return false;
	v = &f->values.at[value];
	for (uint32_t i = 0; v->op == FACTS_PHI && i < v->b; i++)
		is |= is_pointer(f, f->list.at[v->a + 2 * i + 1], depth + 1);
	return is || v->type;
}

static bool may_be_error(const struct facts_func *f, uint32_t value, unsigned depth)
{
	const struct facts_value *v;

	if (value == FACTS_NONE || depth > 6)
		return true;
	v = &f->values.at[value];
	switch (v->op) {
	case FACTS_CONST:
		return v->imm < 0;
	case FACTS_CALL:
		return true;
	case FACTS_OPAQUE:
		return !v->type;
	case FACTS_SELECT:
		return may_be_error(f, v->b, depth + 1) || may_be_error(f, v->c, depth + 1);
	case FACTS_PHI:
		for (uint32_t i = 0; i < v->b; i++)
			if (f->list.at[v->a + 2 * i + 1] != value && may_be_error(f, f->list.at[v->a + 2 * i + 1], depth + 1))
				return true;
		return false;
	default:
		return false;
	}
}

/*
 * What is returned.  A pointer that was read from memory, or came in as a parameter, is taken to
 * be no error pointer: those are made by calls and returned, hardly ever stored.
 */
static struct av returned(struct flow *w, const struct state *s, uint32_t value)
{
	struct av av = value_av(w, s, value, 0);
	uint32_t path = value_expr(w, s, value);
	const struct expr *e = &w->p->exprs.at[path];

	if (av.is_const || !is_pointer(w->f, value, 0))
		return av;
	if ((e->op == X_DEREF || e->op == X_INDEX || e->op == X_FIELD || e->op == X_PARAM ||
	     (e->op == X_VALUE && e->a == w->id && !may_be_error(w->f, e->b, 0))) && av.mask != A_NEG)
		av = av_sign(av.mask & (A_ZERO | A_POS));
	return av;
}

/*
 * Does the value mean the same to a caller: is it of a parameter, or read from a global before
 * the locks changed?
 */
static bool is_shared_value(const struct prog *p, const struct state *s, const struct val *v)
{
	const struct expr *e = &p->exprs.at[v->key];

	while (e->op == X_FIELD || e->op == X_DEREF || e->op == X_INDEX)
		e = &p->exprs.at[e->a];
	return e->op == X_PARAM || (e->op == X_GLOBAL && (v->is_old || (!s->n_held && !s->n_dropped)));
}

void effect_leave(struct flow *w, const struct state *s, uint32_t value)
{
	struct effect e = {.ret = value == FACTS_NONE ? av_any() : returned(w, s, value), .is_failed = s->is_failed,
			   .is_object = value != FACTS_NONE && is_pointer(w->f, value, 0)};
	uint32_t ret = value == FACTS_NONE ? X_NONE : value_expr(w, s, value);
	uint32_t mark = expr_make(w->p, X_PARAM, 0xffff, 0, 0);
	bool is_named = ret != X_NONE && w->p->exprs.at[ret].op == X_VALUE;

	for (unsigned i = 0; i < s->n_held; i++) {
		struct hl h = s->held[i];

		if (is_named)
			h.expr = expr_replace(w->p, h.expr, ret, mark);
		vec_push(&e.held, h);
	}
	for (unsigned i = 0; i < s->n_dropped; i++)
		vec_push(&e.dropped, s->dropped[i]);
	for (unsigned i = 0; i < s->n_vals; i++)
		if (is_shared_value(w->p, s, &s->vals[i]) && av_knows(s->vals[i].av))
			vec_push(&e.guards, (struct guard){s->vals[i].key, NONE, s->vals[i].av});
	add_exit(w, &e);
}

/* Does the result, or something the caller can know, tell the two apart? */
static bool can_tell(const struct effect *a, const struct effect *b)
{
	if (!av_meets(a->ret, b->ret))
		return true;
	for (size_t i = 0; i < a->guards.n; i++)
		for (size_t j = 0; j < b->guards.n; j++)
			if (a->guards.at[i].expr == b->guards.at[j].expr && !av_meets(a->guards.at[i].av, b->guards.at[j].av))
				return true;
	return false;
}

static bool effect_holds(const struct effect *e, uint32_t expr, uint32_t cls)
{
	for (size_t i = 0; i < e->held.n; i++)
		if (e->held.at[i].cls == cls && (cls != NONE || e->held.at[i].expr == expr))
			return true;
	return false;
}

static bool effect_drops(const struct effect *e, uint32_t expr, uint32_t cls)
{
	for (size_t i = 0; i < e->dropped.n; i++)
		if (e->dropped.at[i].cls == cls && (cls != NONE || e->dropped.at[i].expr == expr))
			return true;
	return false;
}

/* What is left of a lock: 1 more, -1 less, 0 as before (also when it was let go and taken back). */
int effect_balance(const struct effect *e, uint32_t expr, uint32_t cls)
{
	return effect_holds(e, expr, cls) - effect_drops(e, expr, cls);
}

static bool disagree(const struct effect *a, const struct effect *b, uint32_t expr, uint32_t cls)
{
	int mine = effect_balance(a, expr, cls);

	return mine != 0 && mine != effect_balance(b, expr, cls);
}

/* Takes out of a what b disagrees with; true if there was something. */
static bool strip(struct effect *a, const struct effect *b)
{
	struct effect was = *a; /* judged as it was */
	struct { VEC(struct hl); } held = {0};
	struct { VEC(struct lockref); } dropped = {0};
	bool any;

	for (size_t i = 0; i < was.held.n; i++)
		if (!disagree(&was, b, was.held.at[i].expr, was.held.at[i].cls))
			vec_push(&held, was.held.at[i]);
	for (size_t i = 0; i < was.dropped.n; i++)
		if (!disagree(&was, b, was.dropped.at[i].expr, was.dropped.at[i].cls))
			vec_push(&dropped, was.dropped.at[i]);
	any = held.n != was.held.n || dropped.n != was.dropped.n;
	vec_free(&a->held);
	vec_free(&a->dropped);
	memcpy(&a->held, &held, sizeof(held));
	memcpy(&a->dropped, &dropped, sizeof(dropped));
	return any;
}

/*
 * An object that is returned locked, or NULL or an error pointer without: what is returned locked
 * is then no such thing, also where it comes from a call that may return one.
 */
static void settle_object(struct flow *w, size_t which)
{
	struct effect *e = &w->exits.at[which];
	uint8_t failed = 0;

	for (size_t i = 0; i < w->exits.n; i++) {
		bool is_less = false;

		for (size_t k = 0; i != which && k < e->held.n; k++)
			is_less |= disagree(e, &w->exits.at[i], e->held.at[k].expr, e->held.at[k].cls);
		if (is_less && (w->exits.at[i].ret.mask & A_POS))
			return;
		if (is_less)
			failed |= w->exits.at[i].ret.mask;
	}
	if (failed && (e->ret.mask & ~failed) && !e->ret.is_const)
		e->ret = av_sign(e->ret.mask & ~failed);
}

/*
 * A mutex that blocks fails only by mistake. Where the result does not tell that way out from
 * the others it is left out: callers that cannot ask rely on the lock.
 */
static void forget_failed(struct flow *w)
{
	for (size_t i = 0; i < w->exits.n;) {
		bool is_shadow = false;

		for (size_t j = 0; j < w->exits.n && w->exits.at[i].is_failed; j++)
			is_shadow |= !w->exits.at[j].is_failed && !can_tell(&w->exits.at[i], &w->exits.at[j]);
		if (is_shadow) {
			effect_free(&w->exits.at[i]);
			w->exits.at[i] = w->exits.at[--w->exits.n];
		} else {
			i++;
		}
	}
}

/* Too many ways out: what all of them hold and drop, on no condition. */
static void boil_down(struct flow *w)
{
	for (size_t i = 1; i < w->exits.n; i++)
		strip(&w->exits.at[0], &w->exits.at[i]);
	for (size_t i = 1; i < w->exits.n; i++)
		strip(&w->exits.at[i], &w->exits.at[0]);
	for (size_t i = 0; i < w->exits.n; i++)
		w->exits.at[i].guards.n = 0;
	while (w->exits.n > 1) {
		struct effect *last = &w->exits.at[--w->exits.n];

		if (same_effect(&w->exits.at[0], last)) {
			effect_merge(w->p, &w->exits.at[0], last);
		} else { /* let go and taken back on the one, not on the other */
			w->exits.at[0].ret = av_join(w->exits.at[0].ret, last->ret);
			effect_free(last);
		}
	}
}

/*
 * Ways out that disagree about what is held, with no result and no flag that decides it: an
 * imprecision of ours far more often than of the code.  It is counted and not passed on.
 */
void effect_settle(struct flow *w)
{
	bool stripped = false;

	forget_failed(w);
	for (size_t i = 0; i < w->exits.n; i++)
		if (w->exits.at[i].is_object && w->exits.at[i].held.n)
			settle_object(w, i);
	for (size_t i = 0; i < w->exits.n; i++)
		for (size_t j = i + 1; j < w->exits.n; j++)
			if (!can_tell(&w->exits.at[i], &w->exits.at[j])) {
				stripped |= strip(&w->exits.at[i], &w->exits.at[j]);
				stripped |= strip(&w->exits.at[j], &w->exits.at[i]);
			}
	if (w->exits.n > MAX_EFFECTS) {
		stripped = true;
		boil_down(w);
	}
	if (stripped && w->is_recording)
		w->p->n_imprecise++;
	for (size_t i = 0; i < w->exits.n; i++)
		for (size_t j = i + 1; j < w->exits.n;)
			if (same_effect(&w->exits.at[i], &w->exits.at[j])) {
				effect_merge(w->p, &w->exits.at[i], &w->exits.at[j]);
				w->exits.at[j] = w->exits.at[--w->exits.n];
			} else {
				j++;
			}
	if (w->exits.n == 1)
		w->exits.at[0].guards.n = 0;
}

void effect_forget(struct flow *w)
{
	for (size_t i = 0; i < w->exits.n; i++)
		effect_free(&w->exits.at[i]);
	w->exits.n = 0;
}

/* What the function returns, when that is one path of its parameters on every way. */
uint32_t effect_returned_path(struct prog *p, uint32_t id)
{
	const struct facts_func *f = p->fns.at[id].f;
	uint32_t all = X_NONE;

	for (size_t b = 0; b < f->blocks.n; b++) {
		const struct facts_block *blk = &f->blocks.at[b];
		uint32_t e;

		if (blk->term != FACTS_RET || blk->value == FACTS_NONE || f->values.at[blk->value].op == FACTS_CONST)
			continue;
		e = expr_value(p, id, blk->value);
		if (e == X_NONE || (all != X_NONE && e != all) || p->exprs.at[e].has_value || p->exprs.at[e].op == X_LOCAL)
			return X_NONE;
		all = e;
	}
	return all;
}

static bool effects_equal(const struct fn *fn, const struct flow *w)
{
	if (fn->effects.n != w->exits.n)
		return false;
	for (size_t i = 0; i < w->exits.n; i++) {
		const struct effect *a = &fn->effects.at[i], *b = &w->exits.at[i];

		if (!same_effect(a, b) || a->ret.mask != b->ret.mask || a->guards.n != b->guards.n)
			return false;
		for (size_t k = 0; k < a->held.n; k++)
			if (a->held.at[k].oset != b->held.at[k].oset)
				return false;
	}
	return true;
}

bool effect_keep(struct flow *w)
{
	struct fn *fn = w->fn;
	bool changed = !effects_equal(fn, w);

	for (size_t i = 0; i < fn->effects.n; i++)
		effect_free(&fn->effects.at[i]);
	fn->effects.n = 0;
	for (size_t i = 0; i < w->exits.n; i++)
		vec_push(&fn->effects, w->exits.at[i]);
	w->exits.n = 0;
	return changed;
}

/* One take or drop of a lock, left so, and nothing else of interest: calls of it are that event. */
bool effect_is_wrapper(struct prog *p, const struct fn *fn)
{
	unsigned events = 0;
	bool has_effect = false;

	for (uint32_t i = 0; i < fn->f->events.n; i++) {
		const struct facts_event *e = &fn->f->events.at[i];

		if (e->kind == FACTS_TAKE || e->kind == FACTS_DROP)
			events++;
		else if (e->kind == FACTS_WAIT || e->kind == FACTS_REWAIT || e->kind == FACTS_SPAWN)
			return false;
		for (uint32_t t = fn->target_first[i]; t < fn->target_first[i + 1]; t++) {
			const struct fn *to = &p->fns.at[fn->targets.at[t].fn];

			if (to->is_wrapper && fn->targets.at[t].kind == LORE_CALL_DIRECT)
				events++;
			else if (to->is_active)
				return false;
		}
	}
	for (size_t i = 0; i < fn->effects.n; i++) {
		if (fn->effects.at[i].held.n + fn->effects.at[i].dropped.n > 1)
			return false;
		has_effect |= fn->effects.at[i].held.n + fn->effects.at[i].dropped.n == 1;
	}
	return events == 1 && has_effect && fn->f->blocks.n <= 12 && fn->f->events.n <= 8;
}
