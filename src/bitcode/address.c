/* SPDX-License-Identifier: MIT */
/*
 * Addresses: where a pointer came from.  Types come from, in this order, the struct that a GEP
 * names, the variable that the pointer is assigned to, and the member it was read from.
 */
#include "bitcode/internal.h"

static struct place unknown(struct fn *fn)
{
	return (struct place){ .val = values_opaque(fn) };
}

static struct place typed(struct fn *fn, uint32_t val, uint32_t type)
{
	struct place p = { .val = val };

	place_be(fn, &p, type);
	return p;
}

/* ---- GEP ----------------------------------------------------------------------- */

/* The code treats what is at p as the struct `t` of the IR. */
static void enter(struct fn *fn, struct place *p, LLVMTypeRef t)
{
	struct bc *bc = fn->bc;
	struct want w = { .kind = WANT_BYTES };
	const char *name = NULL;
	size_t n = 0;

	if (!LLVMGetStructName(t))
		return;
	if (unit_ir_name(t, &name, &n, &w.is_union)) {
		uint32_t type = types_named(bc, name, n);

		if (type)
			place_be(fn, p, type);
		else
			place_blind(fn, p, name, n);
		return;
	}
	if (!types_is_composite(bc, p->type))
		return;
	w.bytes = LLVMABISizeOfType(bc->layout, t);
	(void)place_descend(fn, p, &w);
}

static void element(struct fn *fn, struct place *p)
{
	struct bc *bc = fn->bc;
	struct facts_value v = { .op = FACTS_INDEX };
	int64_t rest = 0;
	uint32_t type = p->type;

	if (p->type && bc->types.all.at[p->type].kind == TYPE_ARRAY) {
		(void)place_step(fn, p, &rest, &(struct want){ 0 });
		return;
	}
	v.a = place_value(fn, p);
	v.type = fn->out->values.at[v.a].type;
	v.block = fn->out->values.at[v.a].block;
	if (fn->out->values.at[v.a].op != FACTS_INDEX)
		v.a = values_pure(fn, v);
	*p = typed(fn, v.a, type);
}

static bool first_index(struct fn *fn, struct place *p, LLVMTypeRef t, LLVMValueRef idx)
{
	struct bc *bc = fn->bc;
	LLVMTypeKind k = LLVMGetTypeKind(t);
	bool is_byte = k == LLVMIntegerTypeKind && LLVMGetIntTypeWidth(t) == 8;
	int64_t c;

	if (k == LLVMStructTypeKind)
		enter(fn, p, t);
	if (!slot_index(idx, &c)) {
		element(fn, p);
		return true;
	}
	if (c == 0)
		return true;
	if (is_byte && types_is_composite(bc, p->type))
		return place_move(fn, p, c, false, &(struct want){ 0 });
	if (is_byte && place_is_blind(p) && c > 0) {
		place_move_blind(fn, p, c);
		return true;
	}
	if (is_byte && (c < 0 || !p->type))
		return false; /* container_of: the variable it goes to says what it is */
	element(fn, p);
	return true;
}

static bool next_index(struct fn *fn, struct place *p, LLVMTypeRef *t, LLVMValueRef idx)
{
	const char *name;
	size_t n;
	bool is_union;
	int64_t at;
	unsigned i;

	if (LLVMGetTypeKind(*t) != LLVMStructTypeKind) {
		*t = LLVMGetElementType(*t);
		element(fn, p);
		if (LLVMGetTypeKind(*t) == LLVMStructTypeKind)
			enter(fn, p, *t);
		return true;
	}
	if (!LLVMIsAConstantInt(idx))
		return false;
	if (place_is_blind(p) && p->prefix)
		enter(fn, p, *t);
	i = (unsigned)LLVMConstIntGetZExtValue(idx);
	at = (int64_t)LLVMOffsetOfElement(fn->bc->layout, *t, i);
	(void)unit_ir_name(*t, &name, &n, &is_union);
	*t = LLVMStructGetTypeAtIndex(*t, i);
	if (place_is_blind(p) && !is_union) {
		place_move_blind(fn, p, at);
		return true;
	}
	return is_union || place_move(fn, p, at, true, &(struct want){ 0 });
}

