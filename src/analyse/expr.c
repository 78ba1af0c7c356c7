/* SPDX-License-Identifier: MIT */
/*
 * expr.c - instances and classes of locks, and the hash-consed sets that the stages share.
 */
#include "analyse/internal.h"

#include <stdlib.h>
#include <string.h>

#define CLS_UNASKED (UINT32_MAX - 1)
#define MAX_DEPTH 9       /* longer paths are some instance of their class */
#define RETURNED 0xffffu  /* X_PARAM of this index: what the function returns */

static bool same_expr(const struct expr *e, enum expr_op op, uint32_t a, uint32_t b, uint32_t c)
{
	return e->op == op && e->a == a && e->b == b && e->c == c;
}

uint32_t expr_make(struct prog *p, enum expr_op op, uint32_t a, uint32_t b, uint32_t c)
{
	uint64_t h = hash_mix(hash_mix(hash_mix(hash_mix(HASH_SEED, op), a), b), c);
	struct expr *e;
	uint64_t *slot;

	for (;; h++) { /* equal hashes of unequal paths: the next key */
		slot = map_slot(&p->expr_at, h, NONE);
		if (*slot == NONE)
			break;
		if (same_expr(&p->exprs.at[*slot], op, a, b, c))
			return (uint32_t)*slot;
	}
	*slot = p->exprs.n;
	e = vec_add(&p->exprs);
	*e = (struct expr){.op = op, .a = a, .b = b, .c = c, .cls = CLS_UNASKED};
	e->is_fixed = op == X_PARAM || op == X_GLOBAL || op == X_LOCAL;
	e->has_param = op == X_PARAM;
	e->has_value = op == X_VALUE;
	if (op == X_FIELD || op == X_DEREF || op == X_INDEX) {
		const struct expr *base = &p->exprs.at[a];

		e->depth = base->depth + 1;
		e->is_fixed = op != X_INDEX && base->is_fixed;
		e->has_param = base->has_param;
		e->has_value = base->has_value;
	}
	return (uint32_t)p->exprs.n - 1;
}

/* ---- classes ------------------------------------------------------------------ */

static uint32_t class_make(struct prog *p, const struct cls *want)
{
	uint64_t h = hash_mix(hash_mix(hash_mix(hash_mix(HASH_SEED, want->owner), want->member), want->sym), want->fn);
	uint64_t *slot;

	for (;; h++) {
		slot = map_slot(&p->class_at, h, NONE);
		if (*slot == NONE)
			break;

		const struct cls *c = &p->classes.at[*slot];

		if (c->owner == want->owner && c->member == want->member && c->sym == want->sym &&
		    c->fn == want->fn)
			return (uint32_t)*slot;
	}
	*slot = p->classes.n;
	vec_push(&p->classes, *want);
	return (uint32_t)p->classes.n - 1;
}

static uint32_t class_field(struct prog *p, const struct expr *e)
{
	struct cls c = {.owner = e->b, .member = e->c, .sym = NONE, .fn = NONE};

	if (e->b == 0) { /* a member of a variable whose struct has no name */
		const struct expr *base = &p->exprs.at[e->a];

		while (base->op == X_FIELD || base->op == X_INDEX || base->op == X_DEREF)
			base = &p->exprs.at[base->a];
		if (base->op == X_GLOBAL)
			c.sym = base->a;
		else if (base->op == X_LOCAL)
			c.fn = base->a;
		else
			return NONE;
	}
	return class_make(p, &c);
}

uint32_t expr_class(struct prog *p, uint32_t id)
{
	struct expr e = p->exprs.at[id];
	uint32_t cls = NONE;

	if (e.cls != CLS_UNASKED)
		return e.cls;
	switch (e.op) {
	case X_FIELD:
		cls = class_field(p, &e);
		break;
	case X_DEREF:
	case X_INDEX:
		cls = expr_class(p, e.a);
		break;
	case X_GLOBAL:
		cls = class_make(p, &(struct cls){.member = p->syms.at[e.a].name, .sym = e.a, .fn = NONE});
		break;
	case X_LOCAL:
		cls = class_make(p, &(struct cls){.member = e.b, .sym = NONE, .fn = e.a});
		break;
	case X_VALUE:
		cls = class_make(p, &(struct cls){.member = e.b, .sym = NONE - 1, .fn = e.a});
		break;
	case X_ANY:
		cls = e.a;
		break;
	default:
		break;
	}
	p->exprs.at[id].cls = cls;
	return cls;
}

