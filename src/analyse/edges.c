/* SPDX-License-Identifier: MIT */
/*
 * edges.c - an order is found where a function holds a lock and something happens inside it.
 *
 * Everything that is held at a call meets everything that can happen in it; one witness is kept
 * for each (outer place, inner place, call that enters the inner function), the shortest.
 */
#include "analyse/internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- places -------------------------------------------------------------------------------------- */

static uint32_t place_make(struct prog *p, uint32_t fn, uint32_t file, uint32_t line)
{
	uint64_t *slot = map_slot(&p->place_at, hash_mix(hash_mix(HASH_SEED, (uint64_t)fn << 32 | file), line), NONE);

	if (*slot == NONE) {
		*slot = p->places.n;
		vec_push(&p->places, (struct lore_place){fn, file, line});
	}
	return (uint32_t)*slot;
}

uint32_t place_of(struct prog *p, uint32_t fn, uint32_t event)
{
	const struct fn *f = &p->fns.at[fn];
	uint32_t loc = f->f->events.at[event].loc;

	if (loc == FACTS_NONE)
		return place_start(p, fn);
	while (f->u->locs.at[loc].up != FACTS_NONE) /* a scope guard is its user's line */
		loc = f->u->locs.at[loc].up;
	return place_make(p, fn, fn_string(p, f, f->u->locs.at[loc].file), f->u->locs.at[loc].line);
}

uint32_t place_start(struct prog *p, uint32_t fn)
{
	return place_make(p, fn, p->fns.at[fn].file, p->fns.at[fn].line);
}

/* ---- witnesses ---------------------------------------------------------------------------------------- */

/* What is held around fn on every way, less what it or its callees dropped before. */
static uint32_t around(struct prog *p, const struct happening *h)
{
	const struct fn *f = &p->fns.at[h->fn];
	uint32_t m[64], n = 0, set = entry_set(p, f->must);

	for (uint32_t i = 0; i < set_count(p, set) && n < ARRAY_LEN(m); i++) {
		uint32_t lock = set_members(p, set)[i];
		bool gone = false;

		for (uint32_t d = 0; d < set_count(p, h->e.dropset) && !gone; d++)
			gone = expr_class(p, set_members(p, h->e.dropset)[d]) == lock >> 2;
		if (!gone)
			m[n++] = lock;
	}
	return set_make(p, m, n);
}

static bool is_one_instance(const struct prog *p, uint32_t expr)
{
	const struct expr *e = &p->exprs.at[expr];

	while (e->op == X_FIELD || e->op == X_DEREF)
		e = &p->exprs.at[e->a];
	return e->op == X_PARAM || e->op == X_GLOBAL || e->op == X_LOCAL || e->op == X_VALUE;
}

static uint64_t witness_key(const struct witness *w)
{
	uint64_t h = hash_mix(HASH_SEED, (uint64_t)w->outer_place << 32 | w->inner_place);

	h = hash_mix(h, (uint64_t)w->outer_cls << 32 | w->inner_cls);
	return hash_mix(h, (uint64_t)w->entry_place << 32 | (w->flags & (LORE_SAME_INSTANCE | LORE_OTHER_INSTANCE)));
}

static void keep(struct prog *p, const struct witness *w)
{
	uint64_t key = witness_key(w), *slot;

	for (;; key++) {
		struct witness *have;
		uint32_t gates;

		slot = map_slot(&p->witness_at, key, NONE);
		if (*slot == NONE)
			break;
		have = &p->witnesses.at[*slot];
		if (witness_key(have) != witness_key(w) || have->outer_cls != w->outer_cls || have->inner_cls != w->inner_cls)
			continue;
		gates = set_common(p, have->gates, w->gates);
		if (w->length < have->length ||
		    (w->length == have->length && set_count(p, w->held) < set_count(p, have->held)))
			*have = *w;
		have->gates = gates;
		return;
	}
	*slot = p->witnesses.n;
	vec_push(&p->witnesses, *w);
}

/* Follows an entry to its end: the number of the place of the take, and of the call that enters its function. */
static void end_of(struct prog *p, const struct happening *h, struct witness *w)
{
	w->inner_place = place_of(p, h->e.fn, h->e.event);
	w->entry_place = h->e.call_fn == NONE ? LORE_NONE : place_of(p, h->e.call_fn, h->e.call_event);
}

static uint32_t origin_place(struct prog *p, uint32_t o)
{
	while (p->origins.at[o].sub != NONE)
		o = p->origins.at[o].sub;
	return place_of(p, p->origins.at[o].fn, p->origins.at[o].event);
}

