/* SPDX-License-Identifier: MIT */
/*
 * test_order.c - the order graph by hand: the blocking table, what edges say of one another, the
 * cases whose verdict Linux' lock self-tests and rcutorture fix, limits and lack of memory.
 */
#include <time.h>

#include "test_order.h"

struct fixture {
	struct arena a;
	struct order_graph *g;
	struct seen seen;
	struct order_search result;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	arena_heap(&f->a);
	f->g = order_new(&f->a);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	arena_heap_free(&f->a);
	free(f->seen.at);
	free(f);
	return 0;
}

static void start_over(struct fixture *f, uint32_t n_classes)
{
	f->seen.n = f->seen.stop_after = 0;
	arena_heap_free(&f->a);
	arena_heap(&f->a);
	f->g = order_new(&f->a);
	for (uint32_t c = 0; c < n_classes; c++)
		assert_int_equal(order_class_add(f->g), c);
}

static struct order_edge edge(uint32_t from, uint32_t held, uint32_t to, uint32_t want)
{
	return (struct order_edge){.from = from, .from_mode = (uint8_t)held, .to = to,
				   .to_mode = (uint8_t)want};
}

static bool add(struct fixture *f, struct order_edge e)
{
	bool fresh = false;

	assert_true(order_edge_add(f->g, &e, &fresh));
	return fresh;
}

static bool join(struct fixture *f, uint32_t from, uint32_t held, uint32_t to, uint32_t want)
{
	return add(f, edge(from, held, to, want));
}

/* How many cycles are there, with these limits? */
static uint32_t look_within(struct fixture *f, uint32_t max_length, uint64_t max_steps)
{
	struct order_limits lim = {.max_length = max_length, .max_steps = max_steps};

	check_graph(f->g);
	f->seen.n = 0;
	f->result = order_cycles(f->g, NULL, &lim, &f->a, see, &f->seen);
	assert_int_equal(f->result.cycles, f->seen.n);
	return f->seen.n;
}

static uint32_t look(struct fixture *f)
{
	uint32_t n = look_within(f, 0, 0);

	assert_false(f->result.was_cut);
	return n;
}

static uint32_t closes(struct fixture *f, struct order_edge e, uint32_t max_length)
{
	struct order_limits lim = {.max_length = max_length};

	f->seen.n = 0;
	f->result = order_closes(f->g, &e, &lim, &f->a, see, &f->seen);
	assert_int_equal(f->result.cycles, f->seen.n);
	return f->seen.n;
}

/* ---- the matrix -------------------------------------------------------------------------- */

static void test_blocking_table(void **state)
{
	static const struct {
		uint8_t want, held;
		bool blocks;
	} rows[] = {
		{X, X, true},  {X, S, true},  {X, R, true},
		{S, X, true},  {S, S, true},  {S, R, true}, /* a writer may queue between */
		{R, X, true},  {R, S, false}, {R, R, false},
		{W, X, true},  {W, S, true},  {W, R, true},
		{X, W, false}, {S, W, false}, {R, W, false}, {W, W, false}, /* never held */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (order_blocks(rows[i].want, rows[i].held) != rows[i].blocks)
			fail_msg("%s on %s", order_mode_name(rows[i].want),
				 order_mode_name(rows[i].held));
	}
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), ORDER_MODES * ORDER_MODES);
	assert_string_equal(order_mode_name(X), "exclusive");
	assert_string_equal(order_mode_name(S), "shared");
	assert_string_equal(order_mode_name(R), "shared-recursive");
	assert_string_equal(order_mode_name(W), "wait");
}

/* ---- the graph --------------------------------------------------------------------------- */

static uint32_t count_live(const struct fixture *f, uint32_t from, uint32_t to)
{
	const struct order_edge *e;
	uint32_t at = 0, n = 0;
	uint64_t last = 0;

	while ((e = order_edge_next(f->g, from, to, &at))) {
		assert_true(e->from == from && e->to == to && e->tag >= last);
		last = e->tag;
		n++;
	}
	return n;
}

