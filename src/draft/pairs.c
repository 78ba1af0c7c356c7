/* SPDX-License-Identifier: MIT */
/* What the lore has seen of each two classes: one row for all witnesses of a pair. */
#include "draft/internal.h"

#include <stdlib.h>

bool draft_is_read_side(const struct lore *l, uint32_t cls)
{
	uint8_t kind = l->classes.at[cls].kind;

	return kind == FACTS_KIND_SRCU || kind == FACTS_KIND_RCU || kind == FACTS_KIND_READSIDE;
}

bool draft_is_lock(const struct lore *l, uint32_t cls)
{
	const struct lore_class *c = &l->classes.at[cls];

	return !c->is_local && c->takes && !draft_is_read_side(l, cls);
}

const char *draft_class(const struct lore *l, uint32_t cls)
{
	return cls < l->classes.n ? lore_str(l, l->classes.at[cls].name) : "";
}

/* ---- rows ---------------------------------------------------------------------- */

static bool is_better(const struct lore *l, const struct lore_witness *w, uint32_t than)
{
	const struct lore_witness *o;

	if (than == LORE_NONE)
		return true;
	o = &l->witnesses.at[than];
	if (w->assumptions != o->assumptions)
		return w->assumptions < o->assumptions;
	return w->n_chain < o->n_chain;
}

static uint64_t place_key(const struct lore *l, const struct lore_witness *w)
{
	const struct lore_place *p = &l->places.at[w->inner_place];

	return (uint64_t)p->file << 33 | (uint64_t)p->line << 1 | (w->inner_mode == ORDER_WAIT);
}

static void add(struct draft_pairs *out, const struct lore *l, uint32_t i, struct map *places)
{
	const struct lore_witness *w = &l->witnesses.at[i];
	struct draft_pair *p = out->n ? &out->at[out->n - 1] : NULL;
	bool is_wait = w->inner_mode == ORDER_WAIT;
	uint64_t *known;

	if (!p || p->outer != w->outer || p->inner != w->inner) {
		p = vec_add(out);
		*p = (struct draft_pair){
			.outer = w->outer, .inner = w->inner, .take = LORE_NONE, .wait = LORE_NONE
		};
		map_free(places);
	}
	if (w->flags & LORE_TRY) {
		p->tries++;
		return;
	}
	if (is_better(l, w, is_wait ? p->wait : p->take))
		*(is_wait ? &p->wait : &p->take) = i;
	known = map_slot(places, place_key(l, w), 0);
	if (*known)
		return;
	*known = 1;
	if (is_wait)
		p->waits++;
	else
		p->takes++;
}

static struct draft_pair *find(const struct draft_pairs *p, uint32_t outer, uint32_t inner)
{
	size_t low = 0, high = p->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct draft_pair *at = &p->at[mid];

		if (at->outer < outer || (at->outer == outer && at->inner < inner))
			low = mid + 1;
		else
			high = mid;
	}
	if (low == p->n || p->at[low].outer != outer || p->at[low].inner != inner)
		return NULL;
	return &p->at[low];
}

static void mark_dead(const struct draft *d, struct draft_pairs *out)
{
	const struct verdict_deadlocks *dead = verdict_deadlocks(d->v);

	for (size_t i = 0; i < dead->at.n; i++)
		for (uint32_t k = 0; k < dead->at.at[i].n; k++) {
			const struct verdict_evidence *e = &dead->at.at[i].edges[k];
			struct draft_pair *p = find(out, e->outer, e->inner);

			if (!p)
				continue;
			if (e->inner_mode == ORDER_WAIT)
				p->is_dead_wait = true;
			else
				p->is_dead_take = true;
		}
}

void draft_pairs_find(const struct draft *d, struct draft_pairs *out)
{
	struct map places = { 0 };

	for (uint32_t i = 0; i < d->l->witnesses.n; i++)
		if (d->l->witnesses.at[i].n_chain)
			add(out, d->l, i, &places);
	map_free(&places);
	mark_dead(d, out);
}

const struct draft_pair *draft_pair(const struct draft_pairs *p, uint32_t outer, uint32_t inner)
{
	return find(p, outer, inner);
}

uint32_t draft_takes(const struct draft_pairs *p, uint32_t outer, uint32_t inner)
{
	const struct draft_pair *at = find(p, outer, inner);

	return at ? at->takes : 0;
}

bool draft_has_inside(const struct lore *l, const struct draft_pairs *p, uint32_t cls)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->at[i].outer == cls && p->at[i].inner != cls && p->at[i].takes &&
		    l->classes.at[p->at[i].inner].kind != FACTS_KIND_RCU)
			return true;
	return false;
}
