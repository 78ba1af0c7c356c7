/* SPDX-License-Identifier: MIT */
/*
 * flow.c - one function: in which lock states its events are reached, and what it leaves behind.
 *
 * A worklist over the blocks in reverse post order; in each block a few states (state.h).  A
 * call applies each effect of its callees; effects that a condition or the result tells apart
 * stay apart.  When nothing changes any more, one last pass records the contexts of the events.
 */
#include "analyse/state.h"

#include <stdlib.h>
#include <string.h>

#define MAX_STATES 48     /* per block */
#define MAX_EFFECTS 12    /* of one function; more are boiled down to what they agree on */
#define MAX_THREADED 12   /* blocks gone through at once */
#define MAX_STEPS 60000   /* blocks times states per function */

/* ---- the shape of the function ------------------------------------------------------------ */

static void shape_order(struct flow *w)
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

static void shape_phis(struct flow *w)
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
static void shape_uses(struct flow *w)
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

static void shape_loops(struct flow *w)
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
static void leave_loop(struct flow *w, struct state *s, uint32_t from, uint32_t to)
{
	for (size_t i = 0; i < w->unlocks.n; i++)
		if (is_in_loop(w, from, w->unlocks.at[i].expr) && !is_in_loop(w, to, w->unlocks.at[i].expr))
			state_drop_any(w, s, w->unlocks.at[i].cls, w->f->blocks.at[from].events);
}

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

static void record(struct flow *w, const struct state *s, uint32_t event)
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

static void record_assert(struct flow *w, const struct state *s, uint32_t event, uint32_t cls)
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

static void effect_free(struct effect *e)
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

static void leave(struct flow *w, const struct state *s, uint32_t value)
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
static int balance(const struct effect *e, uint32_t expr, uint32_t cls)
{
	return effect_holds(e, expr, cls) - effect_drops(e, expr, cls);
}

