/* SPDX-License-Identifier: MIT */
/*
 * graph.c - the call graph: callees before callers, and ops tables that exclude one another.
 *
 * Two tables of one struct that the program uses one at a time (a global instance, a global
 * pointer, a static-call key) are of different families: a chain that entered one does not go on
 * in the other.  Tables that point to one another are one family.
 */
#include "analyse/internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- strongly connected components (Tarjan 1972, without recursion) -------------------- */

struct frame { uint32_t fn, at; };
struct tarjan {
	uint32_t *index, *low;
	uint8_t *on;
	uint32_t next, scc;
	struct { VEC(uint32_t); } stack;
	struct { VEC(struct frame); } frames;
};

static void tarjan_pop(struct prog *p, struct tarjan *t, uint32_t root)
{
	size_t first = t->stack.n;

	while (t->stack.at[--first] != root)
		;
	for (size_t i = t->stack.n; i-- > first;) {
		p->fns.at[t->stack.at[i]].scc = t->scc;
		t->on[t->stack.at[i]] = 0;
	}
	for (size_t i = first; i < t->stack.n; i++)
		vec_push(&p->order, t->stack.at[i]);
	t->stack.n = first;
	t->scc++;
}

static void tarjan_enter(struct tarjan *t, uint32_t fn)
{
	t->index[fn] = t->low[fn] = ++t->next;
	t->on[fn] = 1;
	vec_push(&t->stack, fn);
	vec_push(&t->frames, (struct frame){fn, 0});
}

static void tarjan_from(struct prog *p, struct tarjan *t, uint32_t root)
{
	tarjan_enter(t, root);
	while (t->frames.n) {
		struct frame *top = &t->frames.at[t->frames.n - 1];
		const struct fn *f = &p->fns.at[top->fn];
		uint32_t me = top->fn;

		if (top->at < f->targets.n) {
			const struct target *to = &f->targets.at[top->at++];

			if (to->kind == LORE_CALL_SPAWN || to->kind == LORE_CALL_DEFER)
				continue;
			if (!t->index[to->fn])
				tarjan_enter(t, to->fn);
			else if (t->on[to->fn] && t->index[to->fn] < t->low[me])
				t->low[me] = t->index[to->fn];
			continue;
		}
		t->frames.n--;
		if (t->low[me] == t->index[me])
			tarjan_pop(p, t, me);
		if (t->frames.n) {
			uint32_t up = t->frames.at[t->frames.n - 1].fn;

			if (t->low[me] < t->low[up])
				t->low[up] = t->low[me];
		}
	}
}

void link_order(struct prog *p)
{
	struct tarjan t = {
		.index = xcalloc(p->fns.n, sizeof(uint32_t)),
		.low = xcalloc(p->fns.n, sizeof(uint32_t)),
		.on = xcalloc(p->fns.n, 1),
	};

	for (uint32_t n = 0; n < p->fns.n; n++)
		if (!t.index[n])
			tarjan_from(p, &t, n);
	free(t.index);
	free(t.low);
	free(t.on);
	vec_free(&t.stack);
	vec_free(&t.frames);
}

/* ---- families ----------------------------------------------------------------------------- */

struct families {
	uint32_t *parent;   /* union-find over symbols */
	struct map single;  /* structs of which one instance is in use */
	struct map owners;  /* (symbol) -> struct its initialisers are of, 0: several */
	struct { VEC(uint32_t); } roots;
};

static uint32_t family_root(struct families *f, uint32_t s)
{
	while (f->parent[s] != s)
		s = f->parent[s] = f->parent[f->parent[s]];
	return s;
}

/* Is the address rooted at a variable, with nothing but members and table pointers in between? */
static bool is_single(struct prog *p, struct families *fam, uint32_t fn, uint32_t value, uint32_t *owner)
{
	const struct fn *f = &p->fns.at[fn];
	unsigned derefs = 0;
	bool first = true;

	while (value != FACTS_NONE) {
		const struct facts_value *v = &f->f->values.at[value];

		if (v->op == FACTS_GLOBAL)
			return derefs <= 1 && *owner;
		if (v->op == FACTS_FIELD) {
			uint64_t ignored;
			uint32_t o = fn_string(p, f, v->b);

			if (first)
				*owner = o;
			else if (!map_get(&fam->owners, o, &ignored))
				return false; /* an object in between may have tables of its own */
			first = false;
		} else if (v->op == FACTS_DEREF) {
			derefs++;
		} else {
			return false;
		}
		value = v->a;
	}
	return false;
}

static void find_singles(struct prog *p, struct families *fam)
{
	for (uint32_t n = 0; n < p->fns.n; n++) {
		const struct facts_func *f = p->fns.at[n].f;

		for (size_t i = 0; i < f->events.n; i++) {
			const struct facts_event *e = &f->events.at[i];
			uint32_t owner = 0, value = FACTS_NONE;

			if (e->kind == FACTS_CALL_EVENT && !(e->flags & FACTS_DIRECT))
				value = e->target;
			else if (e->kind == FACTS_STORE && e->n_args && e->lock != FACTS_NONE &&
				 f->values.at[e->lock].op == FACTS_GLOBAL)
				value = f->list.at[e->args]; /* a static-call key, a copy of the pointer */
			if (value == FACTS_NONE || f->values.at[value].op != FACTS_DEREF)
				continue;
			if (is_single(p, fam, n, f->values.at[value].a, &owner))
				map_put(&fam->single, owner, 1);
		}
	}
}