static void test_edges_that_say_no_more(void **state)
{
	struct fixture *f = *state;
	struct order_held c[] = {{2, X}}, cd[] = {{2, X}, {3, X}}, shared[] = {{2, S}};
	struct order_edge e = edge(0, X, 1, X);
	uint32_t at = 0;

	start_over(f, 4);
	e.gates = cd, e.n_gates = 2, e.cost = 5, e.tag = 1;
	assert_true(add(f, e));
	assert_false(add(f, e));
	e.cost = 3, e.tag = 2; /* the same, and cheaper */
	assert_false(add(f, e));
	assert_int_equal(order_edge_next(f->g, 0, 1, &at)->cost, 3);
	assert_int_equal(at = 0, 0);
	assert_int_equal(order_edge_next(f->g, 0, 1, &at)->tag, 2);
	e.cost = 9, e.tag = 3; /* dearer */
	assert_false(add(f, e));
	e.gates = shared, e.n_gates = 1, e.tag = 4; /* another mode of the gate */
	assert_true(add(f, e));
	assert_int_equal(count_live(f, 0, 1), 2);
	e.gates = c, e.n_gates = 1, e.tag = 5; /* fewer gates: takes the place of the first */
	assert_true(add(f, e));
	assert_int_equal(count_live(f, 0, 1), 2);
	e.gates = NULL, e.n_gates = 0, e.tag = 6; /* none: of both */
	assert_true(add(f, e));
	assert_int_equal(count_live(f, 0, 1), 1);
	e.gates = cd, e.n_gates = 2, e.tag = 7;
	assert_false(add(f, e));
	e.thread = 1; /* another thread, try, other modes: other edges */
	assert_true(add(f, e));
	e.is_try = true, e.tag = 8;
	assert_true(add(f, e));
	e.to_mode = W, e.tag = 9;
	assert_true(add(f, e));
	assert_int_equal(count_live(f, 0, 1), 4);
	assert_int_equal(count_live(f, 1, 0), 0);
	check_graph(f->g);
}

static void test_gates_are_put_right(void **state)
{
	struct fixture *f = *state;
	struct order_held mess[] = {{3, S}, {2, R}, {0, X}, {3, X}, {1, W}, {2, R}};
	struct order_edge e = edge(0, R, 1, X);
	const struct order_edge *kept;
	uint32_t at = 0;

	start_over(f, 4);
	e.gates = mess, e.n_gates = 6;
	assert_true(add(f, e));
	memset(mess, 0xee, sizeof(mess)); /* were borrowed */
	kept = order_edge_next(f->g, 0, 1, &at);
	assert_int_equal(kept->n_gates, 2);
	assert_true(kept->gates[0].cls == 2 && kept->gates[0].mode == R);
	assert_true(kept->gates[1].cls == 3 && kept->gates[1].mode == X);
	check_graph(f->g);
}

static void test_edges_that_cannot_be(void **state)
{
	struct fixture *f = *state;
	struct order_edge bad[] = {edge(0, W, 1, X), edge(0, X, 2, X), edge(2, X, 0, X),
				   edge(0, X, 1, 7)};
	bool fresh = true;

	start_over(f, 2);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(order_edge_add(f->g, &bad[i], &fresh));
		assert_false(fresh);
		assert_int_equal(closes(f, bad[i], 0), 0);
	}
	check_graph(f->g);
}

static void test_check_finds_damage(void **state)
{
	struct fixture *f = *state;
	const char *what = "";
	struct order_edge *e;
	uint32_t at = 0;

	start_over(f, 2);
	join(f, 0, X, 1, X);
	join(f, 0, S, 1, X);
	e = (struct order_edge *)order_edge_next(f->g, 0, 1, &at);
	e->from_mode = S;
	assert_false(order_check(f->g, &what));
	assert_string_not_equal(what, "");
	e->from_mode = X;
	assert_true(order_check(f->g, &what));
	e->from = 1;
	assert_false(order_check(f->g, NULL));
	e->from = 0;
}

/* ---- what the kernel's self-tests say ----------------------------------------------------- */

struct step {
	uint8_t from, held, to, want;
};

