/* SPDX-License-Identifier: MIT */
/*
 * impl.h - what the files of this room share; nothing outside includes it.
 *
 *   modes.c   which mode blocks on which
 *   graph.c   the edges, and what each new one says
 *   check.c   the invariants of graph.c
 *   strong.c  which edges can lie on a cycle at all
 *   build.c   those edges, in the form that the search walks over
 *   walk.c    the search for cycles of one length
 *   choose.c  one edge for each step of a cycle, so that all can be held at once
 *   cycles.c  all minimal cycles
 *   closes.c  one cycle through a given edge
 */
#ifndef LOCKLORE_ORDER_IMPL_H
#define LOCKLORE_ORDER_IMPL_H

#include <string.h>

#include "order/order.h"

/* A set of (held mode, requested mode), 12 bits; and the set of all requested modes. */
#define ORDER_BIT(held, want) (1u << ((held) * ORDER_MODES + (want)))
#define ORDER_BIT_HELD(bit_no) ((enum order_mode)((bit_no) / ORDER_MODES))
#define ORDER_BIT_WANT(bit_no) ((enum order_mode)((bit_no) % ORDER_MODES))
#define ORDER_BITS (ORDER_WAIT * ORDER_MODES)
#define ORDER_ALL_REQUESTS ((1u << ORDER_MODES) - 1)

/* Can two threads never hold one class in these modes at the same time? */
bool order_excludes(enum order_mode a, enum order_mode b);
/* The class is asked for in one of the modes `asked`: what do edges with `modes` ask for next? */
unsigned order_onward(unsigned modes, unsigned asked);

/* ---- the graph --------------------------------------------------------------------------- */

struct order_rec {
	struct order_edge e;      /* first: callers see this part */
	uint64_t held_any;        /* a hash set of all classes held: an empty intersection is a proof */
	uint64_t held_exclusive;  /* of those held exclusively */
	struct order_rec *next;   /* of the same pair of classes, in order of insertion */
	uint32_t id;
	bool is_live;             /* no other edge says as much with fewer gates */
};

/* All edges between two classes. */
struct order_pair {
	uint32_t from, to;
	struct order_rec *first, *last;
	struct order_pair *next;  /* with the same `from`, in order of insertion */
	uint16_t modes;           /* ORDER_BIT()s of the live edges that can block */
};

struct order_class {
	struct order_pair *first, *last;
};

struct order_graph {
	struct arena *arena;
	struct order_class *classes;
	uint32_t n_classes, cap_classes;
	struct order_rec **recs; /* by id */
	uint32_t n_recs, cap_recs;
	struct order_pair **slots; /* open addressing by (from, to); cap is a power of two */
	uint32_t n_pairs, cap_slots;
};

struct order_pair *order_pair_find(const struct order_graph *g, uint32_t from, uint32_t to);
/* Do all gates of `few` occur in `many`, in the same modes?  Both sorted. */
bool order_gates_within(const struct order_edge *few, const struct order_edge *many);
/* Same classes, modes, thread and kind: the edges that can make one another needless. */
bool order_edge_alike(const struct order_edge *a, const struct order_edge *b);
/* The gates as the graph wants them: sorted, each class once, without `from`; false: no memory. */
bool order_gates_clean(struct order_edge *e, struct arena *a);
void order_rec_sign(struct order_rec *r);
/* Can two threads stand at these two edges at the same time? */
bool order_coexist(const struct order_rec *a, const struct order_rec *b);
static inline unsigned order_edge_bit(const struct order_edge *e)
{
	return ORDER_BIT(e->from_mode, e->to_mode);
}

/* ---- the search -------------------------------------------------------------------------- */

/* Edges that the search may use: the pair, restricted to some modes. */
struct order_pick {
	const struct order_pair *pair;
	uint16_t modes;
};

struct order_picks {
	struct order_pick *at;
	uint32_t n;
};

/* A step of the search, from one class to another.  Classes are numbered anew, by rank. */
struct order_hop {
	uint32_t from, to;
	uint16_t modes;
	uint32_t n;
	const struct order_rec **edges; /* cheapest first, then oldest first */
};

/* The classes of a cycle that was found, and a list of these through one class. */
struct order_known {
	uint32_t n;
	const uint32_t *cls;
};
struct order_known_list {
	const struct order_known *known;
	struct order_known_list *next;
};

struct order_walk {
	const struct order_graph *g;
	struct arena *scratch;
	uint32_t max_length;
	uint64_t max_steps;
	order_cycle_fn *fn;
	void *ctx;
	struct order_search result;
	bool is_over; /* a limit, no memory, or fn wants no more */

	uint32_t n;                     /* classes */
	uint32_t *cls;                  /* their numbers in the graph, by rank */
	struct order_hop *hops;         /* by from, then by to */
	uint32_t *out;                  /* n + 1: the hops from class i are hops[out[i]..out[i + 1]) */
	uint32_t *in, *in_hops;         /* likewise the hops to class i are hops[in_hops[in[i]..]] */
	struct order_known_list **known; /* by class */

	/* walk.c */
	uint32_t *distance, *queue;     /* from each class back to the start */
	bool *on_path;
	uint32_t start, length, depth;
	bool is_probe;                  /* only ask whether a path of that length exists */
	uint32_t *path, *cursor;        /* by depth */
	uint8_t *asked;                 /* the modes in which path[depth] can be asked for */
	const struct order_hop **hop;   /* hop[i] leads from path[i] to path[i + 1] */
	const struct order_rec **witness; /* edges of these hops that can coexist */

	/* choose.c */
	uint8_t *bit;                   /* number of the ORDER_BIT() of each hop */
	uint8_t *next_bit;              /* and the one to be tried after it */
	uint32_t *try_at;
	uint64_t *sum, *rest;           /* costs so far, and the least that is still to come */
	const struct order_rec **tried;
	const struct order_edge **found;
};

void order_walk_init(struct order_walk *w, const struct order_graph *g,
		     const struct order_limits *lim, struct arena *scratch, order_cycle_fn *fn,
		     void *ctx);
/* Zeroed memory from scratch; NULL ends the search as cut. */
void *order_walk_alloc(struct order_walk *w, uint64_t count, size_t size);
/* Counts one edge tried; false where that was one too many. */
bool order_walk_step(struct order_walk *w);
void order_walk_cut(struct order_walk *w);
void order_sort(uint64_t *keys, uint32_t n);

/* strong.c: the edges that lie on a closed walk of strong edges; n == 0 may also mean: was cut. */
struct order_picks order_strong(struct order_walk *w);
/* build.c: false ends the search.  The class `first` (or ORDER_NONE) ranks before all others. */
bool order_build(struct order_walk *w, struct order_picks picks, const uint32_t *rank,
		 uint32_t first);
/* walk.c: all cycles of this length in which `start` ranks lowest. */
void order_walk_from(struct order_walk *w, uint32_t start, uint32_t length, bool is_probe);
/* choose.c: can `hop` be added to the hops of the path?  Keeps w->witness. */
bool order_choose_extend(struct order_walk *w, const struct order_hop *hop);
/* choose.c: reports the cycle hop[0..n) in every combination of modes that can be; false: none. */
bool order_choose_report(struct order_walk *w, uint32_t n);
/* Hands one cycle to the caller. */
void order_report(struct order_walk *w, const struct order_edge *const *edges, uint32_t n);

#endif
