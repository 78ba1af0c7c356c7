/* SPDX-License-Identifier: MIT */
/*
 * walk.c - the search for minimal cycles of one length, from one class.
 *
 * As in Johnson's "Finding all the elementary circuits of a directed graph" (1975), each cycle
 * is looked for from its least class only, in the graph of the classes that are not less.  But
 * lengths come one after the other, 2, 3, 4, ..., because a cycle is minimal or not by what
 * shorter cycles exist, and because the shortest ones are the ones to read first.
 *
 * Minimal.  A cycle is not reported if a cycle that can really happen lies on a part of its
 * classes and uses an edge between two classes that are not neighbours in it: the chord.  Edges
 * between neighbours, the other way round, are no chords: A -> B, B -> C, C -> A is a deadlock
 * of its own, whether or not there is B -> A.  An edge that crosses the cycle but does not block
 * where it would have to, or whose own shorter cycle is held off by a gate or by a thread,
 * makes no shorter cycle, and so takes none away: every deadlock that can happen has all classes
 * of at least one reported cycle.  (It is enough to look at walks without repeated classes.  If
 * two threads of a deadlock wait for the same class, two others hold it at once, so both are
 * readers; whatever waits for one reader waits for the other, and there is a shorter way round.)
 *
 * What cuts the search down: a path is given up as soon as it contains the classes of a shorter
 * cycle (which chords of it would have closed), as soon as no choice of its edges can be held
 * all at once, and where it is too far from the start to get back in time.
 */
#include "order/impl.h"

/* The first hop from `cls` to the start or to a class that ranks higher. */
static uint32_t first_hop(const struct order_walk *w, uint32_t cls)
{
	uint32_t low = w->out[cls], high = w->out[cls + 1];

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (w->hops[mid].to < w->start)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* How many hops from each class back to the start; ORDER_NONE where there is no way. */
static void measure(struct order_walk *w)
{
	uint32_t n = 0;

	memset(w->distance, 0xff, w->n * sizeof(*w->distance));
	w->distance[w->start] = 0;
	w->queue[n++] = w->start;
	for (uint32_t at = 0; at < n; at++) {
		uint32_t to = w->queue[at];

		for (uint32_t i = w->in[to]; i < w->in[to + 1]; i++) {
			uint32_t from = w->hops[w->in_hops[i]].from;

			if (!order_walk_step(w))
				return;
			if (from > w->start && w->distance[from] == ORDER_NONE) {
				w->distance[from] = w->distance[to] + 1;
				w->queue[n++] = from;
			}
		}
	}
}

/* Is the path, with cls at place `at` of it, a cycle's that has a chord? */
static bool has_chord(const struct order_walk *w, uint32_t cls, uint32_t at)
{
	for (const struct order_known_list *l = w->known[cls]; l; l = l->next) {
		const struct order_known *k = l->known;
		uint32_t i = 0;

		if (k->n >= w->length)
			continue;
		while (i < k->n && (k->cls[i] == cls || w->on_path[k->cls[i]]))
			i++;
		if (i < k->n)
			continue;
		if (k->n == 2) {
			uint32_t other = k->cls[0] == cls ? k->cls[1] : k->cls[0];

			if (other == w->path[at - 1] ||
			    (other == w->start && at + 1 == w->length))
				continue; /* neighbours */
		}
		return true;
	}
	return false;
}

/* Remembers the classes of the path as a cycle. */
static void remember(struct order_walk *w)
{
	struct order_known *k = order_walk_alloc(w, 1, sizeof(*k));
	uint32_t *cls = order_walk_alloc(w, w->length, sizeof(*cls));
	struct order_known_list *list = order_walk_alloc(w, w->length, sizeof(*list));

	if (w->is_over)
		return;
	memcpy(cls, w->path, w->length * sizeof(*cls));
	*k = (struct order_known){.n = w->length, .cls = cls};
	for (uint32_t i = 0; i < k->n; i++) {
		list[i] = (struct order_known_list){.known = k, .next = w->known[cls[i]]};
		w->known[cls[i]] = &list[i];
	}
}

/* The path has its full length: is there an edge back to the start? */
static void close_path(struct order_walk *w)
{
	uint32_t last = w->path[w->depth], at = first_hop(w, last);

	if (w->is_probe) {
		order_walk_cut(w);
		return;
	}
	if (at == w->out[last + 1] || w->hops[at].to != w->start || !order_walk_step(w))
		return;
	if (!order_onward(w->hops[at].modes, w->asked[w->depth]) ||
	    !order_choose_extend(w, &w->hops[at]))
		return;
	w->hop[w->depth] = &w->hops[at];
	if (order_choose_report(w, w->length) && !w->is_over && w->length < w->n)
		remember(w);
}

static void enter(struct order_walk *w, uint32_t cls, unsigned asked)
{
	w->path[w->depth] = cls;
	w->asked[w->depth] = (uint8_t)asked;
	w->cursor[w->depth] = first_hop(w, cls);
	w->on_path[cls] = true;
}

static void leave(struct order_walk *w)
{
	w->on_path[w->path[w->depth]] = false;
	w->depth--;
}

/* Distances are worth their price where more than one class is still to be chosen. */
static bool is_measured(const struct order_walk *w)
{
	return w->length > 3 || w->is_probe;
}

static bool is_too_far(const struct order_walk *w, uint32_t cls)
{
	uint32_t left = w->length - (w->depth + 1);

	if (!is_measured(w))
		return false;
	return w->distance[cls] == ORDER_NONE || (!w->is_probe && w->distance[cls] > left);
}

static void try_hop(struct order_walk *w, const struct order_hop *hop)
{
	unsigned asked = order_onward(hop->modes, w->asked[w->depth]);

	if (!order_walk_step(w) || !asked || hop->to == w->start || w->on_path[hop->to] ||
	    is_too_far(w, hop->to) || has_chord(w, hop->to, w->depth + 1) ||
	    !order_choose_extend(w, hop))
		return;
	w->hop[w->depth++] = hop;
	enter(w, hop->to, asked);
}

void order_walk_from(struct order_walk *w, uint32_t start, uint32_t length, bool is_probe)
{
	if (length > w->n)
		return;
	w->start = start;
	w->length = length;
	w->is_probe = is_probe;
	w->depth = 0;
	if (is_measured(w))
		measure(w);
	enter(w, start, ORDER_ALL_REQUESTS);
	while (!w->is_over) {
		uint32_t cls = w->path[w->depth];

		if (w->depth + 1 == length) {
			close_path(w);
			leave(w);
		} else if (w->cursor[w->depth] < w->out[cls + 1]) {
			try_hop(w, &w->hops[w->cursor[w->depth]++]);
		} else if (w->depth) {
			leave(w);
		} else {
			break;
		}
	}
	memset(w->on_path, 0, w->n * sizeof(*w->on_path));
}
