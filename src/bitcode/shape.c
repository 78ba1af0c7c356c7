/* SPDX-License-Identifier: MIT */
/*
 * Fewer blocks, same meaning: branches that decide nothing become jumps, empty blocks are passed
 * by, straight lines become one block.  A loop with nothing in it ends.
 */
#include "bitcode/prune.h"

enum { MAX_PHIS = 64 };

uint32_t prune_block(const struct prune *p, uint32_t b)
{
	while (p->blocks[b].into != b)
		b = p->blocks[b].into;
	return b;
}

static uint32_t *succs_of(const struct prune *p, uint32_t b)
{
	return p->f->list.at + p->f->blocks.at[b].succs;
}

bool prune_is_edge(const struct prune *p, uint32_t from, uint32_t to)
{
	uint32_t a = prune_block(p, from), b = prune_block(p, to);
	const uint32_t *s = succs_of(p, a);

	if (!p->blocks[a].is_reached)
		return false;
	if (to != b)
		return p->blocks[to].after == from;
	if (p->blocks[a].last != from)
		return false;
	for (uint32_t i = 0; i < p->f->blocks.at[a].n_succs; i++)
		if (s[i] == b)
			return true;
	return false;
}

uint32_t prune_value(const struct prune *p, uint32_t v)
{
	const struct facts_value *at = p->f->values.at;
	const uint32_t *list = p->f->list.at;

	for (int depth = 0; depth < MAX_PHIS && at[v].op == FACTS_PHI; depth++) {
		uint32_t only = FACTS_NONE;

		for (uint32_t i = 0; i < at[v].b; i++) {
			uint32_t in = list[at[v].a + 2 * i + 1];

			if (!prune_is_edge(p, list[at[v].a + 2 * i], at[v].block) || in == v ||
			    in == only)
				continue;
			if (only != FACTS_NONE)
				return v;
			only = in;
		}
		if (only == FACTS_NONE)
			return v;
		v = only;
	}
	return v;
}

static void count_preds(struct prune *p)
{
	struct facts_func *f = p->f;
	struct {
		VEC(uint32_t);
	} todo = { 0 };

	for (uint32_t b = 0; b < f->blocks.n; b++) {
		p->blocks[b].preds = 0;
		p->blocks[b].is_reached = false;
	}
	if (f->blocks.n) {
		p->blocks[0].preds = 1;
		p->blocks[0].is_reached = true;
		vec_push(&todo, 0u);
	}
	while (todo.n) {
		uint32_t b = todo.at[--todo.n], *s = succs_of(p, b);

		for (uint32_t i = 0; i < f->blocks.at[b].n_succs; i++) {
			p->blocks[s[i]].preds++;
			if (!p->blocks[s[i]].is_reached)
				vec_push(&todo, s[i]);
			p->blocks[s[i]].is_reached = true;
		}
	}
	vec_free(&todo);
}

void shape_start(struct prune *p)
{
	for (uint32_t b = 0; b < p->f->blocks.n; b++)
		p->blocks[b] = (struct prune_block){ .into = b, .next = FACTS_NONE, .last = b };
	count_preds(p);
}

static bool is_empty(const struct prune *p, uint32_t b)
{
	for (; b != FACTS_NONE; b = p->blocks[b].next)
		if (p->f->blocks.at[b].n_events)
			return false;
	return true;
}

static void become_jump(struct prune *p, uint32_t b, uint32_t to)
{
	struct facts_block *k = &p->f->blocks.at[b];

	k->term = FACTS_JUMP;
	k->value = FACTS_NONE;
	k->n_succs = 1;
	p->f->list.at[k->succs] = to;
}

