/* SPDX-License-Identifier: MIT */
/*
 * deadlocks.c - which deadlocks are opened and closed.
 *
 * A deadlock is the round of its locks, each taken or waited for.  Only minimal ones are ever
 * listed, so one can appear because a shorter one inside it went away, and go because a shorter
 * one came: those are marked, since nothing became possible or impossible by them alone.
 */
#include <string.h>

#include "compare/internal.h"

struct round {
	const struct verdict_deadlock *deadlock;
	uint32_t index;
	uint64_t key;
};
struct rounds { VEC(struct round); };

static uint32_t cls(const struct compare_ids *ids, enum compare_when side, uint32_t of)
{
	return ids->of[side][of];
}

/* Begins with the smallest class, whatever the sides call it; cycles that go over one class twice
   are told apart by what comes after. */
static uint64_t key_from(const struct verdict_deadlock *d, const struct compare_ids *ids,
			 enum compare_when side, uint32_t start)
{
	uint64_t h = HASH_SEED;

	for (uint32_t i = 0; i < d->n; i++) {
		const struct verdict_evidence *e = &d->edges[(start + i) % d->n];

		h = hash_mix(h, (uint64_t)cls(ids, side, e->outer) << 1 |
				(e->inner_mode == ORDER_WAIT));
	}
	return h;
}

static uint64_t key_of(const struct verdict_deadlock *d, const struct compare_ids *ids,
		       enum compare_when side)
{
	uint64_t least = UINT64_MAX;

	for (uint32_t i = 0; i < d->n; i++) {
		uint64_t h = key_from(d, ids, side, i);

		least = h < least ? h : least;
	}
	return least;
}

static void list(const struct compare *c, enum compare_when side, const struct compare_ids *ids,
		 struct rounds *out, struct map *keys)
{
	const struct verdict_deadlocks *all = verdict_deadlocks(c->side[side].v);

	for (uint32_t i = 0; i < all->at.n; i++) {
		uint64_t key = key_of(&all->at.at[i], ids, side);

		vec_push(out, (struct round){ &all->at.at[i], i, key });
		map_put(keys, key, i);
	}
}

/* Every class of `small` is one of `big`? */
static bool is_part(const struct compare_ids *ids, const struct verdict_deadlock *small,
		    enum compare_when small_side, const struct verdict_deadlock *big,
		    enum compare_when big_side)
{
	for (uint32_t i = 0; i < small->n; i++) {
		bool found = false;

		for (uint32_t k = 0; k < big->n && !found; k++)
			found = cls(ids, small_side, small->edges[i].outer) ==
				cls(ids, big_side, big->edges[k].outer);
		if (!found)
			return false;
	}
	return true;
}

/* Could the deadlock of `side` happen on the other side too, where it is not listed? */
static bool is_hidden(const struct compare_ids *ids, const struct compare_table *t,
		      const struct verdict_deadlock *d, enum compare_when side,
		      const struct rounds *others)
{
	for (uint32_t i = 0; i < d->n; i++) {
		const struct verdict_evidence *e = &d->edges[i];

		if (!compare_has(t, !side, cls(ids, side, e->outer), cls(ids, side, e->inner),
				 e->outer_mode, e->inner_mode))
			return false;
	}
	for (size_t i = 0; i < others->n; i++)
		if (is_part(ids, others->at[i].deadlock, !side, d, side))
			return true;
	return false;
}

static size_t add_missing(const struct compare_ids *ids, const struct compare_table *t,
			  const struct rounds *mine, enum compare_when side,
			  const struct rounds *others, const struct map *known,
			  struct compare_deadlocks *out)
{
	size_t plain = 0;
	uint64_t there;

	for (int hidden = 0; hidden < 2; hidden++)
		for (size_t i = 0; i < mine->n; i++) {
			const struct round *r = &mine->at[i];

			if (map_get(known, r->key, &there) ||
			    is_hidden(ids, t, r->deadlock, side, others) != hidden)
				continue;
			vec_push(out, (struct compare_deadlock){ r->deadlock, r->index, hidden });
			plain += !hidden;
		}
	return plain;
}

void compare_deadlocks(struct compare *c, const struct compare_ids *ids,
		       const struct compare_table *t)
{
	struct rounds rounds[COMPARE_SIDES] = { 0 };
	struct map keys[COMPARE_SIDES] = { 0 };

	for (unsigned s = 0; s < COMPARE_SIDES; s++)
		list(c, s, ids, &rounds[s], &keys[s]);
	c->n_opened = add_missing(ids, t, &rounds[COMPARE_AFTER], COMPARE_AFTER,
				  &rounds[COMPARE_BEFORE], &keys[COMPARE_BEFORE], &c->opened);
	c->n_closed = add_missing(ids, t, &rounds[COMPARE_BEFORE], COMPARE_BEFORE,
				  &rounds[COMPARE_AFTER], &keys[COMPARE_AFTER], &c->closed);
	for (unsigned s = 0; s < COMPARE_SIDES; s++) {
		vec_free(&rounds[s]);
		map_free(&keys[s]);
	}
}
