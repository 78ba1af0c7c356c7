/* SPDX-License-Identifier: MIT */
/*
 * internal.h - what the stages of the analysis hand to one another.
 *
 * The order of the stages is the order of the files: link, expr, flow, reach, entry, edges,
 * write.  Each fills in its own fields of struct fn and reads those of the stages before it.
 */
#ifndef LOCKLORE_ANALYSE_INTERNAL_H
#define LOCKLORE_ANALYSE_INTERNAL_H

#include "analyse/analyse.h"

#define NONE UINT32_MAX

/* ---- expressions: which instance (expr.c) ----------------------------------- */

/*
 * A hash-consed access path.  Equal ids are equal paths.  Paths of a callee are rooted at its
 * parameters and are rewritten in the caller's terms at each call.
 */
enum expr_op {
	X_NONE,   /* not an address that can be spoken of */
	X_PARAM,  /* a: index */
	X_GLOBAL, /* a: symbol of the program */
	X_LOCAL,  /* a: fn, b: name */
	X_VALUE,  /* a: fn, b: value; its only name is where it was computed */
	X_FIELD,  /* a: base, b: owner, c: member */
	X_DEREF,  /* a: base */
	X_INDEX,  /* a: base */
	X_ANY,    /* a: class; some instance of it */
};
struct expr {
	uint8_t op, depth;
	uint32_t a, b, c;
	uint32_t cls;  /* class, NONE: only known by a parameter; computed on demand (CLS_UNASKED) */
	bool is_fixed; /* rooted at a parameter or global, no array element in it: one instance per call */
	bool has_param, has_value;
};

/* ---- classes (expr.c) --------------------------------------------------------- */

struct cls {
	uint32_t owner, member; /* strings; owner 0: a variable */
	uint32_t sym;           /* variable: symbol of the program; else NONE */
	uint32_t fn;            /* local variable or unnamed: function; else NONE */
	uint8_t kind;           /* enum facts_lock_kind */
	uint32_t takes, waits;
	uint32_t out;           /* index in the lore */
};

/* ---- what is known of a number (flow.c) ---------------------------------------- */

enum { A_NEG = 1, A_ZERO = 2, A_POS = 4, A_ANY = 7 };
struct av {
	uint8_t mask;  /* signs it can have; pointers: A_NEG is an error pointer */
	bool is_const;  /* it is c */
	bool is_not;    /* it is not c */
	int64_t c;
};

/* ---- chains -------------------------------------------------------------------- */

/* Where a held lock was taken: event of fn; below it, where the callee took it. */
struct origin {
	uint32_t fn, event;
	uint32_t sub;    /* origin in the callee, or NONE */
	uint32_t base;   /* the take itself: itself where sub is NONE */
	uint32_t length; /* steps */
};

struct lockref { uint32_t expr, cls; };

/* A held lock.  Sorted by (cls, expr) in a state. */
struct hl {
	uint32_t expr, cls;
	uint8_t mode, kind, depth, flags;
	uint32_t oset;   /* set of origins */
};

#define MAX_ORIGINS 24
#define MAX_HELD 16
#define MAX_DROPPED 12
#define MAX_GUARDS 3

/* Holds only where expr (of the function's parameters) is like that. */
struct guard {
	uint32_t expr;
	uint32_t fn;     /* is this function; NONE: see av */
	struct av av;
};

/* What a call does to its caller's locks, on one way through it. */
struct effect {
	struct { VEC(struct hl); } held;
	struct { VEC(struct lockref); } dropped;
	struct { VEC(struct guard); } guards;
	struct av ret;
	bool is_failed; /* only reached where a blocking take failed */
	bool is_object; /* ret is a pointer */
};

/* One lock state in which an event is reached. */
struct ctx {
	uint32_t event;
	uint32_t expr;               /* takes and waits: the instance, with what the path knows seen through */
	uint32_t held, n_held;       /* fn.ctx_held */
	uint32_t dropped, n_dropped; /* fn.ctx_dropped */
	uint8_t n_guards;
	struct guard guards[MAX_GUARDS];
	uint32_t dying;              /* struct of an object whose last reference is gone here, or 0 */
	uint32_t released, n_released; /* fn.ctx_released: classes taken and dropped before, on some way */
};
struct released { uint32_t cls, oset, event; };

