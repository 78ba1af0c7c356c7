/* SPDX-License-Identifier: MIT */
/*
 * What is folded before the translation.  One IR function should stay one source function, with
 * two exceptions, both small, static, and remembered by the places (inlined-at):
 *
 *   - scope guards that take or drop a lock: the constructor that fills a variable and the cleanup
 *     handler that gets its address.  Folded, the lock in the variable is seen;
 *   - pure helpers: no call, no store.  spinlock_check(), container_of wrappers, IS_ERR().
 */
#include <llvm-c/Error.h>
#include <llvm-c/Transforms/PassBuilder.h>

#include "bitcode/internal.h"

enum { GUARD_SIZE = 40, PURE_SIZE = 24, SMALL_BLOCKS = 8 };

struct attrs {
	unsigned always, never, optnone;
};

static unsigned attr(const char *name)
{
	return LLVMGetEnumAttributeKindForName(name, strlen(name));
}

static void drop_attr(LLVMValueRef f, unsigned kind)
{
	LLVMRemoveEnumAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, kind);
}

bool unit_is_call(LLVMValueRef inst)
{
	LLVMOpcode op = LLVMGetInstructionOpcode(inst);

	return op == LLVMCall || op == LLVMInvoke || op == LLVMCallBr;
}

LLVMValueRef unit_callee(LLVMValueRef call)
{
	LLVMValueRef v = LLVMGetCalledValue(call);

	if (LLVMIsAGlobalAlias(v))
		v = LLVMAliasGetAliasee(v);
	return LLVMIsAFunction(v) ? v : NULL;
}

static bool is_static(LLVMValueRef f)
{
	LLVMLinkage l = LLVMGetLinkage(f);

	return !LLVMIsDeclaration(f) && (l == LLVMInternalLinkage || l == LLVMPrivateLinkage);
}

/* Counts real instructions; false if there are more than max. */
static bool is_small(LLVMValueRef f, unsigned max)
{
	unsigned n = 0;

	if (LLVMCountBasicBlocks(f) > SMALL_BLOCKS)
		return false;
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b; b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i)) {
			LLVMValueRef callee = unit_is_call(i) ? unit_callee(i) : NULL;

			if (callee && LLVMGetIntrinsicID(callee))
				continue;
			if (callee == f || ++n > max)
				return false;
		}
	return true;
}

static bool is_pure(LLVMValueRef f)
{
	if (LLVMGetTypeKind(LLVMGetReturnType(LLVMGlobalGetValueType(f))) == LLVMVoidTypeKind)
		return false;
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b; b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i)) {
			LLVMOpcode op = LLVMGetInstructionOpcode(i);
			LLVMValueRef callee = unit_is_call(i) ? unit_callee(i) : NULL;

			if (op == LLVMStore || op == LLVMAtomicRMW || op == LLVMAtomicCmpXchg ||
			    op == LLVMAlloca)
				return false;
			if (unit_is_call(i) && !(callee && LLVMGetIntrinsicID(callee)) &&
			    !LLVMIsAInlineAsm(LLVMGetCalledValue(i)))
				return false;
		}
	return true;
}

/* Written in a header, or hands out a pointer: then nobody asks who calls it. */
static bool is_helper(struct bc *bc, LLVMValueRef f)
{
	LLVMMetadataRef sp = LLVMGetSubprogram(f);

	if (LLVMGetTypeKind(LLVMGetReturnType(LLVMGlobalGetValueType(f))) == LLVMPointerTypeKind)
		return true;
	return sp && debug_file(bc, sp) != bc->u->source;
}

/* Is a lock taken or dropped in f, or in something as small that it calls?  *calls: anything else.
 */
static bool has_lock(struct bc *bc, LLVMValueRef f, unsigned *calls, int depth)
{
	if (!is_static(f) || !is_small(f, GUARD_SIZE))
		return false;
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b; b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i)) {
			LLVMValueRef callee = unit_is_call(i) ? unit_callee(i) : NULL;
			const struct prim *p =
				callee ? prim_find(bc->prims, LLVMGetValueName(callee)) : NULL;

			if (!unit_is_call(i) || (callee && LLVMGetIntrinsicID(callee)))
				continue;
			(*calls)++;
			if (p ? p->kind == PRIM_TAKE || p->kind == PRIM_DROP
			      : callee && depth < 2 && has_lock(bc, callee, calls, depth + 1))
				return true;
		}
	return false;
}

