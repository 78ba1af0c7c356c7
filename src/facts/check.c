/* SPDX-License-Identifier: MIT */
/*
 * Every index in range, and what the readers of a unit rely on beyond that: inlined places and
 * values (but for PHI) make no cycles, a block's events begin where the former block's end, and
 * an event and its result name each other.
 */
#include "facts/facts.h"

#include <stdio.h>
#include <stdlib.h>

struct check {
	const struct facts_unit *u;
	const struct facts_func *f; /* the function looked at, or NULL */
	const char *name;
	struct diag *d;
	uint32_t n_str;
};

#define FAULT(c, ...) fault((c), __VA_ARGS__)
static bool PRINTF_LIKE(2, 3) fault(const struct check *c, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!c->f)
		return diag_set(c->d, c->name, 0, "broken facts: %s", text);
	return diag_set(c->d, c->name, 0, "broken facts: function %s: %s",
			strtab_str(c->u->str, c->u->syms.at[c->f->sym].name), text);
}

static bool str_ok(const struct check *c, uint32_t id)
{
	return id < c->n_str || FAULT(c, "no string %u", id);
}

static bool sym_ok(const struct check *c, uint32_t sym, bool is_func)
{
	if (sym >= c->u->syms.n)
		return FAULT(c, "no symbol %u", sym);
	return c->u->syms.at[sym].is_func == is_func ||
	       FAULT(c, "symbol %s is %sa function", strtab_str(c->u->str, c->u->syms.at[sym].name),
		     is_func ? "not " : "");
}

static bool value_ok(const struct check *c, uint32_t v)
{
	return v < c->f->values.n || FAULT(c, "no value %u", v);
}

static bool list_ok(const struct check *c, uint32_t at, uint64_t n)
{
	return (uint64_t)at + n <= c->f->list.n || FAULT(c, "list %u + %llu is outside", at,
							 (unsigned long long)n);
}

/* ---- the unit's tables ---------------------------------------------------------------- */

static bool syms_ok(const struct check *c)
{
	struct map seen = {0};
	bool ok = true;

	for (size_t i = 0; ok && i < c->u->syms.n; i++) {
		const struct facts_sym *s = &c->u->syms.at[i];
		uint64_t other;

		ok = str_ok(c, s->name) && str_ok(c, s->type) && str_ok(c, s->file);
		if (ok && !s->name)
			ok = FAULT(c, "symbol %zu has no name", i);
		if (ok && s->lock_kind >= FACTS_LOCK_KINDS)
			ok = FAULT(c, "symbol %zu: no lock kind %u", i, s->lock_kind);
		if (ok && map_get(&seen, s->name, &other))
			ok = FAULT(c, "two symbols %s", strtab_str(c->u->str, s->name));
		if (ok)
			map_put(&seen, s->name, i);
	}
	map_free(&seen);
	return ok;
}

/* Depth of every place, in one pass over each chain; a cycle is longer than there are places. */
static bool locs_ok(const struct check *c)
{
	size_t n = c->u->locs.n;
	uint8_t *known = xcalloc(n, 1);
	bool ok = true;

	for (size_t i = 0; ok && i < n; i++) {
		const struct facts_loc *l = &c->u->locs.at[i];

		ok = str_ok(c, l->func) && str_ok(c, l->file);
		if (ok && l->up != FACTS_NONE && l->up >= n)
			ok = FAULT(c, "place %zu is inlined at place %u, which is not there", i, l->up);
	}
	for (size_t i = 0; ok && i < n; i++) {
		size_t steps = 0;
		uint32_t at;

		for (at = (uint32_t)i; at != FACTS_NONE && !known[at]; at = c->u->locs.at[at].up)
			if (steps++ > n) {
				ok = FAULT(c, "place %zu is inlined in itself", i);
				break;
			}
		for (at = (uint32_t)i; ok && at != FACTS_NONE && !known[at]; at = c->u->locs.at[at].up)
			known[at] = 1;
	}
	free(known);
	return ok;
}

