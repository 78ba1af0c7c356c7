/* SPDX-License-Identifier: MIT */
/*
 * internal.h - the stages of this room and what they hand to one another; nobody else includes it.
 *
 *   module.c  bytes to a module (fatal.c: where LLVM aborts); scope guards and pure helpers inlined
 * (inline.c) types.c   debug-info types: structs, members by offset, which of them are locks
 *   debug.c   debug info of variables, functions and places
 *   place.c   an address while it is being walked: type, owner, offset (layout.c: unions, casts)
 *   values.c  IR values to facts values (address.c: addresses; slot.c: locals; cond.c: conditions)
 *   events.c  calls and stores to events (claim.c: lockdep's claims)
 *   cfg.c     blocks and terminators
 *   prune.c   drops what no event, branch or return needs (shape.c: blocks)
 *   unit.c    functions, symbols, initialisers, members, variable names
 *
 * Types and values are numbered; 0 means "unknown" for types, FACTS_NONE for values.
 */
#ifndef LOCKLORE_BITCODE_INTERNAL_H
#define LOCKLORE_BITCODE_INTERNAL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/Target.h>
#include <llvm/Config/llvm-config.h>

#include "bitcode/bitcode.h"

/* ---- types.c -------------------------------------------------------------------- */

enum type_kind { TYPE_OTHER, TYPE_POINTER, TYPE_STRUCT, TYPE_UNION, TYPE_ARRAY, TYPE_FUNC };

struct type_member {
	uint32_t name;	    /* string; 0: anonymous */
	uint64_t at, bytes; /* byte offset, size */
	LLVMMetadataRef md; /* its type */
};

struct type {
	LLVMMetadataRef md;
	uint8_t kind;	   /* enum type_kind */
	uint8_t lock_kind; /* enum facts_lock_kind by its own name */
	bool is_filled;	   /* base and members are there */
	int8_t holds_lock; /* embedded somewhere: -1 not known yet */
	int8_t seen_as; /* lock kind with single-member wrappers seen through; -1 not known yet */
	uint64_t bytes;
	uint32_t name;	   /* string: of a struct or union, or the typedef that names it */
	uint32_t base;	   /* pointee, element, or result of the function */
	uint32_t first, n; /* range in members */
};

struct types {
	struct {
		VEC(struct type);
	} all;
	struct {
		VEC(struct type_member);
	} members;
	struct map by_md, by_name;
	size_t walked;	   /* types_named(): up to here all are filled */
	bool has_all; /* the types of all variables and functions were added */
};

struct bc;

/* Type behind typedefs and qualifiers; NULL gives 0. */
uint32_t types_get(struct bc *bc, LLVMMetadataRef md);
uint32_t types_named(struct bc *bc, const char *name, size_t n); /* struct or union; 0: no such */
uint32_t types_base(struct bc *bc, uint32_t t);
uint32_t types_members(struct bc *bc, uint32_t t, uint32_t *n); /* first member */
uint32_t types_member(struct bc *bc, uint32_t member);		/* its type */
uint8_t types_lock_kind(struct bc *bc, uint32_t t);
bool types_holds_lock(struct bc *bc, uint32_t t);
/* A lock that people talk about: not something that is only waited for. */
bool types_is_lock(struct bc *bc, uint32_t t);
bool types_is_composite(const struct bc *bc, uint32_t t);
bool types_is_fn_pointer(struct bc *bc, uint32_t t);
/* Is a struct of this name (string) a lock, as far as a name can tell?  kind: where it is known. */
bool types_says_lock(struct bc *bc, uint32_t name, uint8_t *kind);
/* The struct that people name: of a struct, or through one pointer or arrays; 0: none. */
uint32_t types_struct_name(struct bc *bc, uint32_t t);

/* ---- debug.c ---------------------------------------------------------------------- */

/* Operands of a metadata node; the answer lives until the next call. */
LLVMValueRef *debug_ops(struct bc *bc, LLVMMetadataRef md, unsigned *n);
LLVMMetadataRef debug_op(struct bc *bc, LLVMMetadataRef md, unsigned i);
uint32_t debug_op_str(struct bc *bc, LLVMMetadataRef md, unsigned i);
uint32_t debug_file(struct bc *bc, LLVMMetadataRef scope);     /* string */
uint32_t debug_file_path(struct bc *bc, LLVMMetadataRef file); /* string */
uint32_t debug_loc(struct bc *bc, LLVMMetadataRef loc);	       /* FACTS_NONE: none, or line 0 */
uint32_t debug_loc_of(struct bc *bc, uint32_t func, uint32_t file, uint32_t line);
LLVMMetadataRef debug_global(struct bc *bc, LLVMValueRef global); /* DIGlobalVariable, or NULL */
uint32_t debug_var_name(struct bc *bc, LLVMMetadataRef var);
uint32_t debug_var_type(struct bc *bc, LLVMMetadataRef var);
uint32_t debug_result_type(struct bc *bc, LLVMValueRef func);
uint32_t debug_param_type(struct bc *bc, LLVMValueRef func, unsigned i);

