/* SPDX-License-Identifier: MIT */
/*
 * How a grace period sleeps: it shows its waiter to the readers of the one rank it waits for, makes
 * sure that every later unlock will see it (a membarrier, once), looks again, and sleeps on a word
 * that each wake-up changes.  No wake-up may be lost: nobody may sleep for ever.
 */
#include "side.h"

enum { FLAG = SEEN, SLEPT_ON = SPARE, SHOWN = SPARE2 };

/* A waiter: the word, and how many sleep on it. */
struct waiter {
	uint8_t word, sleepers;
};

struct scene {
	struct domain domain;
	struct waiter self, early;
	uint8_t core,
		early_armed; /* a domain's core exists; how many leaders of young cores sleep */
};

static struct scene scene; /* the one that is being written */

static struct waiter make_waiter(struct machine *m, const char *word, const char *sleepers)
{
	struct waiter w = { code_cells(m, word, 1, 0), code_cells(m, sleepers, 1, 0) };

	return w;
}

static void wake(struct code c, struct waiter w, enum mutant mutant)
{
	uint8_t nobody;

	if (mutant != WAKE_WITHOUT_COUNT)
		code_atomic_add(c, NO_REG, at(w.word), imm(1),
				mutant == PLAIN_WAKE ? RELAXED : RELEASE);
	if (mutant != PLAIN_WAKE)
		code_fence(c);
	code_load(c, FLAG, at(w.sleepers), RELAXED);
	nobody = code_skip_if(c, FLAG, FN_EQ, imm(0));
	code_futex_wake(c, at(w.word));
	code_land(c, nobody);
}

static void sleep_on(struct code c, struct waiter w, enum mutant mutant)
{
	if (mutant == SLEEPING_FLAG)
		code_store(c, at(w.sleepers), imm(1), RELAXED);
	else
		code_atomic_add(c, NO_REG, at(w.sleepers), imm(1), RELAXED);
	code_futex_wait(c, at(w.word), reg(SLEPT_ON));
	if (mutant == SLEEPING_FLAG)
		code_store(c, at(w.sleepers), imm(0), RELAXED);
	else
		code_atomic_add(c, NO_REG, at(w.sleepers), imm(-1), RELAXED);
}

static void unlock_and_wake(struct code c, const struct domain *d, int slot)
{
	uint8_t nobody;

	if (d->mutant == FLAG_BEFORE_UNLOCK)
		code_load(c, FLAG, at_index(d->waiter, RANK), RELAXED);
	side_unlock(c, d, slot);
	if (d->is_fenced && d->mutant != NO_UNLOCK_FENCE)
		code_fence(c);
	if (d->mutant != FLAG_BEFORE_UNLOCK)
		code_load(c, FLAG, at_index(d->waiter, RANK), RELAXED);
	nobody = code_skip_if(c, FLAG, FN_EQ, imm(0));
	wake(c, scene.self, d->mutant);
	code_land(c, nobody);
	code_set(c, FLAG, imm(0));
}

static void sleep_for_on(struct code c, const struct domain *d, uint8_t rank, struct waiter w)
{
	uint8_t again, spun, done = 0;

	side_scan(c, d, rank);
	spun = code_skip_if(c, OPEN, FN_EQ, imm(0));
	code_compute(c, SHOWN, rank, FN_XOR, imm(d->mutant == FLAG_OTHER_RANK));
	if (d->mutant != NOT_ARMED_AGAIN || rank != CURRENT)
		code_store(c, at_index(d->waiter, SHOWN), imm(1), RELAXED);
	if (d->mutant != WORD_READ_LATE)
		code_load(c, SLEPT_ON, at(w.word), ACQUIRE);
	if (d->mutant != NO_WAIT_MEMBARRIER)
		side_barrier(c, d);
	again = code_here(c);
	if (d->mutant != NO_WAIT_RECHECK) {
		side_scan(c, d, rank);
		done = code_skip_if(c, OPEN, FN_EQ, imm(0));
	}
	if (d->mutant == WORD_READ_LATE)
		code_load(c, SLEPT_ON, at(w.word), ACQUIRE);
	sleep_on(c, w, d->mutant);
	if (d->mutant == NO_WAIT_RECHECK) {
		side_scan(c, d, rank);
		done = code_skip_if(c, OPEN, FN_EQ, imm(0));
	}
	if (d->mutant != WORD_READ_LATE)
		code_load(c, SLEPT_ON, at(w.word), ACQUIRE);
	code_jump(c, again);
	code_land(c, done);
	code_store(c, at_index(d->waiter, SHOWN), imm(0), RELAXED);
	code_set(c, SLEPT_ON, imm(0));
	code_land(c, spun);
}

