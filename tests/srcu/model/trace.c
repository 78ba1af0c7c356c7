/* SPDX-License-Identifier: MIT */
/* Steps in words. */
#include <stdio.h>

#include "machine.h"

static const char *const op_words[] = {
	[OP_HALT] = "halt",
	[OP_LOAD] = "load",
	[OP_LOAD_ADD] = "load",
	[OP_LOAD_SUB] = "load",
	[OP_AWAIT] = "await",
	[OP_STORE] = "store",
	[OP_INC] = "increment",
	[OP_RMW_ADD] = "atomic add",
	[OP_RMW_XCHG] = "atomic exchange",
	[OP_RMW_CAS] = "compare and swap",
	[OP_RMW_TAKE] = "lock",
	[OP_FENCE] = "fence",
	[OP_MEMBARRIER] = "membarrier starts",
	[OP_FUTEX_WAIT] = "futex wait",
	[OP_FUTEX_WAKE] = "futex wake",
	[OP_SET] = "set",
	[OP_ALU] = "compute",
	[OP_BRANCH] = "branch",
	[OP_CHECK] = "check",
};

static void print_cell(const struct machine *m, uint8_t cell)
{
	printf(" %s", m->cell_name[cell]);
	if (m->cell_offset[cell] > 0 || (cell + 1 < m->cells && m->cell_offset[cell + 1] > 0))
		printf("[%d]", m->cell_offset[cell]);
}

static void print_effect(const struct machine *m, const struct state *s, struct step step)
{
	const struct program *p = &m->program[step.thread];
	const struct thread *t = &s->thread[step.thread];
	const struct insn *in = &p->code[t->slot[step.slot].pc];
	int from = op_is_load(in->op) ? window_forward_from(p, t, step.slot) : -1;
	uint8_t cell = 0, v = 0;

	printf("%s", op_words[in->op]);
	if (in->op == OP_FENCE || in->op == OP_MEMBARRIER)
		return;
	window_cell(p, t, step.slot, &cell);
	window_operand(p, t, from >= 0 ? from : step.slot, &v);
	print_cell(m, cell);
	if (in->op == OP_STORE)
		printf(" = %d", v);
	else if (in->op == OP_INC)
		printf(" to %d", (uint8_t)(s->cell[cell] + 1));
	else if (op_is_load(in->op))
		printf(": %d%s", from >= 0 ? v : s->cell[cell],
		       from >= 0 ? " (from its own store in flight)" : "");
	else if (in->op == OP_RMW_ADD || in->op == OP_RMW_XCHG || in->op == OP_RMW_CAS ||
		 in->op == OP_FUTEX_WAIT)
		printf(" %d (was %d)", v, s->cell[cell]);
	for (int i = 0; i < step.slot; i++)
		if (!window_is_done(&t->slot[i]) && op_is_memory(p->code[t->slot[i].pc].op)) {
			printf("   [overtakes %s", op_words[p->code[t->slot[i].pc].op]);
			if (window_cell(p, t, i, &cell))
				print_cell(m, cell);
			printf("]");
			break;
		}
}

void machine_print_step(const struct machine *m, const struct state *before, struct step step)
{
	const struct thread *t = &before->thread[step.thread];

	printf("    %-10s ", m->program[step.thread].name);
	switch (step.kind) {
	case TAKE_EFFECT: print_effect(m, before, step); break;
	case TAKE_INTERRUPT: printf("interrupted for %s", m->program[step.slot].name); break;
	case GUESS_BRANCH_TAKEN:
	case GUESS_BRANCH_NOT:
		printf("guesses the branch %d is%s taken", t->slot[step.slot].pc,
		       step.kind == GUESS_BRANCH_NOT ? " not" : "");
		break;
	}
	printf("\n");
}
