/* SPDX-License-Identifier: MIT */
/*
 * write.c - what was found, as a lore: sorted, and in terms of nothing but itself.
 */
#include "analyse/names.h"

#include <stdlib.h>
#include <string.h>

struct writer {
	struct prog *p;
	struct lore *l;
	uint32_t *cls;    /* class -> lore class, NONE: of no interest */
	uint32_t *fn;     /* function -> lore function */
	uint32_t *place;  /* place -> lore place, NONE: not yet */
	struct map helds; /* set -> offset */
	uint64_t *bits;
};

static uint32_t str(struct writer *w, uint32_t id)
{
	return strtab_id(w->l->str, strtab_str(w->p->str, id));
}

/* ---- classes ------------------------------------------------------------------------------------------- */

static struct writer *sorting;
static const uint32_t *sorting_names;

static int by_name(const void *a, const void *b)
{
	return strcmp(strtab_str(sorting->p->str, sorting_names[*(const uint32_t *)a]),
		      strtab_str(sorting->p->str, sorting_names[*(const uint32_t *)b]));
}

static void note_uses(struct prog *p, uint8_t *used)
{
	for (size_t i = 0; i < p->witnesses.n; i++)
		used[p->witnesses.at[i].outer_cls] = used[p->witnesses.at[i].inner_cls] = 1;
	for (uint32_t n = 0; n < p->fns.n; n++) {
		const struct fn *f = &p->fns.at[n];

		for (size_t i = 0; i < f->entries.n; i++)
			if (f->entries.at[i].cls != NONE && f->entries.at[i].call_fn == NONE && f->entries.at[i].fn == n)
				used[f->entries.at[i].cls] = 1;
		for (size_t i = 0; i < f->asserts.n; i++)
			used[f->asserts.at[i].fn] = 1;
		for (size_t i = 0; i < f->spawn_cls.n; i++)
			used[f->spawn_cls.at[i]] = 1;
		for (size_t i = 0; i < f->ctx_held.n; i++)
			if (f->ctx_held.at[i].cls != NONE)
				used[f->ctx_held.at[i].cls] = 1;
	}
}

static void write_classes(struct writer *w)
{
	struct prog *p = w->p;
	uint32_t *names = names_all(p), *order = xmalloc(p->classes.n * sizeof(*order) + 1), n = 0;
	uint8_t *used = xcalloc(p->classes.n, 1);

	note_uses(p, used);
	w->cls = xmalloc(p->classes.n * sizeof(*w->cls) + 1);
	for (uint32_t i = 0; i < p->classes.n; i++) {
		w->cls[i] = NONE;
		if (used[i])
			order[n++] = i;
	}
	sorting = w;
	sorting_names = names;
	if (n)
		qsort(order, n, sizeof(*order), by_name);
	for (uint32_t i = 0; i < n; i++) {
		const struct cls *c = &p->classes.at[order[i]];

		w->cls[order[i]] = i;
		vec_push(&w->l->classes, (struct lore_class){
			.name = str(w, names[order[i]]), .owner = str(w, c->owner),
			.member = c->sym == NONE - 1 ? 0 : str(w, c->member), .kind = c->kind, .is_local = c->fn != NONE});
	}
	free(names);
	free(order);
	free(used);
}

/* ---- functions and places --------------------------------------------------------------------------------- */

static uint32_t file_str(struct writer *w, uint32_t file)
{
	return strtab_id(w->l->str, path_below(w->p->root, strtab_str(w->p->str, file)));
}

static int by_function(const void *a, const void *b)
{
	const struct prog *p = sorting->p;
	const struct fn *x = &p->fns.at[*(const uint32_t *)a], *y = &p->fns.at[*(const uint32_t *)b];
	int r = strcmp(strtab_str(p->str, x->name), strtab_str(p->str, y->name));

	if (!r)
		r = strcmp(strtab_str(p->str, x->file), strtab_str(p->str, y->file));
	if (!r)
		r = x->line < y->line ? -1 : x->line > y->line;
	return r ? r : (x > y) - (x < y);
}