enum { MIX_OFFSET = 500 };

static struct place gep(struct fn *fn, LLVMValueRef v)
{
	struct place p = address_get(fn, LLVMGetOperand(v, 0));
	uint32_t base = place_value(fn, &p);
	int64_t at;
	LLVMTypeRef t = LLVMGetGEPSourceElementType(v);
	bool ok = first_index(fn, &p, t, LLVMGetOperand(v, 1));
	unsigned n = (unsigned)LLVMGetNumOperands(v);

	for (unsigned i = 2; i < n && ok; i++)
		ok = next_index(fn, &p, &t, LLVMGetOperand(v, i));
	if (ok)
		return p;
	/* container_of: of one address it gives one address, whatever that is */
	if (n == 2 && slot_index(LLVMGetOperand(v, 1), &at))
		return (struct place){ .val = values_mixed(fn, MIX_OFFSET, base, base, at) };
	return unknown(fn);
}

/* ---- locals ---------------------------------------------------------------------- */

/* Two variables of one name are two: name, name.2, ... */
static uint32_t local_name(struct fn *fn, uint32_t name)
{
	struct bc *bc = fn->bc;
	uint64_t key[2] = { 2000, name };
	uint64_t *count = map_slot(&fn->same, hash_bytes(key, sizeof(key), HASH_SEED), 0);
	char *s;

	if (++*count == 1)
		return name;
	s = xasprintf("%s.%u", strtab_str(bc->u->str, name), (unsigned)*count);
	name = strtab_id(bc->u->str, s);
	free(s);
	return name;
}

static struct place local(struct fn *fn, LLVMValueRef v, uint32_t type)
{
	uint64_t name = 0;

	map_get(&fn->var_names, (uintptr_t)v, &name);
	if (!type)
		type = unit_ir_type(fn->bc, LLVMGetAllocatedType(v));
	return typed(fn,
		     values_new(fn, (struct facts_value){ .op = FACTS_LOCAL,
							  .a = local_name(fn, (uint32_t)name) }),
		     type);
}

/* ---- the rest ---------------------------------------------------------------------- */

static struct place global(struct fn *fn, LLVMValueRef v)
{
	struct bc *bc = fn->bc;
	struct place p = typed(
		fn,
		values_pure(fn, (struct facts_value){ .op = FACTS_GLOBAL, .a = unit_sym(bc, v) }),
		unit_global_type(bc, v));

	if (!p.type && LLVMGetTypeKind(LLVMGlobalGetValueType(v)) == LLVMStructTypeKind)
		enter(fn, &p, LLVMGlobalGetValueType(v));
	return p;
}

static struct place load(struct fn *fn, LLVMValueRef v)
{
	struct bc *bc = fn->bc;
	LLVMValueRef from = LLVMGetOperand(v, 0), stored = slot_only_store(fn, from, LLVMTypeOf(v));
	struct place p;
	struct want w = { .kind = WANT_SCALAR };
	uint32_t type;

	if (stored && LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMPointerTypeKind)
		return address_get(fn, stored);
	if (stored)
		return (struct place){ .val = values_get(fn, stored) };
	p = address_get(fn, from);
	if (LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMPointerTypeKind)
		w.kind = WANT_POINTER;
	else
		w.bytes = LLVMABISizeOfType(bc->layout, LLVMTypeOf(v));
	(void)place_descend(fn, &p, &w);
	place_first_blind(fn, &p);
	type = p.type && bc->types.all.at[p.type].kind == TYPE_POINTER ? types_base(bc, p.type) : 0;
	return typed(fn,
		     values_new(fn, (struct facts_value){ .op = FACTS_DEREF,
							  .a = place_value(fn, &p),
							  .block = values_block_of(fn, v) }),
		     type);
}

/* Assembly that hands its input through ("0": in the register of the output); -1: none. */
static int asm_tied(LLVMValueRef code)
{
	size_t n = 0;
	const char *s = LLVMGetInlineAsmConstraintString(code, &n);
	char *text = xstrndup(s ? s : "", n), *save = NULL;
	int arg = -1, tied = -1;

	for (char *c = strtok_r(text, ",", &save); c && tied < 0; c = strtok_r(NULL, ",", &save)) {
		if (c[0] == '~' || c[0] == '!' || (c[0] == '=' && !strchr(c, '*')))
			continue;
		arg++;
		if (c[0] == '0')
			tied = arg;
	}
	free(text);
	return tied;
}

