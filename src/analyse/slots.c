/* SPDX-License-Identifier: MIT */
/*
 * slots.c - which functions a pointer can hold, and so what every call calls.
 *
 * A slot is a place that holds function pointers: a member of a struct (of whichever object), a
 * variable, an array, a parameter, a static-call key, what a function returns.  Functions flow
 * from initialisers and stores along copies until nothing changes (Andersen's idea, by field and
 * without objects).
 */
#include "analyse/internal.h"

#include <stdlib.h>
#include <string.h>

enum slot_kind { S_MEMBER, S_VARIABLE, S_PARAM, S_LOCAL, S_RETURN };

static uint32_t slot_get(struct prog *p, enum slot_kind kind, uint32_t a, uint32_t b)
{
	uint64_t key = (uint64_t)kind << 61 | (uint64_t)a << 32 | b;
	uint64_t *slot = map_slot(&p->slot_at, key, NONE);

	if (*slot == NONE) {
		*slot = p->slots.n;
		*vec_add(&p->slots) = (struct slot){.owner = kind == S_MEMBER ? a : 0, .member = kind == S_MEMBER ? b : 0};
	}
	return (uint32_t)*slot;
}

static bool slot_put(struct prog *p, uint32_t slot, uint32_t fn, uint32_t table)
{
	struct slot *s = &p->slots.at[slot];

	for (size_t i = 0; i < s->fns.n; i++)
		if (s->fns.at[i].expr == fn && s->fns.at[i].cls == table)
			return false;
	vec_push(&s->fns, (struct lockref){fn, table});
	return true;
}

static void slot_copy(struct prog *p, uint32_t from, uint32_t to)
{
	struct slot *s = &p->slots.at[from];

	if (from == to)
		return;
	for (size_t i = 0; i < s->to.n; i++)
		if (s->to.at[i] == to)
			return;
	vec_push(&s->to, to);
}

/* The slot that an address is, or NONE. */
static uint32_t slot_at_address(struct prog *p, uint32_t fn, uint32_t value)
{
	const struct fn *f = &p->fns.at[fn];

	while (value != FACTS_NONE) {
		const struct facts_value *v = &f->f->values.at[value];

		switch (v->op) {
		case FACTS_FIELD:
			if (v->b)
				return slot_get(p, S_MEMBER, fn_string(p, f, v->b), fn_string(p, f, v->c));
			value = v->a; /* a variable without a struct's name */
			break;
		case FACTS_INDEX:
			value = v->a;
			break;
		case FACTS_DEREF: /* an array behind a pointer: what the pointer's place is called */
			value = v->a;
			break;
		case FACTS_GLOBAL:
			return slot_get(p, S_VARIABLE, fn_symbol(p, f, v->a), 0);
		case FACTS_LOCAL:
			return slot_get(p, S_LOCAL, fn, fn_string(p, f, v->a));
		default:
			return NONE;
		}
	}
	return NONE;
}

static uint32_t fn_of_symbol(const struct prog *p, uint32_t fn, uint32_t sym)
{
	return p->syms.at[fn_symbol(p, &p->fns.at[fn], sym)].fn;
}

/* Lets all that value can hold flow into slot. */
static void flow_value(struct prog *p, uint32_t fn, uint32_t value, uint32_t slot, unsigned depth)
{
	const struct facts_func *f = p->fns.at[fn].f;
	const struct facts_value *v;
	uint32_t from;

	if (value == FACTS_NONE || depth > 6)
		return;
	v = &f->values.at[value];
	switch (v->op) {
	case FACTS_FUNC:
		if (fn_of_symbol(p, fn, v->a) != NONE)
			slot_put(p, slot, fn_of_symbol(p, fn, v->a), NONE);
		break;
	case FACTS_DEREF:
		from = slot_at_address(p, fn, v->a);
		if (from != NONE)
			slot_copy(p, from, slot);
		break;
	case FACTS_PARAM:
		slot_copy(p, slot_get(p, S_PARAM, fn, v->a), slot);
		break;
	case FACTS_PHI:
		for (uint32_t i = 0; i < v->b; i++)
			flow_value(p, fn, f->list.at[v->a + 2 * i + 1], slot, depth + 1);
		break;
	case FACTS_SELECT:
		flow_value(p, fn, v->b, slot, depth + 1);
		flow_value(p, fn, v->c, slot, depth + 1);
		break;
	case FACTS_CALL: {
		const struct facts_event *e = &f->events.at[v->a];

		if ((e->flags & FACTS_DIRECT) && fn_of_symbol(p, fn, e->target) != NONE)
			slot_copy(p, slot_get(p, S_RETURN, fn_of_symbol(p, fn, e->target), 0), slot);
		break;
	}
	default:
		break;
	}
}

