/* SPDX-License-Identifier: MIT */
/*
 * Slots of local variables that stayed in memory because their address is taken.  One that is
 * stored to only once holds what was stored.
 */
#include "bitcode/internal.h"

bool slot_index(LLVMValueRef v, int64_t *c)
{
	*c = LLVMIsAConstantInt(v) ? LLVMConstIntGetSExtValue(v) : 0;
	return LLVMIsAConstantInt(v);
}

enum { SLOT_SCANNED = 1, SLOT_ESCAPES = 2, SLOT_UNKNOWN = 4 };

/* v as a constant distance from its base. */
static LLVMValueRef base_of(struct bc *bc, LLVMValueRef v, int64_t *at)
{
	*at = 0;
	while (LLVMIsAGetElementPtrInst(v)) {
		LLVMTypeRef t = LLVMGetGEPSourceElementType(v);
		unsigned n = (unsigned)LLVMGetNumOperands(v);
		int64_t c;

		for (unsigned i = 1; i < n; i++) {
			if (!slot_index(LLVMGetOperand(v, i), &c))
				return NULL;
			if (i == 1) {
				*at += c * (int64_t)LLVMABISizeOfType(bc->layout, t);
			} else if (LLVMGetTypeKind(t) == LLVMStructTypeKind) {
				*at += (int64_t)LLVMOffsetOfElement(bc->layout, t, (unsigned)c);
				t = LLVMStructGetTypeAtIndex(t, (unsigned)c);
			} else {
				t = LLVMGetElementType(t);
				*at += c * (int64_t)LLVMABISizeOfType(bc->layout, t);
			}
		}
		v = LLVMGetOperand(v, 0);
	}
	return v;
}

static unsigned scan_call(LLVMValueRef call, LLVMValueRef v)
{
	LLVMValueRef callee = unit_callee(call);
	unsigned id = callee ? LLVMGetIntrinsicID(callee) : 0;
	size_t n;
	const char *name = id ? LLVMIntrinsicGetName(id, &n) : "";

	if (str_starts(name, "llvm.memcpy") || str_starts(name, "llvm.memmove"))
		return LLVMGetOperand(call, 0) == v ? SLOT_UNKNOWN : 0;
	return id ? 0 : SLOT_ESCAPES;
}

static unsigned scan_uses(struct fn *fn, LLVMValueRef alloca, LLVMValueRef v)
{
	unsigned flags = 0;
	int64_t at;

	for (LLVMUseRef u = LLVMGetFirstUse(v); u; u = LLVMGetNextUse(u)) {
		LLVMValueRef user = LLVMGetUser(u);

		if (LLVMIsAStoreInst(user) && LLVMGetOperand(user, 1) == v) {
			if (base_of(fn->bc, v, &at) == alloca)
				vec_push(&fn->slots, (struct slot_store){
							     alloca, LLVMGetOperand(user, 0), at });
			else
				flags |= SLOT_UNKNOWN;
			flags |= LLVMGetOperand(user, 0) == v ? SLOT_ESCAPES : 0;
		} else if (LLVMIsAGetElementPtrInst(user)) {
			flags |= scan_uses(fn, alloca, user);
		} else if (LLVMIsACallInst(user)) {
			flags |= scan_call(user, v);
		} else if (!LLVMIsALoadInst(user) && !LLVMIsAICmpInst(user)) {
			flags |= SLOT_ESCAPES;
		}
	}
	return flags;
}

static bool is_zero(LLVMValueRef v)
{
	return LLVMIsAConstant(v) && LLVMIsNull(v);
}

/* What a slot of a local variable holds, if the function stores there only once. */
LLVMValueRef slot_only_store(struct fn *fn, LLVMValueRef address, LLVMTypeRef type)
{
	bool is_pointer = LLVMGetTypeKind(type) == LLVMPointerTypeKind;
	int64_t at;
	LLVMValueRef base = base_of(fn->bc, address, &at), found = NULL;
	uint64_t flags = 0;

	if (!base || !LLVMIsAAllocaInst(base))
		return NULL;
	if (!map_get(&fn->allocas, (uintptr_t)base, &flags)) {
		flags = SLOT_SCANNED | scan_uses(fn, base, base);
		map_put(&fn->allocas, (uintptr_t)base, flags);
	}
	if (flags & SLOT_UNKNOWN)
		return NULL;
	for (size_t i = 0; i < fn->slots.n; i++) {
		const struct slot_store *s = &fn->slots.at[i];

		if (s->alloca != base || s->at != at || (is_pointer && is_zero(s->value)))
			continue;
		if (found || LLVMTypeOf(s->value) != type)
			return NULL;
		found = s->value;
	}
	if ((flags & SLOT_ESCAPES) && !is_pointer)
		return NULL;
	return found;
}
