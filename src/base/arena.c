/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdint.h>

static void *no_more(struct arena *a, size_t bytes)
{
	(void)a;
	(void)bytes;
	return NULL;
}

void arena_fixed(struct arena *a, void *memory, size_t bytes)
{
	uintptr_t skip = (16 - ((uintptr_t)memory & 15)) & 15;

	*a = (struct arena){.more = no_more};
	if (skip < bytes) {
		a->at = (char *)memory + skip;
		a->end = (char *)memory + bytes;
	}
}

void *arena_alloc(struct arena *a, size_t bytes)
{
	void *p;

	bytes = (bytes + 15) & ~(size_t)15;
	if ((size_t)(a->end - a->at) < bytes) {
		size_t want = bytes > 65536 ? bytes : 65536;
		char *block = a->more(a, want);

		if (!block)
			return NULL;
		a->at = block;
		a->end = block + want;
	}
	p = a->at;
	a->at += bytes;
	a->bytes += bytes;
	return p;
}
