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
#define MAX_THREADED 12   /* blocks gone through at once */
#define MAX_STEPS 60000   /* blocks times states per function */

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

	record_context(w, s, i);
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

static void do_call(struct flow *w, struct state *s, uint32_t i, uint32_t block, bool *is_done)
{
	const struct facts_event *e = &w->f->events.at[i];
	uint32_t first = w->fn->target_first[i], end = w->fn->target_first[i + 1];
	bool plain = first == end;

	record_context(w, s, i);
	for (uint32_t t = first; t < end; t++) {
		const struct target *to = &w->fn->targets.at[t];
		const struct fn *callee = &w->p->fns.at[to->fn];
		bool releases = call_has_release(w, s, i, to);

		if (!callee->effects.n)
			plain = true;
		for (size_t k = 0; k < callee->effects.n; k++) {
			const struct effect *f = &w->p->fns.at[to->fn].effects.at[k];
			struct state next = *s;

			if (releases && !call_releases(w, s, i, to, f) && f->ret.mask == A_ANY)
				continue;
			if (call_is_neutral(f)) {
				plain = true;
				continue;
			}
			if (!call_fits(w, &next, i, to, f))
				continue;
			call_apply(w, &next, i, to, f);
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
	shape_leave_loop(w, &next, pred, block);
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
		effect_leave(w, s, b->value);
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
			record_context(w, s, i);
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
			record_context(w, s, i);
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

static void record_contexts(struct flow *w)
{
	struct fn *fn = w->fn;

	fn->ctxs.n = fn->ctx_held.n = fn->ctx_dropped.n = fn->ctx_released.n = fn->asserts.n = 0;
	w->is_recording = true;
	effect_forget(w);
	for (uint32_t at = 0; at < w->n_rpo; at++) {
		uint32_t block = w->by_rpo[at];

		for (size_t i = 0; i < w->in[block].n; i++) {
			struct state s = *w->in[block].at[i];

			run(w, &s, block, w->f->blocks.at[block].events);
		}
	}
}

static bool flow_one(struct prog *p, uint32_t id)
{
	struct fn *fn = &p->fns.at[id];
	struct flow w = {.p = p, .id = id, .fn = fn, .f = fn->f};
	size_t n = fn->f->blocks.n;
	struct state start = {0};
	bool changed;

	fn->ret_expr = effect_returned_path(p, id);
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
	effect_settle(&w);
	record_index(fn);
	changed = effect_keep(&w);
	fn->is_wrapper = effect_is_wrapper(p, fn);
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
