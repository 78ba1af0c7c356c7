/* SPDX-License-Identifier: MIT */
/*
 * One unit: its functions one after the other, then what was found out about all of them
 * together: which calls of header helpers do nothing, and which symbols there are.
 */
#include "bitcode/internal.h"

/* ---- symbols ------------------------------------------------------------------------ */

static uint32_t add_sym(struct bc *bc, uint32_t name)
{
	struct facts_sym *s = vec_add(&bc->u->syms);

	s->name = name;
	return (uint32_t)(bc->u->syms.n - 1);
}

/* Name of a struct of the IR without "struct." and LLVM's ".12"; false: anonymous. */
bool unit_ir_name(LLVMTypeRef t, const char **name, size_t *n, bool *is_union)
{
	const char *s = LLVMGetStructName(t), *dot;

	*is_union = s && str_starts(s, "union.");
	if (!s || !(*is_union || str_starts(s, "struct.")))
		return false;
	s += *is_union ? strlen("union.") : strlen("struct.");
	dot = strchr(s, '.');
	*name = s;
	*n = dot ? (size_t)(dot - s) : strlen(s);
	return !(*n == 4 && !memcmp(s, "anon", 4));
}

uint32_t unit_ir_type(struct bc *bc, LLVMTypeRef t)
{
	const char *name = NULL;
	size_t n = 0;
	bool is_union;

	while (LLVMGetTypeKind(t) == LLVMArrayTypeKind)
		t = LLVMGetElementType(t);
	if (LLVMGetTypeKind(t) != LLVMStructTypeKind || !unit_ir_name(t, &name, &n, &is_union))
		return 0;
	return types_named(bc, name, n);
}

/* Of a variable that is defined elsewhere, or a constant: by the name of its struct in the IR. */
uint32_t unit_global_type(struct bc *bc, LLVMValueRef global)
{
	LLVMMetadataRef var = debug_global(bc, global);
	uint32_t type = var ? debug_var_type(bc, var) : 0;

	return type ? type : unit_ir_type(bc, LLVMGlobalGetValueType(global));
}

static void describe_variable(struct bc *bc, uint32_t sym, LLVMValueRef global)
{
	LLVMMetadataRef var = debug_global(bc, global);
	uint32_t type = unit_global_type(bc, global), elem = type;
	struct facts_sym *s;

	while (elem && bc->types.all.at[elem].kind == TYPE_ARRAY)
		elem = types_base(bc, elem);
	s = &bc->u->syms.at[sym];
	s->type = types_struct_name(bc, type);
	s->lock_kind = types_lock_kind(bc, elem);
	if (s->type)
		unit_mention(bc, s->type);
	if (var) {
		s->file = debug_file_path(bc, LLVMDIVariableGetFile(var));
		s->line = LLVMDIVariableGetLine(var);
	}
}

uint32_t unit_sym(struct bc *bc, LLVMValueRef global)
{
	uint64_t known;
	uint32_t sym;
	size_t n = 0;
	const char *name;
	char unnamed[32];
	LLVMLinkage l = LLVMGetLinkage(global);

	if (map_get(&bc->syms, (uintptr_t)global, &known))
		return (uint32_t)known;
	name = LLVMGetValueName2(global, &n);
	if (n && name[0] == '\1') { /* asm label: the name as it is */
		name++;
		n--;
	}
	if (!n) /* LLVM's  */
		n = (size_t)snprintf(unnamed, sizeof(unnamed), ".unnamed.%zu", bc->u->syms.n);
	sym = add_sym(bc, str_of(bc, n && *name ? name : unnamed, n));
	map_put(&bc->syms, (uintptr_t)global, sym);
	bc->u->syms.at[sym].is_local = l == LLVMInternalLinkage || l == LLVMPrivateLinkage;
	bc->u->syms.at[sym].is_func = LLVMIsAFunction(global) != NULL;
	if (LLVMIsAGlobalVariable(global))
		describe_variable(bc, sym, global);
	return sym;
}

/* A class or a key that is no variable of this unit. */
uint32_t unit_sym_named(struct bc *bc, const char *name, uint8_t lock_kind)
{
	LLVMValueRef variable = LLVMGetNamedGlobal(bc->mod, name);
	uint32_t id = strtab_id(bc->u->str, name);
	uint64_t known;
	uint32_t sym;

	if (variable) /* the program's own variable of that name is meant */
		return unit_sym(bc, variable);
	if (map_get(&bc->sym_names, id, &known))
		return (uint32_t)known;
	sym = add_sym(bc, id);
	bc->u->syms.at[sym].lock_kind = lock_kind;
	map_put(&bc->sym_names, id, sym);
	return sym;
}