/* The verdict must be the same in whatever order the edges come. */
static void judge(struct fixture *f, const char *name, const struct step *step, uint32_t n,
		  uint32_t n_cycles)
{
	uint32_t n_orders = 1;

	for (uint32_t i = 2; i <= n; i++)
		n_orders *= i;
	for (uint32_t order = 0; order < n_orders; order++) {
		uint32_t left = (1u << n) - 1, rest = order;

		start_over(f, 4);
		for (uint32_t i = n; i; i--) {
			uint32_t skip = rest % i, k = 0;

			for (rest /= i;; k++) {
				if ((left >> k & 1) && !skip--)
					break;
			}
			left &= ~(1u << k);
			join(f, step[k].from, step[k].held, step[k].to, step[k].want);
		}
		if (look(f) != n_cycles)
			fail_msg("%s, order %u: %u cycles, not %u", name, order, f->seen.n, n_cycles);
	}
}

#define JUDGE(name, n_cycles, ...) \
	judge(f, name, (const struct step[]){__VA_ARGS__}, \
	      sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step), n_cycles)

static void test_self_test_rows(void **state)
{
	struct fixture *f = *state;
	enum { A, B, C, D };

	for (uint8_t m = X; m <= R; m++) {
		uint32_t r = m != R; /* recursive readers alone are quiet */

		JUDGE("1 AA", r, {A, m, A, m});
		JUDGE("2 ABBA", r, {A, m, B, m}, {B, m, A, m});
		JUDGE("3 and 4 ABBCCA", r, {A, m, B, m}, {B, m, C, m}, {C, m, A, m});
		JUDGE("5 ABBCCDDA", r, {A, m, B, m}, {B, m, C, m}, {C, m, D, m}, {D, m, A, m});
		JUDGE("6 and 7 ABCDBDDA", r,
		      {A, m, B, m}, {C, m, D, m}, {B, m, D, m}, {D, m, A, m});
		JUDGE("7 ABCDBCDA", r, {A, m, B, m}, {C, m, D, m}, {B, m, C, m}, {D, m, A, m});
	}
	for (uint8_t m = S; m <= R; m++) {
		uint32_t r = m != R;

		JUDGE("10 and 11 read read", r, {A, m, A, m});
		JUDGE("12 read write", 1, {A, m, A, X});
		JUDGE("13 write read", 1, {A, X, A, m});
		JUDGE("14", 1, {A, m, B, X}, {B, X, A, X});
		JUDGE("15", r, {A, m, B, X}, {B, X, A, m});
		JUDGE("16", 1, {A, X, B, X}, {B, X, A, X});
		JUDGE("17", r + 1, {A, m, B, X}, {B, X, A, m}, {B, X, A, X});
	}
	JUDGE("18 W1R2 W2R3 W3R1", 1, {A, X, B, R}, {B, X, C, R}, {C, X, A, R});
	JUDGE("19 W1W2 R2R3 W3R1", 1, {A, X, B, X}, {B, R, C, R}, {C, X, A, R});
	JUDGE("20 W1W2 R2R3 R3W1", 0, {A, X, B, X}, {B, R, C, R}, {C, R, A, X});
	JUDGE("21 W1R2 R2R3 W3W1", 0, {A, X, B, R}, {B, R, C, R}, {C, X, A, X});
	JUDGE("23 reclaim, right", 0, {A, X, B, X}, {A, X, C, X});
	JUDGE("23 reclaim, wrong", 1, {A, X, B, X}, {B, X, A, X});
}

static void test_try_second_is_quiet(void **state)
{
	struct fixture *f = *state;
	struct order_edge e = edge(0, X, 0, X);

	start_over(f, 2);
	e.is_try = true;
	add(f, e);
	assert_int_equal(look(f), 0);
	assert_int_equal(closes(f, e, 0), 0);
	e.is_try = false; /* row 24: block second */
	assert_int_equal(closes(f, e, 0), 1);
	add(f, e);
	assert_int_equal(look(f), 1);
	/* try on one side of ABBA is enough */
	start_over(f, 2);
	join(f, 0, X, 1, X);
	e = edge(1, X, 0, X);
	e.is_try = true;
	add(f, e);
	assert_int_equal(look(f), 0);
	e.is_try = false;
	add(f, e);
	assert_int_equal(look(f), 1);
}

