/* SPDX-License-Identifier: MIT */
/*
 * test_order_brute.c - the search against plain enumeration.
 *
 * Random edges of all sorts, two to six classes.  Every sequence of edges is tried; those that
 * are cycles which can happen are sorted into (classes, modes) with their least cost, and the
 * minimal ones must be what order_cycles() reports, in that order.  The same list says what
 * order_closes() has to find.
 */
#include "test_order.h"

enum { CLASSES = 6, EDGES = 16, CYCLES = 4000, CASES = 30000, NOT_HELD = 9 };

struct edge {
	struct order_edge e;
	uint8_t held[CLASSES]; /* mode, or NOT_HELD; with e.from */
	bool counts;
};

struct brute {
	uint32_t n_classes, n_edges;
	uint32_t rank[CLASSES];
	struct edge edge[EDGES];
	struct order_held gates[EDGES][CLASSES];
	uint32_t must; /* the edge that has to be used, or EDGES */
	const struct edge *path[CLASSES];
	struct seen_cycle cycle[CYCLES];
	uint32_t n_cycles;
};

/* Said once more, not taken from the code under test. */
static bool blocks(uint32_t want, uint32_t held)
{
	return held == X || want == X || want == W || want == S;
}

/* Or one step of a ring, that is less likely to be kept from closing: for long cycles. */
static void random_edge(struct brute *b, uint32_t i, uint64_t *seed, bool is_ring)
{
	struct edge *d = &b->edge[i];
	uint32_t n_gates = is_ring ? !roll(seed, 3) : roll(seed, 3);

	memset(d, 0, sizeof(*d));
	memset(d->held, NOT_HELD, sizeof(d->held));
	d->e.from = is_ring ? i : roll(seed, b->n_classes);
	d->e.to = roll(seed, 10) ? (d->e.from + 1 + roll(seed, b->n_classes - 1)) % b->n_classes :
				   d->e.from;
	if (is_ring)
		d->e.to = (i + 1) % b->n_classes;
	d->e.from_mode = (uint8_t)(roll(seed, 2) ? X : roll(seed, 3));
	d->e.to_mode = (uint8_t)(roll(seed, 2) ? X : roll(seed, ORDER_MODES));
	d->e.is_try = !is_ring && !roll(seed, 10);
	d->e.thread = is_ring || roll(seed, 3) ? 0 : 1 + roll(seed, 3);
	d->e.cost = roll(seed, 4);
	d->e.tag = i;
	while (n_gates--) {
		uint32_t c = roll(seed, b->n_classes);

		if (c != d->e.from)
			d->held[c] = (uint8_t)roll(seed, 3);
	}
	d->e.gates = b->gates[i];
	for (uint32_t c = 0; c < CLASSES; c++) {
		if (d->held[c] != NOT_HELD)
			b->gates[i][d->e.n_gates++] = (struct order_held){c, d->held[c]};
	}
	d->held[d->e.from] = d->e.from_mode;
}

static void random_case(struct brute *b, uint64_t *seed)
{
	bool is_ring = roll(seed, 2);

	b->n_classes = 2 + roll(seed, CLASSES - 1);
	b->n_edges = 2 + roll(seed, EDGES - 2);
	for (uint32_t c = 0; c < b->n_classes; c++)
		b->rank[c] = c;
	for (uint32_t c = b->n_classes; c-- > 1;) {
		uint32_t o = roll(seed, c + 1), keep = b->rank[c];

		b->rank[c] = b->rank[o];
		b->rank[o] = keep;
	}
	for (uint32_t i = 0; i < b->n_edges; i++)
		random_edge(b, i, seed, false);
	for (uint32_t i = 0; is_ring && i < b->n_classes && i < b->n_edges; i++)
		random_edge(b, i, seed, true);
}

/* Is every gate of a one of b? */
static bool within(const struct edge *a, const struct edge *b)
{
	for (uint32_t c = 0; c < CLASSES; c++) {
		if (a->held[c] != NOT_HELD && a->held[c] != b->held[c])
			return false;
	}
	return true;
}

static bool alike(const struct edge *a, const struct edge *b)
{
	return a->e.from == b->e.from && a->e.to == b->e.to && a->e.from_mode == b->e.from_mode &&
	       a->e.to_mode == b->e.to_mode && a->e.is_try == b->e.is_try &&
	       a->e.thread == b->e.thread;
}

/* Only the edges with the fewest gates count, and of equal ones the first of the cheapest. */
static void weigh(struct brute *b)
{
	for (uint32_t i = 0; i < b->n_edges; i++) {
		struct edge *x = &b->edge[i];

		x->counts = true;
		for (uint32_t k = 0; k < b->n_edges; k++) {
			const struct edge *y = &b->edge[k];

			if (k == i || !alike(x, y) || !within(y, x))
				continue;
			if (!within(x, y) || y->e.cost < x->e.cost ||
			    (y->e.cost == x->e.cost && k < i))
				x->counts = false;
		}
	}
}