/* Could a function be in it?  Integers and addresses of objects need no flow. */
static bool may_hold_function(const struct facts_func *f, uint32_t value)
{
	switch (f->values.at[value].op) {
	case FACTS_FUNC: case FACTS_DEREF: case FACTS_PARAM: case FACTS_PHI: case FACTS_SELECT: case FACTS_CALL:
		return true;
	default:
		return false;
	}
}

static void note_param(uint64_t *wanted, const struct facts_func *f, uint32_t value, unsigned depth)
{
	const struct facts_value *v;

	if (value == FACTS_NONE || depth > 6)
		return;
	v = &f->values.at[value];
	if (v->op == FACTS_PARAM && v->a < 64)
		*wanted |= 1ull << v->a;
	else if (v->op == FACTS_PHI)
		for (uint32_t i = 0; i < v->b; i++)
			note_param(wanted, f, f->list.at[v->a + 2 * i + 1], depth + 1);
	else if (v->op == FACTS_SELECT)
		note_param(wanted, f, v->b, depth + 1), note_param(wanted, f, v->c, depth + 1);
}

/* Which parameters of each function are called, stored, or handed on to one that is. */
static uint64_t *wanted_params(struct prog *p)
{
	uint64_t *wanted = xcalloc(p->fns.n, sizeof(*wanted));
	bool changed = true;

	for (uint32_t n = 0; n < p->fns.n; n++) {
		const struct facts_func *f = p->fns.at[n].f;

		for (size_t i = 0; i < f->events.n; i++) {
			const struct facts_event *e = &f->events.at[i];

			if (e->kind == FACTS_STORE && e->n_args)
				note_param(&wanted[n], f, f->list.at[e->args], 0);
			else if (e->target != FACTS_NONE && !(e->flags & FACTS_DIRECT))
				note_param(&wanted[n], f, e->target, 0);
		}
	}
	while (changed) {
		changed = false;
		for (uint32_t n = 0; n < p->fns.n; n++) {
			const struct facts_func *f = p->fns.at[n].f;
			uint64_t was = wanted[n];

			for (size_t i = 0; i < f->events.n; i++) {
				const struct facts_event *e = &f->events.at[i];
				uint32_t callee = e->kind == FACTS_CALL_EVENT && (e->flags & FACTS_DIRECT) ? fn_of_symbol(p, n, e->target) : NONE;

				for (uint32_t a = 0; callee != NONE && a < e->n_args && a < 64; a++)
					if (wanted[callee] >> a & 1)
						note_param(&wanted[n], f, f->list.at[e->args + a], 0);
			}
			changed |= wanted[n] != was;
		}
	}
	return wanted;
}

static void flow_args(struct prog *p, uint32_t caller, const struct facts_event *e, uint32_t callee, uint64_t wanted)
{
	const struct facts_func *f = p->fns.at[caller].f;

	for (uint32_t a = 0; a < e->n_args && a < 64; a++) {
		uint32_t v = f->list.at[e->args + a];

		if ((wanted >> a & 1) && v != FACTS_NONE && may_hold_function(f, v))
			flow_value(p, caller, v, slot_get(p, S_PARAM, callee, a), 0);
	}
}

static void collect_events(struct prog *p, const uint64_t *wanted)
{
	for (uint32_t n = 0; n < p->fns.n; n++) {
		const struct facts_func *f = p->fns.at[n].f;

		for (size_t i = 0; i < f->events.n; i++) {
			const struct facts_event *e = &f->events.at[i];
			uint32_t slot, callee;

			if (e->kind == FACTS_STORE && e->n_args && may_hold_function(f, f->list.at[e->args])) {
				slot = slot_at_address(p, n, e->lock);
				if (slot != NONE)
					flow_value(p, n, f->list.at[e->args], slot, 0);
			} else if (e->kind == FACTS_CALL_EVENT && (e->flags & FACTS_DIRECT)) {
				callee = fn_of_symbol(p, n, e->target);
				if (callee != NONE)
					flow_args(p, n, e, callee, wanted[callee]);
			}
		}
		for (size_t b = 0; b < f->blocks.n; b++)
			if (f->blocks.at[b].term == FACTS_RET && f->blocks.at[b].value != FACTS_NONE &&
			    may_hold_function(f, f->blocks.at[b].value))
				flow_value(p, n, f->blocks.at[b].value, slot_get(p, S_RETURN, n, 0), 0);
	}
}

