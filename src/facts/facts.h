/* SPDX-License-Identifier: MIT */
/*
 * facts.h - the lock skeleton of one translation unit.
 *
 * What the analysis needs to know of a unit and nothing else: no LLVM in here, so that another
 * front end can feed the analysis and tests can be written by hand.  A unit has functions; a
 * function has values (an SSA-like list), blocks, and in each block events in program order.
 * Values that no event, branch or return needs are not there, nor are functions without any event.
 *
 * Identity of locks.  A lock operand is a value of pointer type.  Its class is read from how the
 * address was computed: the last FIELD step (struct, member) before the lock itself, or the
 * global it lives in.  A member is named from the innermost *named* struct, with the anonymous
 * ones in between: "irqfds.lock" of struct kvm.  Steps inside a lock type (spinlock_t's
 * raw_spinlock) are not there: the path ends at the lock that people talk about.
 *
 * Two encodings, one content: a binary one (facts_save/facts_load) for the build, a text one
 * (facts_print/facts_parse) for people and tests; doc/facts.md describes both.  Reading never
 * trusts its input: every index is checked, a broken file is a diag and not a crash.
 *
 * Ownership: a unit owns all that hangs from it; free with facts_free().  One thread per unit.
 */
#ifndef LOCKLORE_FACTS_H
#define LOCKLORE_FACTS_H

#include "base/base.h"
#include "order/order.h"

#define FACTS_VERSION 2u
#define FACTS_NONE UINT32_MAX

/* ---- values ---------------------------------------------------------------- */

enum facts_op {
	FACTS_OPAQUE, /* nothing is known; imm distinguishes nothing */
	FACTS_PARAM,  /* a: index of the parameter */
	FACTS_CONST,  /* imm (a null pointer is 0; a boolean 0 or 1) */
	FACTS_FUNC,   /* a: symbol; the address of a function */
	FACTS_GLOBAL, /* a: symbol; the address of a variable */
	FACTS_LOCAL,  /* a: name; the address of a variable of this function */
	FACTS_FIELD,  /* the address of member c (string) of struct b (string) at address a (value) */
	FACTS_INDEX,  /* the address of some element of the array at address a (value) */
	FACTS_DEREF,  /* what is stored at address a (value) */
	FACTS_CALL,   /* a: event of this function; its result */
	FACTS_PHI,    /* list[a .. a + 2b): pairs (predecessor block, value) */
	FACTS_CMP,    /* value a compared (enum facts_pred b) with the constant imm */
	FACTS_SAME,   /* pointers or integers a and b (values) compared for equality */
	FACTS_NOT,    /* boolean: a is false */
	FACTS_AND,    /* boolean: a and b */
	FACTS_OR,     /* boolean: a or b */
	FACTS_SELECT, /* a ? b : c */
	FACTS_OPS
};

enum facts_pred {
	FACTS_EQ, FACTS_NE, FACTS_LT, FACTS_LE, FACTS_GT, FACTS_GE, /* signed */
	FACTS_IS_ERR, /* the value is a negative errno in a pointer (imm unused) */
	FACTS_PREDS
};

struct facts_value {
	uint8_t op;       /* enum facts_op */
	uint32_t a, b, c; /* as said there */
	int64_t imm;
	uint32_t type;    /* string: the struct this pointer points to; 0 unknown */
	uint32_t block;   /* where it is computed (params, constants, addresses of globals: 0) */
};

/* ---- events ----------------------------------------------------------------- */

enum facts_event_kind {
	FACTS_TAKE,   /* lock, mode; flags; success */
	FACTS_DROP,   /* lock, mode (of what is dropped) */
	FACTS_WAIT,   /* lock is the read side that is waited for; mode is ORDER_WAIT */
	FACTS_ASSERT, /* the code claims that lock is held here, at least in mode */
	FACTS_DENY,   /* the code claims that lock is not held here */
	FACTS_REWAIT, /* condition wait: drops lock, sleeps, takes it again */
	FACTS_DEFER,  /* call_srcu() and its kin: target runs later and after a grace period of lock (may be FACTS_NONE) */
	FACTS_SPAWN,  /* target runs on its own: a thread, a work function; lock names what a wait for its end waits for (may be FACTS_NONE) */
	FACTS_CALL_EVENT, /* target called with args */
	FACTS_STORE,  /* args[0] stored at address `lock`; only where a function pointer or a callback may be in it */
	FACTS_EVENT_KINDS
};

enum facts_flag {
	FACTS_TRY = 1,      /* a take that cannot block */
	FACTS_NESTED = 2,   /* carries a nesting annotation (_nested, subclass) */
	FACTS_DIRECT = 4,   /* call: target is a symbol, not a value */
	FACTS_STATIC_KEY = 8, /* call: target symbol is a static-call key, resolved as a slot of its own */
	FACTS_INTR = 16,    /* a take that can fail for a signal or a timeout */
};

/* Which results of a take say that the lock is now held. */
enum facts_success { FACTS_ALWAYS, FACTS_IF_ZERO, FACTS_IF_NONZERO, FACTS_IF_POSITIVE, FACTS_SUCCESSES };

/* What kind of lock a class is; from the primitive that takes it. */
enum facts_lock_kind {
	FACTS_KIND_UNKNOWN, FACTS_KIND_MUTEX, FACTS_KIND_SPIN, FACTS_KIND_RWLOCK, FACTS_KIND_RWSEM,
	FACTS_KIND_SRCU, FACTS_KIND_RCU, FACTS_KIND_READSIDE /* thread, work, counter */,
	FACTS_LOCK_KINDS
};

