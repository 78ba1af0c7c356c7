/* SPDX-License-Identifier: MIT */
/*
 * Blocks and terminators of one function, one facts block per IR block.
 */
#include "bitcode/internal.h"

static uint32_t number_of(struct fn *fn, LLVMBasicBlockRef b)
{
	uint64_t n = 0;

	map_get(&fn->blocks, (uintptr_t)b, &n);
	return (uint32_t)n;
}

static void add_succ(struct fn *fn, struct facts_block *b, LLVMBasicBlockRef to)
{
	vec_push(&fn->out->list, number_of(fn, to));
	b->n_succs++;
}

static void add_succs(struct fn *fn, struct facts_block *b, LLVMValueRef term)
{
	unsigned n = LLVMGetNumSuccessors(term);

	b->succs = (uint32_t)fn->out->list.n;
	for (unsigned i = 0; i < n; i++)
		add_succ(fn, b, LLVMGetSuccessor(term, i));
}

/* Nothing is known of the choice: as many cases as there are ways. */
static void any_way(struct fn *fn, struct facts_block *b, LLVMValueRef term)
{
	add_succs(fn, b, term);
	if (b->n_succs <= 1) {
		b->term = b->n_succs ? FACTS_JUMP : FACTS_STOP;
		return;
	}
	b->value = values_opaque(fn);
	b->term = b->n_succs == 2 ? FACTS_BRANCH : FACTS_SWITCH;
	b->cases = (uint32_t)fn->out->cases.n;
	for (uint32_t i = 1; b->term == FACTS_SWITCH && i < b->n_succs; i++)
		vec_push(&fn->out->cases, (int64_t)i);
}

static void branch(struct fn *fn, struct facts_block *b, LLVMValueRef term)
{
	b->term = FACTS_JUMP;
	if (LLVMIsConditional(term)) {
		b->value = values_get(fn, LLVMGetCondition(term));
		b->term = FACTS_BRANCH;
	}
	add_succs(fn, b, term);
}

static void switch_on(struct fn *fn, struct facts_block *b, LLVMValueRef term)
{
	unsigned n = (unsigned)LLVMGetNumOperands(term); /* value, default, then case and block */

	if (LLVMGetIntTypeWidth(LLVMTypeOf(LLVMGetOperand(term, 0))) > 64) {
		any_way(fn, b, term);
		return;
	}
	b->value = values_get(fn, LLVMGetOperand(term, 0));
	b->term = FACTS_SWITCH;
	b->cases = (uint32_t)fn->out->cases.n;
	b->succs = (uint32_t)fn->out->list.n;
	add_succ(fn, b, LLVMGetSwitchDefaultDest(term));
	for (unsigned i = 2; i + 1 < n; i += 2) {
		vec_push(&fn->out->cases, LLVMConstIntGetSExtValue(LLVMGetOperand(term, i)));
		add_succ(fn, b, LLVMValueAsBasicBlock(LLVMGetOperand(term, i + 1)));
	}
}

static void terminator(struct fn *fn, struct facts_block *b, LLVMValueRef term)
{
	switch (LLVMGetInstructionOpcode(term)) {
	case LLVMRet:
		b->term = FACTS_RET;
		if (LLVMGetNumOperands(term))
			b->value = values_operand(fn, LLVMGetOperand(term, 0));
		break;
	case LLVMBr: branch(fn, b, term); break;
	case LLVMSwitch: switch_on(fn, b, term); break;
	case LLVMInvoke: /* nothing is thrown in C */
		b->term = FACTS_JUMP;
		b->succs = (uint32_t)fn->out->list.n;
		add_succ(fn, b, LLVMGetNormalDest(term));
		break;
	case LLVMCallBr:
	case LLVMIndirectBr: any_way(fn, b, term); break;
	default: b->term = FACTS_STOP; break;
	}
}

static struct facts_block one_block(struct fn *fn, LLVMBasicBlockRef ir, uint32_t *loc)
{
	struct facts_block b = { .events = (uint32_t)fn->out->events.n, .value = FACTS_NONE };
	bool ends = false;

	for (LLVMValueRef i = LLVMGetFirstInstruction(ir); i && !ends;
	     i = LLVMGetNextInstruction(i)) {
		events_of(fn, i, loc);
		ends = events_ends(fn, i);
	}
	b.n_events = (uint32_t)fn->out->events.n - b.events;
	if (ends)
		b.term = FACTS_STOP;
	else
		terminator(fn, &b, LLVMGetBasicBlockTerminator(ir));
	return b;
}

void cfg_build(struct fn *fn)
{
	uint32_t n = 0, loc = debug_loc_of(fn->bc, fn->bc->u->syms.at[fn->out->sym].name,
					   fn->out->file, fn->out->line);

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(fn->ir); b; b = LLVMGetNextBasicBlock(b))
		map_put(&fn->blocks, (uintptr_t)b, n++);
	n = 0;
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(fn->ir); b;
	     b = LLVMGetNextBasicBlock(b)) {
		fn->block = n++;
		vec_push(&fn->out->blocks, one_block(fn, b, &loc));
	}
	values_finish(fn);
}
