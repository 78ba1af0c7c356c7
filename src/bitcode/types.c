/* SPDX-License-Identifier: MIT */
/*
 * Debug-info types.  Read when asked for, never all of them: a kernel unit has ten thousand.
 * Typedefs and qualifiers are seen through; an anonymous struct goes by its typedef's name.
 */
#include "bitcode/internal.h"

enum {
	TAG_ARRAY = 0x01,
	TAG_CLASS = 0x02,
	TAG_MEMBER = 0x0d,
	TAG_POINTER = 0x0f,
	TAG_STRUCT = 0x13,
	TAG_SUBROUTINE = 0x15,
	TAG_TYPEDEF = 0x16,
	TAG_UNION = 0x17,
	TAG_CONST = 0x26,
	TAG_VOLATILE = 0x35,
	TAG_RESTRICT = 0x37,
	TAG_ATOMIC = 0x47,
};

/* LLVM 21 made size and offset of a type operands of their own, before the others. */
#if LLVM_VERSION_MAJOR >= 21
enum { OP_BASE = 5, OP_ELEMENTS = 6 };
#else
enum { OP_BASE = 3, OP_ELEMENTS = 4 };
#endif
enum { UNIT_RETAINED = 5 }; /* of the compile unit */

static bool is_alias(uint16_t tag)
{
	return tag == TAG_TYPEDEF || tag == TAG_CONST || tag == TAG_VOLATILE ||
	       tag == TAG_RESTRICT || tag == TAG_ATOMIC;
}

static bool is_type(LLVMMetadataRef md)
{
	LLVMMetadataKind k = LLVMGetMetadataKind(md);

	return k == LLVMDIBasicTypeMetadataKind || k == LLVMDIDerivedTypeMetadataKind ||
	       k == LLVMDICompositeTypeMetadataKind || k == LLVMDISubroutineTypeMetadataKind;
}

static uint32_t type_name(struct bc *bc, LLVMMetadataRef md)
{
	size_t n = 0;
	const char *s = LLVMDITypeGetName(md, &n);

	return str_of(bc, s, n);
}

static uint8_t kind_of(uint16_t tag)
{
	switch (tag) {
	case TAG_POINTER: return TYPE_POINTER;
	case TAG_STRUCT:
	case TAG_CLASS: return TYPE_STRUCT;
	case TAG_UNION: return TYPE_UNION;
	case TAG_ARRAY: return TYPE_ARRAY;
	case TAG_SUBROUTINE: return TYPE_FUNC;
	default: return TYPE_OTHER;
	}
}

static void name_type(struct bc *bc, uint32_t t, uint32_t name)
{
	struct type *ty = &bc->types.all.at[t];

	if (!ty->lock_kind)
		ty->lock_kind = prim_lock_type(bc->prims, strtab_str(bc->u->str, name));
	if (ty->name || (ty->kind != TYPE_STRUCT && ty->kind != TYPE_UNION))
		return;
	ty->name = name;
	map_slot(&bc->types.by_name, name, t);
}

static uint32_t add_type(struct bc *bc, LLVMMetadataRef md)
{
	uint16_t tag = LLVMGetDINodeTag(md);
	struct type *ty = vec_add(&bc->types.all);
	uint32_t t = (uint32_t)(bc->types.all.n - 1), name;

	ty->md = md;
	ty->kind = kind_of(tag);
	ty->bytes = LLVMDITypeGetSizeInBits(md) / 8;
	ty->holds_lock = ty->seen_as = -1;
	map_put(&bc->types.by_md, (uintptr_t)md, t);
	name = type_name(bc, md);
	if (name)
		name_type(bc, t, name);
	return t;
}

/* A typedef that is a lock over a plain integer (pthread_spinlock_t) is a type of its own. */
static uint32_t alias_of(struct bc *bc, LLVMMetadataRef md, uint32_t under)
{
	uint32_t name = LLVMGetDINodeTag(md) == TAG_TYPEDEF ? type_name(bc, md) : 0, t;

	if (!name)
		return under;
	if (under && (bc->types.all.at[under].kind == TYPE_STRUCT ||
		      bc->types.all.at[under].kind == TYPE_UNION)) {
		name_type(bc, under, name);
		return under;
	}
	if (under && bc->types.all.at[under].kind != TYPE_OTHER)
		return under;
	if (!prim_lock_type(bc->prims, strtab_str(bc->u->str, name)))
		return under;
	t = add_type(bc, md);
	bc->types.all.at[t].is_filled = true;
	if (under)
		bc->types.all.at[t].bytes = bc->types.all.at[under].bytes;
	return t;
}