static void write_functions(struct writer *w)
{
	struct prog *p = w->p;
	uint32_t *order = xmalloc(p->fns.n * sizeof(*order) + 1);

	w->fn = xmalloc(p->fns.n * sizeof(*w->fn) + 1);
	for (uint32_t i = 0; i < p->fns.n; i++)
		order[i] = i;
	sorting = w;
	if (p->fns.n)
		qsort(order, p->fns.n, sizeof(*order), by_function);
	for (uint32_t i = 0; i < p->fns.n; i++) {
		const struct fn *f = &p->fns.at[order[i]];

		w->fn[order[i]] = i;
		vec_push(&w->l->funcs, (struct lore_func){.name = str(w, f->name), .file = file_str(w, f->file), .line = f->line,
			.is_static = f->is_static, .is_root = !f->callers.n, .is_thread = f->is_spawned});
	}
	free(order);
}

static uint32_t out_place(struct writer *w, uint32_t place)
{
	const struct lore_place *from = &w->p->places.at[place];

	if (place == LORE_NONE)
		return LORE_NONE;
	if (w->place[place] == NONE) {
		w->place[place] = (uint32_t)w->l->places.n;
		vec_push(&w->l->places, (struct lore_place){w->fn[from->func], file_str(w, from->file), from->line});
	}
	return w->place[place];
}

/* ---- sets of held locks -------------------------------------------------------------------------------------- */

static int by_class(const void *a, const void *b)
{
	const struct lore_heldlock *x = a, *y = b;

	return x->cls != y->cls ? (x->cls < y->cls ? -1 : 1) : (x->mode > y->mode) - (x->mode < y->mode);
}

/* The set (without class `but`), as a range of helds. */
static uint32_t write_held(struct writer *w, uint32_t set, uint32_t but, uint32_t *n)
{
	uint64_t key = (uint64_t)set << 32 | but, *slot = map_slot(&w->helds, key, NONE);
	size_t first = w->l->helds.n;

	if (*slot == NONE) {
		for (uint32_t i = 0; i < set_count(w->p, set); i++) {
			uint32_t lock = set_members(w->p, set)[i];

			if (lock >> 2 != but && w->cls[lock >> 2] != NONE)
				vec_push(&w->l->helds, (struct lore_heldlock){w->cls[lock >> 2], lock & 3});
		}
		if (w->l->helds.n > first)
			qsort(&w->l->helds.at[first], w->l->helds.n - first, sizeof(struct lore_heldlock), by_class);
		*slot = (uint64_t)(w->l->helds.n - first) << 32 | first;
	}
	*n = (uint32_t)(*slot >> 32);
	return (uint32_t)*slot;
}

/* ---- witnesses ---------------------------------------------------------------------------------------------------- */

static void step(struct writer *w, size_t first, uint32_t place)
{
	place = out_place(w, place);
	if (w->l->steps.n == first || w->l->steps.at[w->l->steps.n - 1] != place)
		vec_push(&w->l->steps, place);
}

static void steps_up(struct writer *w, size_t first, uint32_t origin)
{
	const struct origin *o = &w->p->origins.at[origin];

	if (o->sub != NONE)
		steps_up(w, first, o->sub);
	step(w, first, place_of(w->p, o->fn, o->event));
}

static void write_chain(struct writer *w, const struct witness *x, struct lore_witness *out)
{
	size_t first = w->l->steps.n;
	uint32_t fn = x->entry_fn, entry = x->entry;

	if (x->origin != NONE)
		steps_up(w, first, x->origin);
	else
		step(w, first, x->outer_place);
	step(w, first, place_of(w->p, x->fn, x->at_event));
	while (fn != NONE) {
		const struct entry *e = &w->p->fns.at[fn].entries.at[entry];

		step(w, first, place_of(w->p, fn, e->via_event));
		fn = e->via_fn;
		entry = e->via_entry;
	}
	if (w->l->steps.n == first + 1) /* taken twice on one line of source */
		vec_push(&w->l->steps, w->l->steps.at[first]);
	out->chain = (uint32_t)first;
	out->n_chain = (uint32_t)(w->l->steps.n - first);
}