/* The variable that stands for a static call whose key object this is, or NONE. */
static uint32_t static_key(const struct prog *p, uint32_t table)
{
	const char *key;

	if (!prim_find_static(p->opt->prims, strtab_str(p->str, p->syms.at[table].name), &key))
		return NONE;
	for (uint32_t s = 0; s < p->syms.n; s++)
		if (strtab_str(p->str, p->syms.at[s].name)[0] == '$' && strcmp(strtab_str(p->str, p->syms.at[s].name) + 1, key) == 0)
			return s;
	return NONE;
}

static void collect_inits(struct prog *p)
{
	for (size_t u = 0; u < p->n_units; u++) {
		const struct facts_unit *unit = p->units[u];

		for (size_t i = 0; i < unit->inits.n; i++) {
			const struct facts_init *in = &unit->inits.at[i];
			uint32_t table = p->sym[u][in->table], fn = p->syms.at[p->sym[u][in->target]].fn;

			if (fn == NONE)
				continue;
			p->fns.at[fn].is_escaped = true;
			if (static_key(p, table) != NONE)
				slot_put(p, slot_get(p, S_VARIABLE, static_key(p, table), 0), fn, NONE);
			if (in->owner)
				slot_put(p, slot_get(p, S_MEMBER, p->remap[u][in->owner], p->remap[u][in->member]), fn, table);
			else
				slot_put(p, slot_get(p, S_VARIABLE, table, 0), fn, table);
		}
	}
}

static void settle(struct prog *p)
{
	struct { VEC(uint32_t); } work = {0};
	uint8_t *queued = xcalloc(p->slots.n, 1);

	for (uint32_t s = 0; s < p->slots.n; s++)
		if (p->slots.at[s].fns.n) {
			vec_push(&work, s);
			queued[s] = 1;
		}
	while (work.n) {
		uint32_t s = work.at[--work.n];

		queued[s] = 0;
		for (size_t i = 0; i < p->slots.at[s].to.n; i++) {
			uint32_t to = p->slots.at[s].to.at[i];
			bool fresh = false;

			for (size_t j = 0; j < p->slots.at[s].fns.n; j++) {
				struct lockref r = p->slots.at[s].fns.at[j];

				fresh |= slot_put(p, to, r.expr, r.cls);
			}
			if (fresh && !queued[to]) {
				queued[to] = 1;
				vec_push(&work, to);
			}
		}
	}
	free(queued);
	vec_free(&work);
}

/* ---- what an event calls ------------------------------------------------------------- */

static void add_target(struct prog *p, uint32_t fn, uint32_t first, struct target t)
{
	struct fn *f = &p->fns.at[fn];

	for (size_t i = first; i < f->targets.n; i++)
		if (f->targets.at[i].fn == t.fn)
			return;
	vec_push(&f->targets, t);
}

static void targets_of_value(struct prog *p, uint32_t fn, uint32_t first, uint32_t value, unsigned depth)
{
	const struct facts_func *f = p->fns.at[fn].f;
	const struct facts_value *v;
	uint32_t slot = NONE, param = NONE;

	if (value == FACTS_NONE || depth > 6)
		return;
	v = &f->values.at[value];
	if (v->op == FACTS_FUNC) {
		if (fn_of_symbol(p, fn, v->a) != NONE)
			add_target(p, fn, first, (struct target){fn_of_symbol(p, fn, v->a), LORE_CALL_DIRECT, NONE});
	} else if (v->op == FACTS_DEREF) {
		slot = slot_at_address(p, fn, v->a);
	} else if (v->op == FACTS_PARAM) {
		slot = slot_get(p, S_PARAM, fn, v->a);
		param = v->a;
	} else if (v->op == FACTS_CALL) {
		const struct facts_event *e = &f->events.at[v->a];

		if ((e->flags & FACTS_DIRECT) && fn_of_symbol(p, fn, e->target) != NONE)
			slot = slot_get(p, S_RETURN, fn_of_symbol(p, fn, e->target), 0);
	} else if (v->op == FACTS_PHI) {
		for (uint32_t i = 0; i < v->b; i++)
			targets_of_value(p, fn, first, f->list.at[v->a + 2 * i + 1], depth + 1);
	} else if (v->op == FACTS_SELECT) {
		targets_of_value(p, fn, first, v->b, depth + 1);
		targets_of_value(p, fn, first, v->c, depth + 1);
	}
	if (slot != NONE)
		for (size_t i = 0; i < p->slots.at[slot].fns.n; i++)
			add_target(p, fn, first, (struct target){p->slots.at[slot].fns.at[i].expr, LORE_CALL_POINTER, param});
}