static bool tables_ok(const struct check *c)
{
	for (size_t i = 0; i < c->u->inits.n; i++) {
		const struct facts_init *t = &c->u->inits.at[i];

		if (!sym_ok(c, t->table, false) || !str_ok(c, t->owner) || !str_ok(c, t->member))
			return false;
		if (t->target >= c->u->syms.n)
			return FAULT(c, "initialiser %zu: no symbol %u", i, t->target);
	}
	for (size_t i = 0; i < c->u->members.n; i++) {
		const struct facts_member *m = &c->u->members.at[i];

		if (!str_ok(c, m->owner) || !str_ok(c, m->member) || !str_ok(c, m->type))
			return false;
		if (!m->owner)
			return FAULT(c, "member %zu is of no struct", i);
		if (m->lock_kind >= FACTS_LOCK_KINDS)
			return FAULT(c, "member %zu: no lock kind %u", i, m->lock_kind);
	}
	for (size_t i = 0; i < c->u->varnames.n; i++)
		if (!str_ok(c, c->u->varnames.at[i].owner) || !str_ok(c, c->u->varnames.at[i].name))
			return false;
	for (size_t i = 0; i < c->u->offsets.n; i++)
		if (!str_ok(c, c->u->offsets.at[i].owner) || !str_ok(c, c->u->offsets.at[i].member))
			return false;
	return true;
}

/* ---- values ---------------------------------------------------------------------------- */

/* How many of a, b, c are values (from a on); PHI counts none. */
static unsigned value_operands(uint8_t op)
{
	switch (op) {
	case FACTS_FIELD: case FACTS_INDEX: case FACTS_DEREF: case FACTS_CMP: case FACTS_NOT:
		return 1;
	case FACTS_SAME: case FACTS_AND: case FACTS_OR:
		return 2;
	case FACTS_SELECT:
		return 3;
	default:
		return 0;
	}
}

static bool phi_ok(const struct check *c, const struct facts_value *v)
{
	if (!list_ok(c, v->a, 2ull * v->b))
		return false;
	for (uint32_t k = 0; k < v->b; k++) {
		const uint32_t *pair = &c->f->list.at[v->a + 2 * (size_t)k];

		if (pair[0] >= c->f->blocks.n)
			return FAULT(c, "a phi comes from block %u, which is not there", pair[0]);
		if (!value_ok(c, pair[1]))
			return false;
	}
	return true;
}

static bool one_value_ok(const struct check *c, uint32_t i)
{
	const struct facts_value *v = &c->f->values.at[i];
	const uint32_t operands[] = {v->a, v->b, v->c};

	if (v->op >= FACTS_OPS)
		return FAULT(c, "value %u: no operation %u", i, v->op);
	if (!str_ok(c, v->type))
		return false;
	if (v->block && v->block >= c->f->blocks.n)
		return FAULT(c, "value %u is computed in block %u, which is not there", i, v->block);
	for (unsigned k = 0; k < value_operands(v->op); k++)
		if (!value_ok(c, operands[k]))
			return false;
	switch (v->op) {
	case FACTS_PARAM:
		return v->a < c->f->params.n || FAULT(c, "value %u: no parameter %u", i, v->a);
	case FACTS_FUNC:
		return sym_ok(c, v->a, true);
	case FACTS_GLOBAL:
		return sym_ok(c, v->a, false);
	case FACTS_LOCAL:
		return str_ok(c, v->a);
	case FACTS_FIELD:
		return str_ok(c, v->b) && str_ok(c, v->c);
	case FACTS_CALL:
		return (v->a < c->f->events.n && c->f->events.at[v->a].result == i) ||
		       FAULT(c, "value %u is the result of event %u, which does not say so", i, v->a);
	case FACTS_PHI:
		return phi_ok(c, v);
	case FACTS_CMP:
		return v->b < FACTS_PREDS || FAULT(c, "value %u: no comparison %u", i, v->b);
	default:
		return true;
	}
}