static int by_witness(const void *a, const void *b)
{
	const struct witness *x = a, *y = b;
	const struct writer *w = sorting;
	const struct lore_place *p, *q;

	if (w->cls[x->outer_cls] != w->cls[y->outer_cls])
		return w->cls[x->outer_cls] < w->cls[y->outer_cls] ? -1 : 1;
	if (w->cls[x->inner_cls] != w->cls[y->inner_cls])
		return w->cls[x->inner_cls] < w->cls[y->inner_cls] ? -1 : 1;
	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	for (unsigned i = 0; i < 3; i++) {
		uint32_t m = i == 0 ? x->inner_place : i == 1 ? x->outer_place : x->entry_place;
		uint32_t n = i == 0 ? y->inner_place : i == 1 ? y->outer_place : y->entry_place;

		if (m == n)
			continue;
		if (m == NONE || n == NONE)
			return m == NONE ? -1 : 1;
		p = &w->p->places.at[m];
		q = &w->p->places.at[n];
		if (w->fn[p->func] != w->fn[q->func])
			return w->fn[p->func] < w->fn[q->func] ? -1 : 1;
		if (p->line != q->line)
			return p->line < q->line ? -1 : 1;
	}
	return x->flags < y->flags ? -1 : x->flags > y->flags;
}

static void write_witnesses(struct writer *w)
{
	struct prog *p = w->p;

	sorting = w;
	if (p->witnesses.n)
		qsort(p->witnesses.at, p->witnesses.n, sizeof(*p->witnesses.at), by_witness);
	for (size_t i = 0; i < p->witnesses.n; i++) {
		const struct witness *x = &p->witnesses.at[i];
		uint32_t outer = x->outer_cls << 2 | x->outer_mode;
		struct lore_witness out = {
			.outer = w->cls[x->outer_cls], .inner = w->cls[x->inner_cls],
			.outer_mode = x->outer_mode, .inner_mode = x->inner_mode, .flags = x->flags,
			.assumptions = (uint8_t)(x->guesses + (x->flags & LORE_ASSERTED ? 1 : 0)),
			.thread = p->fns.at[x->fn].thread == ORDER_ANY_THREAD ? ORDER_ANY_THREAD : 1 + w->fn[p->fns.at[x->fn].thread - 1],
		};

		write_chain(w, x, &out);
		out.outer_place = w->l->steps.at[out.chain];
		out.inner_place = w->l->steps.at[out.chain + out.n_chain - 1];
		out.entry_place = out_place(w, x->entry_place);
		out.held = write_held(w, set_add(p, x->held, outer), NONE, &out.n_held);
		out.gates = write_held(w, x->gates, x->outer_cls, &out.n_gates);
		vec_push(&w->l->witnesses, out);
	}
}

/* ---- places that take ------------------------------------------------------------------------------------------------ */

/* One way to the place, upwards: the caller that holds least, until nobody calls. */
static void write_bare(struct writer *w, uint32_t fn, uint32_t event, struct lore_take *t)
{
	struct prog *p = w->p;
	uint32_t up[12], n = 0;
	struct { uint32_t seen[12]; uint32_t n; } was = {{0}, 0};

	up[n++] = place_of(p, fn, event);
	while (n < ARRAY_LEN(up)) {
		const struct fn *f = &p->fns.at[fn];
		uint32_t best = NONE, fewest = NONE;

		was.seen[was.n++] = fn;
		for (size_t i = 0; i < f->callers.n; i++) {
			const struct site *s = &f->callers.at[i];
			uint32_t held = 0;
			bool again = false;

			for (uint32_t k = 0; k < was.n; k++)
				again |= was.seen[k] == s->fn;
			if (again)
				continue;
			for (uint32_t k = 0; k < p->lock_words; k++)
				held += (uint32_t)__builtin_popcountll(p->fns.at[s->fn].must[k]);
			if (p->fns.at[s->fn].ctx_first && p->fns.at[s->fn].ctx_first[s->event] < p->fns.at[s->fn].ctx_first[s->event + 1])
				held += p->fns.at[s->fn].ctxs.at[p->fns.at[s->fn].ctx_first[s->event]].n_held;
			if (held < fewest) {
				fewest = held;
				best = (uint32_t)i;
			}
		}
		if (best == NONE)
			break;
		up[n++] = place_of(p, f->callers.at[best].fn, f->callers.at[best].event);
		fn = f->callers.at[best].fn;
	}
	t->bare = (uint32_t)w->l->steps.n;
	while (n)
		step(w, t->bare, up[--n]);
	t->n_bare = (uint32_t)w->l->steps.n - t->bare;
}