/* ---- place.c, layout.c -------------------------------------------------------------- */

/* An address under way: `val` is a named struct (or the thing itself), `prefix` leads on from it.
 */
struct place {
	uint32_t val;	 /* facts value: the address the rest is counted from */
	uint32_t type;	 /* what is there after `prefix`; 0 unknown */
	uint32_t owner;	 /* string: named struct at val */
	uint32_t prefix; /* string: members walked inside anonymous structs */
	uint64_t at;	 /* byte offset of those from val */
	bool is_element; /* an array was crossed on the way */
};

/* What the code does with an address says which member of a union it means. */
enum want_kind { WANT_ANY, WANT_NAMED, WANT_BYTES, WANT_POINTER, WANT_SCALAR, WANT_LOCK };
struct want {
	enum want_kind kind;
	uint32_t name;	/* WANT_NAMED: string */
	uint64_t bytes; /* WANT_BYTES: size of an anonymous struct; WANT_SCALAR */
	bool is_union;	/* WANT_BYTES */
};

struct fn;
uint32_t place_join(struct bc *bc, uint32_t prefix, uint32_t name); /* "prefix.name" */
uint32_t place_value(struct fn *fn, const struct place *p);
bool place_step(struct fn *fn, struct place *p, int64_t *rest, const struct want *w);
/* Goes `rest` bytes in, at least one level if `deeper`; false: leads nowhere that has a name. */
bool place_move(struct fn *fn, struct place *p, int64_t rest, bool deeper, const struct want *w);
/* Follows first members until the wanted is reached; false leaves p as it was. */
bool place_descend(struct fn *fn, struct place *p, const struct want *w);
void place_be(struct fn *fn, struct place *p, uint32_t type); /* the code says it is this type */
/*
 * A struct that this unit knows by an `extern` alone has a name in the IR and no debug info: no
 * type, but an owner.  Its members go by their offset ("OWNER@16"); other units know their names.
 */
void place_blind(struct fn *fn, struct place *p, const char *name, size_t n);
bool place_is_blind(const struct place *p);
void place_move_blind(struct fn *fn, struct place *p, int64_t bytes);
void place_first_blind(struct fn *fn, struct place *p); /* the member at the start is meant */
bool layout_is(struct bc *bc, uint32_t t, const struct want *w);
bool layout_fits(struct bc *bc, uint32_t t, int64_t rest, const struct want *w, int depth);
uint32_t layout_choose(struct bc *bc, uint32_t t, int64_t at,
		       const struct want *w); /* member or NONE */

/* ---- values.c, address.c, slot.c, cond.c ------------------------------------------------ */

struct slot_store {
	LLVMValueRef alloca, value;
	int64_t at;
};
struct open_phi {
	LLVMValueRef ir;
	uint32_t id;
};

struct fn {
	struct bc *bc;
	LLVMValueRef ir;
	struct facts_func *out;
	uint32_t block; /* being translated */
	int depth;
	struct map places; /* IR value -> index in place_list */
	struct {
		VEC(struct place);
	} place_list;
	struct map values;    /* IR value -> facts value */
	struct map results;   /* IR call -> the value that is its result */
	struct map same;      /* hash of a pure value -> facts value */
	struct map blocks;    /* IR block -> its number */
	struct map var_types; /* IR value -> type that a variable gives it (what it points to) */
	struct map var_names; /* IR value -> string */
	struct map allocas;   /* alloca -> what is known of its slots (address.c) */
	struct {
		VEC(struct slot_store);
	} slots;
	struct {
		VEC(uint64_t);
	} from; /* per facts value: byte offset of a FIELD from its base */
	struct {
		VEC(struct open_phi);
	} phis; /* whose operands are still to be translated */
	struct {
		VEC(uint32_t);
	} maybe; /* per event: symbol + 1 of a callee that may turn out to be quiet */
	uint32_t n_cut;
};

uint32_t values_get(struct fn *fn, LLVMValueRef v); /* any integer or pointer */
uint32_t values_operand(struct fn *fn,
			LLVMValueRef v); /* the same; FACTS_NONE for floats and structs */