/* Depth first with a stack of our own; state 1: on the stack, 2: done. */
static bool values_acyclic(const struct check *c)
{
	const struct facts_value *values = c->f->values.at;
	uint8_t *state = xcalloc(c->f->values.n, 1);
	struct { VEC(uint32_t); } stack = {0};
	bool ok = true;

	for (uint32_t i = 0; ok && i < c->f->values.n; i++) {
		if (!state[i])
			vec_push(&stack, i);
		while (ok && stack.n) {
			uint32_t at = stack.at[stack.n - 1];
			const uint32_t operands[] = {values[at].a, values[at].b, values[at].c};

			if (state[at]) {
				state[at] = 2;
				stack.n--;
				continue;
			}
			state[at] = 1;
			for (unsigned k = 0; k < value_operands(values[at].op); k++)
				if (state[operands[k]] == 1)
					ok = FAULT(c, "value %u is made from itself", at);
				else if (!state[operands[k]])
					vec_push(&stack, operands[k]);
		}
	}
	vec_free(&stack);
	free(state);
	return ok;
}

/* ---- events and blocks ------------------------------------------------------------------ */

static bool event_numbers_ok(const struct check *c, uint32_t i, const struct facts_event *e)
{
	if (e->kind >= FACTS_EVENT_KINDS || e->mode >= ORDER_MODES || e->success >= FACTS_SUCCESSES ||
	    e->lock_kind >= FACTS_LOCK_KINDS || e->flags > 31)
		return FAULT(c, "event %u has a kind, mode or flag that does not exist", i);
	if ((e->flags & FACTS_STATIC_KEY) && !(e->flags & FACTS_DIRECT))
		return FAULT(c, "event %u: a static-call key is a symbol, so the call is direct", i);
	if (e->kind == FACTS_WAIT && e->mode != ORDER_WAIT)
		return FAULT(c, "event %u waits in a mode that is no wait", i);
	if ((e->kind == FACTS_TAKE || e->kind == FACTS_DROP) && e->mode == ORDER_WAIT)
		return FAULT(c, "event %u: a wait is never held", i);
	if (e->loc >= c->u->locs.n)
		return FAULT(c, "event %u has no place", i);
	return str_ok(c, e->prim);
}

static bool event_needs_lock(uint8_t kind)
{
	return kind != FACTS_DEFER && kind != FACTS_SPAWN && kind != FACTS_CALL_EVENT;
}

static bool event_target_ok(const struct check *c, uint32_t i, const struct facts_event *e)
{
	if (e->target == FACTS_NONE) {
		if (e->kind == FACTS_CALL_EVENT)
			return FAULT(c, "event %u calls nothing", i);
		return !(e->flags & FACTS_DIRECT) ||
		       FAULT(c, "event %u is direct and has no target", i);
	}
	if (!(e->flags & FACTS_DIRECT))
		return value_ok(c, e->target);
	if (e->target >= c->u->syms.n)
		return FAULT(c, "event %u: no symbol %u", i, e->target);
	return (e->flags & FACTS_STATIC_KEY) || sym_ok(c, e->target, true);
}

static bool event_ok(const struct check *c, uint32_t i)
{
	const struct facts_event *e = &c->f->events.at[i];

	if (!event_numbers_ok(c, i, e) || !event_target_ok(c, i, e) || !list_ok(c, e->args, e->n_args))
		return false;
	if (e->lock == FACTS_NONE ? event_needs_lock(e->kind) : !value_ok(c, e->lock))
		return e->lock == FACTS_NONE ? FAULT(c, "event %u names no lock", i) : false;
	if (e->kind == FACTS_STORE && (e->n_args != 1 || c->f->list.at[e->args] == FACTS_NONE))
		return FAULT(c, "event %u stores no value", i);
	for (uint32_t k = 0; k < e->n_args; k++)
		if (c->f->list.at[e->args + k] != FACTS_NONE && !value_ok(c, c->f->list.at[e->args + k]))
			return false;
	if (e->result == FACTS_NONE)
		return true;
	return value_ok(c, e->result) &&
	       ((c->f->values.at[e->result].op == FACTS_CALL && c->f->values.at[e->result].a == i) ||
		FAULT(c, "value %u is not the result of event %u", e->result, i));
}

