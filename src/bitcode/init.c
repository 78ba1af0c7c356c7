/* SPDX-License-Identifier: MIT */
/*
 * Initialisers: which function, or which other table, is in which member of which variable.
 */
#include "bitcode/internal.h"

struct walk {
	struct bc *bc;
	uint32_t table, type; /* symbol of the variable; its type */
};

/* Only what calls can go through: tables, structs, functions; not strings and plain data. */
static bool is_worth(LLVMValueRef v)
{
	LLVMTypeRef t;

	if (LLVMIsAFunction(v))
		return true;
	if (!LLVMIsAGlobalVariable(v))
		return false;
	t = LLVMGlobalGetValueType(v);
	while (LLVMGetTypeKind(t) == LLVMArrayTypeKind)
		t = LLVMGetElementType(t);
	return LLVMGetTypeKind(t) == LLVMStructTypeKind ||
	       LLVMGetTypeKind(t) == LLVMPointerTypeKind;
}

static LLVMValueRef target_of(LLVMValueRef v)
{
	while (LLVMIsAConstantExpr(v) &&
	       (LLVMGetConstOpcode(v) == LLVMGetElementPtr ||
		LLVMGetConstOpcode(v) == LLVMBitCast || LLVMGetConstOpcode(v) == LLVMPtrToInt))
		v = LLVMGetOperand(v, 0);
	return LLVMIsAGlobalAlias(v) ? LLVMAliasGetAliasee(v) : v;
}

/* The member at this offset: its innermost named struct and dotted name. */
static void name_member(struct bc *bc, uint32_t t, int64_t at, uint32_t *owner, uint32_t *member)
{
	static const struct want pointer = { .kind = WANT_POINTER };
	struct buf path = { 0 };

	for (int depth = 0; depth < 32 && t; depth++) {
		struct type ty = bc->types.all.at[t];
		uint32_t m;

		if (ty.kind == TYPE_ARRAY) {
			t = types_base(bc, t);
			if (t && bc->types.all.at[t].bytes)
				at %= (int64_t)bc->types.all.at[t].bytes;
			continue;
		}
		if (!types_is_composite(bc, t))
			break;
		if (ty.name) {
			*owner = ty.name;
			path.n = 0;
		}
		m = layout_choose(bc, t, at, &pointer);
		if (m == FACTS_NONE)
			break;
		if (path.n && bc->types.members.at[m].name)
			buf_addc(&path, '.');
		buf_add(&path, strtab_str(bc->u->str, bc->types.members.at[m].name));
		at -= (int64_t)bc->types.members.at[m].at;
		t = types_member(bc, m);
	}
	*member = str_of(bc, path.at, path.n);
	buf_free(&path);
}

static void leaf(struct walk *w, LLVMValueRef v, int64_t at)
{
	struct bc *bc = w->bc;
	LLVMValueRef to = target_of(v);
	struct facts_init i = { .table = w->table };

	if (!is_worth(to))
		return;
	name_member(bc, w->type, at, &i.owner, &i.member);
	i.target = unit_sym(bc, to);
	vec_push(&bc->u->inits, i);
}

static void walk(struct walk *w, LLVMValueRef v, int64_t at)
{
	LLVMTypeRef t = LLVMTypeOf(v);
	unsigned n;

	if (LLVMIsAConstantStruct(v)) {
		n = LLVMCountStructElementTypes(t);
		for (unsigned i = 0; i < n; i++)
			walk(w, LLVMGetOperand(v, i),
			     at + (int64_t)LLVMOffsetOfElement(w->bc->layout, t, i));
	} else if (LLVMIsAConstantArray(v)) {
		n = (unsigned)LLVMGetNumOperands(v);
		for (unsigned i = 0; i < n; i++)
			walk(w, LLVMGetOperand(v, i),
			     at + (int64_t)(i * LLVMABISizeOfType(w->bc->layout,
								  LLVMGetElementType(t))));
	} else if (LLVMIsAFunction(v) || LLVMIsAGlobalVariable(v) || LLVMIsAConstantExpr(v) ||
		   LLVMIsAGlobalAlias(v)) {
		leaf(w, v, at);
	}
}

void init_tables(struct bc *bc)
{
	for (LLVMValueRef g = LLVMGetFirstGlobal(bc->mod); g; g = LLVMGetNextGlobal(g)) {
		LLVMValueRef init = LLVMGetInitializer(g);
		struct walk w = { .bc = bc };

		if (LLVMGetSection(g) && str_starts(LLVMGetSection(g), ".discard"))
			continue; /* only there to keep a symbol */
		if (!init || LLVMIsNull(init) || LLVMIsAConstantDataSequential(init) ||
		    str_starts(LLVMGetValueName(g), "llvm."))
			continue;
		w.table = unit_sym(bc, g);
		w.type = unit_global_type(bc, g);
		walk(&w, init, 0);
	}
}