static void resolve(struct prog *p, uint32_t fn)
{
	struct fn *f = &p->fns.at[fn];
	const struct facts_func *ff = f->f;

	f->targets.n = 0;
	if (!f->target_first)
		f->target_first = xcalloc(ff->events.n + 1, sizeof(*f->target_first));
	for (uint32_t i = 0; i < ff->events.n; i++) {
		const struct facts_event *e = &ff->events.at[i];
		uint32_t first = (uint32_t)f->targets.n;

		f->target_first[i] = first;
		if (e->target == FACTS_NONE || e->kind == FACTS_STORE)
			continue;
		if (e->flags & FACTS_STATIC_KEY) {
			uint32_t slot = slot_get(p, S_VARIABLE, fn_symbol(p, f, e->target), 0);

			for (size_t s = 0; s < p->slots.at[slot].fns.n; s++)
				add_target(p, fn, first, (struct target){p->slots.at[slot].fns.at[s].expr, LORE_CALL_POINTER, NONE});
		} else if (e->flags & FACTS_DIRECT) {
			if (fn_of_symbol(p, fn, e->target) != NONE)
				add_target(p, fn, first, (struct target){fn_of_symbol(p, fn, e->target), LORE_CALL_DIRECT, NONE});
		} else {
			targets_of_value(p, fn, first, e->target, 0);
		}
		for (size_t t = first; t < f->targets.n; t++) {
			if (e->kind == FACTS_SPAWN)
				f->targets.at[t].kind = LORE_CALL_SPAWN;
			if (e->kind == FACTS_DEFER)
				f->targets.at[t].kind = LORE_CALL_DEFER;
		}
	}
	f->target_first[ff->events.n] = (uint32_t)f->targets.n;
}

/* Pointers handed to functions that are called through pointers flow only once the call is known. */
static bool flow_indirect_args(struct prog *p, const uint64_t *wanted)
{
	size_t slots = p->slots.n, held = 0, now = 0;

	for (size_t s = 0; s < p->slots.n; s++)
		held += p->slots.at[s].fns.n;
	for (uint32_t n = 0; n < p->fns.n; n++) {
		const struct fn *f = &p->fns.at[n];

		for (uint32_t i = 0; i < f->f->events.n; i++)
			for (uint32_t t = f->target_first[i]; t < f->target_first[i + 1]; t++)
				if (f->targets.at[t].kind == LORE_CALL_POINTER && wanted[f->targets.at[t].fn])
					flow_args(p, n, &f->f->events.at[i], f->targets.at[t].fn, wanted[f->targets.at[t].fn]);
	}
	settle(p);
	for (size_t s = 0; s < p->slots.n; s++)
		now += p->slots.at[s].fns.n;
	return now != held || p->slots.n != slots;
}

static void note_callers(struct prog *p)
{
	for (uint32_t n = 0; n < p->fns.n; n++) {
		const struct fn *f = &p->fns.at[n];

		for (uint32_t i = 0; i < f->f->events.n; i++)
			for (uint32_t t = f->target_first[i]; t < f->target_first[i + 1]; t++) {
				const struct target *to = &f->targets.at[t];

				if (to->kind == LORE_CALL_SPAWN || to->kind == LORE_CALL_DEFER)
					p->fns.at[to->fn].is_spawned = true;
				else
					vec_push(&p->fns.at[to->fn].callers, (struct site){n, i});
			}
	}
}

static bool is_unresolved(const struct fn *f, uint32_t i)
{
	const struct facts_event *e = &f->f->events.at[i];

	return e->kind == FACTS_CALL_EVENT && e->target != FACTS_NONE &&
	       (!(e->flags & FACTS_DIRECT) || (e->flags & FACTS_STATIC_KEY)) &&
	       f->target_first[i] == f->target_first[i + 1];
}

void link_calls(struct prog *p)
{
	uint64_t *wanted = wanted_params(p);

	collect_inits(p);
	collect_events(p, wanted);
	settle(p);
	for (unsigned round = 0; round < 4; round++) {
		for (uint32_t n = 0; n < p->fns.n; n++)
			resolve(p, n);
		if (!flow_indirect_args(p, wanted))
			break;
	}
	note_callers(p);
	for (uint32_t n = 0; n < p->fns.n; n++)
		for (uint32_t i = 0; i < p->fns.at[n].f->events.n; i++)
			p->n_unresolved += is_unresolved(&p->fns.at[n], i);
	free(wanted);
}