static void join_tables(struct prog *p, struct families *fam)
{
	for (size_t u = 0; u < p->n_units; u++)
		for (size_t i = 0; i < p->units[u]->inits.n; i++) {
			const struct facts_init *in = &p->units[u]->inits.at[i];
			uint32_t table = p->sym[u][in->table], target = p->sym[u][in->target];

			if (in->owner)
				map_put(&fam->owners, p->remap[u][in->owner], 1);
			if (p->syms.at[target].fn == NONE && !p->units[u]->syms.at[in->target].is_func)
				fam->parent[family_root(fam, target)] = family_root(fam, table);
		}
}

/* Families that have a table of a single struct which another family has too, numbered from 0. */
static void number_families(struct prog *p, struct families *fam, struct map *number)
{
	struct map tables = {0}; /* (struct, root) -> the table, 0 when there are two */
	struct { VEC(struct lockref); } pairs = {0}; /* expr: struct, cls: root */

	for (size_t u = 0; u < p->n_units; u++)
		for (size_t i = 0; i < p->units[u]->inits.n; i++) {
			const struct facts_init *in = &p->units[u]->inits.at[i];
			uint32_t owner = p->remap[u][in->owner], table = p->sym[u][in->table];
			uint32_t root = family_root(fam, table);
			uint64_t ignored, *slot;

			if (!in->owner || !map_get(&fam->single, owner, &ignored) || p->syms.at[p->sym[u][in->target]].fn == NONE)
				continue;
			slot = map_slot(&tables, (uint64_t)owner << 32 | root, table + 1ull);
			if (*slot != table + 1ull) {
				*slot = 0; /* two tables of one struct in one family say nothing */
				continue;
			}
			vec_push(&pairs, (struct lockref){owner, root});
		}
	for (size_t i = 0; i < pairs.n; i++)
		for (size_t j = 0; j < pairs.n; j++) {
			uint64_t a = 0, b = 0, *na, *nb;

			if (pairs.at[i].expr != pairs.at[j].expr || pairs.at[i].cls == pairs.at[j].cls)
				continue;
			map_get(&tables, (uint64_t)pairs.at[i].expr << 32 | pairs.at[i].cls, &a);
			map_get(&tables, (uint64_t)pairs.at[j].expr << 32 | pairs.at[j].cls, &b);
			if (!a || !b)
				continue;
			na = map_slot(number, pairs.at[i].cls, number->n);
			a = *na;
			nb = map_slot(number, pairs.at[j].cls, number->n);
			b = *nb;
			if (a < 64 && b < 64)
				p->family_conflicts[a] |= 1ull << b;
		}
	map_free(&tables);
	vec_free(&pairs);
}

/*
 * What all callers run under, the function runs under: the greatest solution, so that functions
 * that call one another do not keep each other from it.
 */
static void inherit_families(struct prog *p)
{
	uint64_t *own = xmalloc(p->fns.n * sizeof(*own) + 1);
	bool changed = true;

	for (uint32_t n = 0; n < p->fns.n; n++) {
		struct fn *f = &p->fns.at[n];

		own[n] = f->families;
		if (f->callers.n && !f->is_spawned)
			f->families = UINT64_MAX;
	}
	while (changed) {
		changed = false;
		for (size_t i = p->order.n; i-- > 0;) {
			uint32_t n = p->order.at[i];
			struct fn *f = &p->fns.at[n];
			uint64_t all = UINT64_MAX;

			if (f->families != UINT64_MAX && f->families == own[n])
				continue;
			for (size_t c = 0; c < f->callers.n; c++)
				all &= p->fns.at[f->callers.at[c].fn].families;
			all |= own[n];
			changed |= all != f->families;
			f->families = all;
		}
	}
	for (uint32_t n = 0; n < p->fns.n; n++) /* cycles that nobody enters, callers that exclude one another */
		if (p->fns.at[n].families == UINT64_MAX)
			p->fns.at[n].families = own[n];
	free(own);
}

void link_families(struct prog *p)
{
	struct families fam = {.parent = xmalloc(p->syms.n * sizeof(uint32_t) + 1)};
	struct map number = {0};
	uint64_t *seen = xcalloc(p->fns.n, sizeof(*seen));

	p->family_conflicts = xcalloc(64, sizeof(*p->family_conflicts));
	for (uint32_t s = 0; s < p->syms.n; s++)
		fam.parent[s] = s;
	join_tables(p, &fam);
	find_singles(p, &fam);
	number_families(p, &fam, &number);
	for (size_t u = 0; u < p->n_units; u++)
		for (size_t i = 0; i < p->units[u]->inits.n; i++) {
			const struct facts_init *in = &p->units[u]->inits.at[i];
			uint32_t fn = p->syms.at[p->sym[u][in->target]].fn;
			uint64_t f;

			if (fn == NONE || !map_get(&number, family_root(&fam, p->sym[u][in->table]), &f) || f >= 64)
				continue;
			seen[fn] |= 1ull << f;
		}
	for (uint32_t n = 0; n < p->fns.n; n++) /* a function of two families belongs to neither */
		if (seen[n] && !(seen[n] & (seen[n] - 1)))
			p->fns.at[n].families = seen[n];
	inherit_families(p);
	free(seen);
	free(fam.parent);
	map_free(&fam.single);
	map_free(&fam.owners);
	map_free(&number);
}
