/* SPDX-License-Identifier: MIT */
/* Lock, unlock and the grace period: what a reader may see, and that the grace period ends. */
#include "side.h"

static void write_versions(struct machine *m, const struct domain *d, int grace_periods)
{
	struct code c = code_thread(m, "writer");

	for (int g = 1; g <= grace_periods; g++) {
		code_store(c, at(d->fresh), imm(g), RELAXED);
		side_grace(c, d, side_wait);
		code_store(c, at(d->freed), imm(g), RELAXED);
	}
}

static void sections(struct code c, const struct domain *d, int slot, int count)
{
	while (count-- > 0) {
		side_lock(c, d, slot);
		side_look(c, d);
		side_unlock(c, d, slot);
	}
	code_set(c, RANK, imm(0));
}

static const char *const reader_names[] = { "reader A", "reader B", "reader C" };

/* variant: the number of readers, and of the sections of each */
void grace_build(struct machine *m, enum mutant mutant, int variant)
{
	struct domain d = { .mutant = mutant, .slots = variant / 10 };

	side_domain(m, &d);
	for (int i = 0; i < d.slots; i++)
		sections(code_thread(m, reader_names[i]), &d, i, variant % 10);
	write_versions(m, &d, 2);
}

/* The same with atomics and fences only: small domains, no rseq, no membarrier. */
void grace_build_fenced(struct machine *m, enum mutant mutant, int variant)
{
	struct domain d = { .mutant = mutant, .has_active = true, .is_fenced = true };

	side_domain(m, &d);
	for (int i = 0; i < variant / 10; i++)
		sections(code_thread(m, reader_names[i]), &d, ATOMIC_SLOT, variant % 10);
	write_versions(m, &d, 2);
}

/*
 * Lock and unlock count in different places.  The mover goes to another CPU inside its section
 * (the scheduler's switch is a fence).  The other ones are aborted, one in its lock and one in its
 * unlock, and count in `active` there.
 */
void grace_build_moving(struct machine *m, enum mutant mutant, int variant)
{
	static const struct {
		const char *name;
		int lock, unlock;
	} all[] = { { "mover", 0, 1 },
		    { "aborted 1", ATOMIC_SLOT, 2 },
		    { "aborted 2", 2, ATOMIC_SLOT } };
	struct domain d = { .mutant = mutant, .slots = 3, .has_active = true };
	struct code c;

	side_domain(m, &d);
	for (int i = 0; i < 3; i++) {
		if (!(variant & (1 << i)))
			continue;
		c = code_thread(m, all[i].name);
		side_lock(c, &d, all[i].lock);
		if (all[i].lock != ATOMIC_SLOT && all[i].unlock != ATOMIC_SLOT)
			code_fence(c);
		side_look(c, &d);
		side_unlock(c, &d, all[i].unlock);
	}
	write_versions(m, &d, 1);
}

/* A section begins on one thread and ends on another (down_read and up_read). */
void grace_build_handed(struct machine *m, enum mutant mutant, int variant)
{
	struct domain d = { .mutant = mutant, .slots = 2 };
	uint8_t cookie;
	struct code c;

	side_domain(m, &d);
	cookie = code_cells(m, "cookie", 1, 0);
	c = code_thread(m, "giver");
	side_lock(c, &d, 0);
	code_compute(c, SPARE, RANK, FN_ADD, imm(1));
	code_store(c, at(cookie), reg(SPARE), RELEASE);
	c = code_thread(m, "taker");
	code_await(c, RANK, at(cookie), FN_NE, imm(0));
	code_compute(c, RANK, RANK, FN_SUB, imm(1));
	side_look(c, &d);
	side_unlock(c, &d, 1);
	write_versions(m, &d, variant);
}

/*
 * Two readers for ever, of whom one is always inside: neither leaves before the other has entered.
 * The grace period must end all the same.
 */
void grace_build_endless(struct machine *m, enum mutant mutant, int variant)
{
	struct domain d = { .mutant = mutant, .slots = 2, .mask = 3 };
	uint8_t turn;

	(void)variant;
	side_domain(m, &d);
	turn = code_cells(m, "turn", 1, 0);
	for (int i = 0; i < 2; i++) {
		struct code c = code_thread(m, reader_names[i]);
		uint8_t again;

		code_await(c, NO_REG, at(turn), FN_EQ, imm(i));
		side_lock(c, &d, i);
		code_store(c, at(turn), imm(1 - i), RELEASE);
		again = code_here(c);
		code_await(c, NO_REG, at(turn), FN_EQ, imm(i));
		side_unlock(c, &d, i);
		side_lock(c, &d, i);
		code_store(c, at(turn), imm(1 - i), RELEASE);
		code_jump(c, again);
	}
	write_versions(m, &d, 1);
}
