/* SPDX-License-Identifier: MIT */
/*
 * fork() copies memory while other threads go on: the child's counters are from different moments.
 * The child balances them, and no longer takes cookies from before: what the forking thread had
 * open protects nothing there.  Its atomic counters carry a generation; who first adds to one of
 * an older generation replaces it.
 */
#include "side.h"

enum { PARENT_SLOT, FORKER_SLOT, SLOTS };

struct copy {
	struct domain parent, child;
	uint8_t go;
};

static void open_copy(struct machine *m, struct copy *k, enum mutant mutant)
{
	struct domain d = { .mutant = mutant, .slots = SLOTS };

	k->parent = k->child = d;
	side_domain(m, &k->parent);
	k->child.word = code_cells(m, "child's word", 1, 0);
	k->child.fresh = code_cells(m, "child's fresh", 1, 0);
	k->child.freed = code_cells(m, "child's freed", 1, 0);
	k->child.locks = code_cells(m, "child's lock", 2 * SLOTS, 0);
	k->child.unlocks = code_cells(m, "child's unlock", 2 * SLOTS, 0);
	k->go = code_cells(m, "child's thread", 1, 0);
}

static void copy_cells(struct code c, uint8_t from, uint8_t to, int count)
{
	while (count-- > 0) {
		code_load(c, SPARE, at((uint8_t)(from + count)), RELAXED);
		code_store(c, at((uint8_t)(to + count)), reg(SPARE), RELAXED);
	}
}

static void copy_all(struct code c, const struct copy *k, bool unlocks_first)
{
	if (unlocks_first)
		copy_cells(c, k->parent.unlocks, k->child.unlocks, 2 * SLOTS);
	copy_cells(c, k->parent.word, k->child.word, 1);
	copy_cells(c, k->parent.locks, k->child.locks, 2 * SLOTS);
	if (!unlocks_first)
		copy_cells(c, k->parent.unlocks, k->child.unlocks, 2 * SLOTS);
	code_fence(c);
	code_set(c, SPARE, imm(0));
}

static void balance(struct code c, const struct domain *d)
{
	int ranks = d->mutant == NO_BALANCE ? 0 : d->mutant == BALANCE_ONE_RANK ? 1 : 2;

	for (int rank = 0; rank < ranks; rank++) {
		code_set(c, OTHER, imm(rank));
		side_scan(c, d, OTHER);
		code_load(c, SPARE, at_index(d->unlocks, OTHER), RELAXED);
		code_compute(c, SPARE, SPARE, FN_SUB, reg(OPEN));
		code_store(c, at_index(d->unlocks, OTHER), reg(SPARE), RELAXED);
	}
	code_set(c, SPARE, imm(0));
}

/* variant: 1 if the unlocks are copied before the locks */
void fork_build(struct machine *m, enum mutant mutant, int variant)
{
	struct copy k;
	struct code c;

	open_copy(m, &k, mutant);
	c = code_thread(m, "flipper");
	code_store(c, at(k.parent.word), imm(1), RELAXED);
	c = code_thread(m, "parent");
	side_lock(c, &k.parent, PARENT_SLOT);
	side_unlock(c, &k.parent, PARENT_SLOT);
	side_lock(c, &k.parent, PARENT_SLOT);
	side_unlock(c, &k.parent, PARENT_SLOT);
	c = code_thread(m, "forker");
	side_lock(c, &k.parent, FORKER_SLOT);
	copy_all(c, &k, variant);
	balance(c, &k.child);
	code_load(c, CURRENT, at(k.child.word), RELAXED);
	code_store(c, at(k.go), imm(1), RELEASE);
	if (mutant == OLD_COOKIE_COUNTS)
		side_unlock(c, &k.child, FORKER_SLOT);
	code_store(c, at(k.child.fresh), imm(1), RELAXED);
	side_grace(c, &k.child, side_wait);
	code_store(c, at(k.child.freed), imm(1), RELAXED);
	c = code_thread(m, "child");
	code_await(c, NO_REG, at(k.go), FN_EQ, imm(1));
	side_lock(c, &k.child, FORKER_SLOT);
	side_look(c, &k.child);
	side_unlock(c, &k.child, FORKER_SLOT);
}

/* Above this in an atomic counter: the generation of the child.  Below: a count. */
enum { BASE = 64 };

/* RANK keeps the word before, SPARE what is put in its place. */
static void add_to_active(struct code c, const struct domain *d, int delta)
{
	uint8_t is_current, again, swapped, replaced, done;

	code_atomic_add(c, RANK, at(d->active), imm(delta), ACQUIRE | RELEASE);
	if (d->mutant == STALE_STAYS)
		return;
	code_compute(c, OTHER, RANK, FN_AND, imm(BASE));
	is_current = code_skip_if(c, OTHER, FN_NE, imm(0));
	code_compute(c, RANK, RANK, FN_ADD, imm(delta));
	code_set(c, SPARE, imm(BASE + delta));
	again = code_here(c);
	code_swap(c, OPEN, at(d->active), reg(RANK), SPARE);
	swapped = code_skip_if(c, OPEN, FN_EQ, reg(RANK));
	code_set(c, RANK, reg(OPEN));
	code_compute(c, OTHER, RANK, FN_AND, imm(BASE));
	replaced = code_skip_if(c, OTHER, FN_NE, imm(0));
	code_jump(c, again);
	code_land(c, replaced);
	if (d->mutant != STALE_ADD_LOST)
		code_atomic_add(c, NO_REG, at(d->active), imm(delta), ACQUIRE | RELEASE);
	done = code_skip(c);
	code_land(c, is_current);
	code_land(c, swapped);
	code_land(c, done);
	for (uint8_t r = CURRENT; r <= SPARE; r++)
		code_set(c, r, imm(0));
	code_set(c, RANK, imm(0));
}

/* In the child: the counter still holds two readers of the parent. variant: readers */
void fork_build_active(struct machine *m, enum mutant mutant, int variant)
{
	struct domain d = { .mutant = mutant, .has_active = true, .is_fenced = true };
	uint8_t again, is_stale;
	struct code c;

	side_domain(m, &d);
	m->initial[d.active] = 2;
	for (int i = 0; i < variant; i++) {
		c = code_thread(m, i == 0 ? "reader A" : i == 1 ? "reader B" : "reader C");
		add_to_active(c, &d, 1);
		code_fence(c);
		side_look(c, &d);
		add_to_active(c, &d, -1);
	}
	c = code_thread(m, "writer");
	code_store(c, at(d.fresh), imm(1), RELAXED);
	code_fence(c);
	again = code_here(c);
	code_load(c, OPEN, at(d.active), ACQUIRE);
	code_compute(c, OTHER, OPEN, FN_AND, imm(BASE));
	is_stale = code_skip_if(c, OTHER, FN_EQ, imm(0));
	code_jump_if(c, OPEN, FN_NE, imm(BASE), again);
	code_land(c, is_stale);
	code_store(c, at(d.freed), imm(1), RELAXED);
}