static bool term_ok(const struct check *c, uint32_t i, const struct facts_block *b)
{
	static const uint8_t succs[] = {[FACTS_RET] = 0, [FACTS_JUMP] = 1, [FACTS_BRANCH] = 2,
					[FACTS_SWITCH] = 1, [FACTS_STOP] = 0};

	if (b->term >= FACTS_TERMS)
		return FAULT(c, "block %u ends in an unknown way", i);
	if (b->term == FACTS_SWITCH ? b->n_succs < 1 : b->n_succs != succs[b->term])
		return FAULT(c, "block %u has %u ways on", i, b->n_succs);
	if (b->term == FACTS_BRANCH || b->term == FACTS_SWITCH ||
	    (b->term == FACTS_RET && b->value != FACTS_NONE))
		if (!value_ok(c, b->value))
			return false;
	if (b->term == FACTS_SWITCH && (uint64_t)b->cases + b->n_succs - 1 > c->f->cases.n)
		return FAULT(c, "block %u has cases that are not there", i);
	if (!list_ok(c, b->succs, b->n_succs))
		return false;
	for (uint32_t k = 0; k < b->n_succs; k++)
		if (c->f->list.at[b->succs + k] >= c->f->blocks.n)
			return FAULT(c, "block %u goes to block %u, which is not there", i,
				     c->f->list.at[b->succs + k]);
	return true;
}

static bool blocks_ok(const struct check *c)
{
	uint64_t next = 0;

	for (uint32_t i = 0; i < c->f->blocks.n; i++) {
		const struct facts_block *b = &c->f->blocks.at[i];

		if (b->events != next)
			return FAULT(c, "block %u does not begin where the former one ends", i);
		next += b->n_events;
		if (!term_ok(c, i, b))
			return false;
	}
	return next == c->f->events.n || FAULT(c, "%zu events, but %llu in blocks", c->f->events.n,
					       (unsigned long long)next);
}

static bool func_ok(struct check *c)
{
	const struct facts_func *f = c->f;

	if (!str_ok(c, f->file))
		return false;
	for (size_t i = 0; i < f->params.n; i++)
		if (!str_ok(c, f->params.at[i].name) || !str_ok(c, f->params.at[i].type))
			return false;
	for (uint32_t i = 0; i < f->values.n; i++)
		if (!one_value_ok(c, i))
			return false;
	for (uint32_t i = 0; i < f->events.n; i++)
		if (!event_ok(c, i))
			return false;
	return blocks_ok(c) && values_acyclic(c);
}

bool facts_check(const struct facts_unit *u, const char *name, struct diag *d)
{
	struct check c = {.u = u, .name = name, .d = d, .n_str = strtab_count(u->str)};
	struct map seen = {0};
	bool ok = str_ok(&c, u->source) && syms_ok(&c) && locs_ok(&c) && tables_ok(&c);

	for (size_t i = 0; ok && i < u->funcs.n; i++) {
		uint64_t other;

		c.f = NULL;
		ok = sym_ok(&c, u->funcs.at[i].sym, true);
		if (ok && map_get(&seen, u->funcs.at[i].sym, &other))
			ok = FAULT(&c, "function %s twice",
				   strtab_str(u->str, u->syms.at[u->funcs.at[i].sym].name));
		if (!ok)
			break;
		map_put(&seen, u->funcs.at[i].sym, i);
		c.f = &u->funcs.at[i];
		ok = func_ok(&c);
	}
	map_free(&seen);
	return ok;
}
