/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "checker.h"
#include "code.h"
#include "litmus.h"

enum { A, B, HIT };
enum { X, Y, HITS, ENDED };

/* After the last access: this thread saw its part of the odd outcome if `is_hit` in HIT. */
static void end_thread(struct code c)
{
	code_fence(c);
	code_atomic_add(c, NO_REG, at(HITS), reg(HIT), RELAXED);
	code_atomic_add(c, NO_REG, at(ENDED), imm(1), RELAXED);
}

static void hit_if(struct code c, uint8_t r, int v)
{
	code_compute(c, HIT, r, FN_EQ, imm(v));
	end_thread(c);
}

static void hit_if_both(struct code c, int a, int b)
{
	code_compute(c, A, A, FN_EQ, imm(a));
	code_compute(c, HIT, B, FN_EQ, imm(b));
	code_compute(c, HIT, HIT, FN_AND, reg(A));
	end_thread(c);
}

enum between { NOTHING, FENCE, MEMBARRIER, BRANCH };

static void put(struct code c, enum between what, uint8_t r)
{
	if (what == FENCE)
		code_fence(c);
	else if (what == MEMBARRIER)
		code_membarrier(c);
	else if (what == BRANCH)
		code_land(c, code_skip_if(c, r, FN_EQ, imm(1)));
}

static void store_then_load(struct code c, uint8_t to, enum between what, uint8_t from)
{
	code_store(c, at(to), imm(1), RELAXED);
	put(c, what, NO_REG);
	code_load(c, A, at(from), RELAXED);
	hit_if(c, A, 0);
}

static void store_buffer(struct machine *m, enum between one, enum between two)
{
	store_then_load(code_thread(m, "left"), X, one, Y);
	store_then_load(code_thread(m, "right"), Y, two, X);
}

static void sb(struct machine *m)
{
	store_buffer(m, NOTHING, NOTHING);
}

static void sb_one_fence(struct machine *m)
{
	store_buffer(m, FENCE, NOTHING);
}

static void sb_fences(struct machine *m)
{
	store_buffer(m, FENCE, FENCE);
}

static void sb_membarrier(struct machine *m)
{
	store_buffer(m, MEMBARRIER, NOTHING);
}

/* Each reads its own store first: by forwarding, before anybody else sees it. */
static void sb_own(struct machine *m)
{
	for (int i = 0; i < 2; i++) {
		struct code c = code_thread(m, i ? "right" : "left");

		code_store(c, at(i ? Y : X), imm(1), RELAXED);
		code_load(c, A, at(i ? Y : X), RELAXED);
		code_load(c, B, at(i ? X : Y), RELAXED);
		hit_if_both(c, 1, 0);
	}
}

static void message(struct machine *m, enum order release, enum order acquire, enum between what)
{
	struct code c = code_thread(m, "sender");

	code_store(c, at(X), imm(1), RELAXED);
	code_store(c, at(Y), imm(1), release);
	hit_if(c, HIT, 0);
	c = code_thread(m, "receiver");
	code_load(c, A, at(Y), acquire);
	put(c, what, A);
	code_load(c, B, at(X), RELAXED);
	hit_if_both(c, 1, 0);
}

static void mp(struct machine *m)
{
	message(m, RELAXED, RELAXED, NOTHING);
}

static void mp_release_only(struct machine *m)
{
	message(m, RELEASE, RELAXED, NOTHING);
}

static void mp_release_branch(struct machine *m)
{
	message(m, RELEASE, RELAXED, BRANCH);
}

static void mp_acquire_only(struct machine *m)
{
	message(m, RELAXED, ACQUIRE, NOTHING);
}

static void mp_pair(struct machine *m)
{
	message(m, RELEASE, ACQUIRE, NOTHING);
}

/* The receiver's second address depends on what it received. */
static void mp_address(struct machine *m)
{
	struct code c = code_thread(m, "sender");

	code_store(c, at(X), imm(1), RELAXED);
	code_store(c, at(Y), imm(1), RELEASE);
	hit_if(c, HIT, 0);
	c = code_thread(m, "receiver");
	code_load(c, A, at(Y), RELAXED);
	code_compute(c, B, A, FN_XOR, reg(A));
	code_load(c, B, at_index(X, B), RELAXED);
	hit_if_both(c, 1, 0);
}

