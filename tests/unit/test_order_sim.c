/* SPDX-License-Identifier: MIT */
/*
 * test_order_sim.c - the slow twin: threads that take locks and block, in every interleaving.
 *
 * A case is a handful of small random programs.  All states that they can get into are visited;
 * a deadlock is a state in which nobody can move and somebody is not done.  The order graph is
 * fed with the edges that the programs show.  Then:
 *   sound    the classes that the stuck threads wait for contain all classes of a reported cycle
 *   precise  the classes of a reported cycle are all waited for in some deadlock
 * The simulator knows no blocking matrix.  It grants a lock or does not, by who is inside and who
 * waits: a writer needs it empty, a fair reader waits for writers that are inside or waiting, a
 * recursive reader only for one that is inside, and a wait needs it empty and keeps nothing.
 * Every class that is ever asked for by fair readers gets one more thread, a writer that may or
 * may not come at any time: a program is judged for the writer that it may meet some day.
 */
#include "test_order.h"

enum {
	CLASSES = 5, OPS = 6, PROGRAMS = 6, THREADS = 40, LOCATIONS = 400, STATES = 20000,
	MORE_STATES = 300000, /* for the second look */
	CASES = 20000
};

struct op {
	uint8_t cls, mode;
	bool is_try, is_drop;
};

struct program {
	struct op op[OPS];
	uint32_t n, n_drops;
	uint32_t thread;
};

/* Where a thread can be. */
struct location {
	const struct op *op;      /* the next one; NULL: at the end */
	bool is_asking;           /* the request is made and not granted yet */
	uint8_t held[CLASSES][3]; /* how often, by mode */
	uint32_t excl, read;      /* the same as sets of classes */
};

struct thread {
	struct location at[LOCATIONS / 4]; /* at[0]: done */
	uint32_t n;
	uint32_t starts[PROGRAMS], n_starts;
	bool is_third_party;
};

struct model {
	uint32_t n_classes, n_programs, n_threads;
	uint32_t n_extra; /* instances of each program, beyond those that are needed */
	uint8_t modes[CLASSES]; /* set of the modes that the class is used in */
	struct program program[PROGRAMS];
	struct thread thread[THREADS];
	uint32_t stride[THREADS], n_states;
	uint8_t is_visited[MORE_STATES];
	uint32_t stack[MORE_STATES], n_stack;
	bool is_stuck[1 << CLASSES]; /* by the set of classes that stuck threads wait for */
};

/* ---- making a case ----------------------------------------------------------------------- */

static const uint8_t kinds[] = {
	1 << X, 1 << X, 1 << X | 1 << S, 1 << X | 1 << S, 1 << X | 1 << R, 1 << R | 1 << W,
	1 << R | 1 << W, 1 << X | 1 << S | 1 << R, 1 << X | 1 << S | 1 << R | 1 << W,
};

static struct op random_take(struct model *m, uint64_t *seed, const uint8_t held[CLASSES][3])
{
	struct op op = {0};

	for (int tries = 0; tries < 8; tries++) {
		op.cls = (uint8_t)roll(seed, m->n_classes);
		if (!(held[op.cls][X] | held[op.cls][S] | held[op.cls][R]))
			break;
		if (!roll(seed, 12))
			break;
	}
	do
		op.mode = (uint8_t)roll(seed, ORDER_MODES);
	while (!(m->modes[op.cls] >> op.mode & 1));
	op.is_try = op.mode != W && !roll(seed, 10);
	return op;
}

static bool random_drop(struct op *op, uint64_t *seed, uint8_t held[CLASSES][3])
{
	for (int tries = 0; tries < 10; tries++) {
		op->cls = (uint8_t)roll(seed, CLASSES);
		op->mode = (uint8_t)roll(seed, 3);
		if (held[op->cls][op->mode]) {
			op->is_drop = true;
			held[op->cls][op->mode]--;
			return true;
		}
	}
	return false;
}