/* The way that a branch on a constant takes; FACTS_NONE: not a constant. */
static uint32_t constant_way(const struct prune *p, const struct facts_block *k)
{
	const struct facts_value *v = &p->f->values.at[prune_value(p, k->value)];
	const uint32_t *s = p->f->list.at + k->succs;

	if (v->op != FACTS_CONST)
		return FACTS_NONE;
	if (k->term == FACTS_BRANCH)
		return v->imm ? s[0] : s[1];
	for (uint32_t i = 1; i < k->n_succs; i++)
		if (p->f->cases.at[k->cases + i - 1] == v->imm)
			return s[i];
	return s[0];
}

/* All ways lead to one block (or, from an empty block, back to itself). */
static uint32_t one_way(const struct prune *p, uint32_t b)
{
	const struct facts_block *k = &p->f->blocks.at[b];
	bool may_spin = is_empty(p, b) && !p->blocks[b].has_phi;
	uint32_t to = FACTS_NONE;

	for (uint32_t i = 0; i < k->n_succs; i++) {
		uint32_t s = p->f->list.at[k->succs + i];

		if (s == to || (s == b && may_spin))
			continue;
		if (to != FACTS_NONE)
			return FACTS_NONE;
		to = s;
	}
	return to;
}

static bool straighten(struct prune *p, uint32_t b)
{
	struct facts_block *k = &p->f->blocks.at[b];
	uint32_t to;

	if (k->term != FACTS_BRANCH && k->term != FACTS_SWITCH)
		return false;
	to = constant_way(p, k);
	if (to == FACTS_NONE)
		to = one_way(p, b);
	if (to == FACTS_NONE)
		return false;
	become_jump(p, b, to);
	return true;
}

/* Edges into an empty block that only jumps go straight to its target, where no phi asks who came.
 */
static bool pass_by(struct prune *p, uint32_t b)
{
	struct facts_block *k = &p->f->blocks.at[b];
	bool changed = false;

	for (uint32_t i = 0; i < k->n_succs; i++) {
		uint32_t s = p->f->list.at[k->succs + i], to;

		if (p->f->blocks.at[s].term != FACTS_JUMP || !is_empty(p, s) ||
		    p->blocks[s].has_phi)
			continue;
		to = *succs_of(p, s);
		if (to == s || p->blocks[to].has_phi)
			continue;
		p->f->list.at[k->succs + i] = to;
		changed = true;
	}
	return changed;
}

static bool append(struct prune *p, uint32_t b)
{
	struct facts_block *k = &p->f->blocks.at[b], *n;
	uint32_t s;

	if (k->term != FACTS_JUMP)
		return false;
	s = *succs_of(p, b);
	if (s == b || s == 0 || p->blocks[s].preds != 1)
		return false;
	n = &p->f->blocks.at[s];
	k->term = n->term;
	k->value = n->value;
	k->succs = n->succs;
	k->n_succs = n->n_succs;
	k->cases = n->cases;
	p->blocks[s].after = p->blocks[b].last;
	p->blocks[p->blocks[b].last].next = s;
	p->blocks[b].last = p->blocks[s].last;
	p->blocks[s].into = b;
	p->blocks[s].is_reached = false;
	return true;
}

bool shape_step(struct prune *p)
{
	struct facts_func *f = p->f;
	bool changed = false;

	for (uint32_t b = 0; b < f->blocks.n; b++)
		p->blocks[b].has_phi = false;
	for (uint32_t i = 0; i < f->values.n; i++)
		if (p->live[i] && f->values.at[i].op == FACTS_PHI)
			p->blocks[prune_block(p, f->values.at[i].block)].has_phi = true;
	for (uint32_t b = 0; b < f->blocks.n; b++)
		if (p->blocks[b].is_reached)
			changed |= straighten(p, b);
	for (uint32_t b = 0; b < f->blocks.n; b++)
		if (p->blocks[b].is_reached)
			changed |= pass_by(p, b);
	count_preds(p);
	for (uint32_t b = 0; b < f->blocks.n; b++)
		while (p->blocks[b].is_reached && append(p, b))
			changed = true;
	count_preds(p);
	return changed;
}