void unit_mention(struct bc *bc, uint32_t owner)
{
	if (owner)
		map_put(&bc->owners, owner, 1);
}

/* ---- variables ---------------------------------------------------------------------- */

static void count_variable(struct bc *bc, uint32_t name, uint32_t type)
{
	uint32_t owner = types_struct_name(bc, type);
	uint64_t *at;

	if (!owner || !name)
		return;
	unit_mention(bc, owner);
	at = map_slot(&bc->var_counts, (uint64_t)owner << 32 | name, FACTS_NONE);
	if (*at == FACTS_NONE) {
		*at = bc->u->varnames.n;
		vec_push(&bc->u->varnames, (struct facts_varname){ owner, name, 0 });
	}
	bc->u->varnames.at[*at].count++;
}

/* A better type than the one that is known: a struct beats void and char. */
static void note_type(struct fn *fn, LLVMValueRef v, uint32_t type)
{
	struct bc *bc = fn->bc;
	uint64_t *at;

	if (!type)
		return;
	at = map_slot(&fn->var_types, (uintptr_t)v, type);
	if (!types_is_composite(bc, (uint32_t)*at) && types_is_composite(bc, type))
		*at = type;
}

static void variable(struct fn *fn, LLVMValueRef inst, bool is_address, struct map *seen)
{
	struct bc *bc = fn->bc;
	LLVMMetadataRef md = LLVMValueAsMetadata(LLVMGetOperand(inst, 0));
	LLVMMetadataRef var = LLVMValueAsMetadata(LLVMGetOperand(inst, 1));
	LLVMMetadataKind k = LLVMGetMetadataKind(md);
	uint32_t name = debug_var_name(bc, var), type = debug_var_type(bc, var);
	LLVMMetadataRef at = LLVMInstructionGetDebugLoc(inst);
	uint64_t *slot = map_slot(seen, (uintptr_t)var, 0);
	LLVMValueRef v;

	if (!*slot && !(at && LLVMDILocationGetInlinedAt(at)))
		count_variable(bc, name, type);
	*slot = 1;
	if ((k != LLVMLocalAsMetadataMetadataKind && k != LLVMConstantAsMetadataMetadataKind) ||
	    LLVMValueAsMetadata(LLVMGetOperand(inst, 2)) != bc->no_expr)
		return;
	LLVMGetMDNodeOperands(LLVMGetOperand(inst, 0), &v);
	if (LLVMGetTypeKind(LLVMTypeOf(v)) != LLVMPointerTypeKind || LLVMIsAConstant(v)) {
		if (LLVMIsAArgument(v))
			map_slot(&fn->var_names, (uintptr_t)v, name);
		return;
	}
	map_slot(&fn->var_names, (uintptr_t)v, name);
	if (!is_address)
		type = type && bc->types.all.at[type].kind == TYPE_POINTER ? types_base(bc, type)
									   : 0;
	note_type(fn, v, type);
}

static void variables(struct fn *fn)
{
	struct bc *bc = fn->bc;
	struct map seen = { 0 };

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(fn->ir); b; b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i)) {
			LLVMValueRef callee = LLVMIsACallInst(i) ? unit_callee(i) : NULL;
			unsigned id = callee ? LLVMGetIntrinsicID(callee) : 0;

			if (id && (id == bc->dbg_value || id == bc->dbg_declare))
				variable(fn, i, id == bc->dbg_declare, &seen);
		}
	map_free(&seen);
}

static void parameters(struct fn *fn)
{
	struct bc *bc = fn->bc;

	for (unsigned i = 0; i < LLVMCountParams(fn->ir); i++) {
		LLVMValueRef v = LLVMGetParam(fn->ir, i);
		struct facts_param *p = vec_add(&fn->out->params);
		uint64_t name = 0, type = 0;

		map_get(&fn->var_names, (uintptr_t)v, &name);
		if (!map_get(&fn->var_types, (uintptr_t)v, &type))
			type = debug_param_type(bc, fn->ir, i);
		p->name = (uint32_t)name;
		if (LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMPointerTypeKind)
			p->type = types_struct_name(bc, (uint32_t)type);
		unit_mention(bc, p->type);
	}
}

/* ---- functions ---------------------------------------------------------------------- */

static void fn_free(struct fn *fn)
{
	map_free(&fn->places);
	vec_free(&fn->place_list);
	map_free(&fn->values);
	map_free(&fn->results);
	map_free(&fn->same);
	map_free(&fn->blocks);
	map_free(&fn->var_types);
	map_free(&fn->var_names);
	map_free(&fn->allocas);
	vec_free(&fn->slots);
	vec_free(&fn->from);
	vec_free(&fn->phis);
	vec_free(&fn->maybe);
}