uint32_t types_get(struct bc *bc, LLVMMetadataRef md)
{
	uint64_t known;
	uint32_t t;

	if (!bc->types.all.n)
		(void)vec_add(&bc->types.all); /* 0: unknown */
	if (!md || !is_type(md))
		return 0;
	if (map_get(&bc->types.by_md, (uintptr_t)md, &known))
		return (uint32_t)known;
	if (!is_alias(LLVMGetDINodeTag(md)))
		return add_type(bc, md);
	map_put(&bc->types.by_md, (uintptr_t)md, 0); /* a loop in broken debug info ends here */
	t = alias_of(bc, md, types_get(bc, debug_op(bc, md, OP_BASE)));
	map_put(&bc->types.by_md, (uintptr_t)md, t);
	return t;
}

static void fill_members(struct bc *bc, uint32_t t, LLVMMetadataRef elements)
{
	unsigned n = 0;
	LLVMValueRef *ops;

	bc->types.all.at[t].first = (uint32_t)bc->types.members.n;
	if (!elements)
		return;
	ops = debug_ops(bc, elements, &n);
	for (unsigned i = 0; i < n; i++) {
		LLVMMetadataRef md = ops[i] ? LLVMValueAsMetadata(ops[i]) : NULL;
		struct type_member m = { 0 };

		if (!md || LLVMGetMetadataKind(md) != LLVMDIDerivedTypeMetadataKind ||
		    LLVMGetDINodeTag(md) != TAG_MEMBER)
			continue;
		m.name = type_name(bc, md);
		m.at = LLVMDITypeGetOffsetInBits(md) / 8;
		m.bytes = (LLVMDITypeGetSizeInBits(md) + 7) / 8;
		m.md = md;
		vec_push(&bc->types.members, m);
	}
	bc->types.all.at[t].n = (uint32_t)bc->types.members.n - bc->types.all.at[t].first;
}

static uint32_t first_of_tuple(struct bc *bc, LLVMMetadataRef tuple)
{
	return tuple ? types_get(bc, debug_op(bc, tuple, 0)) : 0;
}

static void fill(struct bc *bc, uint32_t t)
{
	struct type *ty = &bc->types.all.at[t];
	LLVMMetadataRef md = ty->md;
	uint32_t base = 0;

	if (!t || ty->is_filled)
		return;
	ty->is_filled = true;
	switch (ty->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION: fill_members(bc, t, debug_op(bc, md, OP_ELEMENTS)); break;
	case TYPE_POINTER:
	case TYPE_ARRAY: base = types_get(bc, debug_op(bc, md, OP_BASE)); break;
	case TYPE_FUNC: base = first_of_tuple(bc, debug_op(bc, md, OP_BASE)); break;
	default: break;
	}
	bc->types.all.at[t].base = base;
}

uint32_t types_base(struct bc *bc, uint32_t t)
{
	fill(bc, t);
	return t ? bc->types.all.at[t].base : 0;
}

uint32_t types_members(struct bc *bc, uint32_t t, uint32_t *n)
{
	fill(bc, t);
	*n = t ? bc->types.all.at[t].n : 0;
	return t ? bc->types.all.at[t].first : 0;
}

uint32_t types_member(struct bc *bc, uint32_t member)
{
	return types_get(bc, debug_op(bc, bc->types.members.at[member].md, OP_BASE));
}

/* Types that nothing here uses, but for an extern variable: clang keeps them if asked to. */
static void add_retained(struct bc *bc)
{
	LLVMMetadataRef list = debug_op(bc, bc->unit, UNIT_RETAINED);
	LLVMValueRef *ops, *copy;
	unsigned n = 0;

	ops = debug_ops(bc, list, &n);
	copy = xcalloc(n + 1, sizeof(*copy));
	memcpy(copy, ops ? ops : copy, n * sizeof(*copy));
	for (unsigned i = 0; i < n; i++)
		if (copy[i])
			(void)types_get(bc, LLVMValueAsMetadata(copy[i]));
	free(copy);
}

/* All that the unit has: of variables and functions that were not looked at yet, too. */
static bool add_all(struct bc *bc)
{
	size_t before = bc->types.all.n;

	if (bc->types.has_all)
		return false;
	bc->types.has_all = true;
	add_retained(bc);
	for (LLVMValueRef g = LLVMGetFirstGlobal(bc->mod); g; g = LLVMGetNextGlobal(g)) {
		LLVMMetadataRef var = debug_global(bc, g);

		if (var)
			(void)debug_var_type(bc, var);
	}
	for (LLVMValueRef f = LLVMGetFirstFunction(bc->mod); f; f = LLVMGetNextFunction(f)) {
		(void)debug_result_type(bc, f);
		for (unsigned i = 0; i < LLVMCountParams(f); i++)
			(void)debug_param_type(bc, f, i);
	}
	return bc->types.all.n > before;
}