/* Does the thread certainly stop here, on itself? */
static bool is_own_end(const struct op *op, const uint8_t held[3])
{
	if (op->mode == X || op->mode == W)
		return held[X] | held[S] | held[R];
	return held[X];
}

static void random_program(struct model *m, struct program *p, uint64_t *seed, uint32_t max_ops)
{
	uint8_t held[CLASSES][3] = {0};
	uint32_t n = 2 + roll(seed, max_ops - 1), max_drops = 2;

	memset(p, 0, sizeof(*p));
	p->thread = roll(seed, 3) ? 0 : 1 + roll(seed, 2);
	if (!p->thread)
		max_drops = 1;
	while (p->n < n) {
		struct op op = {0};

		if (p->n_drops < max_drops && !roll(seed, 7) && random_drop(&op, seed, held)) {
			p->n_drops++;
		} else {
			op = random_take(m, seed, (const uint8_t(*)[3])held);
			if (is_own_end(&op, held[op.cls]))
				n = 0;
			else if (op.mode != W)
				held[op.cls][op.mode]++;
		}
		p->op[p->n++] = op;
	}
}

/* One step of a ring through all classes, now and then under another class: long cycles. */
static void ring_program(struct model *m, struct program *p, uint64_t *seed, uint32_t i)
{
	uint32_t cls[3] = {roll(seed, m->n_classes), i, (i + 1) % m->n_classes};

	memset(p, 0, sizeof(*p));
	p->thread = roll(seed, 8) ? 0 : 1 + roll(seed, 2);
	for (uint32_t k = roll(seed, 4) || cls[0] == cls[1] || cls[0] == cls[2]; k < 3; k++) {
		struct op op = {.cls = (uint8_t)cls[k], .mode = W};

		while (!(m->modes[op.cls] >> op.mode & 1) || (op.mode == W && k != 2))
			op.mode = (uint8_t)roll(seed, ORDER_MODES);
		p->op[p->n++] = op;
	}
}

/* Adds the locations of a program; returns the first. */
static uint32_t add_program(struct thread *t, const struct program *p)
{
	uint8_t held[CLASSES][3] = {0};
	uint32_t first = t->n;

	for (uint32_t i = 0; i <= p->n; i++) {
		for (int asking = 0; asking < 1 + (i < p->n); asking++) {
			struct location *l = &t->at[t->n++];

			memset(l, 0, sizeof(*l));
			l->op = i < p->n ? &p->op[i] : NULL;
			l->is_asking = asking;
			memcpy(l->held, held, sizeof(held));
			for (int c = 0; c < CLASSES; c++) {
				l->excl |= (uint32_t)!!held[c][X] << c;
				l->read |= (uint32_t)!!(held[c][S] | held[c][R]) << c;
			}
		}
		if (i < p->n && p->op[i].is_drop)
			held[p->op[i].cls][p->op[i].mode]--;
		else if (i < p->n && p->op[i].mode != W)
			held[p->op[i].cls][p->op[i].mode]++;
	}
	return first;
}

static struct thread *new_thread(struct model *m)
{
	struct thread *t = &m->thread[m->n_threads++];

	assert_true(m->n_threads <= THREADS);
	memset(t, 0, sizeof(*t));
	t->n = 1;
	return t;
}

static const struct program *writer_of(uint32_t cls)
{
	static struct program writers[CLASSES];

	writers[cls] = (struct program){.op = {{.cls = (uint8_t)cls, .mode = X}}, .n = 1};
	return &writers[cls];
}

/*
 * A program that may run on any number of threads runs on as many as it has drops, and one
 * more: of two instances between the same two drops, the one that is further on holds all that
 * the other holds, and does for both.  That loses no deadlock, but ways to have it; those come
 * back with extra instances.
 */
