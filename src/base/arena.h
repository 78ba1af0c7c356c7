/* SPDX-License-Identifier: MIT */
/*
 * arena.h - memory that is freed all at once, with no malloc of its own.
 *
 * The order core and the preload allocate only from an arena that is handed
 * in.  Blocks come from the function `more`: malloc in the command-line tool
 * (arena_heap.c), a mapped file in a running program.  `more` may return NULL;
 * then arena_alloc() returns NULL and the caller degrades.  Memory is zeroed.
 *
 * Threads: an arena belongs to one thread.  Signals: arena_alloc() is as safe
 * as `more` is.
 */
#ifndef LOCKLORE_ARENA_H
#define LOCKLORE_ARENA_H

#include <stddef.h>

struct arena {
	char *at, *end;                              /* the free part of the current block */
	void *(*more)(struct arena *a, size_t bytes); /* at least bytes, zeroed; or NULL */
	void *blocks;                                /* private to `more` */
	size_t bytes;                                /* handed out so far */
};

/* Over a fixed piece of zeroed memory: NULL when it is used up. */
void arena_fixed(struct arena *a, void *memory, size_t bytes);
/* Zeroed, aligned to 16 bytes; NULL only where `more` gave up.  Owned by the arena. */
void *arena_alloc(struct arena *a, size_t bytes);

/* arena_heap.c: blocks from malloc, never NULL (no memory ends the program). */
void arena_heap(struct arena *a);
void arena_heap_free(struct arena *a);

#endif
