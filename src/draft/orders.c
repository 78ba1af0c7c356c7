/* SPDX-License-Identifier: MIT */
/*
 * The orders that can be stated: seen one way only, in no circle; and of those the ones that do
 * not follow from others.  Only locks: who enters a read side never blocks, so nothing follows
 * from an order through one.
 */
#include "draft/internal.h"

#include <stdlib.h>
#include <string.h>

static size_t first_of(const struct draft_orders *o, uint32_t outer)
{
	size_t low = 0, high = o->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (o->at[mid].outer < outer)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool draft_reaches(const struct lore *l, const struct draft_orders *o, uint32_t from, uint32_t to,
		   size_t without)
{
	bool *seen = xcalloc(l->classes.n + 1, sizeof(*seen)), found = false;
	struct draft_list todo = { 0 };

	vec_push(&todo, from);
	seen[from] = true;
	while (todo.n && !found) {
		uint32_t at = todo.at[--todo.n];

		for (size_t i = first_of(o, at); i < o->n && o->at[i].outer == at; i++) {
			uint32_t next = o->at[i].inner;

			if (i == without || o->at[i].is_circular)
				continue;
			found |= next == to;
			if (!seen[next]) {
				seen[next] = true;
				vec_push(&todo, next);
			}
		}
	}
	vec_free(&todo);
	free(seen);
	return found;
}

/* Every place that takes inner has outer held on every way there; more than one such place. */
static bool is_required(const struct lore *l, uint32_t outer, uint32_t inner)
{
	struct map places = { 0 };
	bool ok = true;

	for (size_t i = 0; i < l->takes.n && ok; i++) {
		const struct lore_take *t = &l->takes.at[i];
		const struct lore_place *at = &l->places.at[t->place];
		bool held = false;

		if (t->cls != inner || t->mode == ORDER_WAIT)
			continue;
		for (uint32_t k = 0; k < t->n_must; k++)
			held |= l->helds.at[t->must + k].cls == outer;
		ok = held;
		map_put(&places, (uint64_t)at->file << 32 | at->line, 1);
	}
	ok = ok && places.n > 1;
	map_free(&places);
	return ok;
}

static uint32_t depth_of(const struct draft_orders *o, uint32_t cls, unsigned guard)
{
	uint32_t deepest = 0;

	if (o->depth[cls] != UINT32_MAX || !guard)
		return o->depth[cls] == UINT32_MAX ? 0 : o->depth[cls];
	for (size_t i = 0; i < o->n; i++)
		if (o->at[i].inner == cls && !o->at[i].is_circular) {
			uint32_t above = depth_of(o, o->at[i].outer, guard - 1) + 1;

			deepest = above > deepest ? above : deepest;
		}
	o->depth[cls] = deepest;
	return deepest;
}

void draft_orders_find(const struct draft *d, const struct draft_pairs *p, struct draft_orders *out)
{
	const struct lore *l = d->l;
	bool *in_circle;

	for (size_t i = 0; i < p->n; i++) {
		const struct draft_pair *k = &p->at[i];

		if (k->takes && k->outer != k->inner && draft_is_lock(l, k->outer) &&
		    draft_is_lock(l, k->inner) && !draft_takes(p, k->inner, k->outer))
			vec_push(out, (struct draft_order){ k->outer, k->inner, k->takes, false,
							    false, false });
	}
	in_circle = xcalloc(out->n + 1, sizeof(*in_circle));
	for (size_t i = 0; i < out->n; i++)
		in_circle[i] = draft_reaches(l, out, out->at[i].inner, out->at[i].outer, SIZE_MAX);
	for (size_t i = 0; i < out->n; i++)
		out->at[i].is_circular = in_circle[i];
	free(in_circle);
	for (size_t i = 0; i < out->n; i++) {
		struct draft_order *o = &out->at[i];

		if (o->is_circular)
			continue;
		o->is_implied = draft_reaches(l, out, o->outer, o->inner, i);
		o->is_required = !o->is_implied && is_required(l, o->outer, o->inner);
	}
	out->depth = xcalloc(l->classes.n + 1, sizeof(*out->depth));
	memset(out->depth, 0xff, (l->classes.n + 1) * sizeof(*out->depth));
	for (uint32_t c = 0; c < l->classes.n; c++)
		depth_of(out, c, 200);
}

void draft_orders_free(struct draft_orders *o)
{
	free(o->depth);
	vec_free(o);
}
