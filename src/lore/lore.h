/* SPDX-License-Identifier: MIT */
/*
 * lore.h - what is known of a program: the order graph with names, places and chains.
 *
 * analyse/ makes it, store/ keeps it in SQLite, verdict/ reads it.  Plain arrays; everything
 * refers to everything else by index.  Strings are ids in `str`.  Arrays are sorted (as said at
 * each) so that the same program gives the same bytes.
 *
 * Ownership: a lore owns everything in it; free with lore_free().  Read-only once made; several
 * threads may read.
 */
#ifndef LOCKLORE_LORE_H
#define LOCKLORE_LORE_H

#include "base/base.h"
#include "facts/facts.h"
#include "order/order.h"

#define LORE_NONE UINT32_MAX

/* A lock class. */
struct lore_class {
	uint32_t name;     /* canonical: "kvm->srcu", a global's name, "rcu"; unique; classes are sorted by it */
	uint32_t owner;    /* string: struct, or 0 for a global */
	uint32_t member;   /* string: member path in the struct, or the global's name */
	uint8_t kind;      /* enum facts_lock_kind */
	bool is_local;     /* lives on a stack or is known only by a parameter: cannot be named in a document */
	uint32_t takes;    /* places that take it (or enter it) */
	uint32_t waits;    /* places that wait for it */
};

struct lore_func {
	uint32_t name, file; /* strings; sorted by (name, file, line) */
	uint32_t line;
	bool is_static;
	bool is_root;        /* nobody in the program is seen to call it */
	bool is_thread;      /* runs as a thread, work or deferred callback */
};

/* A place in a function. */
struct lore_place {
	uint32_t func;   /* index of lore_func */
	uint32_t file;   /* string: relative to the root */
	uint32_t line;
};

struct lore_heldlock { uint32_t cls; uint8_t mode; };

enum lore_witness_flag {
	LORE_TRY = 1,        /* the inner take is a trylock: it cannot block */
	LORE_ASSERTED = 2,   /* the outer lock is held by an assertion, no caller was seen to take it */
	LORE_INDIRECT = 4,   /* a call in the chain was resolved through a function pointer */
	LORE_NESTED = 8,     /* the inner take carries a nesting annotation */
	LORE_SAME_INSTANCE = 16, /* outer and inner are certainly one instance (only where outer == inner class) */
	LORE_OTHER_INSTANCE = 32, /* certainly two instances */
};

/*
 * One way in which `inner` is taken (or waited for) while `outer` is held.  The chain runs from
 * the place that takes the outer lock, up through returns, down through calls, to the place that
 * takes the inner one.  One witness per (outer place, inner place, entry place): the shortest.
 * Sorted by (outer, inner class name order = index, chain length, places).
 */
struct lore_witness {
	uint32_t outer, inner;           /* classes */
	uint8_t outer_mode, inner_mode;  /* enum order_mode */
	uint8_t flags;                   /* enum lore_witness_flag */
	uint8_t assumptions;             /* how many guesses it rests on: indirect calls, assertions, ... */
	uint32_t outer_place, inner_place, entry_place; /* entry: the call that enters the function of the inner take; LORE_NONE: none */
	uint32_t chain, n_chain;         /* steps[chain ..]: places; first is outer_place, last inner_place */
	uint32_t held, n_held;           /* helds[held ..]: all that is held at the inner place, sorted by class; contains outer */
	uint32_t gates, n_gates;         /* helds[gates ..]: what of it is held on every way from outer to inner place (gate locks), without outer */
	uint32_t thread;                 /* ORDER_ANY_THREAD, or 1 + the lore_func of the one thread that alone runs it */
};

/* One place that takes, enters or waits for a class, with what is held there on every way. */
struct lore_take {
	uint32_t cls;
	uint8_t mode;
	uint8_t flags;           /* LORE_TRY, LORE_NESTED */
	uint32_t place;
	uint32_t must, n_must;   /* helds[]: held on every known way to this place */
	uint32_t bare, n_bare;   /* steps[]: one way to it that holds least: from a root (or the caller that holds nothing more) to the place */
};

/* Lock `cls` was taken, dropped, and then `wait` was waited for on the same path. */
struct lore_released { uint32_t cls, wait; uint32_t chain, n_chain; };

enum lore_call_kind { LORE_CALL_DIRECT, LORE_CALL_POINTER, LORE_CALL_SPAWN, LORE_CALL_DEFER };
struct lore_call {
	uint32_t caller, callee; /* functions; callee LORE_NONE: unresolved pointer */
	uint32_t place;
	uint8_t kind;            /* enum lore_call_kind */
	uint32_t must, n_must;   /* helds[]: held on every known way to this call */
	uint32_t may, n_may;     /* helds[]: held on some way */
	uint32_t what;           /* string: name of an external callee, or "owner.member" of an unresolved pointer; 0 */
};

/* Function `func` stands in member `member` of a variable (or object) of struct `owner`. */
struct lore_slot { uint32_t owner, member, func, table; /* table: string, variable's name or 0 */ };

/* For names: struct members and what variables are called. */
struct lore_member { uint32_t owner, member, type; bool is_pointer; uint8_t lock_kind; };
struct lore_varname { uint32_t owner, name, count; };
struct lore_global { uint32_t name, type; uint8_t lock_kind; }; /* type: struct or 0 */

/* A class taken while one of the same class is held. */
struct lore_nesting { uint32_t cls; bool is_annotated; uint32_t first, n; /* witnesses[] with outer == inner */ };

struct lore_finding { uint32_t code; /* string */ uint8_t severity; uint32_t place; uint32_t message; };

struct lore {
	struct strtab *str;
	/* what was looked at */
	uint32_t tree;          /* string: "linux 6.1.192", or the root's last name */
	uint32_t configuration; /* string: arch, compiler, hash of the commands */
	uint32_t root;          /* string: absolute */
	uint32_t date;          /* string: YYYY-MM-DD of indexing */
	uint32_t n_units, n_failed_units, n_skipped_units, n_unresolved, n_caps_hit, n_imprecise;
	struct { VEC(struct lore_class); } classes;
	struct { VEC(struct lore_func); } funcs;
	struct { VEC(struct lore_place); } places;
	struct { VEC(uint32_t); } steps;
	struct { VEC(struct lore_heldlock); } helds;
	struct { VEC(struct lore_witness); } witnesses;
	struct { VEC(struct lore_take); } takes;
	struct { VEC(struct lore_released); } released;
	struct { VEC(struct lore_call); } calls;
	struct { VEC(struct lore_slot); } slots;
	struct { VEC(struct lore_member); } members;
	struct { VEC(struct lore_varname); } varnames;
	struct { VEC(struct lore_global); } globals;
	struct { VEC(struct lore_finding); } findings;
};

struct lore *lore_new(void);
void lore_free(struct lore *l);
const char *lore_str(const struct lore *l, uint32_t id);

/* witnesses of (outer, inner): [*first, *first + n).  O(log n). */
uint32_t lore_witnesses(const struct lore *l, uint32_t outer, uint32_t inner, uint32_t *first);
/* Class by canonical name, or LORE_NONE. */
uint32_t lore_class_find(const struct lore *l, const char *canonical);

/*
 * Every index in range, classes sorted by name, witnesses by (outer, inner), no witness without a
 * step; false with the first fault in d ("NAME: witness 12 names a place that is not there").
 */
bool lore_check(const struct lore *l, const char *name, struct diag *d);

#endif
