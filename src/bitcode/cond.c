/* SPDX-License-Identifier: MIT */
/*
 * Conditions.  Compilers wrap a truth value in many layers (zext, != 0, xor true, expect); what
 * is left here is a comparison with a constant, the identity of two values, and not/and/or.
 */
#include "bitcode/internal.h"

enum { MAX_ERRNO = 4095 };

static bool is_i1(struct bc *bc, LLVMValueRef v)
{
	return LLVMTypeOf(v) == LLVMInt1TypeInContext(bc->ctx);
}

bool values_is_bool(struct fn *fn, uint32_t v)
{
	uint8_t op = fn->out->values.at[v].op;

	return op == FACTS_CMP || op == FACTS_SAME || op == FACTS_NOT || op == FACTS_AND ||
	       op == FACTS_OR;
}

static LLVMIntPredicate swapped(LLVMIntPredicate p)
{
	switch (p) {
	case LLVMIntUGT: return LLVMIntULT;
	case LLVMIntUGE: return LLVMIntULE;
	case LLVMIntULT: return LLVMIntUGT;
	case LLVMIntULE: return LLVMIntUGE;
	case LLVMIntSGT: return LLVMIntSLT;
	case LLVMIntSGE: return LLVMIntSLE;
	case LLVMIntSLT: return LLVMIntSGT;
	case LLVMIntSLE: return LLVMIntSGE;
	default: return p;
	}
}

static bool holds(uint32_t pred, int64_t a, int64_t b)
{
	switch (pred) {
	case FACTS_EQ: return a == b;
	case FACTS_NE: return a != b;
	case FACTS_LT: return a < b;
	case FACTS_LE: return a <= b;
	case FACTS_GT: return a > b;
	case FACTS_GE: return a >= b;
	default: return a < 0 && a >= -MAX_ERRNO;
	}
}

static uint32_t compare(struct fn *fn, uint32_t x, uint32_t pred, int64_t imm)
{
	struct facts_value v = fn->out->values.at[x];

	if (v.op == FACTS_CONST)
		return values_const(fn, holds(pred, v.imm, imm));
	if ((v.op == FACTS_LOCAL || v.op == FACTS_GLOBAL || v.op == FACTS_FUNC) && imm == 0 &&
	    (pred == FACTS_EQ || pred == FACTS_NE))
		return values_const(fn, pred == FACTS_NE);
	return values_pure(
		fn, (struct facts_value){
			    .op = FACTS_CMP, .a = x, .b = pred, .imm = imm, .block = v.block });
}

/* Unsigned comparisons that a signed one, or IS_ERR, can say; FACTS_NONE: none can. */
static uint32_t unsigned_compare(struct fn *fn, uint32_t x, LLVMIntPredicate p, int64_t c)
{
	bool is_up = p == LLVMIntUGT || p == LLVMIntUGE;
	int64_t edge = p == LLVMIntUGT || p == LLVMIntULE ? c + 1 : c; /* x >= edge, or x < edge */
	uint32_t v;

	if (edge == -MAX_ERRNO)
		v = compare(fn, x, FACTS_IS_ERR, 0);
	else if (edge == 1)
		v = compare(fn, x, FACTS_NE, 0);
	else
		return FACTS_NONE;
	return is_up ? v : values_not(fn, v);
}

static uint32_t with_constant(struct fn *fn, LLVMIntPredicate p, LLVMValueRef a, int64_t c)
{
	bool is_bool = is_i1(fn->bc, values_strip(fn->bc, a));
	uint32_t x = values_get(fn, a), v;

	is_bool = is_bool || values_is_bool(fn, x);
	if (is_bool && c >= -1 && c <= 1 && (p == LLVMIntEQ || p == LLVMIntNE))
		return (p == LLVMIntNE) == (c == 0) ? x : values_not(fn, x);
	switch (p) {
	case LLVMIntEQ: return compare(fn, x, FACTS_EQ, c);
	case LLVMIntNE: return compare(fn, x, FACTS_NE, c);
	case LLVMIntSLT: return compare(fn, x, FACTS_LT, c);
	case LLVMIntSLE: return compare(fn, x, FACTS_LE, c);
	case LLVMIntSGT: return compare(fn, x, FACTS_GT, c);
	case LLVMIntSGE: return compare(fn, x, FACTS_GE, c);
	default: break;
	}
	v = unsigned_compare(fn, x, p, c);
	return v != FACTS_NONE ? v : values_mixed(fn, 100 + (unsigned)p, x, x, c);
}

static bool constant_of(LLVMValueRef v, int64_t *c)
{
	if (LLVMIsAConstantPointerNull(v)) {
		*c = 0;
		return true;
	}
	if (LLVMIsAConstantExpr(v) && LLVMGetConstOpcode(v) == LLVMIntToPtr)
		v = LLVMGetOperand(v, 0);
	if (!LLVMIsAConstantInt(v) || LLVMGetIntTypeWidth(LLVMTypeOf(v)) > 64)
		return false;
	*c = LLVMConstIntGetSExtValue(v);
	return true;
}

static uint32_t icmp(struct fn *fn, LLVMValueRef inst)
{
	LLVMValueRef a = LLVMGetOperand(inst, 0), b = LLVMGetOperand(inst, 1);
	LLVMIntPredicate p = LLVMIsAInstruction(inst) ? LLVMGetICmpPredicate(inst) : LLVMIntEQ;
	uint32_t x, y, v;
	int64_t c;

	if (constant_of(b, &c))
		return with_constant(fn, p, a, c);
	if (constant_of(a, &c))
		return with_constant(fn, swapped(p), b, c);
	x = values_get(fn, a);
	y = values_get(fn, b);
	if (p != LLVMIntEQ && p != LLVMIntNE)
		return values_mixed(fn, 100 + (unsigned)p, x, y, 0);
	if (x == y)
		return values_const(fn, p == LLVMIntEQ);
	v = values_pure(fn, (struct facts_value){ .op = FACTS_SAME,
						  .a = x < y ? x : y,
						  .b = x < y ? y : x,
						  .block = values_later(fn, x, y) });
	return p == LLVMIntEQ ? v : values_not(fn, v);
}

static uint32_t logic(struct fn *fn, LLVMValueRef inst, LLVMOpcode op)
{
	uint32_t a = values_get(fn, LLVMGetOperand(inst, 0)),
		 b = values_get(fn, LLVMGetOperand(inst, 1));
	const struct facts_value *at = fn->out->values.at;
	bool is_const = at[b].op == FACTS_CONST;
	bool imm = is_const && at[b].imm;

	if (op == LLVMXor && is_const)
		return imm ? values_not(fn, a) : a;
	if (op == LLVMXor)
		return values_mixed(fn, (unsigned)op, a, b, 0);
	if (is_const)
		return imm == (op == LLVMAnd) ? a : b;
	return values_pure(fn, (struct facts_value){ .op = op == LLVMAnd ? FACTS_AND : FACTS_OR,
						     .a = a,
						     .b = b,
						     .block = values_later(fn, a, b) });
}

uint32_t cond_get(struct fn *fn, LLVMValueRef inst)
{
	LLVMOpcode op = LLVMIsAInstruction(inst) ? LLVMGetInstructionOpcode(inst)
						 : LLVMGetConstOpcode(inst);

	return op == LLVMICmp ? icmp(fn, inst) : logic(fn, inst, op);
}
