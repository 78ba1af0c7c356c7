/* SPDX-License-Identifier: MIT */
/*
 * classes.c - one list of locks for both sides.
 *
 * A lock is the struct and member that it is, whatever its pointers are mostly called today; a
 * global or local is its name.  What is left over is matched by name (the struct was renamed, its
 * variables were not), then by rename.c.
 */
#include <string.h>

#include "compare/internal.h"

static const char *class_str(const struct lore *l, uint32_t id)
{
	return lore_str(l, id);
}

static uint64_t identity(const struct lore *l, const struct lore_class *k)
{
	const char *owner = class_str(l, k->owner), *member = class_str(l, k->member);
	uint64_t h = HASH_SEED;

	if (!*owner || !*member || k->is_local)
		owner = "", member = class_str(l, k->name);
	h = hash_bytes(owner, strlen(owner) + 1, h);
	return hash_bytes(member, strlen(member), h);
}

static uint64_t name_key(const struct lore *l, const struct lore_class *k)
{
	const char *name = class_str(l, k->name);

	return hash_bytes(name, strlen(name), HASH_SEED);
}

typedef uint64_t key_fn(const struct lore *l, const struct lore_class *k);

/* Matches what is unmatched on both sides and has one key. */
static void match(const struct compare *c, key_fn *key, bool *matched[COMPARE_SIDES],
		  struct compare_pairs *out)
{
	const struct lore *b = c->side[COMPARE_BEFORE].l, *a = c->side[COMPARE_AFTER].l;
	struct map at = { 0 };
	uint64_t found;

	for (uint32_t i = 0; i < b->classes.n; i++)
		if (!matched[COMPARE_BEFORE][i])
			map_slot(&at, key(b, &b->classes.at[i]), i);
	for (uint32_t i = 0; i < a->classes.n; i++) {
		if (matched[COMPARE_AFTER][i] || !map_get(&at, key(a, &a->classes.at[i]), &found) ||
		    matched[COMPARE_BEFORE][found])
			continue;
		matched[COMPARE_BEFORE][found] = matched[COMPARE_AFTER][i] = true;
		vec_push(out, (struct compare_pair){ (uint32_t)found, i });
	}
	map_free(&at);
}

static void add_class(struct compare *c, uint32_t before, uint32_t after)
{
	const struct lore *l = c->side[after != LORE_NONE].l;
	const struct lore_class *k = &l->classes.at[after != LORE_NONE ? after : before];
	struct compare_class *out = vec_add(&c->classes);

	out->name = class_str(l, k->name);
	out->at[COMPARE_BEFORE] = before;
	out->at[COMPARE_AFTER] = after;
	out->is_read_side = k->kind == FACTS_KIND_SRCU || k->kind == FACTS_KIND_RCU ||
			    k->kind == FACTS_KIND_READSIDE;
	if (before != LORE_NONE && after != LORE_NONE) {
		const struct lore *b = c->side[COMPARE_BEFORE].l;
		const char *was = class_str(b, b->classes.at[before].name);

		out->was = strcmp(was, out->name) ? was : NULL;
		c->n_renamed += out->was != NULL;
	}
}

static int by_name(const void *pa, const void *pb)
{
	const struct compare_class *a = pa, *b = pb;
	int order = strcmp(a->name, b->name);

	if (order)
		return order;
	return a->at[COMPARE_AFTER] < b->at[COMPARE_AFTER] ? -1 : 1;
}

static void number(struct compare *c, struct compare_ids *ids)
{
	for (unsigned s = 0; s < COMPARE_SIDES; s++)
		ids->of[s] = xcalloc(c->side[s].l->classes.n + 1, sizeof(uint32_t));
	for (uint32_t i = 0; i < c->classes.n; i++)
		for (unsigned s = 0; s < COMPARE_SIDES; s++)
			if (c->classes.at[i].at[s] != LORE_NONE)
				ids->of[s][c->classes.at[i].at[s]] = i;
}

void compare_classes(struct compare *c, struct compare_ids *ids)
{
	struct compare_pairs pairs = { 0 };
	bool *matched[COMPARE_SIDES];

	for (unsigned s = 0; s < COMPARE_SIDES; s++)
		matched[s] = xcalloc(c->side[s].l->classes.n + 1, sizeof(bool));
	match(c, identity, matched, &pairs);
	match(c, name_key, matched, &pairs);
	compare_renames(c, (const bool **)matched, &pairs);
	for (size_t i = 0; i < pairs.n; i++) {
		matched[COMPARE_BEFORE][pairs.at[i].before] = true;
		matched[COMPARE_AFTER][pairs.at[i].after] = true;
		add_class(c, pairs.at[i].before, pairs.at[i].after);
	}
	for (unsigned s = 0; s < COMPARE_SIDES; s++) {
		for (uint32_t i = 0; i < c->side[s].l->classes.n; i++)
			if (!matched[s][i])
				add_class(c, s ? LORE_NONE : i, s ? i : LORE_NONE);
		free(matched[s]);
	}
	vec_free(&pairs);
	if (c->classes.n)
		qsort(c->classes.at, c->classes.n, sizeof(c->classes.at[0]), by_name);
	number(c, ids);
}
