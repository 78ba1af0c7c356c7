/* SPDX-License-Identifier: MIT */
/* The items that state orders: one list per struct, outermost first; leafs; pairs without an order.
 */
#include "draft/internal.h"

#include <stdlib.h>
#include <string.h>

enum { PER_SENTENCE = 8 };

/* "`a` is taken outside `b` and `c`." for the orders of one outer lock. */
static void state_outside(struct draft_paper *p, uint32_t outer, const struct draft_list *inner)
{
	for (size_t i = 0; i < inner->n; i += PER_SENTENCE) {
		size_t n = inner->n - i < PER_SENTENCE ? inner->n - i : PER_SENTENCE;
		struct buf b = { 0 };
		struct draft_block *item;

		draft_name(&b, p->d, p->format, outer);
		buf_add(&b, " is taken outside ");
		draft_names(&b, p->d, p->format, inner->at + i, n);
		buf_addc(&b, '.');
		item = draft_item(p, buf_str(&b));
		for (size_t k = 0; k < n; k++)
			draft_expect(p, item, RULES_ORDER, outer, inner->at[i + k]);
		buf_free(&b);
	}
}

static void state_required(struct draft_paper *p, uint32_t outer, uint32_t inner)
{
	struct draft_block *item;
	struct buf b = { 0 };

	draft_name(&b, p->d, p->format, inner);
	buf_add(&b, " is taken inside ");
	draft_name(&b, p->d, p->format, outer);
	buf_add(&b, ", and cannot be taken without already holding ");
	draft_name(&b, p->d, p->format, outer);
	buf_addc(&b, '.');
	item = draft_item(p, buf_str(&b));
	draft_expect(p, item, RULES_ORDER, outer, inner);
	draft_expect(p, item, RULES_REQUIRES, inner, outer);
	buf_free(&b);
}

static bool state_orders_of(struct draft_paper *p, uint32_t outer)
{
	struct draft_list plain = { 0 };
	bool any = false;

	for (size_t i = 0; i < p->orders->n; i++) {
		const struct draft_order *o = &p->orders->at[i];

		if (o->outer != outer || o->is_circular || o->is_implied)
			continue;
		any = true;
		if (!o->is_required)
			vec_push(&plain, o->inner);
	}
	state_outside(p, outer, &plain);
	for (size_t i = 0; i < p->orders->n; i++)
		if (p->orders->at[i].outer == outer && p->orders->at[i].is_required)
			state_required(p, outer, p->orders->at[i].inner);
	vec_free(&plain);
	return any;
}

/* ---- groups -------------------------------------------------------------------------- */

struct sorted {
	uint32_t cls, depth, group_depth, group_size;
	const char *owner;
};

static int by_group(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int c;

	if (x->group_depth != y->group_depth)
		return x->group_depth < y->group_depth ? -1 : 1;
	if (x->group_size != y->group_size)
		return x->group_size > y->group_size ? -1 : 1;
	c = strcmp(x->owner, y->owner);
	if (c)
		return c;
	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	return x->cls < y->cls ? -1 : x->cls > y->cls;
}

static bool is_outer(const struct draft_orders *o, uint32_t cls)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->at[i].outer == cls && !o->at[i].is_circular)
			return true;
	return false;
}

static void heading_of(struct draft_paper *p, const char *owner)
{
	char *text = *owner ? xasprintf("struct %s", owner) : xstrdup("Variables");

	draft_heading(p, 3, text);
	free(text);
}

static void state_both_ways(struct draft_paper *p);

void draft_order_items(struct draft_paper *p)
{
	const struct lore *l = p->d->l;
	struct {
		VEC(struct sorted);
	} all = { 0 };

	for (uint32_t c = 0; c < l->classes.n; c++)
		if (is_outer(p->orders, c))
			vec_push(&all, (struct sorted){ c, p->orders->depth[c], UINT32_MAX, 0,
							lore_str(l, l->classes.at[c].owner) });
	for (size_t i = 0; i < all.n; i++)
		for (size_t k = 0; k < all.n; k++) {
			if (strcmp(all.at[i].owner, all.at[k].owner) != 0)
				continue;
			all.at[i].group_size++;
			if (all.at[k].depth < all.at[i].group_depth)
				all.at[i].group_depth = all.at[k].depth;
		}
	if (all.n)
		qsort(all.at, all.n, sizeof(*all.at), by_group);
	for (size_t i = 0; i < all.n; i++) {
		if (!i || strcmp(all.at[i].owner, all.at[i - 1].owner) != 0)
			heading_of(p, all.at[i].owner);
		state_orders_of(p, all.at[i].cls);
	}
	vec_free(&all);
	state_both_ways(p);
}