static bool disagree(const struct effect *a, const struct effect *b, uint32_t expr, uint32_t cls)
{
	int mine = balance(a, expr, cls);

	return mine != 0 && mine != balance(b, expr, cls);
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
static void settle_exits(struct flow *w)
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

/* ---- events ------------------------------------------------------------------------------------ */

static void run(struct flow *w, struct state *s, uint32_t block, uint32_t at);

static struct av success(uint8_t how, bool ok)
{
	switch (how) {
	case FACTS_IF_ZERO: return av_sign(ok ? A_ZERO : A_NEG | A_POS);
	case FACTS_IF_NONZERO: return av_sign(ok ? A_NEG | A_POS : A_ZERO);
	case FACTS_IF_POSITIVE: return av_sign(ok ? A_POS : A_NEG | A_ZERO);
	default: return av_any();
	}
}

static void set_result(struct flow *w, struct state *s, const struct facts_event *e, struct av av)
{
	if (e->result != FACTS_NONE)
		state_set(s, (struct val){.key = expr_make(w->p, X_VALUE, w->id, e->result, 0), .av = av,
					  .alias = NONE, .alias_value = NONE});
}

/* "lock(c ? a : b)": the one lock here, the other one on a path of its own. */
static void split_choice(struct flow *w, struct state *s, uint32_t i, uint32_t block)
{
	const struct facts_value *v = &w->f->values.at[w->f->events.at[i].lock];
	struct val choice = {.key = expr_make(w->p, X_VALUE, w->id, w->f->events.at[i].lock, 0), .av = av_any(), .alias_value = NONE};
	struct state other = *s;

	if (v->op != FACTS_SELECT || state_val(s, choice.key))
		return;
	choice.alias = value_expr(w, s, v->c);
	if (choice.alias != X_NONE && value_assume(w, &other, v->a, false, 0)) {
		state_set(&other, choice);
		run(w, &other, block, i);
	}
	choice.alias = value_expr(w, s, v->b);
	if (choice.alias != X_NONE && value_assume(w, s, v->a, true, 0))
		state_set(s, choice);
}

static void do_take(struct flow *w, struct state *s, uint32_t i, uint32_t block)
{
	const struct facts_event *e = &w->f->events.at[i];
	uint32_t expr = value_expr(w, s, e->lock), cls = expr_class(w->p, expr);
	uint32_t origin = origin_make(w->p, w->id, i, NONE);
	struct hl h = {.expr = expr, .cls = cls, .mode = e->mode, .kind = e->lock_kind, .flags = e->flags,
		       .oset = set_make(w->p, &origin, 1)};

	record(w, s, i);
	if (e->success != FACTS_ALWAYS && e->result != FACTS_NONE && w->is_used[e->result]) { /* not looked at: it is held */
		struct state failed = *s;

		set_result(w, &failed, e, success(e->success, false));
		failed.is_failed |= !(e->flags & (FACTS_TRY | FACTS_INTR));
		run(w, &failed, block, i + 1);
		set_result(w, s, e, success(e->success, true));
	}
	if (expr != X_NONE)
		state_take(w, s, h);
	state_age(w->p, s);
}

static void do_drop(struct flow *w, struct state *s, uint32_t i)
{
	const struct facts_event *e = &w->f->events.at[i];
	uint32_t expr = value_expr(w, s, e->lock), cls = expr_class(w->p, expr);
	struct hl was;

	if (expr != X_NONE && !state_drop(w, s, expr, cls, i, &was))
		state_note_dropped(w, s, expr, cls);
	state_age(w->p, s);
}

/* ---- calls ----------------------------------------------------------------------------------------- */

/* Is the effect possible here?  Learns from its guards. */
static bool effect_fits(struct flow *w, struct state *s, uint32_t event, const struct target *t, const struct effect *f)
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

static void apply_effect(struct flow *w, struct state *s, uint32_t event, const struct target *t, const struct effect *f)
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

static bool is_neutral(const struct effect *f)
{
	return !f->held.n && !f->dropped.n && !f->guards.n && f->ret.mask == A_ANY;
}

/* Does the effect let go of something that is held here? */
static bool effect_releases(struct flow *w, const struct state *s, uint32_t event, const struct target *t, const struct effect *f)
{
	for (size_t i = 0; i < f->dropped.n; i++) {
		uint32_t expr = expr_translate(w->p, f->dropped.at[i].expr, w->id, event, t->fn);

		for (unsigned k = 0; k < s->n_held; k++)
			if (expr != X_NONE && s->held[k].expr == expr && balance(f, f->dropped.at[i].expr, f->dropped.at[i].cls) < 0)
				return true;
	}
	return false;
}

/*
 * "if (x->has_lock) unlock(&x->lock)" in a callee: where the lock is held here and the flag is
 * not known, the callee is taken to let go of it.  Another choice would leak it on every such
 * path, and the flag is there to keep track of just that.
 */
static bool has_release(struct flow *w, const struct state *s, uint32_t event, const struct target *t)
{
	const struct fn *callee = &w->p->fns.at[t->fn];

	for (size_t k = 0; k < callee->effects.n && callee->effects.n > 1; k++) {
		const struct effect *f = &callee->effects.at[k];
		struct state probe = *s;

		if (f->ret.mask == A_ANY && effect_releases(w, s, event, t, f) && effect_fits(w, &probe, event, t, f))
			return true;
	}
	return false;
}

static void do_call(struct flow *w, struct state *s, uint32_t i, uint32_t block, bool *is_done)
{
	const struct facts_event *e = &w->f->events.at[i];
	uint32_t first = w->fn->target_first[i], end = w->fn->target_first[i + 1];
	bool plain = first == end;

	record(w, s, i);
	for (uint32_t t = first; t < end; t++) {
		const struct target *to = &w->fn->targets.at[t];
		const struct fn *callee = &w->p->fns.at[to->fn];
		bool releases = has_release(w, s, i, to);

		if (!callee->effects.n)
			plain = true;
		for (size_t k = 0; k < callee->effects.n; k++) {
			const struct effect *f = &w->p->fns.at[to->fn].effects.at[k];
			struct state next = *s;

			if (releases && !effect_releases(w, s, i, to, f) && f->ret.mask == A_ANY)
				continue;
			if (is_neutral(f)) {
				plain = true;
				continue;
			}
			if (!effect_fits(w, &next, i, to, f))
				continue;
			apply_effect(w, &next, i, to, f);
			set_result(w, &next, e, f->ret);
			state_age(w->p, &next);
			run(w, &next, block, i + 1);
		}
	}
	if (!plain) {
		*is_done = true;
		return;
	}
	set_result(w, s, e, av_any());
	state_age(w->p, s);
}

/* ---- edges of the control flow ---------------------------------------------------------------------- */

static bool defined_in(struct flow *w, uint32_t expr, uint32_t block)
{
	const struct expr *e = &w->p->exprs.at[expr];

	while (e->op == X_FIELD || e->op == X_DEREF || e->op == X_INDEX)
		e = &w->p->exprs.at[e->a];
	return e->op == X_VALUE && e->a == w->id && w->f->values.at[e->b].block == block;
}

static void pass_phis(struct flow *w, const struct state *from, struct state *to, uint32_t pred, uint32_t block)
{
	for (uint32_t i = w->phi_first[block]; i < w->phi_first[block + 1]; i++) {
		const struct facts_value *phi = &w->f->values.at[w->phis[i]];
		struct val v = {.key = expr_make(w->p, X_VALUE, w->id, w->phis[i], 0), .av = av_any(),
				.alias = NONE, .alias_value = NONE};

		for (uint32_t k = 0; k < phi->b; k++) {
			uint32_t in = w->f->list.at[phi->a + 2 * k + 1];
			uint32_t op = in == FACTS_NONE ? FACTS_OPAQUE : w->f->values.at[in].op;

			if (w->f->list.at[phi->a + 2 * k] != pred || in == FACTS_NONE)
				continue;
			v.av = value_av(w, from, in, 0);
			if (op == FACTS_CMP || op == FACTS_NOT || op == FACTS_AND || op == FACTS_OR || op == FACTS_SAME) {
				if (!v.av.is_const && w->f->values.at[in].block != block)
					v.alias_value = in;
			} else if (op != FACTS_CONST && op != FACTS_FUNC) {
				v.alias = value_expr(w, from, in);
				if (v.alias == X_NONE || v.alias == v.key || defined_in(w, v.alias, block))
					v.alias = NONE;
			}
			break;
		}
		state_set(to, v);
	}
}

/* Does the block nothing but branch, and is it known where to? */
static bool is_decided(struct flow *w, const struct state *s, uint32_t block)
{
	const struct facts_block *b = &w->f->blocks.at[block];
	struct av av;

	if (b->n_events || w->threaded >= MAX_THREADED || (b->term != FACTS_BRANCH && b->term != FACTS_SWITCH))
		return false;
	av = value_av(w, s, b->value, 0);
	return b->term == FACTS_SWITCH ? av.is_const : av_compare(av, FACTS_NE, 0) >= 0 && !value_is_old(w, s, b->value, 0);
}

static void finish(struct flow *w, const struct state *s, uint32_t block);

static void enter(struct flow *w, const struct state *s, uint32_t pred, uint32_t block)
{
	struct state next = *s;

	if (w->rpo[block] <= w->rpo[pred]) /* a new round: memory is read anew */
		for (unsigned i = next.n_vals; i-- > 0;)
			if (w->p->exprs.at[next.vals[i].key].op == X_DEREF)
				state_forget(&next, next.vals[i].key);
	leave_loop(w, &next, pred, block);
	state_stale(w, &next, block);
	pass_phis(w, s, &next, pred, block);
	if (is_decided(w, &next, block)) { /* before other paths blur it: "goto out" of a scope with a cleanup */
		w->threaded++;
		finish(w, &next, block);
		w->threaded--;
		return;
	}
	for (size_t i = 0; i < w->in[block].n; i++)
		if (state_same_locks(w, w->in[block].at[i], &next)) {
			if (state_join(w->p, w->in[block].at[i], &next))
				w->changed[block] = 1;
			return;
		}
	if (w->in[block].n == MAX_STATES) {
		w->was_cut = true;
		return;
	}

	struct state *copy = xmalloc(sizeof(*copy));

	*copy = next;
	vec_push(&w->in[block], copy);
	w->changed[block] = 1;
}

static bool block_drops(struct flow *w, uint32_t block)
{
	const struct facts_block *b = &w->f->blocks.at[block];

	for (uint32_t i = b->events; i < b->events + b->n_events; i++) {
		if (w->f->events.at[i].kind == FACTS_DROP)
			return true;
		for (uint32_t t = w->fn->target_first[i]; t < w->fn->target_first[i + 1]; t++) {
			const struct fn *callee = &w->p->fns.at[w->fn->targets.at[t].fn];

			for (size_t k = 0; k < callee->effects.n; k++)
				if (callee->effects.at[k].dropped.n)
					return true;
		}
	}
	return false;
}

/*
 * A flag read twice: "if (f) lock(); ... if (f) unlock();" means the same f, "if (!f) { lock();
 * if (!f)" means that f is looked at again because it may have changed.  What tells them apart
 * is whether the second look decides a drop.
 */
static bool trusts(struct flow *w, const struct state *s, const struct facts_block *b)
{
	if (!value_is_old(w, s, b->value, 0))
		return true;
	return block_drops(w, w->f->list.at[b->succs]) || block_drops(w, w->f->list.at[b->succs + 1]);
}

static void branch(struct flow *w, const struct state *s, uint32_t block)
{
	const struct facts_block *b = &w->f->blocks.at[block];
	int known = av_compare(value_av(w, s, b->value, 0), FACTS_NE, 0);

	if (known >= 0 && !trusts(w, s, b))
		known = -1;
	for (int side = 0; side < 2; side++) {
		struct state next = *s;

		if (known == side) /* side 0 is the true one */
			continue;
		if (value_assume(w, &next, b->value, side == 0, 0))
			enter(w, &next, block, w->f->list.at[b->succs + (unsigned)side]);
	}
}

static void branch_switch(struct flow *w, const struct state *s, uint32_t block)
{
	const struct facts_block *b = &w->f->blocks.at[block];
	struct av av = value_av(w, s, b->value, 0);

	bool has_case = false;

	for (uint32_t i = 1; i < b->n_succs && av.is_const; i++)
		has_case |= w->f->cases.at[b->cases + i - 1] == av.c;
	for (uint32_t i = has_case; i < b->n_succs; i++) {
		struct state next = *s;

		if (i > 0) {
			struct av c = av;

			if (!av_refine(&c, FACTS_EQ, w->f->cases.at[b->cases + i - 1], true))
				continue;
			state_set(&next, (struct val){.key = value_key(w, b->value), .av = c, .alias = NONE, .alias_value = NONE});
		}
		enter(w, &next, block, w->f->list.at[b->succs + i]);
	}
}

static void finish(struct flow *w, const struct state *s, uint32_t block)
{
	const struct facts_block *b = &w->f->blocks.at[block];

	switch (b->term) {
	case FACTS_RET:
		leave(w, s, b->value);
		break;
	case FACTS_JUMP:
		enter(w, s, block, w->f->list.at[b->succs]);
		break;
	case FACTS_BRANCH:
		branch(w, s, block);
		break;
	case FACTS_SWITCH:
		branch_switch(w, s, block);
		break;
	default:
		break;
	}
}

/* From event `at` to the end of the block. */
static void run(struct flow *w, struct state *s, uint32_t block, uint32_t at)
{
	const struct facts_block *b = &w->f->blocks.at[block];

	w->steps++;
	for (uint32_t i = at; i < b->events + b->n_events; i++) {
		const struct facts_event *e = &w->f->events.at[i];
		bool is_done = false;

		switch (e->kind) {
		case FACTS_TAKE:
			split_choice(w, s, i, block);
			do_take(w, s, i, block);
			break;
		case FACTS_DROP:
			do_drop(w, s, i);
			break;
		case FACTS_WAIT:
		case FACTS_REWAIT:
			record(w, s, i);
			state_age(w->p, s);
			break;
		case FACTS_ASSERT:
			record_assert(w, s, i, expr_class(w->p, value_expr(w, s, e->lock)));
			break;
		case FACTS_CALL_EVENT:
			do_call(w, s, i, block, &is_done);
			break;
		case FACTS_SPAWN:
		case FACTS_DEFER:
			record(w, s, i);
			break;
		default:
			break;
		}
		if (is_done)
			return;
	}
	finish(w, s, block);
}

/* ---- one function ---------------------------------------------------------------------------------------- */

static void settle_states(struct flow *w)
{
	for (uint32_t at = 0; at < w->n_rpo;) {
		uint32_t block = w->by_rpo[at];

		if (!w->changed[block]) {
			at++;
			continue;
		}
		w->changed[block] = 0;
		for (size_t i = 0; i < w->in[block].n; i++) {
			struct state s = *w->in[block].at[i];

			run(w, &s, block, w->f->blocks.at[block].events);
		}
		if (w->steps > MAX_STEPS) {
			w->was_cut = true;
			return;
		}
		for (at = 0; at < w->n_rpo && !w->changed[w->by_rpo[at]]; at++)
			;
	}
}

static void forget_exits(struct flow *w)
{
	for (size_t i = 0; i < w->exits.n; i++)
		effect_free(&w->exits.at[i]);
	w->exits.n = 0;
}

static void record_contexts(struct flow *w)
{
	struct fn *fn = w->fn;

	fn->ctxs.n = fn->ctx_held.n = fn->ctx_dropped.n = fn->ctx_released.n = fn->asserts.n = 0;
	w->is_recording = true;
	forget_exits(w);
	for (uint32_t at = 0; at < w->n_rpo; at++) {
		uint32_t block = w->by_rpo[at];

		for (size_t i = 0; i < w->in[block].n; i++) {
			struct state s = *w->in[block].at[i];

			run(w, &s, block, w->f->blocks.at[block].events);
		}
	}
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

static void index_contexts(struct fn *fn)
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

/* What the function returns, when that is one path of its parameters on every way. */
static uint32_t returned_path(struct prog *p, uint32_t id)
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

static bool keep_effects(struct flow *w)
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
static bool is_wrapper(struct prog *p, const struct fn *fn)
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

static bool flow_one(struct prog *p, uint32_t id)
{
	struct fn *fn = &p->fns.at[id];
	struct flow w = {.p = p, .id = id, .fn = fn, .f = fn->f};
	size_t n = fn->f->blocks.n;
	struct state start = {0};
	bool changed;

	fn->ret_expr = returned_path(p, id);
	if (!fn->is_active || n == 0)
		return false;
	w.in = xcalloc(n, sizeof(*w.in));
	w.changed = xcalloc(n + 1, 1);
	shape_order(&w);
	shape_phis(&w);
	shape_uses(&w);
	shape_loops(&w);
	{
		struct state *s = xmalloc(sizeof(*s));

		*s = start;
		vec_push(&w.in[0], s);
		w.changed[0] = 1;
	}
	settle_states(&w);
	record_contexts(&w);
	settle_exits(&w);
	index_contexts(fn);
	changed = keep_effects(&w);
	fn->is_wrapper = is_wrapper(p, fn);
	fn->was_cut = w.was_cut;
	for (size_t b = 0; b < n; b++) {
		for (size_t i = 0; i < w.in[b].n; i++)
			free(w.in[b].at[i]);
		vec_free(&w.in[b]);
	}
	free(w.in);
	free(w.changed);
	free(w.rpo);
	free(w.by_rpo);
	free(w.phi_first);
	free(w.phis);
	free(w.is_used);
	free(w.is_choice);
	vec_free(&w.unlocks);
	for (size_t b = 0; b < n; b++)
		vec_free(&w.loops[b]);
	free(w.loops);
	vec_free(&w.exits);
	return changed;
}

/* ---- all functions ------------------------------------------------------------------------------------------ */

static bool has_lock_event(const struct fn *f)
{
	for (size_t i = 0; i < f->f->events.n; i++)
		switch (f->f->events.at[i].kind) {
		case FACTS_TAKE: case FACTS_DROP: case FACTS_WAIT: case FACTS_REWAIT: case FACTS_ASSERT:
			return true;
		default:
			break;
		}
	return false;
}

static void mark_active(struct prog *p)
{
	bool changed = true;

	for (uint32_t n = 0; n < p->fns.n; n++)
		p->fns.at[n].is_active = has_lock_event(&p->fns.at[n]);
	while (changed) {
		changed = false;
		for (size_t i = 0; i < p->order.n; i++) {
			struct fn *f = &p->fns.at[p->order.at[i]];

			for (size_t t = 0; !f->is_active && t < f->targets.n; t++)
				if (p->fns.at[f->targets.at[t].fn].is_active) {
					f->is_active = true;
					changed = true;
				}
		}
	}
}

void flow_all(struct prog *p)
{
	mark_active(p);
	for (size_t i = 0; i < p->order.n;) {
		uint32_t scc = p->fns.at[p->order.at[i]].scc;
		size_t end = i;
		bool changed = true;

		while (end < p->order.n && p->fns.at[p->order.at[end]].scc == scc)
			end++;
		for (unsigned round = 0; changed && round < 5; round++) {
			changed = false;
			for (size_t k = i; k < end; k++)
				changed |= flow_one(p, p->order.at[k]);
			if (end - i == 1) {
				struct fn *f = &p->fns.at[p->order.at[i]];
				bool calls_itself = false;

				for (size_t t = 0; t < f->targets.n; t++)
					calls_itself |= f->targets.at[t].fn == p->order.at[i];
				if (!calls_itself)
					break;
			}
		}
		i = end;
	}
	for (uint32_t n = 0; n < p->fns.n; n++)
		p->n_caps += p->fns.at[n].was_cut;
}

struct guard flow_arg(struct prog *p, uint32_t fn, uint32_t event, const struct ctx *c, uint32_t i)
{
	const struct facts_event *e = fn_event(p, fn, event);
	const struct facts_func *f = p->fns.at[fn].f;
	struct guard g = {.expr = X_NONE, .fn = NONE, .av = av_any()};
	const struct facts_value *v;

	if (i >= e->n_args || f->list.at[e->args + i] == FACTS_NONE)
		return g;
	v = &f->values.at[f->list.at[e->args + i]];
	if (v->op == FACTS_CONST)
		g.av = av_const(v->imm);
	else if (v->op == FACTS_FUNC)
		g.fn = p->syms.at[fn_symbol(p, &p->fns.at[fn], v->a)].fn, g.av = av_sign(A_POS);
	else if (v->op == FACTS_PARAM) {
		g.expr = expr_make(p, X_PARAM, v->a, 0, 0);
		for (unsigned k = 0; c && k < c->n_guards; k++)
			if (c->guards[k].expr == g.expr)
				g.av = c->guards[k].av;
	} else if (v->op == FACTS_FIELD || v->op == FACTS_GLOBAL || v->op == FACTS_LOCAL || v->op == FACTS_INDEX) {
		g.av = av_sign(A_POS);
	}
	return g;
}
