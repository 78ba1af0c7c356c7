/* SPDX-License-Identifier: MIT */
/*
 * Calls and stores to events.  A call of a primitive becomes what its row says; any other call
 * stays a call.
 */
#include "bitcode/internal.h"

static struct facts_event fresh(uint8_t kind, uint32_t loc)
{
	return (struct facts_event){ .kind = kind,
				     .lock = FACTS_NONE,
				     .target = FACTS_NONE,
				     .result = FACTS_NONE,
				     .loc = loc };
}

static uint32_t emit(struct fn *fn, struct facts_event e, uint32_t maybe)
{
	vec_push(&fn->out->events, e);
	vec_push(&fn->maybe, maybe);
	return (uint32_t)(fn->out->events.n - 1);
}

/* The event's result becomes a value that conditions can ask about. */
static void give_result(struct fn *fn, uint32_t event, LLVMValueRef call)
{
	LLVMTypeKind k = LLVMGetTypeKind(LLVMTypeOf(call));
	uint32_t id;

	if (k != LLVMIntegerTypeKind && k != LLVMPointerTypeKind)
		return;
	id = values_result(fn, call);
	fn->out->values.at[id].op = FACTS_CALL;
	fn->out->values.at[id].a = event;
	fn->out->events.at[event].result = id;
}

static LLVMValueRef argument(LLVMValueRef call, int i)
{
	return i >= 0 && (unsigned)i < LLVMGetNumArgOperands(call)
		       ? LLVMGetOperand(call, (unsigned)i)
		       : NULL;
}

static uint32_t class_named(struct fn *fn, const char *name, uint8_t lock_kind)
{
	return values_pure(fn,
			   (struct facts_value){ .op = FACTS_GLOBAL,
						 .a = unit_sym_named(fn->bc, name, lock_kind) });
}

static void set_lock(struct fn *fn, struct facts_event *e, const struct prim *p, LLVMValueRef call)
{
	LLVMValueRef arg = argument(call, p->lock);
	uint8_t found = FACTS_KIND_UNKNOWN;

	e->lock_kind = p->lock_kind;
	if (p->global)
		e->lock = class_named(fn, p->global, p->lock_kind);
	else if (arg)
		e->lock = address_lock(fn, arg, p->lock_kind, &found);
	if (e->lock_kind == FACTS_KIND_UNKNOWN)
		e->lock_kind = found;
}

static bool is_zero(LLVMValueRef v)
{
	return v && LLVMIsAConstant(v) && LLVMIsNull(v);
}

static struct facts_event of_prim(struct fn *fn, const struct prim *p, LLVMValueRef call,
				  uint8_t kind, uint32_t loc)
{
	struct facts_event e = fresh(kind, loc);

	e.mode = p->mode;
	e.flags = p->flags;
	e.success = p->success;
	e.prim = strtab_id(fn->bc->u->str, p->name);
	set_lock(fn, &e, p, call);
	if ((e.flags & FACTS_NESTED) && is_zero(argument(call, p->lock + 1)))
		e.flags &= (uint8_t)~FACTS_NESTED; /* subclass 0: no annotation */
	return e;
}

static void take_drop(struct fn *fn, const struct prim *p, LLVMValueRef call, uint32_t loc)
{
	static const uint8_t kinds[] = { [PRIM_TAKE] = FACTS_TAKE,
					 [PRIM_DROP] = FACTS_DROP,
					 [PRIM_WAIT] = FACTS_WAIT,
					 [PRIM_REWAIT] = FACTS_REWAIT,
					 [PRIM_TOUCH] = FACTS_TAKE };
	struct facts_event e = of_prim(fn, p, call, kinds[p->kind], loc);

	give_result(fn, emit(fn, e, 0), call);
	if (p->kind != PRIM_TOUCH)
		return;
	e.kind = FACTS_DROP;
	e.flags = e.success = 0;
	emit(fn, e, 0);
}

/* A function that tells whether a lock is held is a claim only where somebody complains if not. */
static void assertion(struct fn *fn, const struct prim *p, LLVMValueRef call, uint32_t loc)
{
	bool asks = p->success != FACTS_ALWAYS;
	enum claim c = asks ? claim_of(fn->bc, call) : CLAIM_HELD;
	LLVMValueRef mode = argument(call, p->target);
	struct facts_event e;
	bool is_held = (c == CLAIM_HELD) == (p->kind == PRIM_ASSERT);

	if (c == CLAIM_NOTHING)
		return;
	e = of_prim(fn, p, call, is_held ? FACTS_ASSERT : FACTS_DENY, loc);
	e.success = FACTS_ALWAYS;
	if (e.lock_kind >= FACTS_KIND_SRCU) {
		e.mode = ORDER_SHARED_RECURSIVE; /* read sides have no other */
	} else if (e.lock_kind == FACTS_KIND_RWLOCK || e.lock_kind == FACTS_KIND_RWSEM) {
		if (mode)
			e.mode = is_zero(mode) ? ORDER_EXCLUSIVE : ORDER_SHARED;
		else if (asks)
			e.mode = ORDER_SHARED; /* held in any mode */
	}
	emit(fn, e, 0);
}