/* Row 22 and the protected half of 23: an outer lock. */
static void test_gates(void **state)
{
	struct fixture *f = *state;
	static const struct {
		uint8_t first, second;
		uint32_t n_cycles;
	} rows[] = {
		{X, X, 0}, {X, S, 0}, {S, X, 0}, {X, R, 0}, {R, X, 0},
		{S, S, 1}, {S, R, 1}, {R, S, 1}, {R, R, 1}, /* readers may both be inside */
	};

	/* Classes that are 64 apart share a bit of the signature that mostly spares the comparison. */
	for (size_t k = 0; k < 2 * sizeof(rows) / sizeof(rows[0]); k++) {
		size_t i = k / 2, step = k % 2 ? 64 : 1;
		struct order_held first = {(uint32_t)(2 * step), rows[i].first};
		struct order_held second = {(uint32_t)(2 * step), rows[i].second};
		struct order_edge ab = edge(0, X, (uint32_t)step, X);
		struct order_edge ba = edge((uint32_t)step, X, 0, X);

		ab.gates = &first, ab.n_gates = 1;
		ba.gates = &second, ba.n_gates = 1;
		start_over(f, 129);
		add(f, ab);
		assert_int_equal(closes(f, ba, 0),
				 rows[i].n_cycles);
		add(f, ba);
		assert_int_equal(look(f), rows[i].n_cycles);
		ba.n_gates = 0; /* one way round without it is enough */
		add(f, ba);
		assert_int_equal(look(f), 1);
	}
}

/* Two of three edges under one lock: these two never happen together. */
static void test_gate_of_two_in_three(void **state)
{
	struct fixture *f = *state;
	struct order_held gate = {3, X}, from = {2, X};
	struct order_edge ab = edge(0, X, 1, X), bc = edge(1, X, 2, X);

	start_over(f, 4);
	ab.gates = bc.gates = &gate;
	ab.n_gates = bc.n_gates = 1;
	add(f, ab);
	add(f, bc);
	join(f, 2, X, 0, X);
	assert_int_equal(look(f), 0);
	bc.n_gates = 0;
	add(f, bc);
	assert_int_equal(look(f), 1);
	/* and a gate that is the class another edge leaves */
	start_over(f, 4);
	ab.gates = &from;
	add(f, ab);
	join(f, 1, X, 2, X);
	join(f, 2, X, 0, X);
	assert_int_equal(look(f), 0);
}

/* A chord whose own cycle cannot happen takes none away. */
static void test_chords(void **state)
{
	struct fixture *f = *state;
	struct order_held gate = {0, X};
	struct order_edge e;

	start_over(f, 5);
	for (uint32_t c = 0; c < 4; c++)
		join(f, c, X, (c + 1) % 4, X);
	assert_int_equal(look(f), 1);
	e = edge(2, X, 0, R); /* blocks: A -> B -> C -> A */
	add(f, e);
	assert_int_equal(look(f), 1);
	assert_int_equal(f->seen.at[0].n, 3);
	/* under a gate that the way back holds */
	start_over(f, 5);
	for (uint32_t c = 0; c < 4; c++)
		join(f, c, X, (c + 1) % 4, X);
	e.gates = &gate, e.n_gates = 1;
	add(f, e);
	assert_int_equal(look(f), 1);
	assert_int_equal(f->seen.at[0].n, 4);
	/* an edge that does not block where it leads */
	start_over(f, 5);
	join(f, 0, R, 1, X);
	for (uint32_t c = 1; c < 4; c++)
		join(f, c, X, (c + 1) % 4, X);
	join(f, 2, X, 0, R);
	assert_int_equal(look(f), 1);
	assert_int_equal(f->seen.at[0].n, 4);
	/* between neighbours, the other way round: two deadlocks */
	start_over(f, 5);
	for (uint32_t c = 0; c < 3; c++)
		join(f, c, X, (c + 1) % 3, X);
	join(f, 1, X, 0, X);
	assert_int_equal(look(f), 2);
	/* nesting within one class is a matter of its own */
	join(f, 1, X, 1, X);
	assert_int_equal(look(f), 3);
	assert_int_equal(f->seen.at[0].n, 1);
}