static void load_buffer(struct machine *m, enum between what, bool has_data)
{
	for (int i = 0; i < 2; i++) {
		struct code c = code_thread(m, i ? "right" : "left");

		code_load(c, A, at(i ? X : Y), RELAXED);
		put(c, what, A);
		code_set(c, B, imm(1));
		if (has_data)
			code_compute(c, B, A, FN_EQ, imm(1));
		code_store(c, at(i ? Y : X), reg(B), RELAXED);
		hit_if(c, A, 1);
	}
}

static void lb(struct machine *m)
{
	load_buffer(m, NOTHING, false);
}

static void lb_branch(struct machine *m)
{
	load_buffer(m, BRANCH, false);
}

static void lb_data(struct machine *m)
{
	load_buffer(m, NOTHING, true);
}

static void corr(struct machine *m)
{
	struct code c = code_thread(m, "sender");

	code_store(c, at(X), imm(1), RELAXED);
	hit_if(c, HIT, 0);
	c = code_thread(m, "receiver");
	code_load(c, A, at(X), RELAXED);
	code_load(c, B, at(X), RELAXED);
	hit_if_both(c, 1, 0);
}

/* The first load's address becomes known late: the second must not keep an older value. */
static void corr_late_address(struct machine *m)
{
	struct code c = code_thread(m, "sender");

	code_store(c, at(X), imm(1), RELAXED);
	hit_if(c, HIT, 0);
	c = code_thread(m, "receiver");
	code_load(c, HIT, at(Y), RELAXED);
	code_load(c, A, at_index(X, HIT), RELAXED);
	code_load(c, B, at(X), RELAXED);
	hit_if_both(c, 1, 0);
}

/* A thread must see its own store, even if its address becomes known late. */
static void own_store(struct machine *m)
{
	struct code c = code_thread(m, "left");

	hit_if(c, HIT, 0);
	c = code_thread(m, "right");
	code_load(c, A, at(Y), RELAXED);
	code_store(c, at_index(X, A), imm(1), RELAXED);
	code_load(c, A, at(X), RELAXED);
	hit_if(c, A, 0);
}

static void iriw(struct machine *m, enum order order)
{
	struct code c;

	for (int i = 0; i < 2; i++) {
		c = code_thread(m, i ? "writes Y" : "writes X");
		code_store(c, at(i ? Y : X), imm(1), RELAXED);
		hit_if(c, HIT, 0);
	}
	for (int i = 0; i < 2; i++) {
		c = code_thread(m, i ? "reads YX" : "reads XY");
		code_load(c, A, at(i ? Y : X), order);
		code_load(c, B, at(i ? X : Y), RELAXED);
		hit_if_both(c, 1, 0);
	}
}

static void iriw_plain(struct machine *m)
{
	iriw(m, RELAXED);
}

static void iriw_acquire(struct machine *m)
{
	iriw(m, ACQUIRE);
}

static void store_release_then_acquire(struct machine *m)
{
	for (int i = 0; i < 2; i++) {
		struct code c = code_thread(m, i ? "right" : "left");

		code_store(c, at(i ? Y : X), imm(1), RELEASE);
		code_load(c, A, at(i ? X : Y), ACQUIRE);
		hit_if(c, A, 0);
	}
}

static void sb_atomic(struct machine *m)
{
	for (int i = 0; i < 2; i++) {
		struct code c = code_thread(m, i ? "right" : "left");

		code_exchange(c, NO_REG, at(i ? Y : X), imm(1), RELAXED);
		code_load(c, A, at(i ? X : Y), RELAXED);
		hit_if(c, A, 0);
	}
}

/* What follows a branch must be what the branch decided, whatever was guessed. */
static void guess(struct machine *m)
{
	struct code c = code_thread(m, "sender");
	uint8_t skip;

	code_store(c, at(X), imm(1), RELAXED);
	hit_if(c, HIT, 0);
	c = code_thread(m, "receiver");
	code_set(c, B, imm(0));
	code_load(c, A, at(X), RELAXED);
	skip = code_skip_if(c, A, FN_EQ, imm(1));
	code_load(c, HIT, at(Y), RELAXED);
	code_set(c, B, imm(1));
	code_land(c, skip);
	hit_if_both(c, 1, 1);
}

