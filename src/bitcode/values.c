/* SPDX-License-Identifier: MIT */
/*
 * IR values to facts values, on demand: what no event, branch or return asks for is never made.
 * Pure values (members, comparisons) are made once per content, so that the same lock is the
 * same value; what is read from memory is new each time.
 */
#include "bitcode/internal.h"

enum { MAX_DEPTH = 400 };

uint32_t values_new(struct fn *fn, struct facts_value v)
{
	vec_push(&fn->out->values, v);
	vec_push(&fn->from, 0);
	return (uint32_t)(fn->out->values.n - 1);
}

/* v as it is made, unless a value of this content is there. */
static uint32_t once(struct fn *fn, const uint64_t key[5], struct facts_value v)
{
	uint64_t *at =
		map_slot(&fn->same, hash_bytes(key, 5 * sizeof(*key), HASH_SEED), FACTS_NONE);

	if (*at == FACTS_NONE)
		*at = values_new(fn, v);
	return (uint32_t)*at;
}

uint32_t values_pure(struct fn *fn, struct facts_value v)
{
	uint64_t key[5] = { v.op, (uint64_t)v.a << 32 | v.b, v.c, (uint64_t)v.imm, v.block };

	return once(fn, key, v);
}

uint32_t values_mixed(struct fn *fn, unsigned how, uint32_t a, uint32_t b, int64_t imm)
{
	uint64_t key[5] = { how + 1000, (uint64_t)a << 32 | b, 0, (uint64_t)imm, 0 };

	return once(fn, key,
		    (struct facts_value){ .op = FACTS_OPAQUE, .block = values_later(fn, a, b) });
}

/* Blocks are numbered as they stand; of two that dominate the place at hand the later is meant. */
uint32_t values_later(struct fn *fn, uint32_t a, uint32_t b)
{
	uint32_t x = fn->out->values.at[a].block, y = fn->out->values.at[b].block;

	if (x == y || y == 0)
		return x;
	return x == 0 ? y : fn->block;
}

uint32_t values_const(struct fn *fn, int64_t imm)
{
	return values_pure(fn, (struct facts_value){ .op = FACTS_CONST, .imm = imm });
}

uint32_t values_opaque(struct fn *fn)
{
	return values_new(fn, (struct facts_value){ .op = FACTS_OPAQUE, .block = fn->block });
}

uint32_t values_not(struct fn *fn, uint32_t a)
{
	static const uint8_t flip[] = {
		FACTS_NE, FACTS_EQ, FACTS_GE, FACTS_GT, FACTS_LE, FACTS_LT
	};
	struct facts_value v = fn->out->values.at[a];

	if (v.op == FACTS_NOT)
		return v.a;
	if (v.op == FACTS_CONST)
		return values_const(fn, !v.imm);
	if (v.op == FACTS_CMP && v.b < ARRAY_LEN(flip)) {
		v.b = flip[v.b];
		return values_pure(fn, v);
	}
	return values_pure(fn, (struct facts_value){ .op = FACTS_NOT, .a = a, .block = v.block });
}

uint32_t values_block_of(struct fn *fn, LLVMValueRef v)
{
	uint64_t b;

	if (!LLVMIsAInstruction(v) ||
	    !map_get(&fn->blocks, (uintptr_t)LLVMGetInstructionParent(v), &b))
		return 0;
	return (uint32_t)b;
}

static bool is_expect(struct bc *bc, LLVMValueRef v)
{
	LLVMValueRef callee = LLVMIsACallInst(v) ? unit_callee(v) : NULL;

	return callee && LLVMGetIntrinsicID(callee) == bc->expect;
}

/* A member taken out of a struct that was put together right before (a guard that was returned). */
static LLVMValueRef put_in(LLVMValueRef v)
{
	LLVMValueRef from = LLVMIsAExtractValueInst(v) ? LLVMGetOperand(v, 0) : NULL;
	unsigned at;

	if (!from || LLVMGetNumIndices(v) != 1)
		return NULL;
	at = *LLVMGetIndices(v);
	for (; LLVMIsAInsertValueInst(from); from = LLVMGetOperand(from, 0))
		if (LLVMGetNumIndices(from) == 1 && *LLVMGetIndices(from) == at)
			return LLVMGetOperand(from, 1);
	return NULL;
}

