/* SPDX-License-Identifier: MIT */
/* Which instruction of a window may take effect: the memory models, and nothing else. */
#include "machine.h"

bool op_is_load(enum op op)
{
	return op >= OP_LOAD && op <= OP_AWAIT;
}

bool op_is_plain_store(enum op op)
{
	return op == OP_STORE || op == OP_INC;
}

bool op_is_full(enum op op)
{
	return op >= OP_FENCE && op <= OP_FUTEX_WAKE;
}

bool op_is_memory(enum op op)
{
	return op >= OP_LOAD && op <= OP_FUTEX_WAKE;
}

bool op_writes_register(enum op op)
{
	return op_is_load(op) || op == OP_RMW_ADD || op == OP_RMW_XCHG || op == OP_RMW_CAS ||
	       op == OP_SET || op == OP_ALU;
}

bool window_is_done(const struct slot *slot)
{
	return slot->stage == DONE || slot->stage == FORWARDED;
}

/* The value that slot `at` reads in `reg`; false if it depends on what has not been done. */
bool window_value(const struct program *p, const struct thread *t, int at, uint8_t reg, uint8_t *v)
{
	uint8_t sum = 0;

	while (at-- > 0) {
		const struct insn *in = &p->code[t->slot[at].pc];

		if (!op_writes_register(in->op) || in->dst != reg)
			continue;
		if (!window_is_done(&t->slot[at]))
			return false;
		if (in->op == OP_LOAD_SUB)
			sum -= t->slot[at].value;
		else
			sum += t->slot[at].value;
		if (in->op != OP_LOAD_ADD && in->op != OP_LOAD_SUB) {
			*v = sum;
			return true;
		}
	}
	*v = sum + t->reg[reg];
	return true;
}

bool window_operand(const struct program *p, const struct thread *t, int at, uint8_t *v)
{
	const struct insn *in = &p->code[t->slot[at].pc];

	*v = in->imm;
	return in->reg == NO_REG || window_value(p, t, at, in->reg, v);
}

bool window_cell(const struct program *p, const struct thread *t, int at, uint8_t *cell)
{
	const struct insn *in = &p->code[t->slot[at].pc];
	uint8_t index = 0;

	if (in->index != NO_REG && !window_value(p, t, at, in->index, &index))
		return false;
	*cell = in->cell + index;
	return true;
}

int window_forward_from(const struct program *p, const struct thread *t, int at)
{
	uint8_t cell, other;

	if (!window_cell(p, t, at, &cell))
		return -1;
	for (int i = at - 1; i >= 0; i--) {
		if (!op_is_plain_store(p->code[t->slot[i].pc].op) || window_is_done(&t->slot[i]))
			continue;
		if (window_cell(p, t, i, &other) && other == cell)
			return i;
	}
	return -1;
}

/* Two accesses that may be to the same cell.  The earlier one, `i`, has not taken effect. */
static bool same_cell_holds_back(const struct program *p, const struct thread *t, int i, int at)
{
	const struct insn *first = &p->code[t->slot[i].pc], *in = &p->code[t->slot[at].pc];
	uint8_t cell, other;

	if (!window_cell(p, t, at, &cell))
		return true;
	/* A load bets that the cells differ; machine.c throws away the bets that were lost. */
	if (!window_cell(p, t, i, &other))
		return !op_is_load(in->op);
	if (cell != other)
		return false;
	return !(op_is_plain_store(first->op) && op_is_load(in->op) && in->op != OP_AWAIT);
}

static bool weak_holds_back(const struct program *p, const struct thread *t, int i, int at)
{
	const struct insn *first = &p->code[t->slot[i].pc], *in = &p->code[t->slot[at].pc];

	if (first->op == OP_BRANCH)
		return !op_is_load(in->op);
	if (!op_is_memory(first->op))
		return false;
	if (op_is_full(first->op) || op_is_full(in->op))
		return true;
	if ((first->order & ACQUIRE) || (in->order & RELEASE))
		return true;
	return same_cell_holds_back(p, t, i, at);
}

static bool holds_back(const struct machine *m, const struct program *p, const struct thread *t,
		       int i, int at)
{
	const struct insn *first = &p->code[t->slot[i].pc], *in = &p->code[t->slot[at].pc];

	if (m->memory == WEAK)
		return weak_holds_back(p, t, i, at);
	if (!op_is_memory(first->op))
		return false;
	if (m->memory == TSO && op_is_plain_store(first->op) && op_is_load(in->op))
		return same_cell_holds_back(p, t, i, at);
	return true;
}

/* A load takes the value of a store in flight: that store must be the last one before it. */
static bool can_forward(const struct program *p, const struct thread *t, int from, int at)
{
	uint8_t v;

	if (p->code[t->slot[from].pc].op == OP_INC || p->code[t->slot[at].pc].op == OP_AWAIT)
		return false;
	for (int i = from + 1; i < at; i++)
		if (op_is_memory(p->code[t->slot[i].pc].op) && !window_cell(p, t, i, &v))
			return false;
	return window_operand(p, t, from, &v);
}

bool window_may_take_effect(const struct machine *m, int thread, const struct thread *t, int at)
{
	const struct program *p = &m->program[thread];
	const struct insn *in = &p->code[t->slot[at].pc];
	uint8_t v;
	int from;

	if (!op_is_memory(in->op) || t->slot[at].stage != WAITING)
		return false;
	if (!window_operand(p, t, at, &v) || !window_cell(p, t, at, &v))
		return false;
	if (in->op == OP_RMW_CAS && !window_value(p, t, at, in->src, &v))
		return false;
	for (int i = 0; i < at; i++)
		if (!window_is_done(&t->slot[i]) && holds_back(m, p, t, i, at))
			return false;
	from = op_is_load(in->op) ? window_forward_from(p, t, at) : -1;
	return from < 0 || can_forward(p, t, from, at);
}