static void take_at(struct writer *w, uint32_t fn, uint32_t event, const struct entry *e, struct map *seen)
{
	struct prog *p = w->p;
	const struct fn *f = &p->fns.at[fn];
	struct lore_take t = {.cls = w->cls[e->cls], .mode = e->flags & E_WAIT ? ORDER_WAIT : e->mode, .place = out_place(w, place_of(p, fn, event))};
	uint64_t *all = w->bits, *tmp = w->bits + p->lock_words;
	uint64_t *slot = map_slot(seen, ((uint64_t)t.cls << 34) | ((uint64_t)t.mode << 32) | t.place, 0);

	if (*slot)
		return;
	*slot = 1;
	if (e->flags & FACTS_TRY)
		t.flags |= LORE_TRY;
	if (e->flags & FACTS_NESTED)
		t.flags |= LORE_NESTED;
	for (uint32_t k = f->ctx_first[event]; k < f->ctx_first[event + 1]; k++) {
		entry_at(p, fn, &f->ctxs.at[k], true, tmp);
		for (uint32_t i = 0; i < p->lock_words; i++)
			all[i] = k == f->ctx_first[event] ? tmp[i] : all[i] & tmp[i];
	}
	t.must = write_held(w, entry_set(w->p, all), NONE, &t.n_must);
	write_bare(w, fn, event, &t);
	if (t.mode == ORDER_WAIT)
		w->l->classes.at[t.cls].waits++;
	else
		w->l->classes.at[t.cls].takes++;
	vec_push(&w->l->takes, t);
}

static int by_take(const void *a, const void *b)
{
	const struct lore_take *x = a, *y = b;
	const struct lore_place *p = &sorting->l->places.at[x->place], *q = &sorting->l->places.at[y->place];

	if (x->cls != y->cls)
		return x->cls < y->cls ? -1 : 1;
	if (p->func != q->func)
		return p->func < q->func ? -1 : 1;
	if (p->line != q->line)
		return p->line < q->line ? -1 : 1;
	return (x->mode > y->mode) - (x->mode < y->mode);
}

static void write_takes(struct writer *w)
{
	struct prog *p = w->p;
	struct map seen = {0};

	for (uint32_t n = 0; n < p->fns.n; n++) {
		const struct fn *f = &p->fns.at[n];

		if (f->is_wrapper && f->callers.n)
			continue;
		for (size_t i = 0; i < f->entries.n; i++) {
			const struct entry *e = &f->entries.at[i];

			if (e->fn == n && e->call_fn == NONE && e->cls != NONE && w->cls[e->cls] != NONE)
				take_at(w, n, e->event, e, &seen);
		}
	}
	sorting = w;
	if (w->l->takes.n)
		qsort(w->l->takes.at, w->l->takes.n, sizeof(*w->l->takes.at), by_take);
	map_free(&seen);
}

/* ---- calls ----------------------------------------------------------------------------------------------------------------- */

static void held_at_call(struct writer *w, uint32_t fn, uint32_t event, bool must, uint32_t *at, uint32_t *n)
{
	struct prog *p = w->p;
	const struct fn *f = &p->fns.at[fn];
	uint64_t *all = w->bits, *tmp = w->bits + p->lock_words;
	uint32_t from = f->ctx_first ? f->ctx_first[event] : 0, to = f->ctx_first ? f->ctx_first[event + 1] : 1;

	memset(all, 0, p->lock_words * sizeof(*all));
	for (uint32_t k = from; k < to; k++) {
		entry_at(p, fn, f->ctx_first ? &f->ctxs.at[k] : NULL, must, tmp);
		for (uint32_t i = 0; i < p->lock_words; i++)
			all[i] = k == from ? tmp[i] : must ? all[i] & tmp[i] : all[i] | tmp[i];
	}
	*at = write_held(w, entry_set(w->p, all), NONE, n);
}