static void set_target(struct fn *fn, struct facts_event *e, LLVMValueRef v)
{
	if (!v)
		return;
	if (LLVMIsAGlobalAlias(v))
		v = LLVMAliasGetAliasee(v);
	if (LLVMIsAFunction(v)) {
		e->target = unit_sym(fn->bc, v);
		e->flags |= FACTS_DIRECT;
	} else {
		e->target = values_operand(fn, v);
	}
}

static void callback(struct fn *fn, const struct prim *p, LLVMValueRef call, uint32_t loc)
{
	static const uint8_t kinds[] = { [PRIM_DEFER] = FACTS_DEFER,
					 [PRIM_SPAWN] = FACTS_SPAWN,
					 [PRIM_CALLS] = FACTS_CALL_EVENT };
	struct facts_event e = of_prim(fn, p, call, kinds[p->kind], loc);
	LLVMValueRef target = argument(call, p->target);

	if (p->kind == PRIM_CALLS) {
		e = fresh(FACTS_CALL_EVENT, loc);
		e.prim = strtab_id(fn->bc->u->str, p->name);
		if (!target || is_zero(target))
			return;
	}
	set_target(fn, &e, target);
	emit(fn, e, 0);
}

/* Key of a static call: from the trampoline among the arguments, else the name of the key. */
/* Static-call keys have names of their own: a function may be called like the key. */
static uint32_t key_symbol(struct fn *fn, const char *key)
{
	char *name = xasprintf("$%s", key);
	uint32_t sym = unit_sym_named(fn->bc, name, FACTS_KIND_UNKNOWN);

	free(name);
	return sym;
}

static const char *key_of(struct fn *fn, const struct prim *p, LLVMValueRef call)
{
	LLVMValueRef v = argument(call, p->lock);
	const char *key;

	for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++) {
		LLVMValueRef a = LLVMGetOperand(call, i);

		if (LLVMIsAFunction(a) &&
		    prim_find_static(fn->bc->prims, LLVMGetValueName(a), &key))
			return key;
	}
	return v && LLVMIsAGlobalValue(v) ? LLVMGetValueName(v) : NULL;
}

static void static_update(struct fn *fn, const struct prim *p, LLVMValueRef call, uint32_t loc)
{
	const char *key = key_of(fn, p, call);
	LLVMValueRef target = argument(call, p->target);
	struct facts_event e = fresh(FACTS_TAKE, loc), s = fresh(FACTS_STORE, loc);

	e.prim = s.prim = strtab_id(fn->bc->u->str, p->name);
	if (p->global) {
		e.lock = class_named(fn, p->global, p->lock_kind);
		e.lock_kind = p->lock_kind;
		e.mode = p->mode;
		emit(fn, e, 0);
		e.kind = FACTS_DROP;
		emit(fn, e, 0);
	}
	if (!key || !target)
		return;
	s.lock = values_pure(fn, (struct facts_value){ .op = FACTS_GLOBAL, .a = key_symbol(fn, key) });
	s.args = values_operand(fn, target);
	s.n_args = 1;
	vec_push(&fn->out->list, s.args);
	s.args = (uint32_t)fn->out->list.n - 1;
	emit(fn, s, 0);
}

static void set_args(struct fn *fn, struct facts_event *e, LLVMValueRef call)
{
	unsigned n = LLVMGetNumArgOperands(call);
	struct {
		VEC(uint32_t);
	} args = { 0 };

	for (unsigned i = 0; i < n; i++)
		vec_push(&args, values_operand(fn, LLVMGetOperand(call, i)));
	e->args = (uint32_t)fn->out->list.n;
	e->n_args = n;
	for (unsigned i = 0; i < n; i++)
		vec_push(&fn->out->list, args.at[i]);
	vec_free(&args);
}

/* A static function of a header: if it turns out to do nothing, its calls go. */
static uint32_t maybe_quiet(struct bc *bc, LLVMValueRef callee)
{
	LLVMMetadataRef sp = LLVMGetSubprogram(callee);

	if (prim_find(bc->prims, LLVMGetValueName(callee))) /* what it says matters (PRIM_LAST) */
		return 0;
	if (LLVMIsDeclaration(callee) || !sp || debug_file(bc, sp) == bc->u->source)
		return 0;
	return unit_sym(bc, callee) + 1;
}

