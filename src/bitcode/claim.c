/* SPDX-License-Identifier: MIT */
/*
 * lock_is_held() answers a question; lockdep_assert_held() is a macro that complains about the
 * answer.  In the IR both are the same call.  It is a claim that the lock is held if, with the
 * answer "no", control runs straight into a warning: no other condition on the way, and no other
 * such question before or after it ("A or B is held" says nothing of A).
 */
#include "bitcode/internal.h"

enum { MAX_STEPS = 200, MAX_UP = 6 };

struct trace {
	struct bc *bc;
	struct map known; /* IR value -> what it is on this path */
	LLVMBasicBlockRef from;
};

static bool is_question(struct bc *bc, LLVMValueRef v)
{
	LLVMValueRef callee = LLVMIsACallInst(v) ? unit_callee(v) : NULL;
	const struct prim *p = callee ? prim_find(bc->prims, LLVMGetValueName(callee)) : NULL;

	return p && (p->kind == PRIM_ASSERT || p->kind == PRIM_DENY) && p->success != FACTS_ALWAYS;
}

static bool complains(LLVMValueRef call)
{
	static const char *const words[] = { "warn", "WARN",   "suspicious", "debug_lockdep",
					     "BUG",  "assert", "abort",	     "panic" };
	static const char *const marks[] = { "__bug_table", "ud2", "0x0f, 0x0b", "brk", "ebreak" };
	LLVMValueRef v = LLVMGetCalledValue(call);
	bool is_asm = LLVMIsAInlineAsm(v);
	size_t n = 0;
	const char *text = is_asm ? LLVMGetInlineAsmAsmString(v, &n) : LLVMGetValueName(v);
	char *s = is_asm ? xstrndup(text ? text : "", n) : xstrdup(text);
	bool found = false;

	if (is_asm)
		for (size_t i = 0; i < ARRAY_LEN(marks); i++)
			found = found || strstr(s, marks[i]);
	else
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			found = found || strstr(s, words[i]);
	free(s);
	return found;
}

static bool value_of(struct trace *t, LLVMValueRef v, int64_t *out)
{
	uint64_t known;

	if (LLVMIsAConstantInt(v) && LLVMGetIntTypeWidth(LLVMTypeOf(v)) <= 64) {
		*out = LLVMGetIntTypeWidth(LLVMTypeOf(v)) == 1
			       ? (int64_t)LLVMConstIntGetZExtValue(v)
			       : LLVMConstIntGetSExtValue(v);
		return true;
	}
	if (!map_get(&t->known, (uintptr_t)v, &known))
		return false;
	*out = (int64_t)known;
	return true;
}

static bool two(struct trace *t, LLVMValueRef inst, LLVMOpcode op, int64_t *out)
{
	int64_t a, b;

	if (!value_of(t, LLVMGetOperand(inst, 0), &a) || !value_of(t, LLVMGetOperand(inst, 1), &b))
		return false;
	switch (op) {
	case LLVMXor: *out = a ^ b; return true;
	case LLVMAnd: *out = a & b; return true;
	case LLVMOr: *out = a | b; return true;
	default: break;
	}
	switch (LLVMGetICmpPredicate(inst)) {
	case LLVMIntEQ: *out = a == b; return true;
	case LLVMIntNE: *out = a != b; return true;
	case LLVMIntSGT: *out = a > b; return true;
	case LLVMIntSLT: *out = a < b; return true;
	default: return false;
	}
}

static void evaluate(struct trace *t, LLVMValueRef inst)
{
	LLVMOpcode op = LLVMGetInstructionOpcode(inst);
	LLVMValueRef plain = values_strip(t->bc, inst);
	int64_t x;
	bool ok = false;

	if (plain != inst) {
		ok = value_of(t, plain, &x);
	} else if (op == LLVMXor || op == LLVMAnd || op == LLVMOr || op == LLVMICmp) {
		ok = two(t, inst, op, &x);
	} else if (op == LLVMPHI) {
		for (unsigned i = 0; i < LLVMCountIncoming(inst); i++)
			if (LLVMGetIncomingBlock(inst, i) == t->from)
				ok = value_of(t, LLVMGetIncomingValue(inst, i), &x);
	}
	if (ok)
		map_put(&t->known, (uintptr_t)inst, (uint64_t)x);
}

