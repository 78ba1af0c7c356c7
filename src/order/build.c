/* SPDX-License-Identifier: MIT */
/*
 * build.c - the edges that were picked, as arrays that the search can walk over.
 *
 * Classes get new numbers, in order of rank, so that "ranks lower" is "is smaller", and the hops
 * out of a class are sorted by where they lead.  Both make the order of results a matter of
 * names alone, not of the order in which edges came.
 */
#include "order/impl.h"

void order_walk_init(struct order_walk *w, const struct order_graph *g,
		     const struct order_limits *lim, struct arena *scratch, order_cycle_fn *fn,
		     void *ctx)
{
	memset(w, 0, sizeof(*w));
	w->g = g;
	w->scratch = scratch;
	w->max_length = lim && lim->max_length ? lim->max_length : 8;
	w->max_steps = lim && lim->max_steps ? lim->max_steps : UINT64_MAX;
	w->fn = fn;
	w->ctx = ctx;
}

void order_walk_cut(struct order_walk *w)
{
	w->result.was_cut = true;
	w->is_over = true;
}

void *order_walk_alloc(struct order_walk *w, uint64_t count, size_t size)
{
	void *p = NULL;

	if (w->is_over)
		return NULL;
	if (count <= SIZE_MAX / 2 / size)
		p = arena_alloc(w->scratch, count ? count * size : size);
	if (!p) {
		order_walk_cut(w);
		return NULL;
	}
	/* A caller may use one piece of memory for query after query, and not clear it. */
	return memset(p, 0, count * size);
}

bool order_walk_step(struct order_walk *w)
{
	if (w->result.steps >= w->max_steps) {
		order_walk_cut(w);
		return false;
	}
	w->result.steps++;
	return true;
}

/* Shell's sort: no recursion, no memory; keys are unique, so that it is stable for our purpose. */
void order_sort(uint64_t *keys, uint32_t n)
{
	uint32_t gap = 1;

	while (gap < n / 3)
		gap = gap * 3 + 1;
	for (; gap; gap /= 3) {
		for (uint32_t i = gap; i < n; i++) {
			uint64_t key = keys[i];
			uint32_t j = i;

			for (; j >= gap && keys[j - gap] > key; j -= gap)
				keys[j] = keys[j - gap];
			keys[j] = key;
		}
	}
}

/* Numbers the classes that occur; local[c] is the new number of c. */
static uint32_t *number_classes(struct order_walk *w, struct order_picks picks,
				const uint32_t *rank, uint32_t first)
{
	uint32_t *local = order_walk_alloc(w, w->g->n_classes, sizeof(*local));
	uint64_t *keys = order_walk_alloc(w, 2ull * picks.n, sizeof(*keys));
	uint32_t n = 0;

	if (w->is_over)
		return NULL;
	for (uint32_t i = 0; i < 2 * picks.n; i++) {
		const struct order_pair *p = picks.at[i / 2].pair;
		uint32_t c = i % 2 ? p->to : p->from;

		if (local[c]++)
			continue;
		keys[n] = (uint64_t)(rank ? rank[c] : 0) << 32 | c;
		if (c == first) { /* to the front, whatever its rank */
			keys[n] = keys[0];
			keys[0] = c;
		}
		n++;
	}
	if (n && first != ORDER_NONE)
		order_sort(keys + 1, n - 1);
	else
		order_sort(keys, n);
	w->n = n;
	w->cls = order_walk_alloc(w, n, sizeof(*w->cls));
	for (uint32_t i = 0; i < n && !w->is_over; i++) {
		w->cls[i] = (uint32_t)keys[i];
		local[w->cls[i]] = i;
	}
	return w->is_over ? NULL : local;
}

/* Turns counts at[1..n] into places: group i is [at[i], at[i + 1]) once its members are placed. */
static void counts_to_places(uint32_t *at, uint32_t n)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i <= n; i++) {
		uint32_t count = at[i];

		at[i] = sum;
		sum += count;
	}
}

static bool is_usable(const struct order_rec *r, unsigned modes)
{
	return r->is_live && !r->e.is_try && (order_edge_bit(&r->e) & modes);
}

