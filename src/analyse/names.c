/* SPDX-License-Identifier: MIT */
/*
 * names.c - canonical names of classes: the commonest name of pointers to the struct, then the
 * member; a variable by its own name.
 */
#include "analyse/names.h"

#include <stdlib.h>
#include <string.h>

struct varname { uint32_t owner, name, count; };

struct naming {
	struct prog *p;
	struct { VEC(struct varname); } vars; /* by owner, then commonest first */
	struct map used;                      /* string -> 1 */
};

static int by_owner(const void *a, const void *b)
{
	const struct varname *x = a, *y = b;

	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	return 0;
}

static struct prog *sorting; /* qsort has no argument for it; one analysis runs at a time */

static int by_count(const void *a, const void *b)
{
	const struct varname *x = a, *y = b;

	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(strtab_str(sorting->str, x->name), strtab_str(sorting->str, y->name));
}

static void collect(struct naming *n)
{
	struct prog *p = n->p;
	size_t out = 0;

	for (size_t u = 0; u < p->n_units; u++)
		for (size_t i = 0; i < p->units[u]->varnames.n; i++) {
			const struct facts_varname *v = &p->units[u]->varnames.at[i];

			vec_push(&n->vars, (struct varname){p->remap[u][v->owner], p->remap[u][v->name], v->count});
		}
	if (!n->vars.n)
		return;
	qsort(n->vars.at, n->vars.n, sizeof(*n->vars.at), by_owner);
	for (size_t i = 0; i < n->vars.n; i++) {
		if (out && n->vars.at[out - 1].owner == n->vars.at[i].owner && n->vars.at[out - 1].name == n->vars.at[i].name)
			n->vars.at[out - 1].count += n->vars.at[i].count;
		else
			n->vars.at[out++] = n->vars.at[i];
	}
	n->vars.n = out;
	sorting = p;
	qsort(n->vars.at, n->vars.n, sizeof(*n->vars.at), by_count);
}

static bool claim(struct naming *n, const char *name, uint32_t *id)
{
	uint32_t s = strtab_id(n->p->str, name);
	uint64_t *slot = map_slot(&n->used, s, 0);

	if (*slot)
		return false;
	*slot = 1;
	*id = s;
	return true;
}