/* "owner.member" of the pointer that is called, for people. */
static uint32_t pointer_name(struct writer *w, uint32_t fn, uint32_t value)
{
	uint32_t id = expr_value(w->p, fn, value);
	const struct expr *e = &w->p->exprs.at[id];
	char *text;

	while (e->op == X_DEREF || e->op == X_INDEX)
		e = &w->p->exprs.at[e->a];
	if (e->op == X_GLOBAL)
		return str(w, w->p->syms.at[e->a].name);
	if (e->op != X_FIELD)
		return strtab_id(w->l->str, "a pointer");
	text = xasprintf("%s.%s", strtab_str(w->p->str, e->b), strtab_str(w->p->str, e->c));
	id = strtab_id(w->l->str, text);
	free(text);
	return id;
}

static void write_call(struct writer *w, uint32_t fn, uint32_t i)
{
	struct prog *p = w->p;
	const struct fn *f = &p->fns.at[fn];
	const struct facts_event *e = &f->f->events.at[i];
	struct lore_call c = {.caller = w->fn[fn], .callee = LORE_NONE};

	if (e->target == FACTS_NONE || e->kind == FACTS_STORE)
		return;
	if (f->ctx_first && f->ctx_first[i] == f->ctx_first[i + 1] && e->kind == FACTS_CALL_EVENT)
		return; /* never reached */
	held_at_call(w, fn, i, true, &c.must, &c.n_must);
	held_at_call(w, fn, i, false, &c.may, &c.n_may);
	if (f->target_first[i] == f->target_first[i + 1]) {
		bool is_pointer = !(e->flags & FACTS_DIRECT);

		if (!is_pointer && (!c.n_may || e->prim))
			return;
		c.what = is_pointer ? pointer_name(w, fn, e->target) : str(w, p->syms.at[fn_symbol(p, f, e->target)].name);
		c.kind = is_pointer || (e->flags & FACTS_STATIC_KEY) ? LORE_CALL_POINTER : LORE_CALL_DIRECT;
		c.place = out_place(w, place_of(p, fn, i));
		vec_push(&w->l->calls, c);
		return;
	}
	c.place = out_place(w, place_of(p, fn, i));
	for (uint32_t t = f->target_first[i]; t < f->target_first[i + 1]; t++) {
		c.callee = w->fn[f->targets.at[t].fn];
		c.kind = f->targets.at[t].kind;
		vec_push(&w->l->calls, c);
	}
}

static int by_call(const void *a, const void *b)
{
	const struct lore_call *x = a, *y = b;
	const struct lore_place *p = &sorting->l->places.at[x->place], *q = &sorting->l->places.at[y->place];

	if (x->caller != y->caller)
		return x->caller < y->caller ? -1 : 1;
	if (p->line != q->line)
		return p->line < q->line ? -1 : 1;
	if (x->callee != y->callee)
		return x->callee < y->callee ? -1 : 1;
	return (x->what > y->what) - (x->what < y->what);
}

static void write_calls(struct writer *w)
{
	for (uint32_t n = 0; n < w->p->fns.n; n++)
		for (uint32_t i = 0; i < w->p->fns.at[n].f->events.n; i++)
			write_call(w, n, i);
	sorting = w;
	if (w->l->calls.n)
		qsort(w->l->calls.at, w->l->calls.n, sizeof(*w->l->calls.at), by_call);
}

/* ---- the rest ----------------------------------------------------------------------------------------------------------------- */

static void write_released(struct writer *w)
{
	for (size_t i = 0; i < w->p->released.n; i++) {
		const struct lore_released *r = &w->p->released.at[i];
		struct lore_released out = {w->cls[r->cls], w->cls[r->wait], (uint32_t)w->l->steps.n, 0};

		if (out.cls == NONE || out.wait == NONE)
			continue;
		for (uint32_t k = 0; k < r->n_chain; k++)
			step(w, out.chain, w->p->steps.at[r->chain + k]);
		out.n_chain = (uint32_t)w->l->steps.n - out.chain;
		vec_push(&w->l->released, out);
	}
}