static void plain_call(struct fn *fn, LLVMValueRef callee, LLVMValueRef call, uint32_t loc)
{
	struct facts_event e = fresh(FACTS_CALL_EVENT, loc);

	set_target(fn, &e, callee ? callee : LLVMGetCalledValue(call));
	if (e.target == FACTS_NONE)
		return;
	set_args(fn, &e, call);
	give_result(fn, emit(fn, e, callee ? maybe_quiet(fn->bc, callee) : 0), call);
}

static void static_call(struct fn *fn, const char *key, LLVMValueRef call, uint32_t loc)
{
	struct facts_event e = fresh(FACTS_CALL_EVENT, loc);

	e.target = key_symbol(fn, key);
	e.flags = FACTS_DIRECT | FACTS_STATIC_KEY;
	set_args(fn, &e, call);
	give_result(fn, emit(fn, e, 0), call);
}

/* ---- counters that somebody waits for ---------------------------------------------- */

static const struct prim_counter *counter_at(struct fn *fn, uint32_t address)
{
	const struct facts_value *v = &fn->out->values.at[address];
	struct strtab *str = fn->bc->u->str;

	if (v->op != FACTS_FIELD)
		return NULL;
	return prim_counter(fn->bc->prims, strtab_str(str, v->b), strtab_str(str, v->c));
}

static bool count(struct fn *fn, LLVMValueRef address, bool is_up, uint32_t loc)
{
	struct place p = address_get(fn, address);
	struct facts_event e = fresh(is_up ? FACTS_TAKE : FACTS_DROP, loc);

	e.lock = place_value(fn, &p);
	if (!counter_at(fn, e.lock))
		return false;
	e.mode = ORDER_SHARED_RECURSIVE;
	e.lock_kind = FACTS_KIND_READSIDE;
	emit(fn, e, 0);
	return true;
}

/* x->n++ and x->n-- */
static void counter_store(struct fn *fn, LLVMValueRef store, uint32_t loc)
{
	LLVMValueRef v = LLVMGetOperand(store, 0), c;
	LLVMOpcode op = LLVMIsABinaryOperator(v) ? LLVMGetInstructionOpcode(v) : LLVMRet;

	if (op != LLVMAdd && op != LLVMSub)
		return;
	c = LLVMGetOperand(v, 1);
	if (LLVMIsAConstantInt(c) && LLVMGetIntTypeWidth(LLVMTypeOf(c)) <= 64)
		count(fn, LLVMGetOperand(store, 1),
		      (LLVMConstIntGetSExtValue(c) > 0) == (op == LLVMAdd), loc);
}

/* atomic_inc(&x->n) and its many relatives */
static bool counter_call(struct fn *fn, const char *name, LLVMValueRef call, uint32_t loc)
{
	LLVMValueRef arg = argument(call, 0);
	bool is_up = strstr(name, "_inc") != NULL;

	if (!arg || LLVMGetTypeKind(LLVMTypeOf(arg)) != LLVMPointerTypeKind ||
	    (!is_up && !strstr(name, "_dec")))
		return false;
	return count(fn, arg, is_up, loc);
}

/* The call of the function that waits for the counter to become zero. */
static void counter_wait(struct fn *fn, const struct prim_counter *c, LLVMValueRef call,
			 uint32_t loc)
{
	struct bc *bc = fn->bc;
	struct facts_event e = fresh(FACTS_WAIT, loc);
	uint32_t owner = strtab_id(bc->u->str, c->owner), base = FACTS_NONE;

	for (unsigned i = 0; i < LLVMGetNumArgOperands(call) && base == FACTS_NONE; i++) {
		LLVMValueRef a = LLVMGetOperand(call, i);
		struct place p;

		if (LLVMGetTypeKind(LLVMTypeOf(a)) != LLVMPointerTypeKind)
			continue;
		p = address_get(fn, a);
		if (p.owner == owner && !p.prefix)
			base = p.val;
	}
	if (base == FACTS_NONE)
		base = values_opaque(fn);
	unit_mention(bc, owner);
	e.lock = values_pure(fn, (struct facts_value){ .op = FACTS_FIELD,
						       .a = base,
						       .b = owner,
						       .c = strtab_id(bc->u->str, c->member),
						       .block = fn->out->values.at[base].block });
	e.mode = ORDER_WAIT;
	e.lock_kind = FACTS_KIND_READSIDE;
	e.prim = strtab_id(bc->u->str, c->waiter);
	emit(fn, e, 0);
}