static void sleep_for(struct code c, const struct domain *d, uint8_t rank)
{
	sleep_for_on(c, d, rank, scene.self);
}

static void write_once(struct code c, const struct domain *d)
{
	code_store(c, at(d->fresh), imm(1), RELAXED);
	side_grace(c, d, sleep_for);
	code_store(c, at(d->freed), imm(1), RELAXED);
}

/* variant: 100 for fenced, readers, sections; each reader also looks at what is protected */
void wait_build(struct machine *m, enum mutant mutant, int variant)
{
	bool is_fenced = variant >= 100;
	int readers = variant / 10 % 10;
	struct domain d = { .mutant = mutant,
			    .slots = is_fenced ? 0 : readers,
			    .has_waiter = true };

	d.is_fenced = d.has_active = is_fenced;
	side_domain(m, &d);
	scene.self = make_waiter(m, "wakes", "sleepers");
	for (int i = 0; i < readers; i++) {
		struct code c = code_thread(m, i ? "reader B" : "reader A");

		for (int n = 0; n < variant % 10; n++) {
			side_lock(c, &d, is_fenced ? ATOMIC_SLOT : i);
			side_look(c, &d);
			unlock_and_wake(c, &d, is_fenced ? ATOMIC_SLOT : i);
		}
		code_set(c, RANK, imm(0));
	}
	write_once(code_thread(m, "writer"), &d);
}

/* Two leaders sleep on the same waiter, each for a reader of its own. */
void wait_build_shared(struct machine *m, enum mutant mutant, int variant)
{
	struct waiter w = make_waiter(m, "wakes", "sleepers");
	uint8_t gone = code_cells(m, "gone", variant, 0),
		shown = code_cells(m, "shown", variant, 0);

	for (int i = 0; i < variant; i++) {
		struct code c = code_thread(m, i ? "reader B" : "reader A");
		uint8_t nobody;

		code_store(c, at((uint8_t)(gone + i)), imm(1), RELEASE);
		code_fence(c);
		code_load(c, FLAG, at((uint8_t)(shown + i)), RELAXED);
		nobody = code_skip_if(c, FLAG, FN_EQ, imm(0));
		wake(c, w, mutant);
		code_land(c, nobody);
	}
	for (int i = 0; i < variant; i++) {
		struct code c = code_thread(m, i ? "leader B" : "leader A");
		uint8_t again, done;

		code_store(c, at((uint8_t)(shown + i)), imm(1), RELAXED);
		code_fence(c);
		again = code_here(c);
		code_load(c, SLEPT_ON, at(w.word), ACQUIRE);
		code_load(c, OPEN, at((uint8_t)(gone + i)), ACQUIRE);
		done = code_skip_if(c, OPEN, FN_EQ, imm(1));
		sleep_on(c, w, mutant);
		code_jump(c, again);
		code_land(c, done);
	}
}