static size_t first_of(const struct naming *n, uint32_t owner)
{
	size_t lo = 0, hi = n->vars.n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (n->vars.at[mid].owner < owner)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* A global variable of that struct, if there is exactly one. */
static const char *only_global(const struct prog *p, uint32_t owner)
{
	const char *name = NULL;

	for (size_t i = 0; i < p->syms.n; i++)
		if (p->syms.at[i].fn == NONE && p->syms.at[i].type == owner && owner) {
			if (name)
				return NULL;
			name = strtab_str(p->str, p->syms.at[i].name);
		}
	return name;
}

static uint32_t name_field(struct naming *n, const struct cls *c)
{
	struct prog *p = n->p;
	const char *owner = strtab_str(p->str, c->owner), *member = strtab_str(p->str, c->member), *global;
	char *text;
	uint32_t id = 0;

	for (size_t i = first_of(n, c->owner); i < n->vars.n && n->vars.at[i].owner == c->owner; i++) {
		text = xasprintf("%s->%s", strtab_str(p->str, n->vars.at[i].name), member);
		if (claim(n, text, &id)) {
			free(text);
			return id;
		}
		free(text);
	}
	global = only_global(p, c->owner);
	text = global ? xasprintf("%s.%s", global, member) : xasprintf("%s->%s", owner, member);
	if (!claim(n, text, &id)) {
		free(text);
		text = xasprintf("%s::%s", owner, member);
		claim(n, text, &id);
	}
	free(text);
	return id;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static uint32_t name_variable(struct naming *n, const struct cls *c)
{
	struct prog *p = n->p;
	const struct psym *s = &p->syms.at[c->sym];
	const char *name = strtab_str(p->str, s->name), *member = strtab_str(p->str, c->member);
	bool is_whole = c->member == s->name;
	char *text = is_whole ? xstrdup(name) : xasprintf("%s.%s", name, member);
	uint32_t id = 0;

	for (unsigned i = 2; !claim(n, text, &id); i++) {
		const char *file = base_name(strtab_str(p->str, p->remap[s->unit][p->units[s->unit]->source]));

		free(text);
		if (i == 2)
			text = xasprintf(is_whole ? "%s:%s" : "%s:%s.%s", file, name, member);
		else
			text = xasprintf(is_whole ? "%s:%s#%u" : "%s:%s#%u.%s", file, name, i, member);
	}
	free(text);
	return id;
}

static uint32_t name_local(struct naming *n, const struct cls *c)
{
	struct prog *p = n->p;
	const char *fn = strtab_str(p->str, p->fns.at[c->fn].name);
	bool is_value = c->sym == NONE - 1;
	uint32_t id = 0;

	for (unsigned i = 1;; i++) {
		char *text;

		if (is_value)
			text = xasprintf("%s():lock#%u", fn, i);
		else if (i == 1)
			text = xasprintf("%s():%s", fn, strtab_str(p->str, c->member));
		else
			text = xasprintf("%s():%s#%u", fn, strtab_str(p->str, c->member), i);
		if (claim(n, text, &id)) {
			free(text);
			return id;
		}
		free(text);
	}
}

static bool is_local_class(const struct cls *c)
{
	return c->fn != NONE;
}

/* Those with a stronger claim to a name first: globals, then members by how common the variable is. */
static uint32_t claim_of(const struct naming *n, const struct cls *c)
{
	size_t i;

	if (is_local_class(c))
		return 0;
	if (!c->owner)
		return UINT32_MAX;
	i = first_of(n, c->owner);
	return i < n->vars.n && n->vars.at[i].owner == c->owner ? n->vars.at[i].count + 1 : 1;
}

struct turn { uint32_t cls, claim; uint64_t tie; };

static int by_claim(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;
	const struct cls *c = &sorting->classes.at[x->cls], *d = &sorting->classes.at[y->cls];
	int r;

	if (x->claim != y->claim)
		return x->claim > y->claim ? -1 : 1;
	r = strcmp(strtab_str(sorting->str, c->owner), strtab_str(sorting->str, d->owner));
	if (!r && c->sym < NONE - 1 && d->sym < NONE - 1) {
		uint32_t u = sorting->syms.at[c->sym].unit, v = sorting->syms.at[d->sym].unit;

		r = u < v ? -1 : u > v;
	}
	if (!r && c->sym != NONE - 1 && d->sym != NONE - 1)
		r = strcmp(strtab_str(sorting->str, c->member), strtab_str(sorting->str, d->member));
	return r ? r : (x->cls > y->cls) - (x->cls < y->cls);
}

uint32_t *names_all(struct prog *p)
{
	struct naming n = {.p = p};
	uint32_t *names = xcalloc(p->classes.n, sizeof(*names));
	struct turn *turns = xcalloc(p->classes.n, sizeof(*turns));

	collect(&n);
	sorting = p;
	for (uint32_t i = 0; i < p->classes.n; i++)
		turns[i] = (struct turn){.cls = i, .claim = claim_of(&n, &p->classes.at[i])};
	if (p->classes.n)
		qsort(turns, p->classes.n, sizeof(*turns), by_claim);
	for (uint32_t i = 0; i < p->classes.n; i++) {
		const struct cls *c = &p->classes.at[turns[i].cls];

		names[turns[i].cls] = is_local_class(c) ? name_local(&n, c) : c->sym != NONE ? name_variable(&n, c) : name_field(&n, c);
	}
	free(turns);
	vec_free(&n.vars);
	map_free(&n.used);
	return names;
}
