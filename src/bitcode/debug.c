/* SPDX-License-Identifier: MIT */
/*
 * Debug info of variables, functions and places, by operand number: the C API has no getters for
 * most of it.  The numbers are the same from LLVM 16 on, but for types (types.c).
 */
#include "bitcode/internal.h"

enum {
	VAR_NAME = 1,
	VAR_TYPE = 3, /* local and global variables */
	FUNC_NAME = 2,
	FUNC_TYPE = 4,	 /* DISubprogram */
	BLOCK_SCOPE = 1, /* lexical block: what is around it */
#if LLVM_VERSION_MAJOR >= 21
	SIGNATURE_TYPES = 5,
#else
	SIGNATURE_TYPES = 3,
#endif
};

uint32_t str_of(struct bc *bc, const char *s, size_t n)
{
	return s && n ? strtab_idn(bc->u->str, s, n) : 0;
}

static bool is_node(LLVMMetadataRef md)
{
	LLVMMetadataKind k = md ? LLVMGetMetadataKind(md) : LLVMMDStringMetadataKind;

	return k != LLVMMDStringMetadataKind && k != LLVMConstantAsMetadataMetadataKind &&
	       k != LLVMLocalAsMetadataMetadataKind && k != LLVMDIArgListMetadataKind;
}

LLVMValueRef *debug_ops(struct bc *bc, LLVMMetadataRef md, unsigned *n)
{
	LLVMValueRef v;

	*n = 0;
	if (!is_node(md))
		return NULL;
	v = LLVMMetadataAsValue(bc->ctx, md);
	*n = LLVMGetMDNodeNumOperands(v);
	vec_reserve(&bc->ops, *n + 1);
	if (*n)
		LLVMGetMDNodeOperands(v, bc->ops.at);
	return bc->ops.at;
}

LLVMMetadataRef debug_op(struct bc *bc, LLVMMetadataRef md, unsigned i)
{
	unsigned n;
	LLVMValueRef *ops = debug_ops(bc, md, &n);

	return i < n && ops[i] ? LLVMValueAsMetadata(ops[i]) : NULL;
}

uint32_t debug_op_str(struct bc *bc, LLVMMetadataRef md, unsigned i)
{
	unsigned n, len = 0;
	LLVMValueRef *ops = debug_ops(bc, md, &n);
	const char *s = i < n && ops[i] ? LLVMGetMDString(ops[i], &len) : NULL;

	return str_of(bc, s, len);
}

uint32_t debug_file(struct bc *bc, LLVMMetadataRef scope)
{
	return scope ? debug_file_path(bc, LLVMDIScopeGetFile(scope)) : 0;
}

uint32_t debug_file_path(struct bc *bc, LLVMMetadataRef file)
{
	unsigned ndir = 0, nname = 0;
	const char *dir, *name;
	char *d, *f, *path;
	uint64_t known;
	uint32_t id;

	if (!file)
		return 0;
	if (map_get(&bc->files, (uintptr_t)file, &known))
		return (uint32_t)known;
	dir = LLVMDIFileGetDirectory(file, &ndir);
	name = LLVMDIFileGetFilename(file, &nname);
	d = xstrndup(dir ? dir : "", ndir);
	f = xstrndup(name ? name : "", nname);
	path = path_join(d, f);
	id = strtab_id(bc->u->str, path);
	map_put(&bc->files, (uintptr_t)file, id);
	free(path);
	free(f);
	free(d);
	return id;
}

/* The function that a scope is in. */
static uint32_t scope_func(struct bc *bc, LLVMMetadataRef scope)
{
	LLVMMetadataRef s = scope;
	uint64_t known;
	uint32_t name = 0;

	if (map_get(&bc->scopes, (uintptr_t)scope, &known))
		return (uint32_t)known;
	while (s && (LLVMGetMetadataKind(s) == LLVMDILexicalBlockMetadataKind ||
		     LLVMGetMetadataKind(s) == LLVMDILexicalBlockFileMetadataKind))
		s = debug_op(bc, s, BLOCK_SCOPE);
	if (s && LLVMGetMetadataKind(s) == LLVMDISubprogramMetadataKind)
		name = debug_op_str(bc, s, FUNC_NAME);
	map_put(&bc->scopes, (uintptr_t)scope, name);
	return name;
}