static void test_threads(void **state)
{
	struct fixture *f = *state;
	struct order_edge ab = edge(0, X, 1, X), ba = edge(1, X, 0, X);

	start_over(f, 2);
	ab.thread = ba.thread = 7;
	add(f, ab);
	add(f, ba);
	assert_int_equal(look(f), 0);
	ba.thread = 8;
	assert_int_equal(closes(f, ba, 0), 1);
	ba.cost = 3;
	add(f, ba);
	assert_int_equal(look(f), 1);
	ba.thread = ORDER_ANY_THREAD, ba.cost = 2;
	add(f, ba);
	assert_int_equal(look(f), 1); /* still one cycle, now by the cheaper edge */
	assert_int_equal(f->seen.at[0].cost, 2);
}

/* ---- SRCU -------------------------------------------------------------------------------- */

static void test_srcu_rows(void **state)
{
	struct fixture *f = *state;

	for (uint32_t len = 1; len <= 9; len++) {
		for (uint32_t nn = 0; nn < 3; nn++) {
			uint32_t expect = nn ? 2 * len : len;

			/* S[i] are 0..8, M[i] or W[i] are 9..17 */
			start_over(f, 18);
			for (uint32_t i = 0; i < len; i++) {
				uint32_t next = (i + 1) % len;

				if (i + 1 == len)
					assert_int_equal(look_within(f, 18, 0), 0);
				if (!nn) {
					join(f, i, R, next, W);
				} else {
					join(f, i, R, 9 + i, nn == 1 ? X : R);
					join(f, 9 + i, X, next, W);
				}
			}
			assert_int_equal(look_within(f, expect, 0), 1);
			assert_false(f->result.was_cut);
			assert_int_equal(f->seen.at[0].n, expect);
			if (expect > 1) { /* a length that does not suffice is said */
				assert_int_equal(look_within(f, expect - 1, 0), 0);
				assert_true(f->result.was_cut);
			}
		}
	}
}

static void test_srcu_facts(void **state)
{
	struct fixture *f = *state;
	enum { LOCK, SRCU, OTHER, ARCH };

	start_over(f, 4);
	join(f, LOCK, X, SRCU, R); /* the read side inside the lock */
	join(f, SRCU, R, LOCK, X); /* and the lock inside the read side: harmless together */
	assert_int_equal(look(f), 0);
	join(f, SRCU, R, OTHER, W);
	join(f, LOCK, X, OTHER, W); /* another domain is waited for */
	assert_int_equal(look(f), 0);
	join(f, ARCH, X, SRCU, W); /* under a lock that no reader takes */
	assert_int_equal(look(f), 0);
	join(f, LOCK, X, SRCU, W); /* the third fact */
	assert_int_equal(look(f), 1);
	assert_int_equal(f->seen.at[0].n, 2);
	assert_int_equal(f->seen.at[0].want[0], W);
}

/* ---- the order of things ------------------------------------------------------------------ */

static void test_rank(void **state)
{
	struct fixture *f = *state;
	uint32_t rank[] = {3, 0, 2, 1};

	start_over(f, 4);
	for (uint32_t c = 0; c < 4; c++)
		join(f, c, X, (c + 1) % 4, X);
	join(f, 3, X, 2, X);
	f->seen.n = 0;
	order_cycles(f->g, rank, NULL, &f->a, see, &f->seen);
	assert_int_equal(f->seen.n, 2);
	assert_int_equal(f->seen.at[0].cls[0], 3); /* 3 (1), 2 (2) */
	assert_int_equal(f->seen.at[0].cls[1], 2);
	assert_int_equal(f->seen.at[1].cls[0], 1); /* 1 (0), 2, 3, 0 */
	assert_int_equal(f->seen.at[1].cls[1], 2);
	f->seen.n = 0;
	f->seen.stop_after = 1;
	f->result = order_cycles(f->g, rank, NULL, &f->a, see, &f->seen);
	assert_int_equal(f->seen.n, 1);
	assert_false(f->result.was_cut); /* that was no limit */
}

