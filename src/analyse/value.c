/* SPDX-License-Identifier: MIT */
/* value.c - what a state knows of a value, and what a branch teaches it. */
#include "analyse/state.h"

#define TOO_DEEP 8

uint32_t value_key(struct flow *w, uint32_t value)
{
	const struct facts_value *v = &w->f->values.at[value];

	if (v->op == FACTS_PARAM || v->op == FACTS_DEREF)
		return expr_value(w->p, w->id, value);
	return expr_make(w->p, X_VALUE, w->id, value, 0);
}

static struct av known(struct flow *w, const struct state *s, uint32_t value)
{
	const struct val *v = state_val(s, value_key(w, value));

	return v ? v->av : av_any();
}

static struct av truth(int t)
{
	return t < 0 ? av_sign(A_ZERO | A_POS) : av_const(t);
}

static int as_bool(struct av a)
{
	return av_compare(a, FACTS_NE, 0);
}

struct av value_av(struct flow *w, const struct state *s, uint32_t value, unsigned depth)
{
	const struct facts_value *v;
	int a, b;

	if (value == FACTS_NONE || depth > TOO_DEEP)
		return av_any();
	v = &w->f->values.at[value];
	switch (v->op) {
	case FACTS_CONST:
		return av_const(v->imm);
	case FACTS_FUNC:
	case FACTS_GLOBAL:
	case FACTS_LOCAL:
	case FACTS_FIELD:
	case FACTS_INDEX:
		return av_sign(A_POS); /* addresses of things are not null */
	case FACTS_CMP:
		return truth(av_compare(value_av(w, s, v->a, depth + 1), v->b, v->imm));
	case FACTS_NOT:
		a = as_bool(value_av(w, s, v->a, depth + 1));
		return truth(a < 0 ? a : !a);
	case FACTS_AND:
	case FACTS_OR:
		a = as_bool(value_av(w, s, v->a, depth + 1));
		b = as_bool(value_av(w, s, v->b, depth + 1));
		if (v->op == FACTS_AND)
			return truth(a == 0 || b == 0 ? 0 : a == 1 && b == 1 ? 1 : -1);
		return truth(a == 1 || b == 1 ? 1 : a == 0 && b == 0 ? 0 : -1);
	case FACTS_SELECT:
		a = as_bool(value_av(w, s, v->a, depth + 1));
		if (a >= 0)
			return value_av(w, s, a ? v->b : v->c, depth + 1);
		return av_join(value_av(w, s, v->b, depth + 1), value_av(w, s, v->c, depth + 1));
	default:
		return known(w, s, value);
	}
}

static bool is_boolean(const struct facts_value *v)
{
	return v->op == FACTS_CMP || v->op == FACTS_SAME || v->op == FACTS_NOT || v->op == FACTS_AND || v->op == FACTS_OR;
}

static bool learn(struct flow *w, struct state *s, uint32_t value, enum facts_pred pred, int64_t imm, bool t)
{
	const struct facts_value *v = &w->f->values.at[value];
	struct av av = value_av(w, s, value, 0);
	struct val have = {.key = value_key(w, value), .alias = NONE, .alias_value = NONE};
	const struct val *was = state_val(s, have.key);

	if (was && was->is_old && av_compare(av, pred, imm) >= 0)
		av = av_any(); /* stale knowledge does not forbid a branch; the caller asked first */
	if (!av_refine(&av, pred, imm, t))
		return false;
	if (v->op == FACTS_CONST || v->op == FACTS_FUNC || v->op == FACTS_GLOBAL || v->op == FACTS_LOCAL ||
	    v->op == FACTS_FIELD || v->op == FACTS_INDEX || is_boolean(v) || v->op == FACTS_SELECT)
		return true;
	if (was) {
		have.alias = was->alias;
		have.alias_value = was->alias_value;
	}
	have.av = av;
	state_set(s, have);
	return true;
}

bool value_assume(struct flow *w, struct state *s, uint32_t value, bool t, unsigned depth)
{
	const struct facts_value *v;
	const struct val *have;

	if (value == FACTS_NONE || depth > TOO_DEEP)
		return true;
	v = &w->f->values.at[value];
	switch (v->op) {
	case FACTS_NOT:
		return value_assume(w, s, v->a, !t, depth + 1);
	case FACTS_AND:
	case FACTS_OR:
		if ((v->op == FACTS_AND) == t)
			return value_assume(w, s, v->a, t, depth + 1) && value_assume(w, s, v->b, t, depth + 1);
		if (as_bool(value_av(w, s, v->a, 0)) == !t)
			return value_assume(w, s, v->b, t, depth + 1);
		if (as_bool(value_av(w, s, v->b, 0)) == !t)
			return value_assume(w, s, v->a, t, depth + 1);
		return true;
	case FACTS_CMP:
		if (v->imm == 0 && (v->b == FACTS_EQ || v->b == FACTS_NE) && is_boolean(&w->f->values.at[v->a]))
			return value_assume(w, s, v->a, (v->b == FACTS_NE) == t, depth + 1);
		have = state_val(s, value_key(w, v->a));
		if (have && have->alias_value != NONE && v->imm == 0 && (v->b == FACTS_EQ || v->b == FACTS_NE) &&
		    !value_assume(w, s, have->alias_value, (v->b == FACTS_NE) == t, depth + 1))
			return false;
		return learn(w, s, v->a, v->b, v->imm, t);
	default:
		have = state_val(s, value_key(w, value));
		if (have && have->alias_value != NONE && !value_assume(w, s, have->alias_value, t, depth + 1))
			return false;
		return learn(w, s, value, FACTS_NE, 0, t);
	}
}

bool value_is_old(struct flow *w, const struct state *s, uint32_t value, unsigned depth)
{
	const struct facts_value *v;
	const struct val *have;

	if (value == FACTS_NONE || depth > TOO_DEEP)
		return false;
	v = &w->f->values.at[value];
	switch (v->op) {
	case FACTS_CMP:
	case FACTS_NOT:
		return value_is_old(w, s, v->a, depth + 1);
	case FACTS_AND:
	case FACTS_OR:
		return value_is_old(w, s, v->a, depth + 1) || value_is_old(w, s, v->b, depth + 1);
	case FACTS_DEREF:
		have = state_val(s, value_key(w, value));
		return have && have->is_old;
	default:
		return false;
	}
}

uint32_t value_expr(struct flow *w, const struct state *s, uint32_t value)
{
	uint32_t e = expr_value(w->p, w->id, value);

	for (unsigned turns = 0; turns < 4 && w->p->exprs.at[e].has_value; turns++) {
		const struct expr *root = &w->p->exprs.at[e];
		uint32_t id = e;
		const struct val *v;

		while (root->op == X_FIELD || root->op == X_DEREF || root->op == X_INDEX) {
			id = root->a;
			root = &w->p->exprs.at[id];
		}
		v = state_val(s, id);
		if (!v || v->alias == NONE)
			break;
		e = expr_replace(w->p, e, id, v->alias);
	}
	return e;
}