/* Not known by name: everything reachable from what was seen so far is looked at, once. */
uint32_t types_named(struct bc *bc, const char *name, size_t n)
{
	uint32_t id = str_of(bc, name, n), members, first;
	uint64_t t;

	if (!id)
		return 0;
	if (!bc->types.walked)
		bc->types.walked = 1;
	while (!map_get(&bc->types.by_name, id, &t)) {
		if (bc->types.walked >= bc->types.all.n && !add_all(bc))
			return 0;
		t = bc->types.walked++;
		(void)types_base(bc, (uint32_t)t);
		first = types_members(bc, (uint32_t)t, &members);
		for (uint32_t i = 0; i < members; i++)
			(void)types_member(bc, first + i);
	}
	return (uint32_t)t;
}

bool types_is_composite(const struct bc *bc, uint32_t t)
{
	return t &&
	       (bc->types.all.at[t].kind == TYPE_STRUCT || bc->types.all.at[t].kind == TYPE_UNION);
}

bool types_is_fn_pointer(struct bc *bc, uint32_t t)
{
	uint32_t to = t && bc->types.all.at[t].kind == TYPE_POINTER ? types_base(bc, t) : 0;

	return to && bc->types.all.at[to].kind == TYPE_FUNC;
}

/* Does the name of a struct say that it is a lock: my_mutex, struct db_rwlock? */
static bool says_lock(const char *name)
{
	static const char *const words[] = { "lock", "mutex", "mtx", "rwlock", "spinlock", "sem", "rwsem", "semaphore" };
	size_t n;

	for (; *name; name += n + (name[n] == '_')) {
		n = strcspn(name, "_");
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (n == strlen(words[i]) && memcmp(name, words[i], n) == 0)
				return true;
	}
	return false;
}

bool types_says_lock(struct bc *bc, uint32_t name, uint8_t *kind)
{
	const char *s = strtab_str(bc->u->str, name);

	*kind = prim_lock_type(bc->prims, s);
	return *kind || says_lock(s);
}

/* The kind of the one lock inside a struct that is nothing but a lock, to those who use it. */
static uint8_t wrapped_kind(struct bc *bc, uint32_t t)
{
	uint32_t n, first = types_members(bc, t, &n);
	uint8_t kind = FACTS_KIND_UNKNOWN;

	if (n != 1 && !says_lock(strtab_str(bc->u->str, bc->types.all.at[t].name)))
		return FACTS_KIND_UNKNOWN;
	for (uint32_t i = 0; i < n; i++) {
		uint8_t k = types_lock_kind(bc, types_member(bc, first + i));

		if (k && kind)
			return FACTS_KIND_UNKNOWN;
		if (k)
			kind = k;
	}
	return kind;
}

uint8_t types_lock_kind(struct bc *bc, uint32_t t)
{
	uint8_t kind;

	if (!t)
		return FACTS_KIND_UNKNOWN;
	if (bc->types.all.at[t].lock_kind)
		return bc->types.all.at[t].lock_kind;
	if (bc->types.all.at[t].kind != TYPE_STRUCT || !bc->types.all.at[t].name)
		return FACTS_KIND_UNKNOWN;
	if (bc->types.all.at[t].seen_as >= 0)
		return (uint8_t)bc->types.all.at[t].seen_as;
	bc->types.all.at[t].seen_as = 0;
	kind = wrapped_kind(bc, t);
	if (kind == FACTS_KIND_READSIDE)
		kind = FACTS_KIND_UNKNOWN;
	bc->types.all.at[t].seen_as = (int8_t)kind;
	return kind;
}

bool types_is_lock(struct bc *bc, uint32_t t)
{
	uint8_t k = types_lock_kind(bc, t);

	return k != FACTS_KIND_UNKNOWN && k != FACTS_KIND_READSIDE;
}

bool types_holds_lock(struct bc *bc, uint32_t t)
{
	uint32_t n, first;

	if (!t)
		return false;
	if (types_lock_kind(bc, t))
		return true;
	if (bc->types.all.at[t].kind == TYPE_ARRAY)
		return types_holds_lock(bc, types_base(bc, t));
	if (!types_is_composite(bc, t))
		return false;
	if (bc->types.all.at[t].holds_lock >= 0)
		return bc->types.all.at[t].holds_lock;
	bc->types.all.at[t].holds_lock = 0;
	first = types_members(bc, t, &n);
	for (uint32_t i = 0; i < n; i++)
		if (types_holds_lock(bc, types_member(bc, first + i))) {
			bc->types.all.at[t].holds_lock = 1;
			break;
		}
	return bc->types.all.at[t].holds_lock;
}

uint32_t types_struct_name(struct bc *bc, uint32_t t)
{
	if (t && bc->types.all.at[t].kind == TYPE_POINTER)
		t = types_base(bc, t);
	while (t && bc->types.all.at[t].kind == TYPE_ARRAY)
		t = types_base(bc, t);
	return types_is_composite(bc, t) ? bc->types.all.at[t].name : 0;
}