/* Takes or drops a lock, or only moves pointers. */
static bool is_guard(struct bc *bc, LLVMValueRef f)
{
	unsigned calls = 0;

	return is_static(f) && is_small(f, GUARD_SIZE) &&
	       (has_lock(bc, f, &calls, 0) || calls == 0);
}

static LLVMValueRef alloca_under(LLVMValueRef v)
{
	while (LLVMIsAGetElementPtrInst(v) || LLVMIsABitCastInst(v))
		v = LLVMGetOperand(v, 0);
	return LLVMIsAAllocaInst(v) ? v : NULL;
}

static bool takes_local(LLVMValueRef call)
{
	unsigned n = LLVMGetNumArgOperands(call);

	for (unsigned i = 0; i < n; i++)
		if (alloca_under(LLVMGetOperand(call, i)))
			return true;
	return false;
}

/* The result goes into a variable that stayed in memory: as it is, or piece by piece. */
static bool fills_local(LLVMValueRef v, int depth)
{
	for (LLVMUseRef u = LLVMGetFirstUse(v); u; u = LLVMGetNextUse(u)) {
		LLVMValueRef user = LLVMGetUser(u);

		if (LLVMIsAStoreInst(user) && LLVMGetOperand(user, 0) == v &&
		    alloca_under(LLVMGetOperand(user, 1)))
			return true;
		if (LLVMIsAExtractValueInst(user) && depth < 2 && fills_local(user, depth + 1))
			return true;
	}
	return false;
}

static void mark(struct bc *bc, const struct attrs *a, LLVMValueRef f, size_t *n)
{
	LLVMAttributeIndex at = (LLVMAttributeIndex)LLVMAttributeFunctionIndex;

	if (LLVMGetEnumAttributeAtIndex(f, at, a->always))
		return;
	drop_attr(f, a->never);
	LLVMAddAttributeAtIndex(f, at, LLVMCreateEnumAttribute(bc->ctx, a->always, 0));
	(*n)++;
}

static void mark_guards_in(struct bc *bc, const struct attrs *a, LLVMValueRef f, size_t *n)
{
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b; b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i)) {
			LLVMValueRef callee = unit_is_call(i) ? unit_callee(i) : NULL;

			if (!callee || callee == f ||
			    prim_find(bc->prims, LLVMGetValueName(callee)))
				continue;
			if ((takes_local(i) || fills_local(i, 0)) && is_guard(bc, callee))
				mark(bc, a, callee, n);
		}
}

static bool run(struct bc *bc, const char *passes, const char *path, struct diag *d)
{
	LLVMPassBuilderOptionsRef o = LLVMCreatePassBuilderOptions();
	LLVMErrorRef e = LLVMRunPasses(bc->mod, passes, NULL, o);
	char *text;

	LLVMDisposePassBuilderOptions(o);
	if (!e)
		return true;
	text = LLVMGetErrorMessage(e);
	diag_set(d, path, 0, "LLVM's passes %s failed: %s", passes, text);
	LLVMDisposeErrorMessage(text);
	return false;
}

static size_t choose(struct bc *bc, const struct attrs *a)
{
	size_t n = 0;

	for (LLVMValueRef f = LLVMGetFirstFunction(bc->mod); f; f = LLVMGetNextFunction(f)) {
		if (LLVMIsDeclaration(f))
			continue;
		mark_guards_in(bc, a, f, &n);
		if (is_static(f) && !prim_find(bc->prims, LLVMGetValueName(f)) &&
		    is_small(f, PURE_SIZE) && is_pure(f) && is_helper(bc, f))
			mark(bc, a, f, &n);
	}
	return n;
}

bool inline_guards(struct bc *bc, const char *path, struct diag *d)
{
	struct attrs a = { attr("alwaysinline"), attr("noinline"), attr("optnone") };

	for (LLVMValueRef f = LLVMGetFirstFunction(bc->mod); f; f = LLVMGetNextFunction(f)) {
		drop_attr(f, a.always);
		drop_attr(f, a.optnone);
	}
	if (!run(bc, "function(sroa)", path, d))
		return false;
	return !choose(bc, &a) || run(bc, "always-inline,function(sroa)", path, d);
}