LLVMValueRef values_strip(struct bc *bc, LLVMValueRef v)
{
	LLVMValueRef in;

	while (LLVMIsAZExtInst(v) || LLVMIsASExtInst(v) || LLVMIsATruncInst(v) ||
	       LLVMIsAFreezeInst(v) || LLVMIsABitCastInst(v) || is_expect(bc, v) || put_in(v)) {
		in = put_in(v);
		v = in ? in : LLVMGetOperand(v, 0);
	}
	return v;
}

static uint32_t constant(struct fn *fn, LLVMValueRef v)
{
	unsigned bits = LLVMIsAConstantInt(v) ? LLVMGetIntTypeWidth(LLVMTypeOf(v)) : 0;

	if (bits == 0 || bits > 64)
		return values_opaque(fn);
	return values_const(fn, bits == 1 ? (int64_t)LLVMConstIntGetZExtValue(v)
					  : LLVMConstIntGetSExtValue(v));
}

uint32_t values_phi(struct fn *fn, LLVMValueRef v)
{
	uint32_t id = values_new(
		fn, (struct facts_value){ .op = FACTS_PHI, .block = values_block_of(fn, v) });

	vec_push(&fn->phis, (struct open_phi){ v, id });
	return id;
}

uint32_t values_select(struct fn *fn, LLVMValueRef v)
{
	uint32_t c = values_get(fn, LLVMGetOperand(v, 0)), a = values_get(fn, LLVMGetOperand(v, 1));
	uint32_t b = values_get(fn, LLVMGetOperand(v, 2));
	const struct facts_value *at = fn->out->values.at;
	bool is_bool = LLVMTypeOf(v) == LLVMInt1TypeInContext(fn->bc->ctx);
	struct facts_value out = {
		.op = FACTS_SELECT, .a = c, .b = a, .c = b, .block = values_block_of(fn, v)
	};

	if (at[c].op == FACTS_CONST)
		return at[c].imm ? a : b;
	if (is_bool && at[a].op == FACTS_CONST && at[a].imm)
		out = (struct facts_value){ .op = FACTS_OR, .a = c, .b = b, .block = out.block };
	else if (is_bool && at[b].op == FACTS_CONST && !at[b].imm)
		out = (struct facts_value){ .op = FACTS_AND, .a = c, .b = a, .block = out.block };
	return values_pure(fn, out);
}

static uint32_t arithmetic(struct fn *fn, LLVMValueRef v)
{
	uint32_t a = values_get(fn, LLVMGetOperand(v, 0)), b = values_get(fn, LLVMGetOperand(v, 1));

	return values_mixed(fn, (unsigned)LLVMGetInstructionOpcode(v), a, b, 0);
}

uint32_t values_result(struct fn *fn, LLVMValueRef v)
{
	uint64_t *at = map_slot(&fn->results, (uintptr_t)v, FACTS_NONE);

	if (*at == FACTS_NONE)
		*at = values_new(fn, (struct facts_value){ .op = FACTS_OPAQUE,
							   .block = values_block_of(fn, v) });
	return (uint32_t)*at;
}

static uint32_t call_result(struct fn *fn, LLVMValueRef v)
{
	LLVMValueRef callee = unit_callee(v);
	unsigned id = callee ? LLVMGetIntrinsicID(callee) : 0;

	if (id && id == fn->bc->is_constant)
		return values_const(fn, 0);
	return values_result(fn, v);
}