/* ---- enumeration ------------------------------------------------------------------------- */

static bool exclude(const struct edge *a, const struct edge *b)
{
	if (a->e.thread && a->e.thread == b->e.thread)
		return true;
	for (uint32_t c = 0; c < CLASSES; c++) {
		if (a->held[c] != NOT_HELD && b->held[c] != NOT_HELD &&
		    (a->held[c] == X || b->held[c] == X))
			return true;
	}
	return false;
}

static bool is_same(const struct seen_cycle *a, const struct seen_cycle *b)
{
	return a->n == b->n && !memcmp(a->cls, b->cls, sizeof(a->cls)) &&
	       !memcmp(a->held, b->held, sizeof(a->held)) &&
	       !memcmp(a->want, b->want, sizeof(a->want));
}

static void found(struct brute *b, uint32_t n)
{
	struct seen_cycle c = {.n = n};
	bool has_must = b->must == EDGES;

	for (uint32_t i = 0; i < n; i++) {
		const struct edge *next = b->path[(i + 1) % n];

		if (!blocks(b->path[i]->e.to_mode, next->e.from_mode))
			return;
		c.cls[i] = b->path[i]->e.from;
		c.held[i] = b->path[i]->e.from_mode;
		c.want[i] = b->path[i]->e.to_mode;
		c.cost += b->path[i]->e.cost;
		has_must |= b->path[i] == &b->edge[b->must % EDGES];
	}
	if (!has_must)
		return;
	for (uint32_t i = 0; i < b->n_cycles; i++) {
		if (is_same(&b->cycle[i], &c)) {
			if (c.cost < b->cycle[i].cost)
				b->cycle[i].cost = c.cost;
			return;
		}
	}
	assert_true(b->n_cycles < CYCLES);
	b->cycle[b->n_cycles++] = c;
}

static void enumerate(struct brute *b, uint32_t n)
{
	for (uint32_t i = 0; i < b->n_edges; i++) {
		const struct edge *d = &b->edge[i];
		bool fits = d->counts && !d->e.is_try;

		if (n && (b->path[n - 1]->e.to != d->e.from ||
			  b->rank[d->e.from] <= b->rank[b->path[0]->e.from]))
			fits = false;
		for (uint32_t k = 0; k < n; k++)
			fits &= b->path[k]->e.from != d->e.from && !exclude(b->path[k], d);
		if (!fits)
			continue;
		b->path[n] = d;
		if (d->e.to == b->path[0]->e.from)
			found(b, n + 1);
		else if (n + 1 < b->n_classes)
			enumerate(b, n + 1);
	}
}

static bool are_neighbours(const struct seen_cycle *c, uint32_t mask)
{
	for (uint32_t i = 0; i < c->n; i++) {
		if (mask == (1u << c->cls[i] | 1u << c->cls[(i + 1) % c->n]))
			return true;
	}
	return false;
}

static bool is_minimal(const struct brute *b, const struct seen_cycle *c)
{
	for (uint32_t i = 0; i < b->n_cycles; i++) {
		uint32_t part = mask_of(&b->cycle[i]);

		if (b->cycle[i].n > 1 && b->cycle[i].n < c->n && !(part & ~mask_of(c)) &&
		    !are_neighbours(c, part))
			return false;
	}
	return true;
}

static int by_rank(const struct brute *b, const struct seen_cycle *x, const struct seen_cycle *y)
{
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	for (uint32_t i = 0; i < x->n; i++) {
		if (x->cls[i] != y->cls[i])
			return b->rank[x->cls[i]] < b->rank[y->cls[i]] ? -1 : 1;
	}
	for (uint32_t i = 0; i < x->n; i++) {
		if (x->held[i] != y->held[i])
			return x->held[i] < y->held[i] ? -1 : 1;
		if (x->want[i] != y->want[i])
			return x->want[i] < y->want[i] ? -1 : 1;
	}
	return 0;
}

/* ---- comparing --------------------------------------------------------------------------- */

static struct order_graph *graph_of(const struct brute *b, struct arena *a, uint64_t *seed)
{
	struct order_graph *g = order_new(a);
	uint32_t skip = seed ? roll(seed, b->n_edges) : 0;

	for (uint32_t c = 0; c < b->n_classes; c++)
		order_class_add(g);
	for (uint32_t i = 0; i < b->n_edges; i++)
		assert_true(order_edge_add(g, &b->edge[(i + skip) % b->n_edges].e, NULL));
	check_graph(g);
	return g;
}