static bool fill_hop(struct order_walk *w, struct order_hop *hop, const struct order_pair *pair)
{
	uint64_t *keys;
	uint32_t n = 0;

	for (const struct order_rec *r = pair->first; r; r = r->next)
		hop->n += is_usable(r, hop->modes);
	hop->edges = order_walk_alloc(w, hop->n, sizeof(struct order_rec *));
	if (!hop->edges)
		return false;
	if (hop->n == 1) {
		for (const struct order_rec *r = pair->first; r; r = r->next) {
			if (is_usable(r, hop->modes))
				hop->edges[0] = r;
		}
		return true;
	}
	keys = order_walk_alloc(w, hop->n, sizeof(*keys));
	if (!keys)
		return false;
	for (const struct order_rec *r = pair->first; r; r = r->next) {
		if (is_usable(r, hop->modes))
			keys[n++] = (uint64_t)r->e.cost << 32 | r->id;
	}
	order_sort(keys, n);
	for (uint32_t i = 0; i < n; i++)
		hop->edges[i] = w->g->recs[(uint32_t)keys[i]];
	return true;
}

/* Makes the hops, sorted by (from, to) in two rounds of counting. */
static bool place_hops(struct order_walk *w, struct order_picks picks, const uint32_t *local)
{
	uint32_t *by_to = order_walk_alloc(w, picks.n, sizeof(*by_to));
	uint32_t *place = order_walk_alloc(w, w->n + 1ull, sizeof(*place));

	w->hops = order_walk_alloc(w, picks.n, sizeof(*w->hops));
	w->out = order_walk_alloc(w, w->n + 1ull, sizeof(*w->out));
	w->in = order_walk_alloc(w, w->n + 1ull, sizeof(*w->in));
	w->in_hops = order_walk_alloc(w, picks.n, sizeof(*w->in_hops));
	if (w->is_over)
		return false;
	for (uint32_t i = 0; i < picks.n; i++) {
		w->out[local[picks.at[i].pair->from]]++;
		w->in[local[picks.at[i].pair->to]]++;
	}
	counts_to_places(w->out, w->n);
	counts_to_places(w->in, w->n);
	memcpy(place, w->in, (w->n + 1ull) * sizeof(*place));
	for (uint32_t i = 0; i < picks.n; i++)
		by_to[place[local[picks.at[i].pair->to]]++] = i;
	memcpy(place, w->out, (w->n + 1ull) * sizeof(*place));
	for (uint32_t i = 0; i < picks.n; i++) {
		const struct order_pick *p = &picks.at[by_to[i]];
		uint32_t from = local[p->pair->from], to = local[p->pair->to];
		struct order_hop *hop = &w->hops[place[from]];

		w->in_hops[i] = place[from]; /* by_to is grouped just as `in` is */
		place[from]++;
		*hop = (struct order_hop){.from = from, .to = to, .modes = p->modes};
		if (!fill_hop(w, hop, p->pair))
			return false;
	}
	return true;
}

static bool alloc_path(struct order_walk *w)
{
	/* A path has no class twice; the probe goes one further than the longest cycle. */
	uint64_t depth = (w->max_length < w->n ? w->max_length : w->n) + 2ull;

	w->distance = order_walk_alloc(w, w->n, sizeof(*w->distance));
	w->queue = order_walk_alloc(w, w->n, sizeof(*w->queue));
	w->on_path = order_walk_alloc(w, w->n, sizeof(*w->on_path));
	w->known = order_walk_alloc(w, w->n, sizeof(struct order_known_list *));
	w->path = order_walk_alloc(w, depth, sizeof(*w->path));
	w->cursor = order_walk_alloc(w, depth, sizeof(*w->cursor));
	w->asked = order_walk_alloc(w, depth, sizeof(*w->asked));
	w->hop = order_walk_alloc(w, depth, sizeof(struct order_hop *));
	w->witness = order_walk_alloc(w, depth, sizeof(struct order_rec *));
	w->bit = order_walk_alloc(w, depth, sizeof(*w->bit));
	w->next_bit = order_walk_alloc(w, depth, sizeof(*w->next_bit));
	w->try_at = order_walk_alloc(w, depth, sizeof(*w->try_at));
	w->sum = order_walk_alloc(w, depth, sizeof(*w->sum));
	w->rest = order_walk_alloc(w, depth, sizeof(*w->rest));
	w->tried = order_walk_alloc(w, depth, sizeof(struct order_rec *));
	w->found = order_walk_alloc(w, depth, sizeof(struct order_edge *));
	return !w->is_over;
}

bool order_build(struct order_walk *w, struct order_picks picks, const uint32_t *rank,
		 uint32_t first)
{
	const uint32_t *local = number_classes(w, picks, rank, first);

	return local && place_hops(w, picks, local) && alloc_path(w);
}