/* ---- values to paths ------------------------------------------------------------ */

static uint32_t step(struct prog *p, enum expr_op op, uint32_t base, uint32_t b, uint32_t c)
{
	if (base == X_NONE)
		return X_NONE;
	if (p->exprs.at[base].depth >= MAX_DEPTH) {
		if (op == X_FIELD)
			return expr_make(p, X_ANY, class_make(p, &(struct cls){.owner = b, .member = c, .sym = NONE, .fn = NONE}), 0, 0);
		return expr_any(p, base, expr_class(p, base));
	}
	return expr_make(p, op, base, b, c);
}

static uint32_t value_phi(struct prog *p, uint32_t fn, const struct facts_value *v, uint32_t id)
{
	const struct facts_func *f = p->fns.at[fn].f;
	uint32_t all = NONE, self = expr_make(p, X_VALUE, fn, id, 0);

	for (uint32_t i = 0; i < v->b; i++) {
		uint32_t in = f->list.at[v->a + 2 * i + 1];
		uint32_t e = expr_value(p, fn, in);

		if (e == self || (in != FACTS_NONE && f->values.at[in].op == FACTS_CONST)) /* NULL is no lock */
			continue;
		if (all != NONE && e != all)
			return self;
		all = e;
	}
	return all == NONE || all == X_NONE ? self : all;
}

/* What a call returns, where the callee returns a path of its parameters. */
static uint32_t value_call(struct prog *p, uint32_t fn, const struct facts_value *v, uint32_t id)
{
	const struct fn *f = &p->fns.at[fn];
	uint32_t self = expr_make(p, X_VALUE, fn, id, 0);

	if (f->target_first && f->target_first[v->a + 1] - f->target_first[v->a] == 1) {
		const struct target *t = &f->targets.at[f->target_first[v->a]];
		uint32_t ret = p->fns.at[t->fn].ret_expr;

		if (ret != X_NONE && t->kind == LORE_CALL_DIRECT) {
			uint32_t e = expr_translate(p, ret, fn, v->a, t->fn);

			return e == X_NONE ? self : e;
		}
	}
	return self;
}

static uint32_t value_make(struct prog *p, uint32_t fn, const struct facts_value *v, uint32_t id)
{
	const struct fn *f = &p->fns.at[fn];
	uint32_t base;

	switch (v->op) {
	case FACTS_PARAM:
		return expr_make(p, X_PARAM, v->a, 0, 0);
	case FACTS_GLOBAL:
		return expr_make(p, X_GLOBAL, fn_symbol(p, f, v->a), 0, 0);
	case FACTS_LOCAL:
		return expr_make(p, X_LOCAL, fn, fn_string(p, f, v->a), 0);
	case FACTS_FIELD:
		base = expr_value(p, fn, v->a);
		f = &p->fns.at[fn];
		return step(p, X_FIELD, base, fn_string(p, f, v->b), fn_string(p, f, v->c));
	case FACTS_INDEX:
		return step(p, X_INDEX, expr_value(p, fn, v->a), 0, 0);
	case FACTS_DEREF:
		return step(p, X_DEREF, expr_value(p, fn, v->a), 0, 0);
	case FACTS_PHI:
		return value_phi(p, fn, v, id);
	case FACTS_SELECT: {
		uint32_t b = expr_value(p, fn, v->b), c = expr_value(p, fn, v->c);

		return b == c && b != X_NONE ? b : expr_make(p, X_VALUE, fn, id, 0);
	}
	case FACTS_CALL:
		return value_call(p, fn, v, id);
	case FACTS_CONST:
	case FACTS_FUNC:
		return X_NONE;
	default:
		return expr_make(p, X_VALUE, fn, id, 0);
	}
}

