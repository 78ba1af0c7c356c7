/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "base/base.h"

#include <stdlib.h>

struct block {
	struct block *next;
	char pad[8]; /* keeps the memory after it aligned to 16 */
};

static void *heap_more(struct arena *a, size_t bytes)
{
	struct block *b = xcalloc(1, sizeof(*b) + bytes);

	b->next = a->blocks;
	a->blocks = b;
	return b + 1;
}

void arena_heap(struct arena *a)
{
	*a = (struct arena){.more = heap_more};
}

void arena_heap_free(struct arena *a)
{
	struct block *b = a->blocks;

	while (b) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
	*a = (struct arena){0};
}
