/* SPDX-License-Identifier: MIT */
/*
 * The worker leads a grace period, perhaps has not made its membarrier yet, and goes into a
 * callback; that may wait for the very thread that waits for the grace period.  That thread must
 * take the grace period over, and never while the worker is at it.
 */
#include "side.h"

enum { EVENT = SPARE, IS_CALLING = SPARE2 };

struct scene {
	struct domain domain;
	uint8_t asked, sequence, busy, led, closed;
	uint8_t lead, calling; /* the lock, and what it is of */
	uint8_t event, sleepers;
};

static void signal(struct code c, const struct scene *s)
{
	uint8_t nobody;

	code_atomic_add(c, NO_REG, at(s->event), imm(1), RELEASE);
	code_fence(c);
	code_load(c, TAKEN, at(s->sleepers), RELAXED);
	nobody = code_skip_if(c, TAKEN, FN_EQ, imm(0));
	code_futex_wake(c, at(s->event));
	code_land(c, nobody);
}

/* From the fence to the release, by whoever leads. */
static void finish(struct code c, const struct scene *s, const struct domain *d)
{
	code_load(c, CURRENT, at(d->word), RELAXED);
	side_grace(c, d, side_wait);
	code_atomic_add(c, TAKEN, at(s->closed), imm(1), RELAXED);
	code_check(c, TAKEN, FN_EQ, imm(0));
	code_store(c, at(s->sequence), imm(2), RELEASE);
	code_store(c, at(s->busy), imm(0), RELEASE);
	signal(c, s);
}

static void set_calling(struct code c, const struct scene *s, int to)
{
	code_lock(c, at(s->lead));
	code_store(c, at(s->calling), imm(to), RELAXED);
	code_unlock(c, at(s->lead));
}

static void worker(struct code c, const struct scene *s, bool callback_waits)
{
	enum mutant mutant = s->domain.mutant;
	uint8_t taken;

	code_await(c, TAKEN, at(s->asked), FN_EQ, imm(1));
	code_exchange(c, TAKEN, at(s->busy), imm(1), ACQUIRE);
	code_store(c, at(s->led), imm(1), RELAXED);
	code_store(c, at(s->sequence), imm(1), RELAXED);
	if (mutant == OFFER_EARLY)
		signal(c, s);
	set_calling(c, s, 1);
	if (mutant != OFFER_EARLY)
		signal(c, s);
	if (callback_waits)
		code_await(c, TAKEN, at(s->domain.freed), FN_EQ, imm(1));
	set_calling(c, s, 0);
	code_load(c, TAKEN, at(s->led), RELAXED);
	taken = code_skip_if(c, TAKEN, FN_EQ, imm(0));
	finish(c, s, &s->domain);
	code_land(c, taken);
}

/* TAKEN = 1 if the grace period is ours now. */
static void take_over(struct code c, const struct scene *s)
{
	uint8_t driving = 0, not_led;

	code_lock(c, at(s->lead));
	code_load(c, IS_CALLING, at(s->calling), RELAXED);
	code_set(c, TAKEN, imm(0));
	if (s->domain.mutant != TAKE_OVER_ALWAYS)
		driving = code_skip_if(c, IS_CALLING, FN_EQ, imm(0));
	code_load(c, TAKEN, at(s->led), RELAXED);
	not_led = code_skip_if(c, TAKEN, FN_EQ, imm(0));
	code_store(c, at(s->led), imm(0), RELAXED);
	code_land(c, not_led);
	if (s->domain.mutant != TAKE_OVER_ALWAYS)
		code_land(c, driving);
	code_unlock(c, at(s->lead));
}

static void waits(struct code c, const struct scene *s)
{
	struct domain ours = s->domain;
	uint8_t again, over, drives, got, taken = 0, ended;

	if (ours.mutant == TAKE_OVER_UNFENCED)
		ours.mutant = NO_MEMBARRIER;
	code_store(c, at(ours.fresh), imm(1), RELAXED);
	code_store(c, at(s->asked), imm(1), RELEASE);
	again = code_here(c);
	code_load(c, EVENT, at(s->event), ACQUIRE);
	code_load(c, TAKEN, at(s->sequence), ACQUIRE);
	over = code_skip_if(c, TAKEN, FN_EQ, imm(2));
	code_load(c, IS_CALLING, at(s->calling), RELAXED);
	drives = code_skip_if(c, IS_CALLING, FN_EQ, imm(0));
	code_exchange(c, TAKEN, at(s->busy), imm(1), ACQUIRE);
	got = code_skip_if(c, TAKEN, FN_EQ, imm(0));
	if (ours.mutant != NO_TAKE_OVER) {
		take_over(c, s);
		taken = code_skip_if(c, TAKEN, FN_EQ, imm(1));
	}
	code_land(c, drives);
	code_atomic_add(c, NO_REG, at(s->sleepers), imm(1), RELAXED);
	code_futex_wait(c, at(s->event), reg(EVENT));
	code_atomic_add(c, NO_REG, at(s->sleepers), imm(-1), RELAXED);
	code_jump(c, again);
	code_land(c, got);
	code_load(c, TAKEN, at(s->sequence), ACQUIRE);
	ended = code_skip_if(c, TAKEN, FN_EQ, imm(2));
	if (ours.mutant != NO_TAKE_OVER)
		code_land(c, taken);
	finish(c, s, &ours);
	code_land(c, ended);
	code_land(c, over);
	code_store(c, at(ours.freed), imm(1), RELAXED);
}

/* variant: does the callback wait? */
void takeover_build(struct machine *m, enum mutant mutant, int variant)
{
	struct scene s = { .domain = { .mutant = mutant, .slots = 1 } };
	struct code c;

	side_domain(m, &s.domain);
	s.asked = code_cells(m, "asked", 1, 0);
	s.sequence = code_cells(m, "sequence", 1, 0);
	s.busy = code_cells(m, "busy", 1, 0);
	s.led = code_cells(m, "led by worker", 1, 0);
	s.closed = code_cells(m, "closed", 1, 0);
	s.lead = code_cells(m, "lead", 1, 0);
	s.calling = code_cells(m, "calling", 1, 0);
	s.event = code_cells(m, "event", 1, 0);
	s.sleepers = code_cells(m, "sleepers", 1, 0);
	c = code_thread(m, "reader");
	side_lock(c, &s.domain, 0);
	side_look(c, &s.domain);
	side_unlock(c, &s.domain, 0);
	worker(code_thread(m, "worker"), &s, variant == 1);
	waits(code_thread(m, "waiter"), &s);
}