static void make_threads(struct model *m)
{
	m->n_threads = 0;
	for (uint32_t i = 0; i < m->n_programs; i++) {
		for (uint32_t k = 0; !m->program[i].thread && k <= m->program[i].n_drops + m->n_extra; k++) {
			struct thread *t = new_thread(m);

			t->starts[t->n_starts++] = add_program(t, &m->program[i]);
		}
	}
	for (uint32_t id = 1; id <= 2; id++) {
		struct thread *t = NULL;

		for (uint32_t i = 0; i < m->n_programs; i++) {
			if (m->program[i].thread != id)
				continue;
			t = t ? t : new_thread(m);
			t->starts[t->n_starts++] = add_program(t, &m->program[i]);
		}
	}
	for (uint32_t c = 0; c < m->n_classes; c++) {
		bool is_fair = false;

		for (uint32_t i = 0; i < m->n_programs; i++) {
			for (uint32_t k = 0; k < m->program[i].n; k++)
				is_fair |= m->program[i].op[k].cls == c &&
					   m->program[i].op[k].mode == S;
		}
		if (is_fair) {
			struct thread *t = new_thread(m);

			t->is_third_party = true;
			t->starts[t->n_starts++] = add_program(t, writer_of(c));
		}
	}
}

/* The number of states, were all of them reachable; each thread has one more: not begun. */
static uint64_t count_states(struct model *m)
{
	uint64_t n = 1;

	for (uint32_t t = 0; t < m->n_threads; t++) {
		m->stride[t] = (uint32_t)n;
		n *= m->thread[t].n + 1;
		if (n > MORE_STATES)
			break;
	}
	return n;
}

static void random_model(struct model *m, uint64_t number)
{
	uint64_t seed = seed_of(number);
	uint32_t max_ops;
	bool is_ring, is_too_large;

	m->n_classes = 2 + roll(&seed, CLASSES - 1);
	for (uint32_t c = 0; c < m->n_classes; c++)
		m->modes[c] = kinds[roll(&seed, sizeof(kinds))];
	m->n_programs = 2 + roll(&seed, PROGRAMS - 1);
	max_ops = m->n_programs < 4 ? 4 : 2;
	is_ring = !roll(&seed, 3);
	if (is_ring)
		m->n_programs = m->n_classes;
	for (uint32_t i = 0; i < m->n_programs; i++) {
		if (is_ring)
			ring_program(m, &m->program[i], &seed, i);
		else
			random_program(m, &m->program[i], &seed, max_ops);
	}
	do {
		make_threads(m);
		m->n_states = (uint32_t)count_states(m);
		is_too_large = m->n_states > STATES;
		m->n_programs -= is_too_large;
	} while (is_too_large);
}

/* ---- running it -------------------------------------------------------------------------- */

struct state {
	uint32_t at[THREADS]; /* location; the thread's n: not begun */
	uint32_t excl, read, writers;
};

static void unpack(const struct model *m, uint32_t number, struct state *s)
{
	memset(s, 0, sizeof(*s));
	for (uint32_t t = 0; t < m->n_threads; t++) {
		const struct thread *th = &m->thread[t];
		uint32_t at = number / m->stride[t] % (th->n + 1);

		s->at[t] = at;
		if (at == th->n)
			continue;
		s->excl |= th->at[at].excl;
		s->read |= th->at[at].read;
		if (th->at[at].is_asking && th->at[at].op->mode == X)
			s->writers |= 1u << th->at[at].op->cls;
	}
}

static bool is_granted(const struct state *s, const struct op *op)
{
	uint32_t against = s->excl;

	if (op->mode == X || op->mode == W)
		against |= s->read;
	else if (op->mode == S)
		against |= s->writers;
	return !(against >> op->cls & 1);
}

static void go(struct model *m, uint32_t from, uint32_t t, uint32_t at, uint32_t to)
{
	uint32_t next = from - at * m->stride[t] + to * m->stride[t];

	if (!m->is_visited[next]) {
		m->is_visited[next] = 1;
		m->stack[m->n_stack++] = next;
	}
}

