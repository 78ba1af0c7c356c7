/* SPDX-License-Identifier: MIT */
/*
 * Callers of one domain share grace periods: the sequence says which ones count for whom.  Two
 * writers with an object each, one reader.
 */
#include "side.h"

enum { TICKET = SPARE, NOW = SPARE2 };

struct shared {
	struct domain domain;
	uint8_t sequence; /* even: idle; odd: a grace period is under way */
	uint8_t busy, event, sleepers;
	uint8_t fresh[2], freed[2], mark;
};

static void open_shared(struct machine *m, struct shared *s, enum mutant mutant)
{
	*s = (struct shared){ .domain = { .mutant = mutant, .slots = 1 } };
	side_domain(m, &s->domain);
	s->fresh[0] = s->domain.fresh;
	s->freed[0] = s->domain.freed;
	s->fresh[1] = code_cells(m, "fresh 2", 1, 0);
	s->freed[1] = code_cells(m, "freed 2", 1, 0);
	s->mark = code_cells(m, "mark", 1, 0);
}

/* Leaves a mark in the read side: 1 or 2, by what it saw of the second object. */
static void reader(struct machine *m, const struct shared *s)
{
	struct domain second = s->domain;
	struct code c = code_thread(m, "reader");

	second.fresh = s->fresh[1];
	second.freed = s->freed[1];
	side_lock(c, &s->domain, 0);
	side_look(c, &s->domain);
	side_look(c, &second);
	code_load(c, SEEN, at(second.fresh), RELAXED);
	code_compute(c, SEEN, SEEN, FN_ADD, imm(1));
	code_store(c, at(s->mark), reg(SEEN), RELAXED);
	side_unlock(c, &s->domain, 0);
}

/* After its grace period: a read side without a mark must be one that saw the new object. */
static void look_for_mark(struct code c, const struct shared *s)
{
	uint8_t seen;

	code_load(c, SEEN, at(s->mark), RELAXED);
	code_await(c, TAKEN, at(s->mark), FN_NE, imm(0));
	seen = code_skip_if(c, SEEN, FN_NE, imm(0));
	code_check(c, TAKEN, FN_EQ, imm(2));
	code_land(c, seen);
}

static void lead(struct code c, const struct shared *s)
{
	enum mutant mutant = s->domain.mutant;

	code_load(c, NOW, at(s->sequence), RELAXED);
	code_compute(c, NOW, NOW, FN_ADD, imm(1));
	if (mutant != SEQUENCE_LATE)
		code_store(c, at(s->sequence), reg(NOW), RELAXED);
	code_load(c, CURRENT, at(s->domain.word), RELAXED);
	side_grace(c, &s->domain, side_wait);
	code_compute(c, NOW, NOW, FN_ADD, imm(1));
	code_store(c, at(s->sequence), reg(NOW), RELEASE);
}

static void release(struct code c, const struct shared *s)
{
	enum mutant mutant = s->domain.mutant;
	uint8_t nobody;

	code_store(c, at(s->busy), imm(0), RELEASE);
	if (mutant != NO_SIGNAL)
		code_atomic_add(c, NO_REG, at(s->event), imm(1), RELEASE);
	if (mutant != NO_SIGNAL_FENCE)
		code_fence(c);
	code_load(c, TAKEN, at(s->sleepers), RELAXED);
	nobody = code_skip_if(c, TAKEN, FN_EQ, imm(0));
	code_futex_wake(c, at(s->event));
	code_land(c, nobody);
}

static void follow(struct code c, const struct shared *s)
{
	if (s->domain.mutant == EVENT_READ_LATE)
		code_load(c, SEEN, at(s->event), ACQUIRE);
	code_atomic_add(c, NO_REG, at(s->sleepers), imm(1), RELAXED);
	code_futex_wait(c, at(s->event), reg(SEEN));
	code_atomic_add(c, NO_REG, at(s->sleepers), imm(-1), RELAXED);
}

/* TAKEN = 1 if the grace period of the ticket is over. */
static void is_over(struct code c, const struct shared *s, enum order order)
{
	code_load(c, NOW, at(s->sequence), order);
	code_compute(c, TAKEN, TICKET, FN_LE, reg(NOW));
}

/* Leads a grace period, or sleeps until another one that began late enough has ended. */
static void synchronize(struct code c, const struct shared *s, bool has_mark)
{
	enum mutant mutant = s->domain.mutant;
	uint8_t again, over, served, got;

	if (mutant != NO_SNAPSHOT_FENCE)
		code_fence(c);
	code_load(c, TICKET, at(s->sequence), RELAXED);
	code_compute(c, TICKET, TICKET, FN_ADD, imm(mutant == SNAPSHOT_SHORT ? 2 : 3));
	code_compute(c, TICKET, TICKET, FN_AND, imm(254));
	again = code_here(c);
	if (mutant != EVENT_READ_LATE)
		code_load(c, SEEN, at(s->event), ACQUIRE);
	is_over(c, s, mutant == PLAIN_POLL ? RELAXED : ACQUIRE);
	over = code_skip_if(c, TAKEN, FN_EQ, imm(1));
	code_exchange(c, TAKEN, at(s->busy), imm(1), ACQUIRE);
	got = code_skip_if(c, TAKEN, FN_EQ, imm(0));
	follow(c, s);
	code_jump(c, again);
	code_land(c, got);
	is_over(c, s, ACQUIRE);
	served = code_skip_if(c, TAKEN, FN_EQ, imm(1));
	lead(c, s);
	code_land(c, served);
	release(c, s);
	code_jump(c, again);
	code_land(c, over);
	if (has_mark)
		look_for_mark(c, s);
	for (uint8_t r = SEEN; r <= NOW; r++)
		code_set(c, r, imm(0));
}

void sequence_build(struct machine *m, enum mutant mutant, int variant)
{
	struct shared s;

	(void)variant;
	open_shared(m, &s, mutant);
	s.sequence = code_cells(m, "sequence", 1, 0);
	s.busy = code_cells(m, "busy", 1, 0);
	s.event = code_cells(m, "event", 1, 0);
	s.sleepers = code_cells(m, "sleepers", 1, 0);
	reader(m, &s);
	for (int i = 0; i < 2; i++) {
		struct code c = code_thread(m, i ? "writer Q" : "writer P");

		code_store(c, at(s.fresh[i]), imm(1), RELAXED);
		synchronize(c, &s, i == 1);
		code_store(c, at(s.freed[i]), imm(1), RELAXED);
	}
}