static void test_closes_begins_with_its_edge(void **state)
{
	struct fixture *f = *state;
	struct order_edge e = edge(3, X, 0, X);

	start_over(f, 6);
	for (uint32_t c = 0; c < 5; c++)
		join(f, c, X, c + 1, X);
	e.tag = 77;
	assert_int_equal(closes(f, e, 4), 1);
	assert_int_equal(f->seen.at[0].tags[0], 77);
	assert_int_equal(f->seen.at[0].n, 4);
	e.from = 5; /* six edges */
	assert_int_equal(closes(f, e, 4), 0);
	assert_true(f->result.was_cut);
	assert_int_equal(closes(f, e, 0), 1);
	e = edge(0, R, 1, X); /* leads back, but asks for what a reader does not keep out */
	join(f, 1, X, 0, R);
	assert_int_equal(closes(f, e, 0), 0);
	assert_true(f->result.steps <= 6);
	e = edge(0, X, 5, X); /* nothing leads on from there: no work at all */
	assert_int_equal(closes(f, e, 0), 0);
	assert_int_equal(f->result.steps, 0);
}

/* ---- size, limits, memory ----------------------------------------------------------------- */

/* A program of some size: locks in order, many gates, and a few places that go against it. */
static void fill(struct fixture *f, uint32_t n_classes, uint32_t n_edges, uint32_t n_back,
		 uint32_t reach)
{
	uint64_t seed = seed_of(1);

	for (uint32_t i = 0; i < n_edges + n_back; i++) {
		uint32_t low = roll(&seed, n_classes - 1), up = low + 1 + roll(&seed, reach);
		struct order_held gates[10];
		struct order_edge e;

		up = up < n_classes ? up : n_classes - 1;
		e = i < n_edges ? edge(low, X, up, X) : edge(up, X, low, X);
		if (!roll(&seed, 4))
			e.from_mode = (uint8_t)roll(&seed, 3);
		e.cost = 1 + roll(&seed, 9);
		e.tag = i;
		e.gates = gates;
		for (uint32_t c = 0; c < low && e.n_gates < 10; c++) {
			if (!roll(&seed, 20))
				gates[e.n_gates++] = (struct order_held){c, (uint8_t)roll(&seed, 3)};
		}
		add(f, e);
	}
}

static double milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void test_size_of_a_subsystem(void **state)
{
	struct fixture *f = *state;
	double begin;
	uint32_t n;

	start_over(f, 150);
	fill(f, 150, 1480, 20, 30);
	begin = milliseconds();
	n = look_within(f, 0, 0);
	print_message("150 classes, 1500 edges: %u cycles, %llu steps, %.1f ms%s\n", n,
		      (unsigned long long)f->result.steps, milliseconds() - begin,
		      f->result.was_cut ? ", cut" : "");
	assert_true(n > 5);
	assert_true(f->result.steps < 3000000);
}

static void test_dense_graphs_are_cut(void **state)
{
	struct fixture *f = *state;
	double begin;

	start_over(f, 2000);
	fill(f, 2000, 100000, 100000, 1999);
	begin = milliseconds();
	assert_true(look_within(f, 0, 1000000) > 0);
	assert_true(f->result.was_cut && f->result.steps <= 1000000);
	print_message("2000 classes, 200000 edges: %u cycles, %.0f ms\n", f->seen.n,
		      milliseconds() - begin);
	start_over(f, 250);
	for (uint32_t c = 0; c < 250 * 250; c++) {
		if (c / 250 != c % 250)
			join(f, c / 250, X, c % 250, X);
	}
	assert_true(look_within(f, 0, 500000) > 250 * 249 / 2);
	assert_true(f->result.was_cut);
	assert_int_equal(look_within(f, 2, 0), 250 * 249 / 2);
}