struct facts_event {
	uint8_t kind;       /* enum facts_event_kind */
	uint8_t mode;       /* enum order_mode */
	uint8_t flags;      /* enum facts_flag */
	uint8_t success;    /* enum facts_success */
	uint8_t lock_kind;  /* enum facts_lock_kind */
	uint32_t prim;      /* string: name of the primitive as the code calls it, or 0 */
	uint32_t lock;      /* value, or FACTS_NONE */
	uint32_t target;    /* call, spawn, defer: symbol (FACTS_DIRECT) or value; else FACTS_NONE */
	uint32_t args;      /* list[args .. args + n_args): values (FACTS_NONE: of no interest) */
	uint32_t n_args;
	uint32_t result;    /* value of op FACTS_CALL that is this event's result, or FACTS_NONE */
	uint32_t loc;
};

/* ---- control flow ------------------------------------------------------------- */

enum facts_term { FACTS_RET, FACTS_JUMP, FACTS_BRANCH, FACTS_SWITCH, FACTS_STOP /* no way on */, FACTS_TERMS };

struct facts_block {
	uint32_t events, n_events; /* range in the function's events */
	uint8_t term;              /* enum facts_term */
	uint32_t value;            /* RET: value or FACTS_NONE; BRANCH: condition; SWITCH: what is switched on */
	uint32_t succs, n_succs;   /* list[succs ..]: blocks.  BRANCH: if true, if false.  SWITCH: default, then one per case */
	uint32_t cases;            /* SWITCH: cases[cases .. cases + n_succs - 1): constants */
};

/* A place; `up` is where the code around it was inlined (FACTS_NONE: not inlined). */
struct facts_loc {
	uint32_t func; /* string: function that the source shows there */
	uint32_t file; /* string: path as the compiler knows it, absolute */
	uint32_t line;
	uint32_t up;
};

struct facts_param {
	uint32_t name; /* string */
	uint32_t type; /* string: struct it points to, or 0 */
};

struct facts_func {
	uint32_t sym;
	uint32_t file, line;      /* string; definition */
	struct { VEC(struct facts_param); } params;
	struct { VEC(struct facts_value); } values;
	struct { VEC(struct facts_event); } events;
	struct { VEC(struct facts_block); } blocks; /* entry is 0; empty: the body has no event at all */
	struct { VEC(uint32_t); } list;
	struct { VEC(int64_t); } cases;
};

/* ---- the unit ------------------------------------------------------------------- */

struct facts_sym {
	uint32_t name;     /* string */
	bool is_local;     /* static: another unit's symbol of this name is another symbol */
	bool is_func;
	uint32_t type;     /* variable: struct it is (or points to, or is an array of), or 0 */
	uint8_t lock_kind; /* variable that is itself a lock */
	uint32_t file, line; /* variable: definition, where known */
};

/* Initialiser of a variable: `member` of struct `owner` inside `table` holds `target`. */
struct facts_init {
	uint32_t table;  /* symbol of the variable */
	uint32_t owner;  /* string: struct, or 0: an array of pointers, or the variable itself */
	uint32_t member; /* string or 0 */
	uint32_t target; /* symbol: a function, or another variable (then tables hang together) */
};

/* Members that matter for names: locks, and those that lead to locks. */
struct facts_member {
	uint32_t owner;    /* string: named struct */
	uint32_t member;   /* string, dotted through anonymous structs */
	uint32_t type;     /* string: named struct it is or points to, or 0 */
	bool is_pointer;
	uint8_t lock_kind; /* enum facts_lock_kind; UNKNOWN: not a lock */
};

/* So many variables of this name point to (or are) this struct. */
struct facts_varname { uint32_t owner, name, count; };

/*
 * Where a member stands, in bytes from the start of its struct.  A unit that knows a struct by an
 * `extern` alone names its members "OWNER@16"; the units that know it say here what that is.
 */
struct facts_offset { uint32_t owner, member, at; };

struct facts_unit {
	struct strtab *str;
	uint32_t source;    /* string: the C file, absolute */
	struct { VEC(struct facts_sym); } syms;
	struct { VEC(struct facts_loc); } locs;
	struct { VEC(struct facts_func); } funcs;
	struct { VEC(struct facts_init); } inits;
	struct { VEC(struct facts_member); } members;
	struct { VEC(struct facts_varname); } varnames;
	struct { VEC(struct facts_offset); } offsets;
};

struct facts_unit *facts_new(void);
void facts_free(struct facts_unit *u);

/* Binary form.  Deterministic: equal units give equal bytes. */
void facts_save(const struct facts_unit *u, struct buf *out);
/* name is used in diags.  NULL: broken, cut short, or of another version, as d says. */
struct facts_unit *facts_load(const void *data, size_t bytes, const char *name, struct diag *d);

/* Text form.  facts_parse(facts_print(u)) has equal content; d names the line that is wrong. */
void facts_print(const struct facts_unit *u, struct buf *out);
struct facts_unit *facts_parse(const char *text, const char *name, struct diag *d);

/* Every index in range, every list inside its function; false with the first fault in d. */
bool facts_check(const struct facts_unit *u, const char *name, struct diag *d);

#endif