uint32_t expr_value(struct prog *p, uint32_t fn, uint32_t value)
{
	struct fn *f = &p->fns.at[fn];
	uint32_t e;

	if (value == FACTS_NONE)
		return X_NONE;
	if (!f->expr)
		f->expr = xcalloc(f->f->values.n, sizeof(*f->expr));
	if (f->expr[value])
		return f->expr[value] - 1;
	/* a cycle of phis finds itself unnamed */
	e = expr_make(p, X_VALUE, fn, value, 0);
	p->fns.at[fn].expr[value] = e + 1;
	e = value_make(p, fn, &p->fns.at[fn].f->values.at[value], value);
	p->fns.at[fn].expr[value] = e + 1;
	return e;
}

/* ---- rewriting -------------------------------------------------------------------- */

uint32_t expr_any(struct prog *p, uint32_t expr, uint32_t cls)
{
	return cls == NONE ? expr : expr_make(p, X_ANY, cls, 0, 0);
}

uint32_t expr_translate(struct prog *p, uint32_t id, uint32_t caller, uint32_t call, uint32_t callee)
{
	struct expr e = p->exprs.at[id];
	const struct facts_event *ev;
	uint32_t base;

	if (!e.has_param)
		return id;
	switch (e.op) {
	case X_PARAM:
		ev = fn_event(p, caller, call);
		if (e.a == RETURNED)
			return ev->result == FACTS_NONE ? X_NONE : expr_make(p, X_VALUE, caller, ev->result, 0);
		if (e.a >= ev->n_args)
			return X_NONE;
		return expr_value(p, caller, p->fns.at[caller].f->list.at[ev->args + e.a]);
	case X_FIELD:
	case X_DEREF:
	case X_INDEX:
		base = expr_translate(p, e.a, caller, call, callee);
		if (base == X_NONE) {
			uint32_t cls = expr_class(p, id);

			return cls == NONE ? X_NONE : expr_make(p, X_ANY, cls, 0, 0);
		}
		return step(p, e.op, base, e.b, e.c);
	default:
		return id;
	}
}

uint32_t expr_replace(struct prog *p, uint32_t id, uint32_t what, uint32_t with)
{
	struct expr e = p->exprs.at[id];

	if (id == what)
		return with;
	if (e.op == X_FIELD || e.op == X_DEREF || e.op == X_INDEX) {
		uint32_t base = expr_replace(p, e.a, what, with);

		return base == e.a ? id : step(p, e.op, base, e.b, e.c);
	}
	return id;
}

/* ---- sets ---------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

uint32_t set_make(struct prog *p, uint32_t *m, uint32_t n)
{
	uint32_t unique = 0, *set;
	uint64_t h, *slot;

	if (n)
		qsort(m, n, sizeof(*m), by_number);
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || m[i] != m[unique - 1])
			m[unique++] = m[i];
	if (p->sets.n == 0) /* set 0 is the empty one */
		vec_push(&p->sets, xcalloc(1, sizeof(uint32_t)));
	if (unique == 0)
		return 0;
	h = HASH_SEED;
	for (uint32_t i = 0; i < unique; i++)
		h = hash_mix(h, m[i]);
	for (;; h++) {
		slot = map_slot(&p->set_at, h, NONE);
		if (*slot == NONE)
			break;
		set = p->sets.at[*slot];
		if (set[0] == unique && memcmp(set + 1, m, unique * sizeof(*m)) == 0)
			return (uint32_t)*slot;
	}
	set = xmalloc((unique + 1) * sizeof(*set));
	set[0] = unique;
	memcpy(set + 1, m, unique * sizeof(*m));
	*slot = p->sets.n;
	vec_push(&p->sets, set);
	return (uint32_t)p->sets.n - 1;
}