static uint32_t intern_loc(struct bc *bc, struct facts_loc l)
{
	uint64_t key = hash_bytes(&l, sizeof(l), HASH_SEED);

	for (;; key++) {
		uint64_t *at = map_slot(&bc->loc_ids, key, FACTS_NONE);

		if (*at == FACTS_NONE) {
			*at = bc->u->locs.n;
			vec_push(&bc->u->locs, l);
			return (uint32_t)*at;
		}
		if (!memcmp(&bc->u->locs.at[*at], &l, sizeof(l)))
			return (uint32_t)*at;
	}
}

uint32_t debug_loc_of(struct bc *bc, uint32_t func, uint32_t file, uint32_t line)
{
	return intern_loc(bc, (struct facts_loc){ func, file, line, FACTS_NONE });
}

uint32_t debug_loc(struct bc *bc, LLVMMetadataRef loc)
{
	struct facts_loc l = { .up = FACTS_NONE };
	LLVMMetadataRef scope, up;
	uint64_t known;
	uint32_t id = FACTS_NONE;

	if (!loc)
		return FACTS_NONE;
	if (map_get(&bc->locs, (uintptr_t)loc, &known))
		return (uint32_t)known;
	l.line = LLVMDILocationGetLine(loc);
	scope = LLVMDILocationGetScope(loc);
	up = LLVMDILocationGetInlinedAt(loc);
	if (l.line) {
		l.func = scope_func(bc, scope);
		l.file = debug_file(bc, scope);
		if (up)
			l.up = debug_loc(bc, up);
		id = intern_loc(bc, l);
	} else if (up) {
		id = debug_loc(bc, up);
	}
	map_put(&bc->locs, (uintptr_t)loc, id);
	return id;
}

LLVMMetadataRef debug_global(struct bc *bc, LLVMValueRef global)
{
	LLVMMetadataRef var = NULL;
	size_t n = 0;
	LLVMValueMetadataEntry *all = LLVMGlobalCopyAllMetadata(global, &n);

	for (size_t i = 0; i < n && !var; i++) {
		LLVMMetadataRef md = LLVMValueMetadataEntriesGetMetadata(all, (unsigned)i);

		if (LLVMGetMetadataKind(md) == LLVMDIGlobalVariableExpressionMetadataKind)
			var = LLVMDIGlobalVariableExpressionGetVariable(md);
	}
	LLVMDisposeValueMetadataEntries(all);
	return var;
}

uint32_t debug_var_name(struct bc *bc, LLVMMetadataRef var)
{
	return debug_op_str(bc, var, VAR_NAME);
}

uint32_t debug_var_type(struct bc *bc, LLVMMetadataRef var)
{
	return types_get(bc, debug_op(bc, var, VAR_TYPE));
}

static LLVMMetadataRef signature(struct bc *bc, LLVMValueRef func)
{
	LLVMMetadataRef sp = LLVMIsAFunction(func) ? LLVMGetSubprogram(func) : NULL;
	LLVMMetadataRef type = sp ? debug_op(bc, sp, FUNC_TYPE) : NULL;

	return type ? debug_op(bc, type, SIGNATURE_TYPES) : NULL;
}

uint32_t debug_result_type(struct bc *bc, LLVMValueRef func)
{
	LLVMMetadataRef types = signature(bc, func);

	return types ? types_get(bc, debug_op(bc, types, 0)) : 0;
}

/* Only where the compiler passes each parameter as one value. */
uint32_t debug_param_type(struct bc *bc, LLVMValueRef func, unsigned i)
{
	LLVMMetadataRef types = signature(bc, func);
	unsigned n = 0;
	LLVMValueRef *ops = types ? debug_ops(bc, types, &n) : NULL;

	if (n != LLVMCountParams(func) + 1 || !ops[i + 1])
		return 0;
	return types_get(bc, LLVMValueAsMetadata(ops[i + 1]));
}
