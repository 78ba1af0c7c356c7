/* SPDX-License-Identifier: MIT */
/*
 * internal.h - what the stages of verdict/ share.
 *
 * Strings and small arrays that are handed out come from the session's arena; growing lists are
 * kept in `docs` and `answers` and freed with the session.
 */
#ifndef LOCKLORE_VERDICT_INTERNAL_H
#define LOCKLORE_VERDICT_INTERNAL_H

#include "base/arena.h"
#include "verdict/verdict.h"

struct verdict {
	const struct lore *l;
	const struct prim_table *prims;
	struct arena arena;
	struct verdict_deadlocks dead;
	bool has_dead;
	struct { VEC(struct verdict_document *); } docs;
	struct { VEC(struct verdict_answer *); } answers;
	struct reach *reach; /* reach.c; made when first needed */
};

/* session.c */
const char *verdict_say(struct verdict *v, const char *fmt, ...) PRINTF_LIKE(2, 3);
void *verdict_keep(struct verdict *v, const void *data, size_t bytes); /* a copy in the arena */
const char *verdict_class_name(const struct verdict *v, uint32_t cls);
const char *verdict_place_func(const struct verdict *v, uint32_t place);
const char *verdict_place_file(const struct verdict *v, uint32_t place);
/* "f() at dir/file.c:12" */
const char *verdict_place_say(struct verdict *v, uint32_t place);
bool verdict_is_read_side(const struct verdict *v, uint32_t cls);
void verdict_add_finding(struct verdict *v, struct verdict_document *d, const char *code,
			 enum verdict_severity severity, unsigned line, const char *message);
/* "a, b and c": appends the i-th of n names. */
void verdict_add_listed(struct buf *b, const char *name, size_t i, size_t n);

/* evidence.c */
enum want { WANT_TAKES = 1, WANT_WAITS = 2, WANT_BLOCKING = 4 /* no trylocks */ };
/* Appends the witnesses of (outer, inner); LORE_NONE is any class.  Returns how many. */
uint32_t verdict_evidence_add(struct verdict *v, struct verdict_list *out, uint32_t outer,
			      uint32_t inner, unsigned want, bool is_against);
struct verdict_evidence verdict_evidence_of(const struct verdict *v, const struct lore_witness *w);
/* Distinct inner places, outer places and pairs among those with this is_against. */
struct tally {
	uint32_t inner, outer, pairs;
};
struct tally verdict_evidence_tally(const struct verdict *v, const struct verdict_list *list,
				    bool is_against);
/* For first, then against; in each the most certain first, then the shortest; stable. */
void verdict_evidence_sort(struct verdict_list *list);
bool verdict_same_place(const struct verdict *v, uint32_t a, uint32_t b);
bool verdict_holds(const struct lore_heldlock *held, uint32_t n, uint32_t cls);

/* statement.c's kinds that have files of their own */
void verdict_judge_requires(struct verdict *v, struct verdict_document *d,
			    struct verdict_statement *s);
void verdict_judge_leaf(struct verdict *v, struct verdict_document *d, struct verdict_statement *s);
void verdict_judge_context(struct verdict *v, struct verdict_document *d,
			   struct verdict_statement *s);
void verdict_judge_statement(struct verdict *v, struct verdict_document *d,
			     struct verdict_statement *s);
/* Finding for a function that the code does not have; its indices otherwise appended to out. */
struct funcs { VEC(uint32_t); };
bool verdict_find_functions(struct verdict *v, const char *name, struct funcs *out);
void verdict_check_function(struct verdict *v, struct verdict_document *d,
			    const struct verdict_statement *s);
/* Calls through unresolved pointers with one of a, b (LORE_NONE: none) held. */
uint32_t verdict_count_unresolved(const struct verdict *v, uint32_t a, uint32_t b);
/* The most certain deadlock with an edge outer -> inner (waiting or not), or LORE_NONE. */
uint32_t verdict_deadlock_with(struct verdict *v, uint32_t outer, uint32_t inner, bool is_wait);

/* reach.c: what a function reaches through calls */
struct reach_take {
	uint32_t cls, take;
	struct verdict_evidence e;
};
struct reach_result {
	struct { VEC(struct reach_take); } takes;	     /* one per take reached, shortest chain */
	uint32_t unresolved; /* unresolved calls met on the way */
};
/* From these functions to every place that takes cls (LORE_NONE: any), or only waits for it. */
void verdict_reach_from(struct verdict *v, const uint32_t *funcs, size_t n, uint32_t cls,
			bool is_wait, struct reach_result *out);
void verdict_reach_free(struct reach *r);

/* blame.c */
void verdict_blame_pair(struct verdict *v, struct verdict_statement *s);
void verdict_blame_share(struct verdict *v, struct verdict_statement *s, uint32_t others,
			 const char *what);
/* "f()", "the code in file.c", "f() and 2 more" over the last places of these. */
const char *verdict_blame_who(struct verdict *v, const struct verdict_list *list, bool is_against);

/* comment.c: verdict_comment_near() over the evidence of one side, best first. */
const char *verdict_comment_bearing(struct verdict *v, const struct verdict_list *list,
				    bool is_against, uint32_t *place);

/* selfcheck.c */
void verdict_check_itself(struct verdict *v, struct verdict_document *d);

/* mend.c */
void verdict_find_mends(struct verdict *v, struct verdict_deadlock *d);

/* names.c: what stands behind the last "->", "." or "::" */
const char *verdict_last_part(const char *s);

/* similar.c */
const char *verdict_names_like(struct verdict *v, const char *written);
const char *verdict_functions_like(struct verdict *v, const char *name);
uint32_t verdict_edit_distance(const char *a, const char *b); /* capped at 1000 */

#endif
