/* SPDX-License-Identifier: MIT */
/* call.c - what a call does to the locks of its caller. */
#include "analyse/state.h"

#include <stdlib.h>
#include <string.h>

/* Is the effect possible here?  Learns from its guards. */
bool call_fits(struct flow *w, struct state *s, uint32_t event, const struct target *t, const struct effect *f)
{
	for (size_t i = 0; i < f->guards.n; i++) {
		const struct guard *g = &f->guards.at[i];
		const struct expr *e = &w->p->exprs.at[g->expr];
		struct av av = av_any();
		uint32_t key, value = NONE;
		const struct val *v;

		if (e->op == X_PARAM) {
			const struct facts_event *ev = &w->f->events.at[event];

			if (e->a >= ev->n_args)
				continue;
			value = w->f->list.at[ev->args + e->a];
			if (value == FACTS_NONE)
				continue;
			key = value_key(w, value);
			av = value_av(w, s, value, 0);
		} else {
			key = expr_translate(w->p, g->expr, w->id, event, t->fn);
			v = state_val(s, key);
			if (v)
				av = v->av;
		}
		if (!av_meet(&av, g->av))
			return false;
		if (key != X_NONE && (value == NONE || w->f->values.at[value].op == FACTS_PARAM ||
				      w->f->values.at[value].op == FACTS_CALL || w->f->values.at[value].op == FACTS_DEREF ||
				      w->f->values.at[value].op == FACTS_PHI || w->f->values.at[value].op == FACTS_OPAQUE)) {
			v = state_val(s, key);
			state_set(s, (struct val){.key = key, .av = av, .alias = v ? v->alias : NONE,
						  .alias_value = v ? v->alias_value : NONE});
		}
	}
	return true;
}

static uint32_t carry_origins(struct flow *w, uint32_t event, const struct target *t, uint32_t oset)
{
	uint32_t m[MAX_ORIGINS], n = 0, one;

	if (w->p->fns.at[t->fn].is_wrapper) {
		one = origin_make(w->p, w->id, event, NONE);
		return set_make(w->p, &one, 1);
	}
	for (uint32_t i = 0; i < set_count(w->p, oset) && n < ARRAY_LEN(m); i++) {
		uint32_t sub = set_members(w->p, oset)[i];

		if (w->p->origins.at[sub].length < 24)
			m[n++] = origin_make(w->p, w->id, event, sub);
	}
	return origins_make(w->p, m, n);
}

void call_apply(struct flow *w, struct state *s, uint32_t event, const struct target *t, const struct effect *f)
{
	for (size_t i = 0; i < f->dropped.n; i++) {
		uint32_t expr = expr_translate(w->p, f->dropped.at[i].expr, w->id, event, t->fn);
		uint32_t cls = f->dropped.at[i].cls;
		struct hl was;

		if (cls == NONE && expr != X_NONE)
			cls = expr_class(w->p, expr);
		if ((expr != X_NONE || cls != NONE) && !state_drop(w, s, expr, cls, event, &was))
			state_note_dropped(w, s, expr, cls);
	}
	for (size_t i = 0; i < f->held.n; i++) {
		struct hl h = f->held.at[i];

		h.expr = expr_translate(w->p, h.expr, w->id, event, t->fn);
		if (h.cls == NONE && h.expr != X_NONE)
			h.cls = expr_class(w->p, h.expr);
		if (h.expr == X_NONE && h.cls != NONE)
			h.expr = expr_any(w->p, X_NONE, h.cls);
		h.oset = carry_origins(w, event, t, h.oset);
		h.depth = 1;
		if (h.expr != X_NONE)
			state_take(w, s, h);
	}
}

bool call_is_neutral(const struct effect *f)
{
	return !f->held.n && !f->dropped.n && !f->guards.n && f->ret.mask == A_ANY;
}

/* Does the effect let go of something that is held here? */
bool call_releases(struct flow *w, const struct state *s, uint32_t event, const struct target *t, const struct effect *f)
{
	for (size_t i = 0; i < f->dropped.n; i++) {
		uint32_t expr = expr_translate(w->p, f->dropped.at[i].expr, w->id, event, t->fn);

		for (unsigned k = 0; k < s->n_held; k++)
			if (expr != X_NONE && s->held[k].expr == expr && effect_balance(f, f->dropped.at[i].expr, f->dropped.at[i].cls) < 0)
				return true;
	}
	return false;
}

/*
 * "if (x->has_lock) unlock(&x->lock)" in a callee: where the lock is held here and the flag is
 * not known, the callee is taken to let go of it.  Another choice would leak it on every such
 * path, and the flag is there to keep track of just that.
 */
bool call_has_release(struct flow *w, const struct state *s, uint32_t event, const struct target *t)
{
	const struct fn *callee = &w->p->fns.at[t->fn];

	for (size_t k = 0; k < callee->effects.n && callee->effects.n > 1; k++) {
		const struct effect *f = &callee->effects.at[k];
		struct state probe = *s;

		if (f->ret.mask == A_ANY && call_releases(w, s, event, t, f) && call_fits(w, &probe, event, t, f))
			return true;
	}
	return false;
}