static uint32_t instruction(struct fn *fn, LLVMValueRef v)
{
	LLVMOpcode op = LLVMIsAInstruction(v) ? LLVMGetInstructionOpcode(v) : LLVMGetConstOpcode(v);

	switch (op) {
	case LLVMPHI: return values_phi(fn, v);
	case LLVMSelect: return values_select(fn, v);
	case LLVMICmp: return cond_get(fn, v);
	case LLVMAnd:
	case LLVMOr:
	case LLVMXor:
		if (LLVMTypeOf(v) == LLVMInt1TypeInContext(fn->bc->ctx))
			return cond_get(fn, v);
		return arithmetic(fn, v);
	case LLVMAdd:
	case LLVMSub:
	case LLVMMul:
	case LLVMShl:
	case LLVMLShr:
	case LLVMAShr:
	case LLVMSDiv:
	case LLVMUDiv:
	case LLVMSRem:
	case LLVMURem: return arithmetic(fn, v);
	case LLVMPtrToInt: return values_get(fn, LLVMGetOperand(v, 0));
	case LLVMCall:
	case LLVMInvoke:
	case LLVMCallBr: return call_result(fn, v);
	default:
		return values_new(fn, (struct facts_value){ .op = FACTS_OPAQUE,
							    .block = values_block_of(fn, v) });
	}
}

static uint32_t make(struct fn *fn, LLVMValueRef v)
{
	struct place p;

	if (LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMPointerTypeKind || LLVMIsALoadInst(v)) {
		p = address_get(fn, v);
		return place_value(fn, &p);
	}
	if (LLVMIsAArgument(v))
		for (unsigned i = 0; i < LLVMCountParams(fn->ir); i++)
			if (LLVMGetParam(fn->ir, i) == v)
				return values_pure(
					fn, (struct facts_value){ .op = FACTS_PARAM, .a = i });
	if (LLVMIsAInstruction(v) || LLVMIsAConstantExpr(v))
		return instruction(fn, v);
	return constant(fn, v);
}

uint32_t values_get(struct fn *fn, LLVMValueRef v)
{
	uint64_t known;
	uint32_t id;

	v = values_strip(fn->bc, v);
	if (map_get(&fn->values, (uintptr_t)v, &known))
		return (uint32_t)known;
	if (fn->depth >= MAX_DEPTH) {
		fn->n_cut++;
		id = values_opaque(fn);
	} else {
		fn->depth++;
		id = make(fn, v);
		fn->depth--;
	}
	map_put(&fn->values, (uintptr_t)v, id);
	return id;
}

uint32_t values_operand(struct fn *fn, LLVMValueRef v)
{
	LLVMTypeKind k = LLVMGetTypeKind(LLVMTypeOf(v));

	return k == LLVMPointerTypeKind || k == LLVMIntegerTypeKind ? values_get(fn, v)
								    : FACTS_NONE;
}

static void finish_phi(struct fn *fn, LLVMValueRef v, uint32_t id)
{
	struct {
		VEC(uint32_t);
	} pairs = { 0 };

	for (unsigned i = 0, n = LLVMCountIncoming(v); i < n; i++) {
		uint64_t block = 0;
		bool is_new = true;

		map_get(&fn->blocks, (uintptr_t)LLVMGetIncomingBlock(v, i), &block);
		for (size_t k = 0; k < pairs.n; k += 2)
			is_new = is_new && pairs.at[k] != block;
		if (!is_new)
			continue;
		fn->block = (uint32_t)block;
		vec_push(&pairs, (uint32_t)block);
		vec_push(&pairs, values_get(fn, LLVMGetIncomingValue(v, i)));
	}
	fn->out->values.at[id].a = (uint32_t)fn->out->list.n;
	fn->out->values.at[id].b = (uint32_t)(pairs.n / 2);
	for (size_t k = 0; k < pairs.n; k++)
		vec_push(&fn->out->list, pairs.at[k]);
	vec_free(&pairs);
}

void values_finish(struct fn *fn)
{
	for (size_t i = 0; i < fn->phis.n; i++) /* grows on the way */
		finish_phi(fn, fn->phis.at[i].ir, fn->phis.at[i].id);
}