/* A load waits for the value of its own thread's store. */
static void own_data(struct machine *m)
{
	struct code c = code_thread(m, "left");

	hit_if(c, HIT, 0);
	c = code_thread(m, "right");
	code_load(c, A, at(Y), RELAXED);
	code_compute(c, A, A, FN_ADD, imm(2));
	code_store(c, at(X), reg(A), RELAXED);
	code_load(c, B, at(X), RELAXED);
	code_compute(c, HIT, B, FN_NE, imm(2));
	end_thread(c);
}

static const struct litmus {
	const char *name;
	void (*build)(struct machine *m);
	bool is_seen[MEMORIES];
} all[] = {
	{ "SB", sb, { 0, 1, 1 } },
	{ "SB, one fence", sb_one_fence, { 0, 1, 1 } },
	{ "SB, two fences", sb_fences, { 0, 0, 0 } },
	{ "SB, membarrier and nothing", sb_membarrier, { 0, 0, 0 } },
	{ "SB, own store read first", sb_own, { 0, 1, 1 } },
	{ "SB, atomic exchanges", sb_atomic, { 0, 0, 1 } },
	{ "SB, release and acquire", store_release_then_acquire, { 0, 1, 1 } },
	{ "MP", mp, { 0, 0, 1 } },
	{ "MP, release only", mp_release_only, { 0, 0, 1 } },
	{ "MP, release and branch", mp_release_branch, { 0, 0, 1 } },
	{ "MP, acquire only", mp_acquire_only, { 0, 0, 1 } },
	{ "MP, release and acquire", mp_pair, { 0, 0, 0 } },
	{ "MP, release and address", mp_address, { 0, 0, 0 } },
	{ "LB", lb, { 0, 0, 1 } },
	{ "LB, branches", lb_branch, { 0, 0, 0 } },
	{ "LB, data", lb_data, { 0, 0, 0 } },
	{ "CoRR", corr, { 0, 0, 0 } },
	{ "CoRR, late address", corr_late_address, { 0, 0, 0 } },
	{ "own store, late address", own_store, { 0, 0, 0 } },
	{ "own store, late value", own_data, { 0, 0, 0 } },
	{ "a wrong guess", guess, { 0, 0, 0 } },
	{ "IRIW", iriw_plain, { 0, 0, 1 } },
	{ "IRIW, acquire", iriw_acquire, { 0, 0, 0 } },
};

static bool is_seen(const struct litmus *l, enum memory memory)
{
	static struct machine m;
	struct code c;
	int threads;

	memset(&m, 0, sizeof(m));
	m.memory = memory;
	m.window = 6;
	code_cells(&m, "X", 1, 0);
	code_cells(&m, "Y", 1, 0);
	code_cells(&m, "hits", 1, 0);
	code_cells(&m, "ended", 1, 0);
	l->build(&m);
	threads = m.threads;
	c = code_thread(&m, "judge");
	code_await(c, A, at(ENDED), FN_EQ, imm(threads));
	code_load(c, A, at(HITS), RELAXED);
	code_check(c, A, FN_NE, imm(threads));
	return checker_run(&(struct question){ &m, NOBODY, 1000000, false }).outcome ==
	       OUTCOME_VIOLATION;
}

int litmus_run(bool is_verbose, int *passed)
{
	static const char *const memories[MEMORIES] = { "SC", "TSO", "WEAK" };
	int failed = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (enum memory memory = SC; memory < MEMORIES; memory++) {
			bool seen = is_seen(&all[i], memory);
			bool is_right = seen == all[i].is_seen[memory];

			*(is_right ? passed : &failed) += 1;
			if (!is_right || is_verbose)
				printf("  %s litmus %-28s %-4s %s\n", is_right ? "ok  " : "FAIL",
				       all[i].name, memories[memory], seen ? "seen" : "never");
		}
	return failed;
}
