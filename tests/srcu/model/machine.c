/* SPDX-License-Identifier: MIT */
/* How a state changes: what takes effect on memory, and what each window does by itself then. */
#include <stdio.h>
#include <string.h>

#include "machine.h"

static bool compare(enum fn fn, uint8_t a, uint8_t b)
{
	switch (fn) {
	case FN_EQ: return a == b;
	case FN_NE: return a != b;
	case FN_LE: return a <= b;
	default: return false;
	}
}

static uint8_t compute(enum fn fn, uint8_t a, uint8_t b)
{
	switch (fn) {
	case FN_ADD: return a + b;
	case FN_SUB: return a - b;
	case FN_XOR: return a ^ b;
	case FN_AND: return a & b;
	default: return compare(fn, a, b);
	}
}

static void drop_slot(struct thread *t, int at)
{
	t->count--;
	memmove(&t->slot[at], &t->slot[at + 1], (size_t)(t->count - at) * sizeof(t->slot[0]));
	memset(&t->slot[t->count], 0, sizeof(t->slot[0]));
}

static bool both_operands(const struct program *p, const struct thread *t, int at, uint8_t *a,
			  uint8_t *b)
{
	const struct insn *in = &p->code[t->slot[at].pc];

	*a = 0;
	return (in->src == NO_REG || window_value(p, t, at, in->src, a)) &&
	       window_operand(p, t, at, b);
}

/* Moves what is done out of the front of the window, into the registers. */
static bool retire(const struct program *p, struct thread *t)
{
	const struct insn *in;

	if (t->count == 0 || !window_is_done(&t->slot[0]))
		return false;
	in = &p->code[t->slot[0].pc];
	if (in->op == OP_LOAD_ADD)
		t->reg[in->dst] += t->slot[0].value;
	else if (in->op == OP_LOAD_SUB)
		t->reg[in->dst] -= t->slot[0].value;
	else if (op_writes_register(in->op) && in->dst != NO_REG)
		t->reg[in->dst] = t->slot[0].value;
	drop_slot(t, 0);
	return true;
}

/* How many of a window count against its size: what is computed inside the thread is free. */
static bool is_full(const struct machine *m, const struct program *p, const struct thread *t)
{
	int accesses = 0;

	for (int i = 0; i < t->count; i++)
		accesses += op_is_memory(p->code[t->slot[i].pc].op);
	return accesses == m->window || t->count == MAX_WINDOW;
}

/* An undecided, unguessed branch stops the fetching. */
static bool fetch(const struct machine *m, const struct program *p, struct thread *t)
{
	if (p->code[t->pc].op == OP_HALT || is_full(m, p, t))
		return false;
	if (t->count > 0 && p->code[t->slot[t->count - 1].pc].op == OP_BRANCH &&
	    t->slot[t->count - 1].stage == WAITING)
		return false;
	t->slot[t->count++] = (struct slot){ .pc = t->pc++ };
	return true;
}

static enum verdict decide_branch(const struct program *p, struct thread *t, int at, bool taken)
{
	enum stage stage = t->slot[at].stage;

	if (stage == WAITING && taken)
		t->pc = p->code[t->slot[at].pc].target;
	drop_slot(t, at);
	if (stage == WAITING)
		return STEP_GOOD;
	return taken == (stage == GUESS_TAKEN) ? STEP_GOOD : STEP_WRONG_GUESS;
}

/* Does one thing inside a thread that nobody else can see; *moved says whether there was one. */
static enum verdict settle_slot(const struct program *p, struct thread *t, int at, bool *moved)
{
	const struct insn *in = &p->code[t->slot[at].pc];
	uint8_t a, b;

	if (op_is_memory(in->op) || window_is_done(&t->slot[at]))
		return STEP_GOOD;
	if (!both_operands(p, t, at, &a, &b) || (in->op == OP_CHECK && at > 0))
		return STEP_GOOD;
	*moved = true;
	if (in->op == OP_BRANCH)
		return decide_branch(p, t, at, in->src == NO_REG || compare(in->fn, a, b));
	if (in->op == OP_CHECK) {
		drop_slot(t, at);
		return compare(in->fn, a, b) ? STEP_GOOD : STEP_VIOLATION;
	}
	t->slot[at].stage = DONE;
	t->slot[at].value = in->op == OP_SET ? b : compute(in->fn, a, b);
	return STEP_GOOD;
}

