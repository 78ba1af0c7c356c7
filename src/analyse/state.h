/* SPDX-License-Identifier: MIT */
/*
 * state.h - what is known on one path through a function (flow.c, state.c, av.c).
 *
 * Property simulation (Das, Lerner, Seigle: "ESP: path-sensitive program verification in
 * polynomial time", PLDI 2002): two paths that hold and have dropped the same locks are one
 * state, and what they know of values is joined; paths that differ in locks stay apart.
 */
#ifndef LOCKLORE_ANALYSE_STATE_H
#define LOCKLORE_ANALYSE_STATE_H

#include "analyse/internal.h"

#define MAX_VALS 20
#define MAX_RELEASED 8

struct val {
	uint32_t key;    /* expression whose value it is */
	struct av av;
	bool is_old;     /* a lock was taken or a function called since: other code may have changed it */
	uint32_t alias;  /* pointer: the expression it is equal to, or NONE */
	uint32_t alias_value; /* boolean: the value it is equal to, or NONE */
};

struct state {
	uint8_t n_held, n_dropped, n_vals, n_released;
	bool is_failed;                     /* a lock that only a mistake refuses was refused */
	struct hl held[MAX_HELD];           /* sorted by (cls, expr) */
	struct lockref dropped[MAX_DROPPED];/* sorted */
	struct val vals[MAX_VALS];
	struct released released[MAX_RELEASED]; /* may-set: joined, not compared */
};

struct flow {
	struct prog *p;
	uint32_t id;
	struct fn *fn;
	const struct facts_func *f;
	struct { VEC(struct state *); } *in; /* per block */
	uint8_t *changed;                    /* per block */
	uint32_t *rpo;                       /* per block: place in reverse post order */
	uint32_t *by_rpo, n_rpo;
	uint32_t *phi_first, *phis;          /* per block: its phis */
	uint8_t *is_used;                    /* per value: something reads it */
	uint8_t *is_choice;                  /* per value: a choice among locks that an event uses */
	struct { VEC(struct lockref); } unlocks; /* expr: head of a loop, cls: class that its rounds drop */
	struct { VEC(uint32_t); } *loops;    /* per block: the heads of the loops it is in */
	bool is_recording;
	bool was_cut;
	uint64_t steps;
	unsigned threaded; /* blocks that enter() is passing through */
	struct { VEC(struct effect); } exits;
};

/* av.c */
struct av av_sign(uint8_t mask);
struct av av_join(struct av a, struct av b);
int av_compare(struct av a, enum facts_pred pred, int64_t imm); /* 1, 0, -1: unknown */
bool av_refine(struct av *a, enum facts_pred pred, int64_t imm, bool truth); /* false: impossible */

/* state.c */
bool state_same_locks(const struct flow *w, const struct state *a, const struct state *b);
void state_drop_any(struct flow *w, struct state *s, uint32_t cls, uint32_t event); /* what is held of it under no name */
bool state_join(struct prog *p, struct state *into, const struct state *s); /* true: it changed */
const struct val *state_val(const struct state *s, uint32_t key);
void state_set(struct state *s, struct val v);
void state_forget(struct state *s, uint32_t key);
bool state_take(struct flow *w, struct state *s, struct hl h);
/* Drops by instance, else by class; false: it was not held here. */
bool state_drop(struct flow *w, struct state *s, uint32_t expr, uint32_t cls, uint32_t event, struct hl *was);
void state_note_dropped(struct flow *w, struct state *s, uint32_t expr, uint32_t cls);
void state_stale(struct flow *w, struct state *s, uint32_t block);
void state_age(struct prog *p, struct state *s);

/* value.c */
uint32_t value_key(struct flow *w, uint32_t value);
struct av value_av(struct flow *w, const struct state *s, uint32_t value, unsigned depth);
bool value_assume(struct flow *w, struct state *s, uint32_t value, bool truth, unsigned depth);
uint32_t value_expr(struct flow *w, const struct state *s, uint32_t value); /* with aliases seen through */
bool value_is_old(struct flow *w, const struct state *s, uint32_t value, unsigned depth);

/* shape.c */
void shape_order(struct flow *w);
void shape_phis(struct flow *w);
void shape_uses(struct flow *w);
void shape_loops(struct flow *w);
void shape_leave_loop(struct flow *w, struct state *s, uint32_t from, uint32_t to);

/* record.c */
void record_context(struct flow *w, const struct state *s, uint32_t event);
void record_assert(struct flow *w, const struct state *s, uint32_t event, uint32_t cls);
void record_index(struct fn *fn);

/* effect.c */
void effect_leave(struct flow *w, const struct state *s, uint32_t value);
void effect_settle(struct flow *w);
void effect_forget(struct flow *w);
bool effect_keep(struct flow *w);
bool effect_is_wrapper(struct prog *p, const struct fn *fn);
uint32_t effect_returned_path(struct prog *p, uint32_t id);
void effect_free(struct effect *e);
int effect_balance(const struct effect *e, uint32_t expr, uint32_t cls);

/* call.c */
bool call_fits(struct flow *w, struct state *s, uint32_t event, const struct target *t, const struct effect *f);
void call_apply(struct flow *w, struct state *s, uint32_t event, const struct target *t, const struct effect *f);
bool call_is_neutral(const struct effect *f);
bool call_releases(struct flow *w, const struct state *s, uint32_t event, const struct target *t, const struct effect *f);
bool call_has_release(struct flow *w, const struct state *s, uint32_t event, const struct target *t);

#endif