static struct witness start_witness(struct prog *p, const struct happening *h, uint32_t must)
{
	struct witness w = {
		.fn = h->fn, .origin = NONE, .start_fn = NONE, .at_event = h->c->event,
		.entry_fn = h->entry_fn, .entry = h->entry, .inner_cls = h->e.cls,
		.inner_mode = h->e.flags & E_WAIT ? ORDER_WAIT : h->e.mode,
		.guesses = (uint8_t)(h->e.guesses + (h->e.dying != 0)), .is_last = h->e.dying != 0,
		.held = set_union(p, h->e.along, must), .gates = set_union(p, h->e.always, must),
		.length = h->e.length,
	};

	if (h->e.flags & FACTS_TRY)
		w.flags |= LORE_TRY;
	if (h->e.flags & FACTS_NESTED)
		w.flags |= LORE_NESTED;
	if (h->e.guesses)
		w.flags |= LORE_INDIRECT;
	end_of(p, h, &w);
	return w;
}

static void note_instances(struct prog *p, struct witness *w, uint32_t outer, uint32_t inner)
{
	if (w->outer_cls != w->inner_cls || w->is_last)
		return;
	if (outer == inner && is_one_instance(p, outer))
		w->flags |= LORE_SAME_INSTANCE;
}

static void meet(struct prog *p, const struct happening *h, uint32_t index, uint32_t must)
{
	const struct hl *held = &p->fns.at[h->fn].ctx_held.at[h->c->held + index];
	uint32_t oset = held->oset;
	struct hl o = *held;

	for (uint32_t i = 0; i < set_count(p, oset); i++) {
		struct witness w = start_witness(p, h, must);

		w.origin = set_members(p, oset)[i];
		w.outer_cls = o.cls;
		w.outer_mode = o.mode;
		w.length += p->origins.at[w.origin].length;
		w.outer_place = origin_place(p, w.origin);
		if (o.cls == NONE || h->e.cls == NONE) {
			vec_push(&p->pendings, (struct pending){w, h->fn, o.expr, h->e.expr, 0});
			continue;
		}
		note_instances(p, &w, o.expr, h->e.expr);
		keep(p, &w);
	}
}

/* ---- released before a wait ------------------------------------------------------------------------------- */

static void push_step(struct prog *p, size_t first, uint32_t place)
{
	if (p->steps.n == first || p->steps.at[p->steps.n - 1] != place)
		vec_push(&p->steps, place);
}

static void push_down(struct prog *p, size_t first, uint32_t fn, uint32_t event, uint32_t entry_fn, uint32_t entry)
{
	push_step(p, first, place_of(p, fn, event));
	while (entry_fn != NONE) {
		const struct entry *e = &p->fns.at[entry_fn].entries.at[entry];

		push_step(p, first, place_of(p, entry_fn, e->via_event));
		entry_fn = e->via_fn;
		entry = e->via_entry;
	}
}

static void note_released(struct prog *p, const struct happening *h, uint32_t cls, uint32_t oset, uint32_t drop_event)
{
	struct lore_released r = {.cls = cls, .wait = h->e.cls, .chain = (uint32_t)p->steps.n};
	uint64_t key = hash_mix(hash_mix(~HASH_SEED, (uint64_t)cls << 32 | h->e.cls), place_of(p, h->e.fn, h->e.event));
	uint64_t *slot = map_slot(&p->released_at, key, NONE);

	if (*slot != NONE || cls == NONE || h->e.cls == NONE || !set_count(p, oset))
		return;
	*slot = 0;
	push_step(p, r.chain, origin_place(p, set_members(p, oset)[0]));
	if (drop_event != NONE)
		push_step(p, r.chain, place_of(p, h->fn, drop_event));
	push_down(p, r.chain, h->fn, h->c->event, h->entry_fn, h->entry);
	r.n_chain = (uint32_t)p->steps.n - r.chain;
	vec_push(&p->released, r);
}

static void released_before(struct prog *p, const struct happening *h)
{
	const struct fn *f = &p->fns.at[h->fn];

	for (uint32_t i = 0; i < h->c->n_held; i++)
		if (h->lost >> i & 1) {
			const struct hl *l = &f->ctx_held.at[h->c->held + i];

			note_released(p, h, l->cls, l->oset, NONE);
		}
	for (uint32_t i = 0; i < h->c->n_released; i++) {
		const struct released *r = &f->ctx_released.at[h->c->released + i];
		bool is_held = false;

		for (uint32_t k = 0; k < h->c->n_held; k++)
			is_held |= f->ctx_held.at[h->c->held + k].cls == r->cls;
		if (!is_held)
			note_released(p, h, r->cls, r->oset, r->event);
	}
}

/* ---- the three ways in which something is held ----------------------------------------------------------------- */

/* ---- objects that nobody else has ---------------------------------------------------------------------------- */

static bool is_part_of(const struct prog *p, uint32_t whole, uint32_t part)
{
	uint64_t ignored;

	return whole == part || map_get(&p->parts, (uint64_t)whole << 32 | part, &ignored);
}

