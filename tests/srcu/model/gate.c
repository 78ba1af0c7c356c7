/* SPDX-License-Identifier: MIT */
/*
 * The gate: callers of all domains share membarriers.  Each needs one that begins after it came.
 * Whoever gets `busy` makes it; the others sleep, and nobody may sleep for ever.
 */
#include "side.h"

enum { WANT = SPARE, NOW = SPARE2, FLAG = SEEN };

struct gate {
	enum mutant mutant;
	uint8_t started, done, busy, sleepers;
};

static void open_gate(struct machine *m, struct gate *g, enum mutant mutant)
{
	g->mutant = mutant;
	g->started = code_cells(m, "started", 1, 0);
	g->done = code_cells(m, "done", 1, 0);
	g->busy = code_cells(m, "busy", 1, 0);
	g->sleepers = code_cells(m, "sleepers", 1, 0);
}

static void perform(struct code c, const struct gate *g)
{
	code_load(c, NOW, at(g->started), RELAXED);
	code_compute(c, NOW, NOW, FN_ADD, imm(1));
	if (g->mutant != NUMBER_LATE)
		code_store(c, at(g->started), reg(NOW), RELAXED);
	code_fence(c);
	code_membarrier(c);
	if (g->mutant == NUMBER_LATE)
		code_store(c, at(g->started), reg(NOW), RELAXED);
	code_store(c, at(g->done), reg(NOW), RELEASE);
}

static void sleep_at_gate(struct code c, const struct gate *g)
{
	bool on_done = g->mutant == SLEEP_ON_DONE;
	uint8_t free;

	code_atomic_add(c, NO_REG, at(g->sleepers), imm(1), RELAXED);
	code_fence(c);
	code_load(c, FLAG, at(g->busy), RELAXED);
	free = code_skip_if(c, FLAG, FN_EQ, imm(0));
	if (on_done)
		code_futex_wait(c, at(g->done), reg(NOW));
	else
		code_futex_wait(c, at(g->busy), imm(1));
	code_land(c, free);
	code_atomic_add(c, NO_REG, at(g->sleepers), imm(-1), RELAXED);
}

static void leave(struct code c, const struct gate *g)
{
	uint8_t nobody;

	code_store(c, at(g->busy), imm(0), RELEASE);
	if (g->mutant != NO_GATE_LEAVE_FENCE)
		code_fence(c);
	code_load(c, FLAG, at(g->sleepers), RELAXED);
	nobody = code_skip_if(c, FLAG, FN_EQ, imm(0));
	code_futex_wake(c, at(g->mutant == SLEEP_ON_DONE ? g->done : g->busy));
	code_land(c, nobody);
}

static void pass_gate(struct code c, const struct gate *g)
{
	uint8_t again, out, got, served;

	if (g->mutant != NO_GATE_FENCE)
		code_fence(c);
	code_load(c, WANT, at(g->started), RELAXED);
	code_compute(c, WANT, WANT, FN_ADD, imm(g->mutant == GATE_TAKES_CURRENT ? 0 : 1));
	again = code_here(c);
	code_load(c, NOW, at(g->done), ACQUIRE);
	code_compute(c, FLAG, WANT, FN_LE, reg(NOW));
	out = code_skip_if(c, FLAG, FN_EQ, imm(1));
	code_exchange(c, FLAG, at(g->busy), imm(1), ACQUIRE);
	got = code_skip_if(c, FLAG, FN_EQ, imm(0));
	sleep_at_gate(c, g);
	code_jump(c, again);
	code_land(c, got);
	code_load(c, FLAG, at(g->done), RELAXED);
	code_compute(c, FLAG, WANT, FN_LE, reg(FLAG));
	served = code_skip_if(c, FLAG, FN_EQ, imm(1));
	perform(c, g);
	code_land(c, served);
	leave(c, g);
	code_jump(c, again);
	code_land(c, out);
	code_set(c, WANT, imm(0));
	code_set(c, NOW, imm(0));
	code_set(c, FLAG, imm(0));
}

/* Two writers with an object each, and a reader that must never see one of them freed. */
void gate_build(struct machine *m, enum mutant mutant, int variant)
{
	struct domain d = { .mutant = mutant, .slots = 1 }, second;
	struct gate g;
	struct code c;

	(void)variant;
	side_domain(m, &d);
	second = d;
	second.fresh = code_cells(m, "fresh 2", 1, 0);
	second.freed = code_cells(m, "freed 2", 1, 0);
	open_gate(m, &g, mutant);
	c = code_thread(m, "reader");
	side_lock(c, &d, 0);
	side_look(c, &d);
	side_look(c, &second);
	side_unlock(c, &d, 0);
	for (int i = 0; i < 2; i++) {
		c = code_thread(m, i ? "writer Q" : "writer P");
		code_store(c, at(i ? second.fresh : d.fresh), imm(1), RELAXED);
		pass_gate(c, &g);
		side_wait(c, &d, CURRENT);
		code_store(c, at(i ? second.freed : d.freed), imm(1), RELAXED);
	}
}

/* Only callers: does each get through? */
void gate_build_callers(struct machine *m, enum mutant mutant, int variant)
{
	static const char *const names[] = { "caller P", "caller Q", "caller R", "caller S" };
	struct gate g;

	open_gate(m, &g, mutant);
	for (int i = 0; i < variant; i++)
		pass_gate(code_thread(m, names[i]), &g);
}