/* A take or wait that can happen inside a call of the function. */
struct entry {
	uint32_t fn, event;          /* the place itself */
	uint32_t call_fn, call_event;/* the call that enters fn; NONE: fn is this function */
	uint32_t expr, cls;
	uint8_t mode, kind, flags;   /* FACTS_TRY, FACTS_NESTED; E_WAIT */
	uint8_t n_guards;
	uint32_t dropset;            /* caller's locks that were dropped before */
	uint32_t along;              /* set of locks (class << 2 | mode) taken since, on the shortest way */
	uint32_t always;             /* ... on every way */
	uint64_t families;
	uint32_t dying;              /* struct of an object whose last reference was given up on the way, or 0 */
	struct guard guards[MAX_GUARDS];
	uint32_t via_event, via_fn, via_entry; /* next link: event here, entry there; via_event == event: here */
	uint32_t length;
	uint8_t guesses;             /* indirect calls in the chain */
};

/* A function that an event calls. */
struct target { uint32_t fn; uint8_t kind; uint32_t param; /* called through this parameter, or NONE */ };

struct site { uint32_t fn, event; };

struct fn {
	const struct facts_unit *u;
	const struct facts_func *f;
	uint32_t unit, sym;
	uint32_t name, file, line;
	bool is_static, is_spawned, is_escaped /* its address is stored or passed to unknown code */;
	bool is_active;               /* some event matters: flow looks inside */
	bool is_wrapper;              /* one take or drop on a parameter: its calls are that event */
	bool was_cut;
	struct { VEC(struct target); } targets; /* of all events, grouped */
	uint32_t *target_first;       /* per event, n + 1 */
	struct { VEC(struct site); } callers;
	uint32_t scc;
	uint32_t *expr;               /* per value, X cache + 1 */
	uint32_t ret_expr;            /* what it returns, in its parameters; 0: unknown */
	struct { VEC(struct effect); } effects;
	struct { VEC(struct ctx); } ctxs;
	uint32_t *ctx_first;          /* per event, n + 1 */
	struct { VEC(struct hl); } ctx_held;
	struct { VEC(struct lockref); } ctx_dropped;
	struct { VEC(struct released); } ctx_released;
	struct { VEC(struct entry); } entries;
	struct map entry_at;
	uint32_t looked_at, changed_at; /* reach.c: when */
	struct { VEC(struct site); } asserts; /* site.fn: class, site.event: event */
	struct { VEC(uint32_t); } spawn_cls;  /* read sides that its whole body is */
	uint64_t families;            /* families of ops tables that it must be running under */
	uint64_t *must, *may;         /* bit sets of locks (class << 2 | mode) held at entry */
	uint32_t thread;              /* ORDER_ANY_THREAD or 1 + fn */
	uint32_t out;                 /* index in the lore */
};

/* A variable or function of the program. */
struct psym { uint32_t name; uint32_t fn; uint32_t unit; uint32_t type; uint8_t lock_kind; bool is_local; uint32_t file, line; };

struct slot {
	struct { VEC(struct lockref); } fns; /* expr: fn, cls: table symbol or NONE */
	struct { VEC(uint32_t); } to;        /* slots that copy this one */
	uint32_t owner, member;              /* for the lore */
};

struct witness {
	uint32_t fn;                 /* function in which both meet */
	uint32_t origin;             /* of the outer lock; NONE: see start */
	uint32_t start_fn, start_event; /* assertion (event) or function start (event NONE) */
	uint32_t at_event;           /* event in fn: a take of its own, or a call */
	uint32_t entry_fn, entry;    /* entry in the callee; entry_fn NONE: the event itself is the take */
	uint32_t outer_cls, inner_cls;
	uint8_t outer_mode, inner_mode, flags, guesses;
	bool is_last;                /* only if a reference that is given up on the way is the last one */
	uint32_t held, gates;        /* sets of classes */
	uint32_t outer_place, inner_place, entry_place;
	uint32_t length;
};

/* An order of which one side is known only by a parameter: the callers know more. */
struct pending { struct witness w; uint32_t fn, outer_expr, inner_expr; uint8_t rounds; };

struct prog {
	const struct analyse_options *opt;
	struct facts_unit *const *units;
	size_t n_units;
	struct strtab *str;
	uint32_t **remap;            /* per unit: string -> str */
	uint32_t **sym;              /* per unit: symbol -> psym */
	struct { VEC(struct psym); } syms;
	struct { VEC(struct fn); } fns;
	struct { VEC(struct expr); } exprs;
	struct map expr_at;
	struct { VEC(struct cls); } classes;
	struct map class_at;
	struct { VEC(struct slot); } slots;
	struct map slot_at;
	struct { VEC(struct origin); } origins;
	struct map origin_at;
	/* hash-consed sorted sets of 32-bit numbers, and of lockrefs */
	struct { VEC(uint32_t *); } sets; /* [0] length, then members */
	struct map set_at;
	struct { VEC(uint32_t); } order;  /* fns, callees first */
	uint64_t *family_conflicts;       /* 64: bit set of families that exclude this one */
	struct { VEC(struct witness); } witnesses;
	struct map witness_at;
	struct { VEC(struct lore_place); } places;
	struct map place_at;
	struct map parts;                 /* (struct, struct inside it) */
	uint32_t lock_words;              /* words of a bit set of locks */
	struct { VEC(struct pending); } pendings;
	struct map released_at;
	struct { VEC(struct lore_released); } released; /* chain: place ids in released_steps */
	struct { VEC(uint32_t); } steps;
	char *root;
	uint32_t n_unresolved, n_caps, n_imprecise;
};

