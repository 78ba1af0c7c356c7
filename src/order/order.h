/* SPDX-License-Identifier: MIT */
/*
 * order.h - the order graph: which lock is taken while which is held, and when that can deadlock.
 *
 * A class is a small integer.  An edge A -> B says: some thread asked for B while it held A.
 * It carries the mode A was held in, the mode B was asked for in, everything else that was held
 * (the gate candidates) and the thread it can run on.  The graph never stores a transitive
 * closure: A -> B and B -> C say nothing of A -> C, because A may be dropped before C is taken.
 *
 * A deadlock is a closed walk of edges, each of its own thread, in which every request blocks on
 * what the next edge holds (order_blocks()).  The idea of strong edges is that of the kernel's
 * lockdep (kernel/locking/lockdep.c, "recursive read lock detection"); minimal cycles are the
 * chordless ones.
 *
 * Memory comes from the arena that is handed in; where it gives up, the call says so (false, or
 * ORDER_NONE) and the graph stays usable.  No malloc, no stdio, no locks in here: this code also
 * runs inside a preloaded library.  One thread at a time per graph; queries do not write.
 */
#ifndef LOCKLORE_ORDER_H
#define LOCKLORE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* How a class is asked for, or held.  A wait is asked for and never held. */
enum order_mode {
	ORDER_EXCLUSIVE,        /* mutex, spinlock, write side */
	ORDER_SHARED,           /* reader behind which a writer may queue (fair): rwsem, queued rwlock */
	ORDER_SHARED_RECURSIVE, /* reader that passes waiting writers; SRCU, RCU and other read sides */
	ORDER_WAIT,             /* synchronize_srcu() and its kin: blocks until readers have left */
	ORDER_MODES
};

/* Does a request in mode `want` block while another thread holds the class in mode `held`? */
bool order_blocks(enum order_mode want, enum order_mode held);
const char *order_mode_name(enum order_mode m); /* "exclusive", "shared", "shared-recursive", "wait" */

#define ORDER_NONE UINT32_MAX
#define ORDER_ANY_THREAD 0u /* edge may run on any number of threads at once */

struct order_held {
	uint32_t cls;
	uint8_t mode; /* enum order_mode */
};

struct order_edge {
	uint32_t from, to;
	uint8_t from_mode, to_mode;     /* enum order_mode; from_mode is never ORDER_WAIT */
	bool is_try;                    /* the request cannot block: recorded, closes nothing */
	uint32_t thread;                /* ORDER_ANY_THREAD, or the one thread that alone can run it */
	const struct order_held *gates; /* what else was held, sorted by class, without `from`; borrowed on input, owned by the arena in the graph */
	uint32_t n_gates;
	uint32_t cost;                  /* smaller is more certain; of equal edges the cheapest is kept */
	uint64_t tag;                   /* the caller's: comes back in cycles */
};

struct order_graph;

/* NULL where the arena gives up. */
struct order_graph *order_new(struct arena *a);
/* Ids are 0, 1, 2, ... in order of calls. */
uint32_t order_class_add(struct order_graph *g);
uint32_t order_class_count(const struct order_graph *g);

/*
 * Adds an edge.  An edge that says no more than one that is there (same classes, modes and
 * thread; its gates a superset) is dropped, or replaces it where it is equal and cheaper; edges
 * whose gates it is a subset of stay known but no longer count.  *fresh (may be NULL) says
 * whether the graph learned something.  False: no memory.
 */
bool order_edge_add(struct order_graph *g, const struct order_edge *e, bool *fresh);

/* Every live edge from -> to, in order of insertion: call with *at = 0 first; NULL at the end. */
const struct order_edge *order_edge_next(const struct order_graph *g, uint32_t from, uint32_t to,
					 uint32_t *at);

/*
 * A minimal cycle: edges[i].to == edges[i + 1].from, the last leads to edges[0].from, every
 * request blocks on what the next edge holds, no two edges are bound to one same thread, no gate
 * is common to all that would keep them apart (two holders of the gate that exclude one another,
 * for every pair of edges), and no blocking edge joins classes that are not neighbours in it (a
 * chord; it counts only if a deadlock that can happen goes over it, on a part of the same classes).
 * n == 1 is a class that is asked for while the same thread holds it (from == to): only edges
 * with from == to give it, and only the caller knows whether both are one instance.
 */
struct order_cycle {
	const struct order_edge *const *edges; /* borrowed, valid during the callback */
	uint32_t n;
	uint32_t cost; /* sum of the costs of the edges */
};
typedef bool order_cycle_fn(const struct order_cycle *c, void *ctx); /* false stops the search */

struct order_limits {
	uint32_t max_length; /* longest cycle looked for; 0: 8 */
	uint64_t max_steps;  /* edges tried; 0: no limit */
};
struct order_search {
	uint64_t steps;
	uint32_t cycles;
	bool was_cut; /* a limit was hit, or the arena gave up: there may be more */
};

/*
 * All minimal cycles, each class sequence (with its modes at each hand-over) once, with the
 * cheapest edges that make it, begun with the class that ranks lowest in rank[] (rank[c] is the
 * place of c's name in the alphabet; NULL: by id).  Deterministic.  Scratch memory comes from
 * `scratch`.
 */
struct order_search order_cycles(const struct order_graph *g, const uint32_t *rank,
				 const struct order_limits *lim, struct arena *scratch,
				 order_cycle_fn *fn, void *ctx);

/*
 * Would this edge close a cycle with what is already there?  The validator's question: cheap
 * when the answer is no.  Calls fn with one shortest cycle through e, begun with e, or not at all;
 * same fields of struct order_search as above.
 */
struct order_search order_closes(const struct order_graph *g, const struct order_edge *e,
				 const struct order_limits *lim, struct arena *scratch,
				 order_cycle_fn *fn, void *ctx);

/* Checks the graph's own invariants; false with a text naming the first that is broken (tests). */
bool order_check(const struct order_graph *g, const char **what);

#endif
