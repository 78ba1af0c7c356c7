/* SPDX-License-Identifier: MIT */
/*
 * rename.c - a lock that is gone and a lock that is new, and are one.
 *
 * Two of one kind are taken to be one lock where at least half of the functions that take either
 * take the other, or where a struct is gone, another is new, and both have a lock of the same
 * member name in the same file.  Of several the one with most functions, the struct or the
 * member in common is it; where two candidates are equally good there is none: a rename
 * that is missed shows as orders gone and new, one that is made up would hide them.
 */
#include <string.h>

#include "compare/internal.h"

/* Word that tells of one unmatched class: a function that takes it, or a file where that is. */
struct trait {
	uint64_t word;
	uint32_t cls;
	uint8_t side; /* enum compare_when */
};
struct traits { VEC(struct trait); };

/* More classes than this with one trait in common say nothing. */
enum { MAX_SHARED = 64 };

struct candidate {
	uint32_t before, after, score;
};
struct candidates { VEC(struct candidate); };

/* What two classes have in common, by (before << 32 | after). */
struct common {
	struct map funcs, files;
	uint32_t *n_funcs[COMPARE_SIDES];
};

static uint64_t word_of(const struct lore *l, uint32_t string)
{
	const char *s = lore_str(l, string);

	return hash_bytes(s, strlen(s), HASH_SEED);
}

static void collect(const struct compare *c, const bool *is_matched[COMPARE_SIDES],
		    struct traits *funcs, struct traits *files)
{
	for (uint8_t s = 0; s < COMPARE_SIDES; s++) {
		const struct lore *l = c->side[s].l;

		for (size_t i = 0; i < l->takes.n; i++) {
			const struct lore_take *t = &l->takes.at[i];
			const struct lore_place *p = &l->places.at[t->place];

			if (is_matched[s][t->cls])
				continue;
			if (p->func < l->funcs.n)
				vec_push(funcs, (struct trait){
					word_of(l, l->funcs.at[p->func].name), t->cls, s });
			vec_push(files, (struct trait){ word_of(l, p->file), t->cls, s });
		}
	}
}

static int by_word(const void *pa, const void *pb)
{
	const struct trait *a = pa, *b = pb;

	if (a->word != b->word)
		return a->word < b->word ? -1 : 1;
	if (a->side != b->side)
		return a->side < b->side ? -1 : 1;
	return a->cls < b->cls ? -1 : a->cls > b->cls;
}

static void sort_unique(struct traits *t)
{
	size_t kept = 0;

	if (t->n)
		qsort(t->at, t->n, sizeof(t->at[0]), by_word);
	for (size_t i = 0; i < t->n; i++)
		if (!kept || by_word(&t->at[kept - 1], &t->at[i]))
			t->at[kept++] = t->at[i];
	t->n = kept;
}

static uint64_t pair_key(uint32_t before, uint32_t after)
{
	return (uint64_t)before << 32 | after;
}

/* Each word's classes of BEFORE against those of AFTER. */
static void count(const struct traits *t, struct map *out)
{
	for (size_t first = 0, next; first < t->n; first = next) {
		size_t middle = first;

		while (middle < t->n && t->at[middle].word == t->at[first].word &&
		       t->at[middle].side == COMPARE_BEFORE)
			middle++;
		for (next = middle; next < t->n && t->at[next].word == t->at[first].word;)
			next++;
		if (middle - first > MAX_SHARED || next - middle > MAX_SHARED)
			continue;
		for (size_t i = first; i < middle; i++)
			for (size_t k = middle; k < next; k++)
				++*map_slot(out, pair_key(t->at[i].cls, t->at[k].cls), 0);
	}
}

static void count_common(const struct compare *c, const bool *is_matched[COMPARE_SIDES],
			 struct common *out)
{
	struct traits funcs = { 0 }, files = { 0 };

	for (unsigned s = 0; s < COMPARE_SIDES; s++)
		out->n_funcs[s] = xcalloc(c->side[s].l->classes.n + 1, sizeof(uint32_t));
	collect(c, is_matched, &funcs, &files);
	sort_unique(&funcs);
	sort_unique(&files);
	for (size_t i = 0; i < funcs.n; i++)
		out->n_funcs[funcs.at[i].side][funcs.at[i].cls]++;
	count(&funcs, &out->funcs);
	count(&files, &out->files);
	vec_free(&funcs);
	vec_free(&files);
}

static bool has_struct(const struct lore *l, const char *owner)
{
	uint32_t id = strtab_find(l->str, owner);

	for (size_t i = 0; id != UINT32_MAX && i < l->members.n; i++)
		if (l->members.at[i].owner == id)
			return true;
	return false;
}

