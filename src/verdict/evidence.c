/* SPDX-License-Identifier: MIT */
/* Which witnesses bear on a pair of classes, and how many places they are. */
#include "verdict/internal.h"

#include <stdlib.h>
#include <string.h>

struct verdict_evidence verdict_evidence_of(const struct verdict *v, const struct lore_witness *w)
{
	return (struct verdict_evidence){
		.outer = w->outer,
		.inner = w->inner,
		.outer_mode = w->outer_mode,
		.inner_mode = w->inner_mode,
		.flags = w->flags,
		.assumptions = w->assumptions,
		.chain = v->l->steps.at + w->chain,
		.n_chain = w->n_chain,
		.held = v->l->helds.at + w->held,
		.n_held = w->n_held,
		.gates = v->l->helds.at + w->gates,
		.n_gates = w->n_gates,
	};
}

static bool wanted(const struct lore_witness *w, unsigned want)
{
	if ((want & WANT_BLOCKING) && (w->flags & LORE_TRY))
		return false;
	return w->n_chain && (want & (w->inner_mode == ORDER_WAIT ? WANT_WAITS : WANT_TAKES));
}

static uint32_t add_range(struct verdict *v, struct verdict_list *out, uint32_t first, uint32_t n,
			  uint32_t inner, unsigned want, bool is_against)
{
	uint32_t added = 0;

	for (uint32_t i = first; i < first + n; i++) {
		const struct lore_witness *w = &v->l->witnesses.at[i];

		if ((inner != LORE_NONE && w->inner != inner) || !wanted(w, want))
			continue;
		vec_push(out, verdict_evidence_of(v, w));
		out->at[out->n - 1].is_against = is_against;
		added++;
	}
	return added;
}

/* Where the witnesses of outer classes from this one on begin: they are sorted by it. */
static uint32_t first_of(const struct verdict *v, uint32_t outer)
{
	uint32_t low = 0, high = (uint32_t)v->l->witnesses.n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (v->l->witnesses.at[mid].outer < outer)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

uint32_t verdict_evidence_add(struct verdict *v, struct verdict_list *out, uint32_t outer,
			      uint32_t inner, unsigned want, bool is_against)
{
	uint32_t first, n;

	if (outer != LORE_NONE && inner != LORE_NONE) {
		n = lore_witnesses(v->l, outer, inner, &first);
		return add_range(v, out, first, n, inner, want, is_against);
	}
	if (outer == LORE_NONE)
		return add_range(v, out, 0, (uint32_t)v->l->witnesses.n, inner, want, is_against);
	first = first_of(v, outer);
	return add_range(v, out, first, first_of(v, outer + 1) - first, inner, want, is_against);
}

bool verdict_same_place(const struct verdict *v, uint32_t a, uint32_t b)
{
	const struct lore_place *x = &v->l->places.at[a], *y = &v->l->places.at[b];

	return a == b || (x->file == y->file && x->line == y->line);
}

static uint64_t place_key(const struct verdict *v, uint32_t place)
{
	const struct lore_place *p = &v->l->places.at[place];

	return ((uint64_t)p->file << 32) | p->line;
}

struct tally verdict_evidence_tally(const struct verdict *v, const struct verdict_list *list,
				    bool is_against)
{
	struct map inner = { 0 }, outer = { 0 }, pairs = { 0 };
	struct tally t;

	for (size_t i = 0; i < list->n; i++) {
		const struct verdict_evidence *e = &list->at[i];
		uint64_t o, n;

		if (e->is_against != is_against)
			continue;
		o = place_key(v, e->chain[0]);
		n = place_key(v, e->chain[e->n_chain - 1]);
		map_put(&outer, o, 1);
		map_put(&inner, n, 1);
		map_put(&pairs, hash_bytes(&n, sizeof(n), hash_bytes(&o, sizeof(o), HASH_SEED)), 1);
	}
	t = (struct tally){ (uint32_t)inner.n, (uint32_t)outer.n, (uint32_t)pairs.n };
	map_free(&inner);
	map_free(&outer);
	map_free(&pairs);
	return t;
}

static int by_certainty(const void *a, const void *b)
{
	const struct verdict_evidence *x = *(const struct verdict_evidence *const *)a;
	const struct verdict_evidence *y = *(const struct verdict_evidence *const *)b;

	if (x->is_against != y->is_against)
		return x->is_against - y->is_against;
	if (x->assumptions != y->assumptions)
		return x->assumptions < y->assumptions ? -1 : 1;
	if (x->n_chain != y->n_chain)
		return x->n_chain < y->n_chain ? -1 : 1;
	return x < y ? -1 : x > y; /* one array: the order in which they came */
}

void verdict_evidence_sort(struct verdict_list *list)
{
	const struct verdict_evidence **at = xcalloc(list->n, sizeof(*at));
	struct verdict_evidence *sorted = xcalloc(list->n, sizeof(*sorted));

	for (size_t i = 0; i < list->n; i++)
		at[i] = &list->at[i];
	qsort(at, list->n, sizeof(*at), by_certainty);
	for (size_t i = 0; i < list->n; i++)
		sorted[i] = *at[i];
	if (list->n)
		memcpy(list->at, sorted, list->n * sizeof(*sorted));
	free(sorted);
	free(at);
}

bool verdict_holds(const struct lore_heldlock *held, uint32_t n, uint32_t cls)
{
	for (uint32_t i = 0; i < n; i++)
		if (held[i].cls == cls)
			return true;
	return false;
}
