/* SPDX-License-Identifier: MIT */
/* internal.h - what the stages of compare/ share. */
#ifndef LOCKLORE_COMPARE_INTERNAL_H
#define LOCKLORE_COMPARE_INTERNAL_H

#include "compare/compare.h"

/* From a class of each lore to its compare_class; owned by whoever calls compare_classes(). */
struct compare_ids { uint32_t *of[COMPARE_SIDES]; };

/* classes.c: fills c->classes. */
void compare_classes(struct compare *c, struct compare_ids *ids);
/* rename.c: pairs of classes that are each on one side only, and are one lock all the same. */
struct compare_pair { uint32_t before, after; };
struct compare_pairs { VEC(struct compare_pair); };
void compare_renames(const struct compare *c, const bool *is_matched[COMPARE_SIDES],
		     struct compare_pairs *out);

/*
 * orders.c: fills c->orders.  Answers afterwards, until freed, whether a side has the order at
 * least as strong (modes; no trylock).
 */
struct compare_table;
struct compare_table *compare_orders(struct compare *c, const struct compare_ids *ids);
bool compare_has(const struct compare_table *t, enum compare_when side, uint32_t outer,
		 uint32_t inner, uint8_t outer_mode, uint8_t inner_mode);
void compare_table_free(struct compare_table *t);

/* deadlocks.c: fills opened and closed. */
void compare_deadlocks(struct compare *c, const struct compare_ids *ids,
		       const struct compare_table *t);

/* statements.c */
void compare_statements(struct compare *c, const struct compare_doc *docs, size_t n);

#endif
