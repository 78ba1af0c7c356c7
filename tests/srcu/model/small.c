/* SPDX-License-Identifier: MIT */
/*
 * A small domain becomes one with cells.  Its readers find the cells by the word; those who counted
 * in `active` stay there.  Small: a grace period has a fence and no membarrier.  The promotion
 * excludes grace periods (`busy`), and has one membarrier before the word is published, so that
 * who finds the word has forgotten all that it read before, and finds the tag.
 */
#include "side.h"

enum { CELLS = SPARE, WORD = SPARE2 };

/* The word is 0 (small) or 1 + rank.  `word` of the domain is the rank in the core. */
struct promotion {
	struct domain domain;
	uint8_t word, cells, tag, busy;
};

/* A reader whose unlock is aborted counts it in `active`. */
static void reader(struct code c, const struct promotion *p, int slot, bool is_aborted)
{
	struct domain d = p->domain;
	uint8_t fast, done;

	code_load(c, WORD, at(p->word), RELAXED);
	fast = code_skip_if(c, WORD, FN_NE, imm(0));
	d.is_fenced = true;
	side_lock(c, &d, ATOMIC_SLOT);
	side_look(c, &d);
	side_unlock(c, &d, ATOMIC_SLOT);
	done = code_skip(c);
	code_land(c, fast);
	d.is_fenced = false;
	code_compute(c, RANK, WORD, FN_SUB, imm(1));
	side_count_lock(c, &d, slot);
	code_load(c, WORD, at(p->tag), RELAXED);
	code_check(c, WORD, FN_EQ, imm(1));
	side_look(c, &d);
	code_load(c, WORD, at(p->word), RELAXED);
	code_check(c, WORD, FN_NE, imm(0));
	side_unlock(c, &d, is_aborted ? ATOMIC_SLOT : slot);
	code_land(c, done);
	code_set(c, WORD, imm(0));
	code_set(c, RANK, imm(0));
}

static void promote(struct code c, const struct promotion *p)
{
	enum mutant mutant = p->domain.mutant;

	if (mutant != PUBLISH_DURING_SCAN)
		code_lock(c, at(p->busy));
	if (mutant == PUBLISH_EARLY) {
		code_load(c, WORD, at(p->domain.word), RELAXED);
		code_compute(c, WORD, WORD, FN_ADD, imm(1));
		code_store(c, at(p->word), reg(WORD), RELEASE);
	}
	code_store(c, at(p->tag), imm(1), RELAXED);
	code_store(c, at(p->cells), imm(1), RELEASE);
	if (mutant != NO_PROMOTE_MEMBARRIER)
		code_membarrier(c);
	if (mutant != PUBLISH_EARLY) {
		code_load(c, WORD, at(p->domain.word), RELAXED);
		code_compute(c, WORD, WORD, FN_ADD, imm(1));
		code_store(c, at(p->word), reg(WORD), RELEASE);
	}
	if (mutant != PUBLISH_DURING_SCAN)
		code_unlock(c, at(p->busy));
}

/* OPEN = what is open on `rank`; the cells only if the domain has them. */
static void scan(struct code c, const struct promotion *p, uint8_t rank)
{
	struct domain d = p->domain, small = d;
	uint8_t has_none, done;

	small.slots = 0;
	d.has_active = d.mutant != FORGET_ACTIVE;
	code_load(c, CELLS, at(p->cells), ACQUIRE);
	has_none = code_skip_if(c, CELLS, FN_EQ, imm(0));
	side_scan(c, &d, rank);
	done = code_skip(c);
	code_land(c, has_none);
	side_scan(c, &small, rank);
	code_land(c, done);
}

static void wait_rank(struct code c, const struct promotion *p, uint8_t rank)
{
	uint8_t again = code_here(c);

	scan(c, p, rank);
	code_jump_if(c, OPEN, FN_NE, imm(0), again);
}

static void flip(struct code c, const struct promotion *p)
{
	uint8_t is_small;

	code_store(c, at(p->domain.word), reg(OTHER), RELAXED);
	code_load(c, CELLS, at(p->cells), RELAXED);
	is_small = code_skip_if(c, CELLS, FN_EQ, imm(0));
	code_compute(c, WORD, OTHER, FN_ADD, imm(1));
	code_store(c, at(p->word), reg(WORD), RELAXED);
	code_land(c, is_small);
}

static void grace_period(struct code c, const struct promotion *p)
{
	uint8_t is_small, fenced, busy, busy2, done;

	code_load(c, CURRENT, at(p->domain.word), RELAXED);
	code_compute(c, OTHER, CURRENT, FN_XOR, imm(1));
	code_load(c, CELLS, at(p->cells), RELAXED);
	is_small = code_skip_if(c, CELLS, FN_EQ, imm(0));
	if (p->domain.mutant != NO_MEMBARRIER)
		code_membarrier(c);
	fenced = code_skip(c);
	code_land(c, is_small);
	if (p->domain.mutant != NO_WRITER_FENCE)
		code_fence(c);
	code_land(c, fenced);
	scan(c, p, CURRENT);
	busy = code_skip_if(c, OPEN, FN_NE, imm(0));
	scan(c, p, OTHER);
	busy2 = code_skip_if(c, OPEN, FN_NE, imm(0));
	done = code_skip(c);
	code_land(c, busy);
	code_land(c, busy2);
	wait_rank(c, p, OTHER);
	flip(c, p);
	wait_rank(c, p, CURRENT);
	code_land(c, done);
	code_fence(c);
	for (uint8_t r = CURRENT; r <= SPARE2; r++)
		code_set(c, r, imm(0));
}

/* variant: grace periods; plus 10 for a second reader, whose unlock is aborted */
void small_build(struct machine *m, enum mutant mutant, int variant)
{
	struct promotion p = { .domain = { .mutant = mutant, .slots = 1, .has_active = true } };
	struct code c;

	p.domain.slots += variant / 10;
	side_domain(m, &p.domain);
	p.word = code_cells(m, "public", 1, 0);
	p.cells = code_cells(m, "cells", 1, 0);
	p.tag = code_cells(m, "tag", 1, 0);
	p.busy = code_cells(m, "busy", 1, 0);
	reader(code_thread(m, "reader A"), &p, 0, false);
	if (variant >= 10)
		reader(code_thread(m, "reader B"), &p, 1, true);
	promote(code_thread(m, "promoter"), &p);
	c = code_thread(m, "writer");
	for (int g = 1; g <= variant % 10; g++) {
		code_store(c, at(p.domain.fresh), imm(g), RELAXED);
		code_lock(c, at(p.busy));
		grace_period(c, &p);
		code_unlock(c, at(p.busy));
		code_store(c, at(p.domain.freed), imm(g), RELAXED);
	}
}
