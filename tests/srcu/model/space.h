/* SPDX-License-Identifier: MIT */
/* The states seen so far, packed, numbered in the order of discovery, with the way to each. */
#pragma once
#include <stddef.h>

#include "machine.h"

struct space {
	const struct machine *machine;
	uint8_t *bytes; /* all states, one after the other */
	size_t used, room;
	size_t *start;	  /* of state i in bytes; start[count] == used */
	uint32_t *parent; /* from which state i was first reached */
	size_t count, slots;
	uint32_t *table;     /* open addressing, state number + 1 */
	uint32_t table_size; /* a power of two */
	uint32_t *edge;	     /* successors, by state */
	uint8_t *edge_actor;
	size_t *edge_start; /* state i: edge[edge_start[i]] up to edge_start[i + 1] */
	size_t edges, edge_room;
};

void space_open(struct space *sp, const struct machine *m);
void space_close(struct space *sp);
/* Returns the number of `s`, new or old. */
uint32_t space_add(struct space *sp, const struct state *s, uint32_t parent);
void space_get(const struct space *sp, uint32_t i, struct state *s);
/* To be called for the states in their order, after the edges of the one before. */
void space_begin_edges(struct space *sp, uint32_t from);
/* `actor` is the thread that moves, plus MAX_THREADS if it is interrupted. */
void space_add_edge(struct space *sp, uint32_t to, uint8_t actor);