/* ---- calls and stores -------------------------------------------------------------- */

static void prim_call(struct fn *fn, const struct prim *p, LLVMValueRef call, uint32_t loc)
{
	switch (p->kind) {
	case PRIM_TAKE:
	case PRIM_DROP:
	case PRIM_WAIT:
	case PRIM_REWAIT:
	case PRIM_TOUCH: take_drop(fn, p, call, loc); break;
	case PRIM_ASSERT:
	case PRIM_DENY: assertion(fn, p, call, loc); break;
	case PRIM_DEFER:
	case PRIM_SPAWN:
	case PRIM_CALLS: callback(fn, p, call, loc); break;
	case PRIM_STATIC_UPDATE: static_update(fn, p, call, loc); break;
	default: break;
	}
}

static void direct_call(struct fn *fn, LLVMValueRef callee, LLVMValueRef call, uint32_t loc)
{
	const struct prim_table *t = fn->bc->prims;
	const char *name = LLVMGetValueName(callee), *key;
	const struct prim *p = prim_find(t, name);
	const struct prim_counter *c;

	if (p && p->kind != PRIM_STATIC_CALL && p->kind != PRIM_LAST) {
		prim_call(fn, p, call, loc);
		return;
	}
	if (prim_find_static(t, name, &key)) {
		static_call(fn, key, call, loc);
		return;
	}
	if (counter_call(fn, name, call, loc))
		return;
	c = prim_counter_waiter(t, name);
	if (c)
		counter_wait(fn, c, call, loc);
	plain_call(fn, callee, call, loc);
}

/* Only stores that may put a function where somebody calls it. */
static void store(struct fn *fn, LLVMValueRef inst, uint32_t loc)
{
	LLVMValueRef v = LLVMGetOperand(inst, 0);
	struct facts_event e = fresh(FACTS_STORE, loc);
	struct place p;
	uint32_t arg;

	if (LLVMGetTypeKind(LLVMTypeOf(v)) != LLVMPointerTypeKind || is_zero(v)) {
		counter_store(fn, inst, loc);
		return;
	}
	p = address_get(fn, LLVMGetOperand(inst, 1));
	(void)place_descend(fn, &p, &(struct want){ .kind = WANT_POINTER });
	place_first_blind(fn, &p);
	if (!LLVMIsAFunction(v) && !types_is_fn_pointer(fn->bc, p.type))
		return;
	arg = values_get(fn, v);
	e.lock = place_value(fn, &p);
	e.args = (uint32_t)fn->out->list.n;
	e.n_args = 1;
	vec_push(&fn->out->list, arg);
	emit(fn, e, 0);
}

void events_of(struct fn *fn, LLVMValueRef inst, uint32_t *loc)
{
	uint32_t l = debug_loc(fn->bc, LLVMInstructionGetDebugLoc(inst));
	LLVMValueRef callee;

	if (l != FACTS_NONE)
		*loc = l;
	if (LLVMIsAStoreInst(inst)) {
		store(fn, inst, *loc);
	} else if (LLVMIsAAtomicRMWInst(inst)) {
		LLVMAtomicRMWBinOp op = LLVMGetAtomicRMWBinOp(inst);

		if (op == LLVMAtomicRMWBinOpAdd || op == LLVMAtomicRMWBinOpSub)
			count(fn, LLVMGetOperand(inst, 0), op == LLVMAtomicRMWBinOpAdd, *loc);
	} else if (unit_is_call(inst)) {
		callee = unit_callee(inst);
		if (callee && LLVMGetIntrinsicID(callee))
			return;
		if (callee)
			direct_call(fn, callee, inst, *loc);
		else if (!LLVMIsAInlineAsm(LLVMGetCalledValue(inst)))
			plain_call(fn, NULL, inst, *loc);
	}
}

bool events_ends(struct fn *fn, LLVMValueRef inst)
{
	LLVMValueRef callee = unit_is_call(inst) ? unit_callee(inst) : NULL;
	unsigned never = LLVMGetEnumAttributeKindForName("noreturn", strlen("noreturn"));
	LLVMAttributeIndex at = (LLVMAttributeIndex)LLVMAttributeFunctionIndex;
	const struct prim *p = callee ? prim_find(fn->bc->prims, LLVMGetValueName(callee)) : NULL;

	if (!unit_is_call(inst))
		return false;
	return (p && p->kind == PRIM_NORETURN) || LLVMGetCallSiteEnumAttribute(inst, at, never) ||
	       (callee && LLVMGetEnumAttributeAtIndex(callee, at, never));
}