/* ---- pairs that have no order --------------------------------------------------------- */

static void state_may(struct draft_paper *p, uint32_t outer, uint32_t inner)
{
	struct draft_block *item;
	struct buf b = { 0 };

	draft_name(&b, p->d, p->format, inner);
	buf_add(&b, " can be taken inside ");
	draft_name(&b, p->d, p->format, outer);
	buf_addc(&b, '.');
	item = draft_item(p, buf_str(&b));
	draft_expect(p, item, RULES_MAY, outer, inner);
	buf_free(&b);
}

static bool is_circular(const struct draft_orders *o, uint32_t outer, uint32_t inner)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->at[i].outer == outer && o->at[i].inner == inner)
			return o->at[i].is_circular;
	return false;
}

/* Both orders are there, or more than two go round, and no deadlock follows. */
static void state_both_ways(struct draft_paper *p)
{
	const struct lore *l = p->d->l;
	bool has_heading = false;

	for (size_t i = 0; i < p->pairs->n; i++) {
		const struct draft_pair *k = &p->pairs->at[i];
		const struct draft_pair *back = draft_pair(p->pairs, k->inner, k->outer);

		if (k->outer == k->inner || !draft_is_lock(l, k->outer) ||
		    !draft_is_lock(l, k->inner) || !k->takes || k->is_dead_take ||
		    !((back && back->takes && !back->is_dead_take) ||
		      is_circular(p->orders, k->outer, k->inner)))
			continue;
		if (!has_heading) {
			draft_heading(p, 3, "Without an order");
			draft_para(p,
				   "Both ways occur, and no deadlock follows today: something held "
				   "outside, or what runs alone, keeps them apart.");
		}
		has_heading = true;
		state_may(p, k->outer, k->inner);
	}
}

/* ---- leafs ------------------------------------------------------------------------------ */

static void state_kind(struct draft_paper *p, uint32_t cls)
{
	static const char *const words[] = {
		[FACTS_KIND_UNKNOWN] = "lock",
		[FACTS_KIND_MUTEX] = "mutex",
		[FACTS_KIND_SPIN] = "spinlock",
		[FACTS_KIND_RWLOCK] = "reader-writer lock",
		[FACTS_KIND_RWSEM] = "reader-writer semaphore",
	};
	uint8_t kind = p->d->l->classes.at[cls].kind;
	struct buf b = { 0 };

	draft_name(&b, p->d, p->format, cls);
	buf_addf(&b, " is a %s.", kind < ARRAY_LEN(words) && words[kind] ? words[kind] : "lock");
	draft_item(p, buf_str(&b));
	p->is_mentioned[cls] = true;
	buf_free(&b);
}

static void state_leafs(struct draft_paper *p, const struct draft_list *leafs)
{
	for (size_t i = 0; i < leafs->n; i += PER_SENTENCE) {
		size_t n = leafs->n - i < PER_SENTENCE ? leafs->n - i : PER_SENTENCE;
		struct draft_block *item;
		struct buf b = { 0 };

		buf_add(&b, "No other lock is taken inside ");
		draft_names(&b, p->d, p->format, leafs->at + i, n);
		buf_addc(&b, '.');
		item = draft_item(p, buf_str(&b));
		for (size_t k = 0; k < n; k++)
			draft_expect(p, item, RULES_LEAF, leafs->at[i + k], LORE_NONE);
		buf_free(&b);
	}
}

void draft_leaf_items(struct draft_paper *p)
{
	const struct lore *l = p->d->l;
	struct draft_list leafs = { 0 };
	bool has_rest = false;

	draft_heading(p, 3, "Leafs");
	for (uint32_t c = 0; c < l->classes.n; c++) {
		if (!draft_is_lock(l, c))
			continue;
		if (draft_has_inside(l, p->pairs, c)) {
			if (!p->is_mentioned[c])
				state_kind(p, c);
		} else if (p->is_mentioned[c]) {
			vec_push(&leafs, c);
		} else {
			has_rest = true;
		}
	}
	state_leafs(p, &leafs);
	if (has_rest)
		draft_expect(p, draft_item(p, "Everything else is a leaf."), RULES_LEAF, LORE_NONE,
			     LORE_NONE);
	vec_free(&leafs);
}