static void test_steps_cut_anywhere(void **state)
{
	struct fixture *f = *state;
	uint32_t all, last = 0;
	uint64_t steps;

	start_over(f, 40);
	fill(f, 40, 150, 6, 10);
	all = look(f);
	steps = f->result.steps;
	assert_true(all > 3);
	for (uint64_t n = 1; n <= steps + 1; n += 1 + n / 50) {
		uint32_t found = look_within(f, 0, n);

		assert_true(found >= last && f->result.steps <= n);
		assert_true(f->result.was_cut || found == all);
		assert_int_equal(f->result.was_cut, n < steps);
		last = found;
	}
}

/* The same graph and search in less and less memory, which is not clean either. */
static void test_memory_gives_up(void **state)
{
	enum { BYTES = 1 << 17 };
	struct fixture *f = *state;
	char *memory = malloc(BYTES);
	uint32_t all, n_cut = 0;

	start_over(f, 30);
	fill(f, 30, 120, 6, 10);
	all = look(f);
	assert_true(all > 3);
	for (size_t bytes = 0; bytes <= BYTES; bytes += 208) {
		struct order_edge e = edge(29, X, 0, X);
		struct order_search result;
		struct arena a;

		memset(memory, 0xa5, BYTES);
		arena_fixed(&a, memory, bytes);
		f->seen.n = 0;
		result = order_cycles(f->g, NULL, NULL, &a, see, &f->seen);
		assert_true(result.was_cut || result.cycles == all);
		n_cut += result.was_cut;
		memset(memory, 0xa5, BYTES);
		arena_fixed(&a, memory, bytes);
		f->seen.n = 0;
		result = order_closes(f->g, &e, NULL, &a, see, &f->seen);
		assert_true(result.was_cut || result.cycles == 1);
	}
	assert_true(n_cut > 10 && n_cut < BYTES / 208);
	free(memory);
}

static void test_graph_without_memory(void **state)
{
	enum { BYTES = 1 << 16 };
	char *memory = malloc(BYTES);
	uint32_t n_complete = 0;

	for (size_t bytes = 0; bytes <= BYTES; bytes += 80) {
		struct order_graph *g;
		uint32_t n_false = 0;
		struct arena a;

		memset(memory, 0, BYTES);
		arena_fixed(&a, memory, bytes);
		g = order_new(&a);
		for (uint32_t c = 0; g && c < 100; c++)
			n_false += order_class_add(g) == ORDER_NONE;
		for (uint32_t i = 0; g && i < 99; i++) {
			struct order_held gate = {i, X};
			struct order_edge e = edge(i, X, i + 1, X);

			n_false += !order_edge_add(g, &e, NULL);
			e = edge(i + 1, S, 0, X);
			e.gates = &gate, e.n_gates = 1;
			n_false += !order_edge_add(g, &e, NULL);
		}
		if (g)
			check_graph(g);
		n_complete += g && !n_false;
	}
	assert_true(n_complete > 0 && n_complete < BYTES / 80);
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocking_table),
		cmocka_unit_test(test_edges_that_say_no_more),
		cmocka_unit_test(test_gates_are_put_right),
		cmocka_unit_test(test_edges_that_cannot_be),
		cmocka_unit_test(test_check_finds_damage),
		cmocka_unit_test(test_self_test_rows),
		cmocka_unit_test(test_try_second_is_quiet),
		cmocka_unit_test(test_gates),
		cmocka_unit_test(test_gate_of_two_in_three),
		cmocka_unit_test(test_chords),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_srcu_rows),
		cmocka_unit_test(test_srcu_facts),
		cmocka_unit_test(test_rank),
		cmocka_unit_test(test_closes_begins_with_its_edge),
		cmocka_unit_test(test_size_of_a_subsystem),
		cmocka_unit_test(test_dense_graphs_are_cut),
		cmocka_unit_test(test_steps_cut_anywhere),
		cmocka_unit_test(test_memory_gives_up),
		cmocka_unit_test(test_graph_without_memory),
	};

	return cmocka_run_group_tests_name("order", tests, set_up, tear_down);
}