/* A small domain's reader, who may find no core, and then looks whether anybody sleeps for such. */
static void early_reader(struct code c, const struct domain *d)
{
	uint8_t nobody, nobody_early, no_core, done;

	code_load(c, FLAG, at(scene.core), ACQUIRE);
	code_set(c, RANK, imm(0));
	no_core = code_skip_if(c, FLAG, FN_EQ, imm(0));
	code_load(c, RANK, at(d->word), RELAXED);
	code_land(c, no_core);
	side_count_lock(c, d, ATOMIC_SLOT);
	side_look(c, d);
	code_load(c, SPARE, at(scene.core), ACQUIRE);
	side_unlock(c, d, ATOMIC_SLOT);
	code_fence(c);
	no_core = code_skip_if(c, SPARE, FN_EQ, imm(0));
	code_load(c, FLAG, at_index(d->waiter, RANK), RELAXED);
	nobody = code_skip_if(c, FLAG, FN_EQ, imm(0));
	wake(c, scene.self, d->mutant);
	code_land(c, nobody);
	done = code_skip(c);
	code_land(c, no_core);
	if (d->mutant != NO_EARLY) {
		code_load(c, FLAG, at(scene.early_armed), RELAXED);
		nobody_early = code_skip_if(c, FLAG, FN_EQ, imm(0));
		wake(c, scene.self, d->mutant);
		code_land(c, nobody_early);
	}
	code_land(c, done);
	for (uint8_t r = RANK; r <= SPARE; r++)
		code_set(c, r, imm(0));
}

static void sleep_early(struct code c, const struct domain *d, uint8_t rank)
{
	code_atomic_add(c, NO_REG, at(scene.early_armed), imm(1), RELAXED);
	sleep_for_on(c, d, rank, scene.self);
	code_atomic_add(c, NO_REG, at(scene.early_armed), imm(-1), RELAXED);
}

/* The core is made by the first grace period; the second one no longer looks out for early ones. */
void wait_build_early(struct machine *m, enum mutant mutant, int variant)
{
	struct domain d = { .mutant = mutant, .has_active = true, .is_fenced = true };
	struct code c;

	d.has_waiter = true;
	side_domain(m, &d);
	scene.self = make_waiter(m, "wakes", "sleepers");
	scene.core = code_cells(m, "core", 1, 0);
	scene.early_armed = code_cells(m, "early armed", 1, 0);
	for (int i = 0; i < variant; i++)
		early_reader(code_thread(m, i ? "reader B" : "reader A"), &d);
	c = code_thread(m, "writer");
	code_store(c, at(scene.core), imm(1), RELEASE);
	code_store(c, at(d.fresh), imm(1), RELAXED);
	side_grace(c, &d, sleep_early);
	code_store(c, at(d.freed), imm(1), RELAXED);
	code_store(c, at(d.fresh), imm(2), RELAXED);
	side_grace(c, &d, sleep_for);
	code_store(c, at(d.freed), imm(2), RELAXED);
}

/*
 * A leader holds `busy` while a callback is given.  The worker finds the domain busy and sleeps:
 * the leader must tell it when it lets go.
 */
void wait_build_worker(struct machine *m, enum mutant mutant, int variant)
{
	uint8_t busy = code_cells(m, "busy", 1, 1), listed = code_cells(m, "listed", 1, 0);
	struct waiter w = make_waiter(m, "wakes", "sleepers");
	uint8_t again, not_listed, got, nobody;
	struct code c;

	(void)variant;
	c = code_thread(m, "leader");
	if (mutant == LISTED_READ_EARLY)
		code_load(c, RANK, at(listed), RELAXED);
	code_store(c, at(busy), imm(0), RELEASE);
	code_fence(c);
	if (mutant != LISTED_READ_EARLY)
		code_load(c, RANK, at(listed), RELAXED);
	nobody = code_skip_if(c, RANK, FN_EQ, imm(0));
	wake(c, w, mutant);
	code_land(c, nobody);
	c = code_thread(m, "caller");
	code_store(c, at(listed), imm(1), RELAXED);
	wake(c, w, mutant);
	c = code_thread(m, "worker");
	again = code_here(c);
	code_load(c, SLEPT_ON, at(w.word), ACQUIRE);
	code_load(c, OPEN, at(listed), ACQUIRE);
	not_listed = code_skip_if(c, OPEN, FN_EQ, imm(0));
	code_exchange(c, OPEN, at(busy), imm(1), ACQUIRE);
	got = code_skip_if(c, OPEN, FN_EQ, imm(0));
	code_land(c, not_listed);
	sleep_on(c, w, mutant);
	code_jump(c, again);
	code_land(c, got);
}