static enum verdict settle(const struct machine *m, struct state *s, int thread)
{
	const struct program *p = &m->program[thread];
	struct thread *t = &s->thread[thread];
	enum verdict verdict = STEP_GOOD;
	bool moved = true;

	while (moved) {
		moved = retire(p, t) || fetch(m, p, t);
		for (int at = 0; !moved && at < t->count; at++) {
			verdict = settle_slot(p, t, at, &moved);
			if (verdict != STEP_GOOD)
				return verdict;
		}
	}
	return STEP_GOOD;
}

static bool is_over(const struct machine *m, const struct state *s, int thread)
{
	const struct thread *t = &s->thread[thread];

	return t->count == 0 && m->program[thread].code[t->pc].op == OP_HALT;
}

/* A membarrier returns when nobody owes it an interrupt. */
static bool finish_membarrier(const struct machine *m, struct state *s, int thread)
{
	struct thread *t = &s->thread[thread];

	if (t->count == 0 || t->slot[0].stage != STARTED)
		return false;
	for (int i = 0; i < m->threads; i++)
		if (s->thread[i].interrupts & (1 << thread))
			return false;
	t->slot[0].stage = DONE;
	return true;
}

static enum verdict settle_all(const struct machine *m, struct state *s)
{
	for (int i = 0; i < m->threads; i++) {
		enum verdict verdict;

		finish_membarrier(m, s, i);
		verdict = settle(m, s, i);
		if (verdict != STEP_GOOD)
			return verdict;
	}
	return STEP_GOOD;
}

enum verdict machine_start(const struct machine *m, struct state *s)
{
	memset(s, 0, sizeof(*s));
	memcpy(s->cell, m->initial, sizeof(s->cell));
	return settle_all(m, s);
}

/* Would the memory let it happen now?  Only the blocking instructions ask. */
static bool memory_allows(const struct machine *m, const struct state *s, int thread, int at)
{
	const struct program *p = &m->program[thread];
	const struct thread *t = &s->thread[thread];
	const struct insn *in = &p->code[t->slot[at].pc];
	uint8_t cell, v;

	if (in->op != OP_AWAIT && in->op != OP_RMW_TAKE)
		return true;
	window_cell(p, t, at, &cell);
	window_operand(p, t, at, &v);
	return in->op == OP_AWAIT ? compare(in->fn, s->cell[cell], v) : s->cell[cell] == 0;
}

/* The boundary between done and not done must be the front of the window. */
static bool can_be_interrupted(const struct program *p, const struct thread *t)
{
	for (int i = 0; i < t->count; i++)
		if (window_is_done(&t->slot[i]) && op_is_memory(p->code[t->slot[i].pc].op))
			return false;
	return true;
}

static int thread_steps(const struct machine *m, const struct state *s, uint8_t thread,
			struct step *steps)
{
	const struct program *p = &m->program[thread];
	const struct thread *t = &s->thread[thread];
	int n = 0;

	for (uint8_t at = 0; at < t->count; at++) {
		bool is_open =
			p->code[t->slot[at].pc].op == OP_BRANCH && t->slot[at].stage == WAITING;

		if (is_open && m->memory == WEAK && !is_full(m, p, t)) {
			steps[n++] = (struct step){ GUESS_BRANCH_TAKEN, thread, at };
			steps[n++] = (struct step){ GUESS_BRANCH_NOT, thread, at };
		} else if (window_may_take_effect(m, thread, t, at) &&
			   memory_allows(m, s, thread, at)) {
			steps[n++] = (struct step){ TAKE_EFFECT, thread, at };
		}
	}
	for (uint8_t asker = 0; asker < m->threads; asker++)
		if ((t->interrupts & (1 << asker)) && can_be_interrupted(p, t))
			steps[n++] = (struct step){ TAKE_INTERRUPT, thread, asker };
	return n;
}

int machine_steps(const struct machine *m, const struct state *s, struct step *steps)
{
	int n = 0;

	for (uint8_t thread = 0; thread < m->threads; thread++)
		n += thread_steps(m, s, thread, steps + n);
	return n;
}