/* Structs inside structs, through all levels. */
static void find_parts(struct prog *p)
{
	bool changed = true;

	for (unsigned round = 0; changed && round < 8; round++) {
		changed = false;
		for (size_t u = 0; u < p->n_units; u++)
			for (size_t i = 0; i < p->units[u]->members.n; i++) {
				const struct facts_member *m = &p->units[u]->members.at[i];
				uint32_t whole = p->remap[u][m->owner], part = p->remap[u][m->type];
				size_t had = p->parts.n;

				if (!m->type || m->is_pointer || whole == part)
					continue;
				map_slot(&p->parts, (uint64_t)whole << 32 | part, 1);
				for (size_t k = 0; k < p->units[u]->members.n; k++) {
					const struct facts_member *n = &p->units[u]->members.at[k];

					if (n->owner == m->type && n->type && !n->is_pointer)
						map_slot(&p->parts, (uint64_t)whole << 32 | p->remap[u][n->type], 1);
				}
				changed |= p->parts.n != had;
			}
	}
}

/*
 * A lock inside an object whose last reference was just given up: nobody else can hold it or ask
 * for it, whatever the thread holds outside.
 */
static bool is_unshared(const struct prog *p, const struct happening *h)
{
	return h->e.dying && h->e.cls != NONE && p->classes.at[h->e.cls].owner &&
	       is_part_of(p, h->e.dying, p->classes.at[h->e.cls].owner);
}

static void at_happening(struct prog *p, const struct happening *h, void *arg)
{
	const struct fn *f = &p->fns.at[h->fn];
	uint32_t must = h->c->n_held || f->spawn_cls.n ? around(p, h) : 0;

	(void)arg;
	if (h->e.cls != NONE && !p->classes.at[h->e.cls].kind)
		p->classes.at[h->e.cls].kind = h->e.kind;
	for (uint32_t i = 0; i < h->c->n_held && !is_unshared(p, h); i++)
		if (!(h->lost >> i & 1))
			meet(p, h, i, must);
	for (size_t i = 0; i < f->spawn_cls.n; i++) { /* the function's whole body is a read side */
		struct witness w = start_witness(p, h, must);

		if (h->e.cls == NONE)
			continue;
		w.outer_cls = f->spawn_cls.at[i];
		w.outer_mode = ORDER_SHARED_RECURSIVE;
		w.start_fn = h->fn;
		w.start_event = NONE;
		w.outer_place = place_start(p, h->fn);
		w.length++;
		keep(p, &w);
	}
	if (h->e.flags & E_WAIT)
		released_before(p, h);
}

struct asserting { struct map known; };

static void at_assertion(struct prog *p, const struct happening *h, void *arg)
{
	const struct fn *f = &p->fns.at[h->fn];
	struct asserting *as = arg;

	for (size_t i = 0; i < f->asserts.n; i++) {
		uint32_t cls = f->asserts.at[i].fn;
		bool skip = h->e.cls == NONE || h->e.cls == cls;
		struct witness w;
		uint64_t ignored;

		for (uint32_t d = 0; d < set_count(p, h->e.dropset) && !skip; d++)
			skip = expr_class(p, set_members(p, h->e.dropset)[d]) == cls;
		for (uint32_t k = 0; k < h->c->n_held && !skip; k++)
			skip = f->ctx_held.at[h->c->held + k].cls == cls;
		if (skip)
			continue;
		w = start_witness(p, h, around(p, h));
		if (map_get(&as->known, (uint64_t)cls << 32 | w.inner_place, &ignored))
			continue; /* some caller was seen to hold it */
		w.outer_cls = cls;
		w.outer_mode = fn_event(p, h->fn, f->asserts.at[i].event)->mode;
		w.start_fn = h->fn;
		w.start_event = f->asserts.at[i].event;
		w.outer_place = place_of(p, h->fn, w.start_event);
		w.flags |= LORE_ASSERTED;
		w.length++;
		keep(p, &w);
	}
}

/* ---- orders between locks that only callers can name ---------------------------------------------------------- */

static void raise_pending(struct prog *p, const struct pending *was, const struct site *s)
{
	struct pending n = *was;

	if (p->exprs.at[n.outer_expr].has_param)
		n.outer_expr = expr_translate(p, n.outer_expr, s->fn, s->event, was->fn);
	if (p->exprs.at[n.inner_expr].has_param)
		n.inner_expr = expr_translate(p, n.inner_expr, s->fn, s->event, was->fn);
	if (n.outer_expr == X_NONE || n.inner_expr == X_NONE)
		return;
	if (n.w.outer_cls == NONE)
		n.w.outer_cls = expr_class(p, n.outer_expr);
	if (n.w.inner_cls == NONE)
		n.w.inner_cls = expr_class(p, n.inner_expr);
	n.fn = s->fn;
	if (n.w.outer_cls == NONE || n.w.inner_cls == NONE) {
		if (++n.rounds < 6 && p->pendings.n < 200000)
			vec_push(&p->pendings, n);
		return;
	}
	note_instances(p, &n.w, n.outer_expr, n.inner_expr);
	keep(p, &n.w);
}