static int by_slot(const void *a, const void *b)
{
	const struct lore_slot *x = a, *y = b;
	const struct lore *l = sorting->l;
	int r = strcmp(lore_str(l, x->owner), lore_str(l, y->owner));

	if (!r)
		r = strcmp(lore_str(l, x->member), lore_str(l, y->member));
	if (!r)
		r = (x->func > y->func) - (x->func < y->func);
	return r ? r : strcmp(lore_str(l, x->table), lore_str(l, y->table));
}

static void write_slots(struct writer *w)
{
	for (size_t s = 0; s < w->p->slots.n; s++) {
		const struct slot *from = &w->p->slots.at[s];

		for (size_t i = 0; from->owner && i < from->fns.n; i++)
			vec_push(&w->l->slots, (struct lore_slot){str(w, from->owner), str(w, from->member), w->fn[from->fns.at[i].expr],
				from->fns.at[i].cls == NONE ? 0 : str(w, w->p->syms.at[from->fns.at[i].cls].name)});
	}
	sorting = w;
	if (w->l->slots.n)
		qsort(w->l->slots.at, w->l->slots.n, sizeof(*w->l->slots.at), by_slot);
}

static void write_names(struct writer *w)
{
	struct prog *p = w->p;
	struct map members = {0}, vars = {0};

	for (size_t u = 0; u < p->n_units; u++) {
		const struct facts_unit *unit = p->units[u];

		for (size_t i = 0; i < unit->members.n; i++) {
			const struct facts_member *m = &unit->members.at[i];
			uint64_t *slot = map_slot(&members, (uint64_t)p->remap[u][m->owner] << 32 | p->remap[u][m->member], 0);

			if (!*slot)
				vec_push(&w->l->members, (struct lore_member){str(w, p->remap[u][m->owner]), str(w, p->remap[u][m->member]),
					str(w, p->remap[u][m->type]), m->is_pointer, m->lock_kind});
			*slot = 1;
		}
		for (size_t i = 0; i < unit->varnames.n; i++) {
			const struct facts_varname *v = &unit->varnames.at[i];
			uint64_t *slot = map_slot(&vars, (uint64_t)p->remap[u][v->owner] << 32 | p->remap[u][v->name], NONE);

			if (*slot == NONE) {
				*slot = w->l->varnames.n;
				vec_push(&w->l->varnames, (struct lore_varname){str(w, p->remap[u][v->owner]), str(w, p->remap[u][v->name]), 0});
			}
			w->l->varnames.at[*slot].count += v->count;
		}
	}
	for (size_t i = 0; i < p->syms.n; i++)
		if (p->syms.at[i].fn == NONE && (p->syms.at[i].type || p->syms.at[i].lock_kind))
			vec_push(&w->l->globals, (struct lore_global){str(w, p->syms.at[i].name), str(w, p->syms.at[i].type), p->syms.at[i].lock_kind});
	map_free(&members);
	map_free(&vars);
}

struct lore *write_lore(struct prog *p)
{
	struct writer w = {.p = p, .l = lore_new()};

	w.l->root = strtab_id(w.l->str, p->root);
	w.l->n_units = (uint32_t)p->n_units;
	w.l->n_unresolved = p->n_unresolved;
	w.l->n_caps_hit = p->n_caps;
	w.l->n_imprecise = p->n_imprecise;
	/* places are made on demand, also in here: room for all that can come */
	for (uint32_t n = 0; n < p->fns.n; n++)
		for (uint32_t i = 0; i < p->fns.at[n].f->events.n; i++)
			place_of(p, n, i);
	w.place = xmalloc((p->places.n + p->fns.n) * sizeof(*w.place) + 1);
	memset(w.place, 0xff, (p->places.n + p->fns.n) * sizeof(*w.place));
	w.bits = xcalloc(2 * p->lock_words + 1, sizeof(*w.bits));
	write_classes(&w);
	write_functions(&w);
	write_witnesses(&w);
	write_takes(&w);
	write_calls(&w);
	write_released(&w);
	write_slots(&w);
	write_names(&w);
	free(w.cls);
	free(w.fn);
	free(w.place);
	free(w.bits);
	map_free(&w.helds);
	return w.l;
}
