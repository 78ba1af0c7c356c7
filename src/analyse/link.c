/* SPDX-License-Identifier: MIT */
/*
 * link.c - symbols of all units become symbols of the program.
 *
 * External symbols meet by name.  A static function of a header stands in every unit that
 * includes it: those are one (same name, file and line).  Other static symbols are their unit's.
 * Where a build has several programs, what the unit of a main() defines again is its own.
 *
 * A member that a unit knows by its offset alone ("OWNER@16") gets its name from the units that
 * know the struct.  Where they differ (two structs of one name) or none does, it stays "+16".
 */
#include "analyse/internal.h"

#include <stdlib.h>
#include <string.h>

static uint64_t key3(uint64_t a, uint64_t b, uint64_t c)
{
	return hash_mix(hash_mix(hash_mix(HASH_SEED, a), b), c);
}

static void link_strings(struct prog *p, size_t u)
{
	const struct strtab *s = p->units[u]->str;
	uint32_t n = strtab_count(s);

	p->remap[u] = xmalloc(n * sizeof(*p->remap[u]));
	for (uint32_t i = 0; i < n; i++)
		p->remap[u][i] = strtab_id(p->str, strtab_str(s, i));
}


static bool is_defined_elsewhere(const struct prog *p, uint32_t sym, uint32_t file, uint32_t line)
{
	const struct fn *f;

	if (p->syms.at[sym].fn == NONE)
		return false;
	f = &p->fns.at[p->syms.at[sym].fn];
	return f->file != file || f->line != line;
}

/* Symbols of unit u; seen: (name) or (name, file, line) or (name, unit) -> psym. */
static void link_symbols(struct prog *p, size_t u, struct map *seen)
{
	const struct facts_unit *unit = p->units[u];
	const struct facts_func **body = xcalloc(unit->syms.n, sizeof(*body));
	bool has_main = false;

	for (size_t i = 0; i < unit->funcs.n; i++)
		body[unit->funcs.at[i].sym] = &unit->funcs.at[i];
	p->sym[u] = xmalloc(unit->syms.n * sizeof(*p->sym[u]) + 1);
	for (size_t i = 0; i < unit->syms.n; i++)
		has_main |= body[i] && !unit->syms.at[i].is_local && strcmp(strtab_str(unit->str, unit->syms.at[i].name), "main") == 0;
	for (size_t i = 0; i < unit->syms.n; i++) {
		const struct facts_sym *s = &unit->syms.at[i];
		uint32_t name = p->remap[u][s->name];
		uint32_t file = body[i] ? body[i]->file : s->file, line = body[i] ? body[i]->line : s->line;
		uint64_t *slot;

		if (!s->is_local)
			slot = map_slot(seen, key3(name, 0, 1), NONE);
		else if (file && file != unit->source)
			slot = map_slot(seen, key3(name, p->remap[u][file], line + 2ull), NONE);
		else
			slot = map_slot(seen, key3(name, u, 0), NONE);
		if (*slot == NONE) {
			*slot = p->syms.n;
			vec_push(&p->syms, (struct psym){.name = name, .fn = NONE, .unit = (uint32_t)u,
				.is_local = s->is_local, .file = p->remap[u][file], .line = line});
		}

		uint32_t sym = (uint32_t)*slot;

		if (has_main && body[i] && !s->is_local && is_defined_elsewhere(p, sym, p->remap[u][file], line)) {
			sym = (uint32_t)p->syms.n; /* another program of the same build: main() and its like */
			vec_push(&p->syms, (struct psym){.name = name, .fn = NONE, .unit = (uint32_t)u,
				.file = p->remap[u][file], .line = line});
		}

		struct psym *ps = &p->syms.at[sym];

		p->sym[u][i] = sym;
		if (!s->is_func && s->type)
			ps->type = p->remap[u][s->type];
		if (s->lock_kind)
			ps->lock_kind = s->lock_kind;
	}
	free(body);
}

static void link_functions(struct prog *p, size_t u)
{
	const struct facts_unit *unit = p->units[u];

	for (size_t i = 0; i < unit->funcs.n; i++) {
		const struct facts_func *f = &unit->funcs.at[i];
		struct psym *s = &p->syms.at[p->sym[u][f->sym]];
		struct fn *fn;

		if (s->fn != NONE)
			continue; /* a header's function, seen before */
		s->fn = (uint32_t)p->fns.n;
		fn = vec_add(&p->fns);
		fn->u = unit;
		fn->f = f;
		fn->unit = (uint32_t)u;
		fn->sym = p->sym[u][f->sym];
		fn->name = s->name;
		fn->file = p->remap[u][f->file];
		fn->line = f->line;
		fn->is_static = s->is_local;
	}
}

static void collect_offsets(const struct prog *p, struct map *names)
{
	for (size_t u = 0; u < p->n_units; u++)
		for (size_t i = 0; i < p->units[u]->offsets.n; i++) {
			const struct facts_offset *o = &p->units[u]->offsets.at[i];
			uint32_t member = p->remap[u][o->member];
			uint64_t *at = map_slot(names, key3(p->remap[u][o->owner], o->at, 0), member);

			if (*at != member)
				*at = NONE;
		}
}

static uint32_t name_offset(struct prog *p, const struct map *names, const char *s)
{
	const char *mark = strchr(s, '@');
	char *owner = xstrndup(s, (size_t)(mark - s)), *plain;
	uint32_t id = strtab_find(p->str, owner);
	uint64_t known = NONE;

	if (id != UINT32_MAX)
		map_get(names, key3(id, strtoull(mark + 1, NULL, 10), 0), &known);
	free(owner);
	if (known != NONE)
		return (uint32_t)known;
	plain = xasprintf("+%s", mark + 1);
	id = strtab_id(p->str, plain);
	free(plain);
	return id;
}

static void link_offsets(struct prog *p)
{
	struct map names = {0};

	collect_offsets(p, &names);
	for (size_t u = 0; u < p->n_units; u++)
		for (uint32_t i = 0; i < strtab_count(p->units[u]->str); i++) {
			const char *s = strtab_str(p->units[u]->str, i), *mark = strchr(s, '@');

			if (mark > s && mark[1] && strspn(mark + 1, "0123456789") == strlen(mark + 1))
				p->remap[u][i] = name_offset(p, &names, s);
		}
	map_free(&names);
}

void link_units(struct prog *p)
{
	struct map seen = {0};

	p->remap = xcalloc(p->n_units, sizeof(*p->remap));
	p->sym = xcalloc(p->n_units, sizeof(*p->sym));
	for (size_t u = 0; u < p->n_units; u++) {
		link_strings(p, u);
		link_symbols(p, u, &seen);
		link_functions(p, u);
	}
	map_free(&seen);
	link_offsets(p);
}
