/* SPDX-License-Identifier: MIT */
#include "analyse/internal.h"

#include <stdlib.h>
#include <string.h>

static int by_source(const void *a, const void *b)
{
	const struct facts_unit *x = *(struct facts_unit *const *)a, *y = *(struct facts_unit *const *)b;

	return strcmp(strtab_str(x->str, x->source), strtab_str(y->str, y->source));
}

/* The folder that all sources have in common. */
static char *common_root(const struct prog *p)
{
	char *root = NULL;

	for (size_t u = 0; u < p->n_units; u++) {
		const char *s = strtab_str(p->units[u]->str, p->units[u]->source);
		size_t n = 0, slash = 0;

		if (!root) {
			const char *last = strrchr(s, '/');

			root = xstrndup(s, last ? (size_t)(last - s) : 0);
			continue;
		}
		while (root[n] && root[n] == s[n]) {
			if (root[n] == '/')
				slash = n;
			n++;
		}
		if (root[n] || (s[n] && s[n] != '/'))
			root[slash] = '\0';
	}
	return root ? root : xstrdup("");
}

static void free_fn(struct fn *f)
{
	for (size_t i = 0; i < f->effects.n; i++) {
		vec_free(&f->effects.at[i].held);
		vec_free(&f->effects.at[i].dropped);
		vec_free(&f->effects.at[i].guards);
	}
	vec_free(&f->targets);
	free(f->target_first);
	vec_free(&f->callers);
	free(f->expr);
	vec_free(&f->effects);
	vec_free(&f->ctxs);
	free(f->ctx_first);
	vec_free(&f->ctx_held);
	vec_free(&f->ctx_dropped);
	vec_free(&f->ctx_released);
	vec_free(&f->entries);
	map_free(&f->entry_at);
	vec_free(&f->asserts);
	vec_free(&f->spawn_cls);
	free(f->must);
	free(f->may);
}

static void free_prog(struct prog *p)
{
	for (size_t u = 0; u < p->n_units; u++) {
		free(p->remap[u]);
		free(p->sym[u]);
	}
	free(p->remap);
	free(p->sym);
	for (size_t n = 0; n < p->fns.n; n++)
		free_fn(&p->fns.at[n]);
	for (size_t s = 0; s < p->slots.n; s++) {
		vec_free(&p->slots.at[s].fns);
		vec_free(&p->slots.at[s].to);
	}
	for (size_t s = 0; s < p->sets.n; s++)
		free(p->sets.at[s]);
	vec_free(&p->syms);
	vec_free(&p->fns);
	vec_free(&p->exprs);
	map_free(&p->expr_at);
	vec_free(&p->classes);
	map_free(&p->class_at);
	vec_free(&p->slots);
	map_free(&p->slot_at);
	vec_free(&p->origins);
	map_free(&p->origin_at);
	vec_free(&p->sets);
	map_free(&p->set_at);
	vec_free(&p->order);
	free(p->family_conflicts);
	vec_free(&p->witnesses);
	map_free(&p->witness_at);
	vec_free(&p->places);
	map_free(&p->place_at);
	vec_free(&p->pendings);
	map_free(&p->parts);
	map_free(&p->released_at);
	vec_free(&p->released);
	vec_free(&p->steps);
	strtab_free(p->str);
	free(p->root);
}

struct lore *analyse_program(struct facts_unit *const *units, size_t n, const struct analyse_options *opt)
{
	struct facts_unit **sorted = xmalloc(n * sizeof(*sorted) + 1);
	struct prog p = {.opt = opt, .n_units = n};
	struct lore *l;

	if (n) {
		memcpy(sorted, units, n * sizeof(*sorted));
		qsort(sorted, n, sizeof(*sorted), by_source);
	}
	p.units = sorted;
	p.str = strtab_new();
	p.root = opt->root ? xstrdup(opt->root) : common_root(&p);
	set_make(&p, NULL, 0);
	expr_make(&p, X_NONE, 0, 0, 0);
	link_units(&p);
	link_calls(&p);
	link_order(&p);
	link_families(&p);
	flow_all(&p);
	edges_spawns(&p);
	reach_all(&p);
	entry_all(&p);
	edges_all(&p);
	l = write_lore(&p);
	free_prog(&p);
	free(sorted);
	return l;
}