void values_finish(struct fn *fn);	 /* operands of the phis */
uint32_t values_new(struct fn *fn, struct facts_value v);  /* always a new one */
uint32_t values_pure(struct fn *fn, struct facts_value v); /* the same again for the same content */
uint32_t values_select(struct fn *fn, LLVMValueRef v);
uint32_t values_result(struct fn *fn, LLVMValueRef call); /* OPAQUE until an event claims it */
uint32_t values_phi(struct fn *fn, LLVMValueRef v);
uint32_t values_const(struct fn *fn, int64_t imm);
uint32_t values_opaque(struct fn *fn);
/* What arithmetic gives of the same operands is the same, whatever it is. */
uint32_t values_mixed(struct fn *fn, unsigned how, uint32_t a, uint32_t b, int64_t imm);
uint32_t values_later(struct fn *fn, uint32_t a, uint32_t b); /* block where both are there */
uint32_t values_not(struct fn *fn, uint32_t a);
uint32_t values_block_of(struct fn *fn, LLVMValueRef v);
bool values_is_bool(struct fn *fn, uint32_t v);
LLVMValueRef values_strip(struct bc *bc, LLVMValueRef v); /* casts that keep what matters */
struct place address_get(struct fn *fn, LLVMValueRef v);
uint32_t address_lock(struct fn *fn, LLVMValueRef v, uint8_t kind, uint8_t *found);
/* slot.c: what a local variable holds that is stored to only once, or NULL. */
LLVMValueRef slot_only_store(struct fn *fn, LLVMValueRef address, LLVMTypeRef type);
bool slot_index(LLVMValueRef v, int64_t *c);	     /* a constant index */
uint32_t cond_get(struct fn *fn, LLVMValueRef inst); /* icmp, and, or, xor on booleans */

/* ---- events.c, claim.c, cfg.c, prune.c -------------------------------------------------- */

void events_of(struct fn *fn, LLVMValueRef inst, uint32_t *loc);
bool events_ends(struct fn *fn, LLVMValueRef inst); /* control does not come back */
enum claim { CLAIM_NOTHING, CLAIM_HELD, CLAIM_NOT_HELD };
enum claim claim_of(struct bc *bc, LLVMValueRef call);
void cfg_build(struct fn *fn);
void prune_func(struct facts_func *f, bool keep); /* keep: also if no event is in it */

/* ---- unit.c, module.c, inline.c ----------------------------------------------------------- */

struct bc {
	const struct prim_table *prims;
	struct facts_unit *u;
	LLVMContextRef ctx;
	LLVMModuleRef mod;
	LLVMTargetDataRef layout;
	struct types types;
	struct map syms;      /* IR global -> symbol */
	struct map sym_names; /* string -> symbol, for classes and keys that are no variable here */
	struct map locs, loc_ids; /* debug location -> place; content -> place */
	struct map scopes;	  /* scope -> its function */
	struct map files;
	struct map owners;     /* string -> 1: structs that facts mention */
	struct map var_counts; /* (owner, name) -> index in u->varnames */
	struct {
		VEC(LLVMValueRef);
	} ops;
	struct {
		VEC(uint32_t);
	} maybe; /* of all events of all functions: see struct fn */
	struct {
		VEC(size_t);
	} maybe_from;		 /* per function: where its events begin in it */
	LLVMMetadataRef unit;	 /* DICompileUnit */
	LLVMMetadataRef no_expr; /* the empty DIExpression */
	unsigned dbg_value, dbg_declare, expect, is_constant;
};

bool module_load(struct bc *bc, const char *path, struct diag *d);
void module_free(struct bc *bc);
bool inline_guards(struct bc *bc, const char *path, struct diag *d);
bool unit_ir_name(LLVMTypeRef t, const char **name, size_t *n, bool *is_union);
uint32_t unit_ir_type(struct bc *bc, LLVMTypeRef t);
uint32_t unit_global_type(struct bc *bc, LLVMValueRef global); /* what it is; 0: unknown */
uint32_t unit_sym(struct bc *bc, LLVMValueRef global);
uint32_t unit_sym_named(struct bc *bc, const char *name, uint8_t lock_kind);
void unit_mention(struct bc *bc, uint32_t owner);
void unit_translate(struct bc *bc);
void init_tables(struct bc *bc);
void member_tables(struct bc *bc);
void offset_table(struct bc *bc);
LLVMValueRef unit_callee(LLVMValueRef call); /* function that is called directly, or NULL */
bool unit_is_call(LLVMValueRef inst);
uint32_t str_of(struct bc *bc, const char *s, size_t n);

#endif