static void start_membarrier(const struct machine *m, struct state *s, int thread)
{
	for (int i = 0; i < m->threads; i++)
		if (i != thread && !is_over(m, s, i))
			s->thread[i].interrupts |= (uint8_t)(1 << thread);
	s->thread[thread].slot[0].stage = STARTED;
}

static void wake_sleepers(const struct machine *m, struct state *s, uint8_t cell)
{
	uint8_t theirs;

	for (int i = 0; i < m->threads; i++) {
		struct thread *t = &s->thread[i];

		if (t->count > 0 && t->slot[0].stage == SLEEPING &&
		    window_cell(&m->program[i], t, 0, &theirs) && theirs == cell)
			t->slot[0].stage = DONE;
	}
}

static void change_cell(const struct insn *in, uint8_t *cell, uint8_t v)
{
	switch (in->op) {
	case OP_STORE:
	case OP_RMW_XCHG: *cell = v; break;
	case OP_INC: *cell = (uint8_t)((*cell + 1) & (v ? v : 255)); break;
	case OP_RMW_ADD: *cell += v; break;
	case OP_RMW_TAKE: *cell = 1; break;
	default: break;
	}
}

/* A later load of the cell that read memory before us, when our address was not known yet. */
static bool bet_was_lost(const struct program *p, const struct thread *t, int at, uint8_t cell)
{
	uint8_t other;

	for (int i = at + 1; i < t->count; i++)
		if (op_is_load(p->code[t->slot[i].pc].op) && t->slot[i].stage == DONE &&
		    window_cell(p, t, i, &other) && other == cell)
			return true;
	return false;
}

static enum verdict take_effect(const struct machine *m, struct state *s, int thread, int at)
{
	const struct program *p = &m->program[thread];
	struct thread *t = &s->thread[thread];
	struct slot *slot = &t->slot[at];
	const struct insn *in = &p->code[slot->pc];
	int from = op_is_load(in->op) ? window_forward_from(p, t, at) : -1;
	uint8_t cell = 0, v = 0;

	window_cell(p, t, at, &cell);
	window_operand(p, t, from >= 0 ? from : at, &v);
	if (in->op == OP_MEMBARRIER) {
		start_membarrier(m, s, thread);
		return STEP_GOOD;
	}
	if (in->op == OP_FUTEX_WAIT && s->cell[cell] == v) {
		slot->stage = SLEEPING;
		return STEP_GOOD;
	}
	if (in->op == OP_FUTEX_WAKE)
		wake_sleepers(m, s, cell);
	slot->stage = from >= 0 ? FORWARDED : DONE;
	slot->value = from >= 0 ? v : s->cell[cell];
	if (!op_writes_register(in->op))
		slot->value = 0;
	if (in->op == OP_RMW_CAS && s->cell[cell] == v)
		window_value(p, t, at, in->src, &s->cell[cell]);
	change_cell(in, &s->cell[cell], v);
	if (op_is_full(in->op) || from >= 0)
		return STEP_GOOD;
	return bet_was_lost(p, t, at, cell) ? STEP_WRONG_GUESS : STEP_GOOD;
}

enum verdict machine_do(const struct machine *m, struct state *s, struct step step)
{
	struct thread *t = &s->thread[step.thread];
	enum verdict verdict = STEP_GOOD;

	switch (step.kind) {
	case TAKE_EFFECT: verdict = take_effect(m, s, step.thread, step.slot); break;
	case TAKE_INTERRUPT: t->interrupts &= (uint8_t) ~(1 << step.slot); break;
	case GUESS_BRANCH_TAKEN:
		t->slot[step.slot].stage = GUESS_TAKEN;
		t->pc = m->program[step.thread].code[t->slot[step.slot].pc].target;
		break;
	case GUESS_BRANCH_NOT: t->slot[step.slot].stage = GUESS_NEXT; break;
	}
	return verdict == STEP_GOOD ? settle_all(m, s) : verdict;
}

bool machine_finished(const struct machine *m, const struct state *s)
{
	for (int i = 0; i < m->threads; i++)
		if (!is_over(m, s, i))
			return false;
	return true;
}

bool machine_is_certain(const struct machine *m, const struct state *s)
{
	for (int i = 0; i < m->threads; i++)
		for (int at = 0; at < s->thread[i].count; at++)
			if (s->thread[i].slot[at].stage >= GUESS_TAKEN)
				return false;
	return true;
}