/* The one way on from here, or NULL. */
static LLVMBasicBlockRef way(struct trace *t, LLVMValueRef term)
{
	int64_t c;

	if (LLVMGetInstructionOpcode(term) != LLVMBr)
		return NULL;
	if (!LLVMIsConditional(term))
		return LLVMGetSuccessor(term, 0);
	return value_of(t, LLVMGetCondition(term), &c) ? LLVMGetSuccessor(term, !c) : NULL;
}

static bool runs_into_warning(struct bc *bc, LLVMValueRef call, int64_t answer)
{
	struct trace t = { .bc = bc };
	LLVMValueRef i = LLVMGetNextInstruction(call);
	bool found = false;

	map_put(&t.known, (uintptr_t)call, (uint64_t)answer);
	for (unsigned steps = 0; i && steps < MAX_STEPS && !found; steps++) {
		LLVMBasicBlockRef here = LLVMGetInstructionParent(i), to;

		if (is_question(bc, i))
			break;
		found = LLVMIsACallInst(i) && complains(i);
		if (!LLVMIsATerminatorInst(i)) {
			evaluate(&t, i);
			i = LLVMGetNextInstruction(i);
			continue;
		}
		to = way(&t, i);
		t.from = here;
		i = to ? LLVMGetFirstInstruction(to) : NULL;
	}
	map_free(&t.known);
	return found;
}

static bool comes_from_question(struct bc *bc, LLVMValueRef v, int depth)
{
	v = values_strip(bc, v);
	if (is_question(bc, v))
		return true;
	if (depth > MAX_UP || !(LLVMIsAICmpInst(v) || LLVMIsABinaryOperator(v)))
		return false;
	return comes_from_question(bc, LLVMGetOperand(v, 0), depth + 1) ||
	       comes_from_question(bc, LLVMGetOperand(v, 1), depth + 1);
}

/* Does control come from b to `to` whatever happens (a warning on the way does not count)? */
static bool leads_to(LLVMBasicBlockRef b, LLVMBasicBlockRef to)
{
	for (int i = 0; i < MAX_UP; i++) {
		LLVMValueRef term = LLVMGetBasicBlockTerminator(b);

		if (b == to)
			return true;
		if (!term || LLVMGetInstructionOpcode(term) != LLVMBr || LLVMIsConditional(term))
			return false;
		b = LLVMGetSuccessor(term, 0);
	}
	return b == to;
}

/* Is this block where another question's answer led to? */
static bool is_second_choice(struct bc *bc, LLVMBasicBlockRef b, int depth)
{
	for (LLVMUseRef u = LLVMGetFirstUse(LLVMBasicBlockAsValue(b)); u; u = LLVMGetNextUse(u)) {
		LLVMValueRef term = LLVMGetUser(u);

		if (!LLVMIsABranchInst(term))
			continue;
		if (LLVMIsConditional(term) && comes_from_question(bc, LLVMGetCondition(term), 0) &&
		    !(leads_to(LLVMGetSuccessor(term, 0), b) &&
		      leads_to(LLVMGetSuccessor(term, 1), b)))
			return true;
		if (!LLVMIsConditional(term) && depth < MAX_UP &&
		    is_second_choice(bc, LLVMGetInstructionParent(term), depth + 1))
			return true;
	}
	return false;
}

enum claim claim_of(struct bc *bc, LLVMValueRef call)
{
	if (!LLVMIsACallInst(call) || is_second_choice(bc, LLVMGetInstructionParent(call), 0))
		return CLAIM_NOTHING;
	if (runs_into_warning(bc, call, 0))
		return CLAIM_HELD;
	return runs_into_warning(bc, call, 1) ? CLAIM_NOT_HELD : CLAIM_NOTHING;
}