/* A struct that is gone and one that is new, with the same member. */
static bool is_renamed_struct(const struct compare *c, const struct lore_class *b,
			      const struct lore_class *a)
{
	const struct lore *lb = c->side[COMPARE_BEFORE].l, *la = c->side[COMPARE_AFTER].l;

	return *lore_str(lb, b->owner) && *lore_str(la, a->owner) &&
	       !strcmp(lore_str(lb, b->member), lore_str(la, a->member)) &&
	       !has_struct(la, lore_str(lb, b->owner)) && !has_struct(lb, lore_str(la, a->owner));
}

static bool is_same_string(const struct compare *c, uint32_t before, uint32_t after)
{
	const char *b = lore_str(c->side[COMPARE_BEFORE].l, before);

	return *b && strcmp(b, lore_str(c->side[COMPARE_AFTER].l, after)) == 0;
}

static uint32_t score(const struct compare *c, const struct common *in, uint32_t before,
		      uint32_t after)
{
	const struct lore_class *b = &c->side[COMPARE_BEFORE].l->classes.at[before];
	const struct lore_class *a = &c->side[COMPARE_AFTER].l->classes.at[after];
	uint32_t nb = in->n_funcs[COMPARE_BEFORE][before], na = in->n_funcs[COMPARE_AFTER][after];
	uint32_t most = nb > na ? nb : na;
	uint64_t common = 0;

	map_get(&in->funcs, pair_key(before, after), &common);
	if (a->kind != b->kind || !most)
		return 0;
	if (common * 2 < most && !is_renamed_struct(c, b, a))
		return 0;
	return 1 + (uint32_t)(common * 1000 / most) + (is_same_string(c, b->owner, a->owner) ? 500 : 0) +
	       (is_same_string(c, b->member, a->member) ? 250 : 0);
}

static int by_score(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	if (a->before != b->before)
		return a->before < b->before ? -1 : 1;
	return a->after < b->after ? -1 : a->after > b->after;
}

/* Is there another candidate for one of the two that is as good? */
static bool is_ambiguous(const struct candidates *all, size_t i)
{
	const struct candidate *c = &all->at[i];

	for (size_t k = i; k-- && all->at[k].score == c->score;)
		if (all->at[k].before == c->before || all->at[k].after == c->after)
			return true;
	for (size_t k = i + 1; k < all->n && all->at[k].score == c->score; k++)
		if (all->at[k].before == c->before || all->at[k].after == c->after)
			return true;
	return false;
}

static void choose(const struct compare *c, struct candidates *all, struct compare_pairs *out)
{
	bool *used[COMPARE_SIDES];

	for (unsigned s = 0; s < COMPARE_SIDES; s++)
		used[s] = xcalloc(c->side[s].l->classes.n + 1, sizeof(bool));
	if (all->n)
		qsort(all->at, all->n, sizeof(all->at[0]), by_score);
	for (size_t i = 0; i < all->n; i++) {
		const struct candidate *k = &all->at[i];

		if (used[COMPARE_BEFORE][k->before] || used[COMPARE_AFTER][k->after])
			continue;
		if (!is_ambiguous(all, i))
			vec_push(out, (struct compare_pair){ k->before, k->after });
		used[COMPARE_BEFORE][k->before] = used[COMPARE_AFTER][k->after] = true;
	}
	for (unsigned s = 0; s < COMPARE_SIDES; s++)
		free(used[s]);
}

static void add_candidates(const struct compare *c, const struct common *in, const struct map *pairs,
			   const struct map *but, struct candidates *out)
{
	for (size_t i = 0; i < pairs->cap; i++) {
		uint32_t before, after, points;
		uint64_t there;

		if (!pairs->used[i] || (but && map_get(but, pairs->keys[i], &there)))
			continue;
		before = (uint32_t)(pairs->keys[i] >> 32);
		after = (uint32_t)pairs->keys[i];
		points = score(c, in, before, after);
		if (points)
			vec_push(out, (struct candidate){ before, after, points });
	}
}

void compare_renames(const struct compare *c, const bool *is_matched[COMPARE_SIDES],
		     struct compare_pairs *out)
{
	struct candidates all = { 0 };
	struct common in = { 0 };

	count_common(c, is_matched, &in);
	add_candidates(c, &in, &in.funcs, NULL, &all);
	add_candidates(c, &in, &in.files, &in.funcs, &all);
	choose(c, &all, out);
	vec_free(&all);
	map_free(&in.funcs);
	map_free(&in.files);
	for (unsigned s = 0; s < COMPARE_SIDES; s++)
		free(in.n_funcs[s]);
}