enum { E_WAIT = 128 }; /* entry.flags */

/* expr.c */
uint32_t expr_make(struct prog *p, enum expr_op op, uint32_t a, uint32_t b, uint32_t c);
uint32_t expr_value(struct prog *p, uint32_t fn, uint32_t value); /* of a value of fn */
uint32_t expr_class(struct prog *p, uint32_t expr);               /* class or NONE */
/* The callee's path in the caller's terms; call: the event of caller that calls. */
uint32_t expr_translate(struct prog *p, uint32_t expr, uint32_t caller, uint32_t call, uint32_t callee);
uint32_t expr_replace(struct prog *p, uint32_t expr, uint32_t what, uint32_t with);
uint32_t expr_any(struct prog *p, uint32_t expr, uint32_t cls);   /* another instance than it was */
uint32_t set_make(struct prog *p, uint32_t *members, uint32_t n); /* sorts, removes doubles */
uint32_t set_add(struct prog *p, uint32_t set, uint32_t member);
uint32_t set_union(struct prog *p, uint32_t a, uint32_t b);
uint32_t set_common(struct prog *p, uint32_t a, uint32_t b);
uint32_t set_count(const struct prog *p, uint32_t set);
const uint32_t *set_members(const struct prog *p, uint32_t set);
bool set_has(const struct prog *p, uint32_t set, uint32_t member);
uint32_t origin_make(struct prog *p, uint32_t fn, uint32_t event, uint32_t sub);
/* Sets of origins: of each take the shortest way, and no more than MAX_ORIGINS takes. */
uint32_t origins_union(struct prog *p, uint32_t a, uint32_t b);
uint32_t origins_make(struct prog *p, uint32_t *members, uint32_t n);

/* link.c, slots.c, graph.c */
void link_units(struct prog *p);
void link_calls(struct prog *p);
void link_families(struct prog *p);
void link_order(struct prog *p);
static inline uint32_t fn_string(const struct prog *p, const struct fn *f, uint32_t id) { return p->remap[f->unit][id]; }
static inline uint32_t fn_symbol(const struct prog *p, const struct fn *f, uint32_t sym) { return p->sym[f->unit][sym]; }
static inline const struct facts_event *fn_event(const struct prog *p, uint32_t fn, uint32_t event) { return &p->fns.at[fn].f->events.at[event]; }

/* flow.c */
void flow_all(struct prog *p);
bool av_meets(struct av a, struct av b); /* can one number be both? */
bool av_meet(struct av *a, struct av b); /* false: nothing is both */
struct av av_any(void);
bool av_knows(struct av a); /* more than that it is a number */
struct av av_const(int64_t c);
/* What argument i of a call is known to be in context c: a function, or a number. */
struct guard flow_arg(struct prog *p, uint32_t fn, uint32_t event, const struct ctx *c, uint32_t i);

/* reach.c */
void reach_all(struct prog *p);
/*
 * Something that can happen at an event of fn in context c: the event's own take or wait
 * (entry_fn NONE), or entry number `entry` of a function that it calls.  e is in fn's terms;
 * lost: bit set of c's held locks that are gone by then.
 */
struct happening {
	const struct ctx *c;
	uint32_t fn, entry_fn, entry, lost;
	struct entry e;
};
typedef void happening_fn(struct prog *p, const struct happening *h, void *arg);
void reach_each(struct prog *p, uint32_t fn, happening_fn *f, void *arg);

/* entry.c */
void entry_all(struct prog *p);
/* What is held at an event of fn in context c on every way (must) or on some way: bit set of p->lock_words words. */
/* Such a bit set as a set of class << 2 | mode. */
uint32_t entry_set(struct prog *p, const uint64_t *bits);
void entry_at(struct prog *p, uint32_t fn, const struct ctx *c, bool must, uint64_t *out);

/* edges.c */
void edges_spawns(struct prog *p); /* before entry_all(): which functions run on their own */
void edges_all(struct prog *p);
uint32_t place_of(struct prog *p, uint32_t fn, uint32_t event);
uint32_t place_start(struct prog *p, uint32_t fn);

/* write.c */
struct lore *write_lore(struct prog *p);

#endif