static void compare(const struct brute *b, const struct seen *seen, uint64_t number)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->n_cycles; i++) {
		const struct seen_cycle *c = &b->cycle[i];
		uint32_t k = 0;

		if (!is_minimal(b, c))
			continue;
		n++;
		while (k < seen->n && !is_same(&seen->at[k], c))
			k++;
		if (k == seen->n)
			fail_msg("case %u: a minimal cycle of %u is missing", (unsigned)number, c->n);
		assert_int_equal(seen->at[k].cost, c->cost);
	}
	assert_int_equal(n, seen->n);
	for (uint32_t i = 1; i < seen->n; i++)
		assert_true(by_rank(b, &seen->at[i - 1], &seen->at[i]) < 0);
}

/* Each edge of a reported cycle is one that counts, and no two of them exclude each other. */
static void check_edges(const struct brute *b, const struct seen *seen)
{
	for (uint32_t i = 0; i < seen->n; i++) {
		const struct seen_cycle *c = &seen->at[i];

		for (uint32_t k = 0; k < c->n; k++) {
			const struct edge *x = &b->edge[c->tags[k]];

			assert_true(x->counts && !x->e.is_try);
			assert_int_equal(x->e.from, c->cls[k]);
			for (uint32_t o = 0; o < k; o++)
				assert_false(exclude(x, &b->edge[c->tags[o]]));
		}
	}
}

static void test_cycles_against_enumeration(void **unused)
{
	struct brute *b = calloc(1, sizeof(*b));
	uint32_t by_length[CLASSES + 1] = {0}, n_chords = 0;

	for (uint64_t number = 0; number < CASES; number++) {
		uint64_t seed = seed_of(number);
		struct order_search result;
		struct seen seen = {0};
		struct arena a;

		arena_heap(&a);
		random_case(b, &seed);
		weigh(b);
		b->n_cycles = 0;
		b->must = EDGES;
		enumerate(b, 0);
		for (int round = 0; round < 2; round++) { /* the second one in another order */
			struct order_graph *g = graph_of(b, &a, round ? &seed : NULL);

			seen.n = 0;
			result = order_cycles(g, b->rank, NULL, &a, see, &seen);
			assert_false(result.was_cut);
			assert_int_equal(result.cycles, seen.n);
			compare(b, &seen, number);
			if (!round)
				check_edges(b, &seen);
		}
		n_chords += b->n_cycles - seen.n;
		for (uint32_t i = 0; i < seen.n; i++)
			by_length[seen.at[i].n]++;
		free(seen.at);
		arena_heap_free(&a);
	}
	print_message("%d cases, %u cycles not minimal; minimal of length 1 to 6: "
		      "%u %u %u %u %u %u\n", CASES, n_chords,
		      by_length[1], by_length[2], by_length[3], by_length[4], by_length[5],
		      by_length[6]);
	assert_true(n_chords > 1000 && by_length[1] > 1000 && by_length[2] > 10000 &&
		    by_length[3] > 1000 && by_length[4] > 100 && by_length[5] > 100 && by_length[6] > 10);
	free(b);
}

/* The last edge of each case is the one that may close a cycle. */
static void test_closes_against_enumeration(void **unused)
{
	struct brute *b = calloc(1, sizeof(*b));
	uint32_t n_closed = 0, n_open = 0, n_long = 0;

	for (uint64_t number = 0; number < CASES; number++) {
		uint64_t seed = seed_of(number + CASES);
		uint32_t last, least = CLASSES + 1;
		struct order_search result;
		struct seen seen = {0};
		struct order_graph *g;
		struct arena a;

		arena_heap(&a);
		random_case(b, &seed);
		last = --b->n_edges;
		g = graph_of(b, &a, NULL);
		weigh(b);
		b->edge[last].counts = true; /* asked about, whatever is there already */
		b->edge[last].e.tag = last;
		b->n_edges++;
		b->n_cycles = 0;
		b->must = last;
		enumerate(b, 0);
		for (uint32_t i = 0; i < b->n_cycles; i++)
			least = b->cycle[i].n < least ? b->cycle[i].n : least;
		result = order_closes(g, &b->edge[last].e, NULL, &a, see, &seen);
		assert_false(result.was_cut);
		assert_int_equal(result.cycles, seen.n);
		assert_int_equal(seen.n, b->n_cycles > 0);
		if (seen.n) {
			assert_int_equal(seen.at[0].n, least);
			assert_int_equal(seen.at[0].tags[0], last);
			check_edges(b, &seen);
		}
		n_closed += seen.n;
		n_open += !seen.n;
		n_long += seen.n && seen.at[0].n > 2;
		free(seen.at);
		arena_heap_free(&a);
	}
	print_message("%d cases, %u closed, %u of them by more than two\n", CASES, n_closed, n_long);
	assert_true(n_closed > 1000 && n_open > 1000 && n_long > 300);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cycles_against_enumeration),
		cmocka_unit_test(test_closes_against_enumeration),
	};

	return cmocka_run_group_tests_name("order against enumeration", tests, NULL, NULL);
}