static void one_function(struct bc *bc, LLVMValueRef ir)
{
	LLVMMetadataRef sp = LLVMGetSubprogram(ir);
	struct facts_func f = { .sym = unit_sym(bc, ir) };
	struct fn fn = { .bc = bc, .ir = ir, .out = &f };

	if (sp) {
		f.file = debug_file(bc, sp);
		f.line = LLVMDISubprogramGetLine(sp);
	}
	variables(&fn);
	parameters(&fn);
	cfg_build(&fn);
	vec_push(&bc->maybe_from, bc->maybe.n);
	for (size_t i = 0; i < fn.maybe.n; i++)
		vec_push(&bc->maybe, fn.maybe.at[i]);
	fn_free(&fn);
	vec_push(&bc->u->funcs, f);
}

/* ---- functions that do nothing -------------------------------------------------------- */

/* It hands out a lock: its callers need to know which. */
static bool hands_out_lock(struct bc *bc, LLVMValueRef ir)
{
	uint32_t t = debug_result_type(bc, ir);

	return t && bc->types.all.at[t].kind == TYPE_POINTER &&
	       types_is_lock(bc, types_base(bc, t));
}

/* quiet: per function; stays true while all that it does is to call functions that stay so. */
static bool is_still_quiet(struct bc *bc, size_t i, const struct map *func_of, const bool *quiet)
{
	const struct facts_func *f = &bc->u->funcs.at[i];

	for (size_t e = 0; e < f->events.n; e++) {
		uint32_t maybe = bc->maybe.at[bc->maybe_from.at[i] + e];
		uint64_t callee;

		if (!maybe || !map_get(func_of, maybe - 1, &callee) || !quiet[callee])
			return false;
	}
	return true;
}

/* Without the calls of functions that do nothing; what they return is not known. */
static void drop_quiet_calls(struct bc *bc, size_t i, const struct map *func_of, const bool *quiet)
{
	struct facts_func *f = &bc->u->funcs.at[i];
	uint32_t *now = xcalloc(f->events.n + 1, sizeof(*now)), n = 0;
	uint64_t callee;

	for (size_t b = 0; b < f->blocks.n; b++) {
		struct facts_block *k = &f->blocks.at[b];
		uint32_t first = n;

		for (uint32_t e = k->events; e < k->events + k->n_events; e++) {
			uint32_t maybe = bc->maybe.at[bc->maybe_from.at[i] + e];

			now[e] = FACTS_NONE;
			if (maybe && map_get(func_of, maybe - 1, &callee) && quiet[callee])
				continue;
			now[e] = n;
			f->events.at[n++] = f->events.at[e];
		}
		k->events = first;
		k->n_events = n - first;
	}
	f->events.n = n;
	for (size_t v = 0; v < f->values.n; v++) {
		struct facts_value *val = &f->values.at[v];

		if (val->op != FACTS_CALL)
			continue;
		val->op = now[val->a] == FACTS_NONE ? FACTS_OPAQUE : FACTS_CALL;
		val->a = val->op == FACTS_CALL ? now[val->a] : 0;
	}
	free(now);
}

static void find_quiet(struct bc *bc, const bool *keeps, const struct map *func_of)
{
	size_t n = bc->u->funcs.n;
	bool *quiet = xcalloc(n + 1, sizeof(*quiet)), changed = true;

	for (size_t i = 0; i < n; i++)
		quiet[i] = !keeps[i];
	while (changed) {
		changed = false;
		for (size_t i = 0; i < n; i++)
			if (quiet[i] && !is_still_quiet(bc, i, func_of, quiet)) {
				quiet[i] = false;
				changed = true;
			}
	}
	for (size_t i = 0; i < n; i++) {
		drop_quiet_calls(bc, i, func_of, quiet);
		prune_func(&bc->u->funcs.at[i], keeps[i]);
	}
	free(quiet);
}

void unit_translate(struct bc *bc)
{
	struct map func_of = { 0 };
	struct {
		VEC(bool);
	} keeps = { 0 };

	for (LLVMValueRef f = LLVMGetFirstFunction(bc->mod); f; f = LLVMGetNextFunction(f)) {
		if (LLVMIsDeclaration(f))
			continue;
		map_put(&func_of, unit_sym(bc, f), bc->u->funcs.n);
		vec_push(&keeps, hands_out_lock(bc, f));
		one_function(bc, f);
	}
	find_quiet(bc, keeps.at, &func_of);
	map_free(&func_of);
	vec_free(&keeps);
	init_tables(bc);
	member_tables(bc);
	offset_table(bc);
}