static struct place call(struct fn *fn, LLVMValueRef v)
{
	struct bc *bc = fn->bc;
	LLVMValueRef callee = unit_callee(v), code = LLVMGetCalledValue(v);
	int tied = LLVMIsAInlineAsm(code) ? asm_tied(code) : -1;
	struct place p;
	uint32_t type = 0;

	if (callee && LLVMGetIntrinsicID(callee) && LLVMGetNumArgOperands(v) &&
	    LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(v, 0))) == LLVMPointerTypeKind)
		return address_get(fn, LLVMGetOperand(v, 0)); /* threadlocal.address and its like */
	if (tied >= 0 && (unsigned)tied < LLVMGetNumArgOperands(v)) {
		p = address_get(fn, LLVMGetOperand(v, (unsigned)tied));
		element(fn, &p);
		return p;
	}
	if (LLVMGetTypeKind(LLVMTypeOf(v)) != LLVMPointerTypeKind)
		return (struct place){ .val = values_get(fn, v) };
	if (callee) {
		type = debug_result_type(bc, callee);
	} else if (!LLVMIsAInlineAsm(code)) {
		p = address_get(fn, code);
		type = p.type && bc->types.all.at[p.type].kind == TYPE_FUNC ? types_base(bc, p.type)
									    : 0;
	}
	type = type && bc->types.all.at[type].kind == TYPE_POINTER ? types_base(bc, type) : 0;
	return typed(fn, values_result(fn, v), type);
}

/* Of a phi or a select: where an operand's type is known without asking a phi again. */
static struct place merged(struct fn *fn, LLVMValueRef v, uint32_t val, unsigned first, unsigned n)
{
	uint32_t type = 0;

	for (unsigned i = first; i < n && !type; i++) {
		LLVMValueRef in =
			LLVMIsAPHINode(v) ? LLVMGetIncomingValue(v, i) : LLVMGetOperand(v, i);

		if (!LLVMIsAPHINode(in) && !LLVMIsAConstantPointerNull(in) &&
		    LLVMGetTypeKind(LLVMTypeOf(in)) == LLVMPointerTypeKind)
			type = address_get(fn, in).type;
	}
	return typed(fn, val, type);
}

/* Integers that hold an address: per-CPU arithmetic, tagged pointers. */
static struct place from_integer(struct fn *fn, LLVMValueRef v)
{
	LLVMValueRef a, b;
	struct place p;

	v = values_strip(fn->bc, v);
	if (!LLVMIsABinaryOperator(v) ||
	    (LLVMGetInstructionOpcode(v) != LLVMAdd && LLVMGetInstructionOpcode(v) != LLVMAnd))
		return address_get(fn, v);
	a = LLVMGetOperand(v, 0);
	b = LLVMGetOperand(v, 1);
	p = address_get(fn, LLVMIsAPtrToIntInst(b) ? b : a);
	if (LLVMGetInstructionOpcode(v) == LLVMAdd)
		element(fn, &p);
	return p;
}

static struct place parameter(struct fn *fn, LLVMValueRef v, uint32_t type)
{
	uint32_t i = 0;

	while (LLVMGetParam(fn->ir, i) != v)
		i++;
	if (!type)
		type = debug_param_type(fn->bc, fn->ir, i);
	type = type && fn->bc->types.all.at[type].kind == TYPE_POINTER ? types_base(fn->bc, type)
								       : type;
	return typed(fn, values_pure(fn, (struct facts_value){ .op = FACTS_PARAM, .a = i }), type);
}

static struct place instruction(struct fn *fn, LLVMValueRef v, uint32_t var)
{
	LLVMOpcode op = LLVMIsAInstruction(v) ? LLVMGetInstructionOpcode(v) : LLVMGetConstOpcode(v);