/* ---- read sides that are functions ------------------------------------------------------------------------------ */

static void add_spawn(struct prog *p, uint32_t fn, uint32_t cls)
{
	struct fn *f = &p->fns.at[fn];

	f->is_spawned = true;
	if (cls == NONE)
		return;
	for (size_t i = 0; i < f->spawn_cls.n; i++)
		if (f->spawn_cls.at[i] == cls)
			return;
	vec_push(&f->spawn_cls, cls);
	p->classes.at[cls].kind = FACTS_KIND_READSIDE;
}

/* A function stored in a callback field: the object around the field is what a wait waits for. */
static void callback_store(struct prog *p, uint32_t fn, const struct facts_event *e)
{
	const struct facts_func *f = p->fns.at[fn].f;
	const struct prim_callback *cb;
	const struct facts_value *v;
	const struct expr *x;
	uint32_t target, path;

	if (e->lock == FACTS_NONE || !e->n_args || f->list.at[e->args] == FACTS_NONE)
		return;
	path = expr_value(p, fn, e->lock); /* may move the table */
	x = &p->exprs.at[path];
	v = &f->values.at[f->list.at[e->args]];
	if (x->op != X_FIELD || v->op != FACTS_FUNC)
		return;
	cb = prim_callback(p->opt->prims, strtab_str(p->str, x->b), strtab_str(p->str, x->c));
	target = p->syms.at[fn_symbol(p, &p->fns.at[fn], v->a)].fn;
	if (!cb || target == NONE)
		return;
	x = &p->exprs.at[x->a];
	while (x->op == X_FIELD && prim_lock_type(p->opt->prims, strtab_str(p->str, x->b)))
		x = &p->exprs.at[x->a];
	add_spawn(p, target, cb->is_waitable ? expr_class(p, (uint32_t)(x - p->exprs.at)) : NONE);
}

void edges_spawns(struct prog *p)
{
	for (uint32_t n = 0; n < p->fns.n; n++) {
		const struct fn *f = &p->fns.at[n];

		for (uint32_t i = 0; i < f->f->events.n; i++) {
			const struct facts_event *e = &f->f->events.at[i];

			if (e->kind == FACTS_STORE)
				callback_store(p, n, e);
			if (e->kind != FACTS_SPAWN && e->kind != FACTS_DEFER)
				continue;
			for (uint32_t t = f->target_first[i]; t < f->target_first[i + 1]; t++)
				add_spawn(p, f->targets.at[t].fn, e->kind == FACTS_SPAWN && e->lock != FACTS_NONE
					  ? expr_class(p, expr_value(p, n, e->lock)) : NONE);
		}
	}
	for (size_t u = 0; u < p->n_units; u++) /* DECLARE_WORK() */
		for (size_t i = 0; i < p->units[u]->inits.n; i++) {
			const struct facts_init *in = &p->units[u]->inits.at[i];
			uint32_t fn = p->syms.at[p->sym[u][in->target]].fn, table = p->sym[u][in->table];
			const struct prim_callback *cb = prim_callback(p->opt->prims, strtab_str(p->units[u]->str, in->owner),
								       strtab_str(p->units[u]->str, in->member));

			if (fn != NONE && cb)
				add_spawn(p, fn, cb->is_waitable && p->syms.at[table].lock_kind == FACTS_KIND_READSIDE
					  ? expr_class(p, expr_make(p, X_GLOBAL, table, 0, 0)) : NONE);
		}
}

void edges_all(struct prog *p)
{
	struct asserting as = {0};

	find_parts(p);

	for (size_t i = 0; i < p->order.n; i++)
		reach_each(p, p->order.at[i], at_happening, NULL);
	for (size_t i = 0; i < p->pendings.n; i++) {
		struct pending now = p->pendings.at[i];
		const struct fn *f = &p->fns.at[now.fn];

		for (size_t c = 0; c < f->callers.n; c++)
			raise_pending(p, &now, &f->callers.at[c]);
	}
	for (size_t i = 0; i < p->witnesses.n; i++)
		map_put(&as.known, (uint64_t)p->witnesses.at[i].outer_cls << 32 | p->witnesses.at[i].inner_place, 1);
	for (size_t i = 0; i < p->order.n; i++)
		if (p->fns.at[p->order.at[i]].asserts.n)
			reach_each(p, p->order.at[i], at_assertion, &as);
	map_free(&as.known);
}
