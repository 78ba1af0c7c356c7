/* SPDX-License-Identifier: MIT */
#include "lore/lore.h"

#include <stdlib.h>
#include <string.h>

struct lore *lore_new(void)
{
	struct lore *l = xcalloc(1, sizeof(*l));

	l->str = strtab_new();
	return l;
}

void lore_free(struct lore *l)
{
	if (!l)
		return;
	vec_free(&l->classes);
	vec_free(&l->funcs);
	vec_free(&l->places);
	vec_free(&l->steps);
	vec_free(&l->helds);
	vec_free(&l->witnesses);
	vec_free(&l->takes);
	vec_free(&l->released);
	vec_free(&l->calls);
	vec_free(&l->slots);
	vec_free(&l->members);
	vec_free(&l->varnames);
	vec_free(&l->globals);
	vec_free(&l->findings);
	strtab_free(l->str);
	free(l);
}

const char *lore_str(const struct lore *l, uint32_t id)
{
	return strtab_str(l->str, id);
}

static uint64_t pair_key(uint32_t outer, uint32_t inner)
{
	return (uint64_t)outer << 32 | inner;
}

/* First witness whose (outer, inner) is not below key. */
static uint32_t lower_bound(const struct lore *l, uint64_t key)
{
	size_t lo = 0, hi = l->witnesses.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct lore_witness *w = &l->witnesses.at[mid];

		if (pair_key(w->outer, w->inner) < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (uint32_t)lo;
}

uint32_t lore_witnesses(const struct lore *l, uint32_t outer, uint32_t inner, uint32_t *first)
{
	uint64_t key = pair_key(outer, inner);

	*first = lower_bound(l, key);
	/* The key of the largest pair has no successor; it is no pair of classes either. */
	return key == UINT64_MAX ? 0 : lower_bound(l, key + 1) - *first;
}

uint32_t lore_class_find(const struct lore *l, const char *canonical)
{
	size_t lo = 0, hi = l->classes.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(lore_str(l, l->classes.at[mid].name), canonical);

		if (c == 0)
			return (uint32_t)mid;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return LORE_NONE;
}