/* All moves of thread t; false where it has none. */
static bool move(struct model *m, uint32_t number, const struct state *s, uint32_t t)
{
	const struct thread *th = &m->thread[t];
	uint32_t at = s->at[t];
	const struct location *l = &th->at[at];

	if (!at)
		return false;
	if (at == th->n) {
		for (uint32_t i = 0; i < th->n_starts; i++)
			go(m, number, t, at, th->starts[i]);
	} else if (!l->op) {
		go(m, number, t, at, 0);
	} else if (l->is_asking) {
		if (!is_granted(s, l->op))
			return false;
		go(m, number, t, at, at + 1);
	} else if (l->op->is_drop) {
		go(m, number, t, at, at + 2);
	} else if (l->op->is_try) {
		/* who fails gives up */
		go(m, number, t, at, is_granted(s, l->op) ? at + 2 : 0);
	} else {
		go(m, number, t, at, at + 1);
	}
	return true;
}

static uint32_t run(struct model *m)
{
	uint32_t start = 0, n = 0;

	memset(m->is_visited, 0, m->n_states);
	memset(m->is_stuck, 0, sizeof(m->is_stuck));
	for (uint32_t t = 0; t < m->n_threads; t++)
		start += m->thread[t].n * m->stride[t];
	m->n_stack = 0;
	m->stack[m->n_stack++] = start;
	m->is_visited[start] = 1;
	while (m->n_stack) {
		uint32_t number = m->stack[--m->n_stack], waits = 0;
		bool can_move = false;
		struct state s;

		n++;
		unpack(m, number, &s);
		for (uint32_t t = 0; t < m->n_threads; t++) {
			can_move |= move(m, number, &s, t);
			if (s.at[t] && s.at[t] != m->thread[t].n && !m->thread[t].is_third_party &&
			    m->thread[t].at[s.at[t]].is_asking)
				waits |= 1u << m->thread[t].at[s.at[t]].op->cls;
		}
		if (!can_move && waits)
			m->is_stuck[waits] = true;
	}
	return n;
}

/* ---- what the graph says ----------------------------------------------------------------- */

static void add_edge(struct order_graph *g, const struct location *l, uint32_t cls, uint32_t mode,
		     uint32_t thread)
{
	struct order_held gates[CLASSES];
	struct order_edge e = {.from = cls, .from_mode = (uint8_t)mode, .to = l->op->cls,
			       .to_mode = l->op->mode, .is_try = l->op->is_try, .thread = thread,
			       .gates = gates};

	for (uint32_t c = 0; c < CLASSES; c++) {
		for (uint8_t h = 0; c != cls && h < 3; h++) {
			if (l->held[c][h]) {
				gates[e.n_gates++] = (struct order_held){c, h};
				break;
			}
		}
	}
	assert_true(order_edge_add(g, &e, NULL));
}

static void feed(const struct model *m, struct order_graph *g)
{
	static struct thread t;

	for (uint32_t c = 0; c < m->n_classes; c++)
		assert_int_equal(order_class_add(g), c);
	for (uint32_t i = 0; i < m->n_programs; i++) {
		t.n = 0;
		add_program(&t, &m->program[i]);
		for (uint32_t k = 0; k < t.n; k += 2) {
			const struct location *l = &t.at[k];

			for (uint32_t h = 0; l->op && !l->op->is_drop && h < CLASSES * 3; h++) {
				if (l->held[h / 3][h % 3])
					add_edge(g, l, h / 3, h % 3, m->program[i].thread);
			}
		}
	}
}

static void print_model(const struct model *m, uint64_t number)
{
	printf("case %llu:\n", (unsigned long long)number);
	for (uint32_t i = 0; i < m->n_programs; i++) {
		printf("  thread %u:", m->program[i].thread);
		for (uint32_t k = 0; k < m->program[i].n; k++) {
			const struct op *op = &m->program[i].op[k];

			printf(" %s%s%c%c", op->is_drop ? "-" : "", op->is_try ? "try " : "",
			       'A' + op->cls, "xsrw"[op->mode]);
		}
		printf("\n");
	}
}