uint32_t set_count(const struct prog *p, uint32_t set)
{
	return set ? p->sets.at[set][0] : 0;
}

const uint32_t *set_members(const struct prog *p, uint32_t set)
{
	return set ? p->sets.at[set] + 1 : NULL;
}

bool set_has(const struct prog *p, uint32_t set, uint32_t member)
{
	for (uint32_t i = 0; i < set_count(p, set); i++)
		if (set_members(p, set)[i] == member)
			return true;
	return false;
}

uint32_t set_union(struct prog *p, uint32_t a, uint32_t b)
{
	uint32_t na = set_count(p, a), nb = set_count(p, b), out;
	uint32_t small[64], *m = small;

	if (a == b || nb == 0)
		return a;
	if (na == 0)
		return b;
	if (na + nb > ARRAY_LEN(small))
		m = xmalloc((na + nb) * sizeof(*m));
	memcpy(m, set_members(p, a), na * sizeof(*m));
	memcpy(m + na, set_members(p, b), nb * sizeof(*m));
	out = set_make(p, m, na + nb);
	if (m != small)
		free(m);
	return out;
}

uint32_t set_add(struct prog *p, uint32_t set, uint32_t member)
{
	return set_has(p, set, member) ? set : set_union(p, set, set_make(p, &member, 1));
}

uint32_t set_common(struct prog *p, uint32_t a, uint32_t b)
{
	uint32_t n = 0, m[64];

	if (a == b)
		return a;
	for (uint32_t i = 0; i < set_count(p, a) && n < ARRAY_LEN(m); i++)
		if (set_has(p, b, set_members(p, a)[i]))
			m[n++] = set_members(p, a)[i];
	return set_make(p, m, n);
}

uint32_t origin_make(struct prog *p, uint32_t fn, uint32_t event, uint32_t sub)
{
	uint64_t h = hash_mix(hash_mix(hash_mix(HASH_SEED, fn), event), sub), *slot;

	for (;; h++) {
		const struct origin *o;

		slot = map_slot(&p->origin_at, h, NONE);
		if (*slot == NONE)
			break;
		o = &p->origins.at[*slot];
		if (o->fn == fn && o->event == event && o->sub == sub)
			return (uint32_t)*slot;
	}
	*slot = p->origins.n;
	vec_push(&p->origins, (struct origin){.fn = fn, .event = event, .sub = sub,
		.base = sub == NONE ? (uint32_t)*slot : p->origins.at[sub].base,
		.length = sub == NONE ? 1 : p->origins.at[sub].length + 1});
	return (uint32_t)p->origins.n - 1;
}

static const struct origin *sorting; /* one analysis runs at a time */

static int by_base(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	const struct origin *o = &sorting[x], *q = &sorting[y];

	if (o->base != q->base)
		return o->base < q->base ? -1 : 1;
	if (o->length != q->length)
		return o->length < q->length ? -1 : 1;
	return (x > y) - (x < y);
}

uint32_t origins_make(struct prog *p, uint32_t *m, uint32_t n)
{
	uint32_t kept = 0;

	sorting = p->origins.at;
	if (n > 1)
		qsort(m, n, sizeof(*m), by_base);
	for (uint32_t i = 0; i < n && kept < MAX_ORIGINS; i++)
		if (kept == 0 || p->origins.at[m[i]].base != p->origins.at[m[kept - 1]].base)
			m[kept++] = m[i];
	return set_make(p, m, kept);
}

uint32_t origins_union(struct prog *p, uint32_t a, uint32_t b)
{
	uint32_t na = set_count(p, a), nb = set_count(p, b), m[2 * MAX_ORIGINS + 2];

	if (a == b || nb == 0)
		return a;
	if (na == 0)
		return b;
	BUG_ON(na + nb > ARRAY_LEN(m));
	memcpy(m, set_members(p, a), na * sizeof(*m));
	memcpy(m + na, set_members(p, b), nb * sizeof(*m));
	return origins_make(p, m, na + nb);
}