	switch (op) {
	case LLVMGetElementPtr: return gep(fn, v);
	case LLVMBitCast:
	case LLVMAddrSpaceCast:
	case LLVMFreeze:
	case LLVMPtrToInt: return address_get(fn, LLVMGetOperand(v, 0));
	case LLVMIntToPtr: return from_integer(fn, LLVMGetOperand(v, 0));
	case LLVMAlloca: return local(fn, v, var);
	case LLVMLoad: return load(fn, v);
	case LLVMCall:
	case LLVMInvoke:
	case LLVMCallBr: return call(fn, v);
	default: return unknown(fn);
	}
}

static struct place make(struct fn *fn, LLVMValueRef v, uint32_t var)
{
	bool is_pointer = LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMPointerTypeKind;

	if (LLVMIsAGlobalAlias(v))
		return address_get(fn, LLVMAliasGetAliasee(v));
	if (LLVMIsAFunction(v))
		return (struct place){ .val = values_pure(fn, (struct facts_value){
								      .op = FACTS_FUNC,
								      .a = unit_sym(fn->bc, v) }) };
	if (LLVMIsAGlobalVariable(v))
		return global(fn, v);
	if (LLVMIsAArgument(v) && is_pointer)
		return parameter(fn, v, var);
	if (LLVMIsAConstantPointerNull(v))
		return (struct place){ .val = values_const(fn, 0) };
	if (is_pointer ? LLVMIsAInstruction(v) || LLVMIsAConstantExpr(v)
		       : LLVMIsALoadInst(v) || LLVMIsAPtrToIntInst(v) || LLVMIsACallInst(v) ||
				 (LLVMIsAConstantExpr(v) && LLVMGetConstOpcode(v) == LLVMPtrToInt))
		return instruction(fn, v, var);
	return is_pointer ? unknown(fn) : (struct place){ .val = values_get(fn, v) };
}

static void remember(struct fn *fn, LLVMValueRef v, struct place p)
{
	map_put(&fn->places, (uintptr_t)v, fn->place_list.n);
	vec_push(&fn->place_list, p);
}

struct place address_get(struct fn *fn, LLVMValueRef v)
{
	bool is_pointer;
	uint64_t known, var = 0;
	struct place p;
	uint32_t val;

	v = values_strip(fn->bc, v);
	is_pointer = LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMPointerTypeKind;
	if (map_get(&fn->places, (uintptr_t)v, &known))
		return fn->place_list.at[known];
	if (fn->depth > 400) {
		fn->n_cut++;
		return unknown(fn);
	}
	fn->depth++;
	map_get(&fn->var_types, (uintptr_t)v, &var);
	if (is_pointer && LLVMIsAPHINode(v)) {
		val = values_phi(fn, v);
		remember(fn, v, (struct place){ .val = val }); /* a loop comes back here */
		p = var ? (struct place){ .val = val }
			: merged(fn, v, val, 0, LLVMCountIncoming(v));
	} else if (is_pointer && LLVMIsASelectInst(v)) {
		val = values_select(fn, v);
		p = merged(fn, v, val, 1, 3);
	} else {
		p = make(fn, v, (uint32_t)var);
	}
	if (var)
		place_be(fn, &p, (uint32_t)var);
	remember(fn, v, p);
	fn->depth--;
	return p;
}

/* The lock that an operand means, and what kind its type says it is. */
uint32_t address_lock(struct fn *fn, LLVMValueRef v, uint8_t kind, uint8_t *found)
{
	static const struct want lock = { .kind = WANT_LOCK };
	struct place p;
	uint32_t val;

	*found = FACTS_KIND_UNKNOWN;
	if (LLVMGetTypeKind(LLVMTypeOf(v)) != LLVMPointerTypeKind) {
		val = values_get(fn, v); /* pthread_join(t): the variable that t was read from */
		return fn->out->values.at[val].op == FACTS_DEREF ? fn->out->values.at[val].a : val;
	}
	p = address_get(fn, v);
	if (kind != FACTS_KIND_READSIDE)
		(void)place_descend(fn, &p, &lock);
	*found = types_lock_kind(fn->bc, p.type);
	if (place_is_blind(&p) && !types_says_lock(fn->bc, p.owner, found))
		place_first_blind(fn, &p);
	return place_value(fn, &p);
}