static void print_cycle(const struct seen_cycle *c)
{
	printf("  reported:");
	for (uint32_t i = 0; i < c->n; i++)
		printf(" %c%c ->%c", 'A' + c->cls[i], "xsrw"[c->held[i]], "xsrw"[c->want[i]]);
	printf("\n");
}

static void check_sound(const struct model *m, uint64_t number, const struct seen *seen)
{
	for (uint32_t waits = 0; waits < 1 << CLASSES; waits++) {
		bool has_cycle = false;

		for (uint32_t i = 0; i < seen->n; i++)
			has_cycle |= (mask_of(&seen->at[i]) & ~waits) == 0;
		if (m->is_stuck[waits] && !has_cycle) {
			print_model(m, number);
			for (uint32_t i = 0; i < seen->n; i++)
				print_cycle(&seen->at[i]);
			fail_msg("a deadlock over the set %#x is not reported", waits);
		}
	}
}

static bool can_happen(const struct model *m, const struct seen_cycle *c)
{
	for (uint32_t waits = 0; waits < 1 << CLASSES; waits++) {
		if (m->is_stuck[waits] && !(mask_of(c) & ~waits))
			return true;
	}
	return false;
}

/* Returns how many cases were too large for a second look. */
static uint32_t check_precise(struct model *m, uint64_t number, const struct seen *seen)
{
	for (m->n_extra = 0;;) {
		uint32_t i = 0;

		while (i < seen->n && can_happen(m, &seen->at[i]))
			i++;
		if (i == seen->n)
			return 0;
		if (++m->n_extra == CLASSES) {
			print_model(m, number);
			print_cycle(&seen->at[i]);
			fail_msg("a cycle is reported that cannot happen");
		}
		make_threads(m);
		if (count_states(m) > MORE_STATES)
			return 1;
		m->n_states = (uint32_t)count_states(m);
		run(m);
	}
}

static void test_against_simulator(void **unused)
{
	struct model *m = calloc(1, sizeof(*m));
	uint32_t by_length[CLASSES + 1] = {0}, n_dead = 0, n_large = 0;
	uint64_t n_states = 0;

	for (uint64_t number = 0; number < CASES; number++) {
		struct seen seen = {0};
		struct order_search result;
		struct order_graph *g;
		struct arena a;

		arena_heap(&a);
		random_model(m, number);
		g = order_new(&a);
		feed(m, g);
		check_graph(g);
		result = order_cycles(g, NULL, NULL, &a, see, &seen);
		assert_false(result.was_cut);
		assert_int_equal(result.cycles, seen.n);
		n_states += run(m);
		check_sound(m, number, &seen);
		n_large += check_precise(m, number, &seen);
		m->n_extra = 0;
		n_dead += seen.n > 0;
		for (uint32_t i = 0; i < seen.n; i++)
			by_length[seen.at[i].n]++;
		free(seen.at);
		arena_heap_free(&a);
	}
	print_message("%d cases, %u with a deadlock, %u too large, %llu states; cycles of length 1 to 5: "
		      "%u %u %u %u %u\n", CASES, n_dead, n_large, (unsigned long long)n_states,
		      by_length[1], by_length[2], by_length[3], by_length[4], by_length[5]);
	assert_true(n_large < CASES / 100);
	/* The cases must be about something. */
	assert_true(n_dead > CASES / 10 && n_dead < CASES * 9 / 10);
	assert_true(by_length[1] > 100 && by_length[2] > 1000 && by_length[3] > 100 &&
		    by_length[4] > 100 && by_length[5] > 0);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_simulator)};

	return cmocka_run_group_tests_name("order against a simulator", tests, NULL, NULL);
}
