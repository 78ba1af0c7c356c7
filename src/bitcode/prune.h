/* SPDX-License-Identifier: MIT */
/*
 * prune.h - between prune.c (what is needed) and shape.c (which blocks can go).
 */
#ifndef LOCKLORE_BITCODE_PRUNE_H
#define LOCKLORE_BITCODE_PRUNE_H

#include "bitcode/internal.h"

struct prune_block {
	uint32_t into;	 /* block that it was appended to, or itself */
	uint32_t next;	 /* what was appended to it; FACTS_NONE: nothing */
	uint32_t last;	 /* end of that chain */
	uint32_t after;	 /* if appended: the block whose jump led here */
	uint32_t preds;	 /* edges that come in */
	bool is_reached; /* from the entry, and not appended to another */
	bool has_phi;	 /* a live one */
};

struct prune {
	struct facts_func *f;
	struct prune_block *blocks;
	uint8_t *live; /* per value */
	struct {
		VEC(uint32_t);
	} todo;
};

uint32_t prune_block(const struct prune *p, uint32_t b); /* where b's code is now */
uint32_t prune_value(const struct prune *p,
		     uint32_t v); /* v, or what a phi with one way in stands for */
bool prune_is_edge(const struct prune *p, uint32_t from, uint32_t to); /* numbers as in the input */
void prune_empty(struct facts_func *f);
void shape_start(struct prune *p);
bool shape_step(struct prune *p); /* true: something changed, ask again what is live */

#endif
