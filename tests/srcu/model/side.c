/* SPDX-License-Identifier: MIT */
#include "side.h"

void side_domain(struct machine *m, struct domain *d)
{
	d->word = code_cells(m, "word", 1, 0);
	d->fresh = code_cells(m, "fresh", 1, 0);
	d->freed = code_cells(m, "freed", 1, 0);
	if (d->slots > 0) {
		d->locks = code_cells(m, "lock", 2 * d->slots, 0);
		d->unlocks = code_cells(m, "unlock", 2 * d->slots, 0);
	}
	if (d->has_active)
		d->active = code_cells(m, "active", 2, 0);
	if (d->has_waiter)
		d->waiter = code_cells(m, "waiter", 2, 0);
}

uint8_t side_row(uint8_t row, int slot)
{
	return (uint8_t)(row + 2 * slot);
}

static void count(struct code c, const struct domain *d, struct place place, enum order order)
{
	code_increment(c, place, order);
	c.program->code[c.program->length - 1].imm = (uint8_t)d->mask;
}

void side_count_lock(struct code c, const struct domain *d, int slot)
{
	if (slot != ATOMIC_SLOT) {
		count(c, d, at_index(side_row(d->locks, slot), RANK), RELAXED);
		return;
	}
	code_atomic_add(c, NO_REG, at_index(d->active, RANK), imm(1), RELAXED);
	if (d->is_fenced && d->mutant != NO_LOCK_FENCE)
		code_fence(c);
}

void side_lock(struct code c, const struct domain *d, int slot)
{
	code_load(c, RANK, at(d->word), RELAXED);
	side_count_lock(c, d, slot);
}

void side_unlock(struct code c, const struct domain *d, int slot)
{
	enum order order = d->mutant == PLAIN_UNLOCK ? RELAXED : RELEASE;

	if (d->mutant == UNLOCK_CURRENT_RANK)
		code_load(c, RANK, at(d->word), RELAXED);
	if (slot == ATOMIC_SLOT)
		code_atomic_add(c, NO_REG, at_index(d->active, RANK), imm(-1), order);
	else
		count(c, d, at_index(side_row(d->unlocks, slot), RANK), order);
}

void side_look(struct code c, const struct domain *d)
{
	code_load(c, SEEN, at(d->fresh), RELAXED);
	code_load(c, TAKEN, at(d->freed), RELAXED);
	code_check(c, TAKEN, FN_LE, reg(SEEN));
	code_set(c, SEEN, imm(0));
	code_set(c, TAKEN, imm(0));
}

void side_barrier(struct code c, const struct domain *d)
{
	if (!d->is_fenced)
		code_membarrier(c);
	else if (d->mutant != NO_WRITER_FENCE)
		code_fence(c);
}

static void sum(struct code c, const struct domain *d, uint8_t rank, bool is_unlock)
{
	enum order order = d->mutant == PLAIN_SUMS ? RELAXED : ACQUIRE;

	for (int i = 0; i < d->slots; i++) {
		if (is_unlock)
			code_load_add(c, OPEN, at_index(side_row(d->unlocks, i), rank), order);
		else
			code_load_sub(c, OPEN, at_index(side_row(d->locks, i), rank), RELAXED);
	}
}

/* Unlocks, then what counts both, then locks: each unlock that is seen has its lock seen. */
void side_scan(struct code c, const struct domain *d, uint8_t rank)
{
	enum order order = d->mutant == PLAIN_SUMS ? RELAXED : ACQUIRE;
	bool is_swapped = d->mutant == SUMS_SWAPPED;

	code_set(c, OPEN, imm(0));
	sum(c, d, rank, !is_swapped);
	if (d->has_active && d->mutant != ACTIVE_LAST)
		code_load_sub(c, OPEN, at_index(d->active, rank), order);
	sum(c, d, rank, is_swapped);
	if (d->has_active && d->mutant == ACTIVE_LAST)
		code_load_sub(c, OPEN, at_index(d->active, rank), order);
	if (d->mask)
		code_compute(c, OPEN, OPEN, FN_AND, imm(d->mask));
}

void side_wait(struct code c, const struct domain *d, uint8_t rank)
{
	uint8_t again = code_here(c);

	side_scan(c, d, rank);
	code_jump_if(c, OPEN, FN_NE, imm(0), again);
}

void side_grace(struct code c, const struct domain *d,
		void (*wait_old)(struct code c, const struct domain *d, uint8_t rank))
{
	bool has_previous = d->mutant != NO_PREVIOUS_RANK;
	uint8_t busy, other_busy = 0, done;

	if (d->mutant != NO_MEMBARRIER && d->mutant != LATE_MEMBARRIER)
		side_barrier(c, d);
	code_compute(c, OTHER, CURRENT, FN_XOR, imm(1));
	side_scan(c, d, CURRENT);
	busy = code_skip_if(c, OPEN, FN_NE, imm(0));
	if (has_previous) {
		side_scan(c, d, OTHER);
		other_busy = code_skip_if(c, OPEN, FN_NE, imm(0));
	}
	done = code_skip(c);
	code_land(c, busy);
	if (has_previous) {
		code_land(c, other_busy);
		if (d->mutant != NO_PREVIOUS_WAIT)
			wait_old(c, d, OTHER);
	}
	if (d->mutant != NO_FLIP)
		code_store(c, at(d->word), reg(OTHER), RELAXED);
	wait_old(c, d, CURRENT);
	if (d->mutant != NO_FLIP)
		code_set(c, CURRENT, reg(OTHER));
	code_land(c, done);
	code_set(c, OPEN, imm(0));
	if (d->mutant == LATE_MEMBARRIER)
		side_barrier(c, d);
	code_fence(c);
}
