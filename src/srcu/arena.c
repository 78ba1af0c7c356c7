/* SPDX-License-Identifier: MIT */
/*
 * Memory for cores and cells. It is recycled but never unmapped, because a reader may look at its
 * core's waiter after the domain is gone. Recycled cells keep their counts: only balance matters.
 */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

_Static_assert(sizeof(struct srcu_core) <= 192 && sizeof(struct srcu_struct) <= 64, "grown");

#define SRCU_CHUNK 85 /* cores: 16 KB */

struct srcu_chunk {
	struct srcu_chunk *next;
	size_t used;
	struct srcu_core cores[SRCU_CHUNK];
};

/* All of this is under the lock. */
static struct {
	struct srcu_lock lock;
	struct srcu_chunk *chunks; /* newest first */
	struct srcu_core *free;
	char *cells; /* the arena being used up: slot 0's row */
	size_t cells_used;
	uintptr_t below; /* where there may be room for one more arena */
} srcu_pool;

struct srcu_lock *srcu_pool_lock(void)
{
	return &srcu_pool.lock;
}

static void *srcu_map(void *hint, size_t size)
{
	int saved = errno;
	void *memory = mmap(hint, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	errno = saved;
	return memory == MAP_FAILED ? NULL : memory;
}

static struct srcu_core *srcu_core_take(void)
{
	struct srcu_chunk *chunk = srcu_pool.chunks;
	struct srcu_core *core = srcu_pool.free;

	if (core) {
		srcu_pool.free = core->next;
		return core;
	}
	if (!chunk || chunk->used == SRCU_CHUNK) {
		chunk = srcu_map(NULL, sizeof(*chunk));
		if (!chunk)
			return NULL;
		chunk->next = srcu_pool.chunks;
		srcu_pool.chunks = chunk;
	}
	return &chunk->cores[chunk->used++];
}

/* A recycled core is as a new one, but for its cells; the waiters are NULL already. */
static void srcu_core_reset(struct srcu_core *core, struct srcu_struct *ssp)
{
	size_t from = offsetof(struct srcu_core, gp_seq);

	memset((char *)core + from, 0, sizeof(*core) - from);
	core->cells = NULL;
	core->rank = 0;
	core->young = true;
	core->ssp = ssp;
}

static bool srcu_pool_enter(bool wait)
{
	if (!wait)
		return srcu_trylock(&srcu_pool.lock);
	srcu_lock(&srcu_pool.lock);
	return true;
}

struct srcu_core *srcu_core_get(struct srcu_struct *ssp, bool wait)
{
	struct srcu_core *core = srcu_load_acquire(&ssp->srcu_core);

	if (core)
		return core;
	if (!srcu_start(wait) || !srcu_pool_enter(wait))
		return NULL;
	core = srcu_load(&ssp->srcu_core);
	if (!core) {
		core = srcu_core_take();
		if (core) {
			srcu_core_reset(core, ssp);
			srcu_publish(&ssp->srcu_core, core);
		}
	}
	srcu_unlock(&srcu_pool.lock);
	return core;
}

struct srcu_core *srcu_core_need(struct srcu_struct *ssp)
{
	struct srcu_core *core = srcu_core_get(ssp, true);

	if (srcu_load(&ssp->srcu_uses) & SRCU_DEAD)
		srcu_report(ssp, "used after cleanup_srcu_struct()");
	if (core)
		return core;
	srcu_report(ssp, "out of memory; srcu_promote() at the start would have shown it earlier");
	abort();
}

void srcu_core_free(struct srcu_core *core)
{
	srcu_lock(&srcu_pool.lock);
	core->ssp = NULL;
	core->next = srcu_pool.free;
	srcu_pool.free = core;
	srcu_unlock(&srcu_pool.lock);
}

/*
 * An arena: a row of sleepers, then a row per slot. Bit 31 of its addresses is 0, because their
 * lower half serves as cookie. Where the kernel's choice is no good, we ask for a place below the
 * arena before, then in the good halves of the 4 GB before. A huge page per row would take 2 MB for
 * a few domains.
 */
static char *srcu_map_arena(void)
{
	const uintptr_t bit = (uintptr_t)1 << 31;
	size_t row = (size_t)1 << SRCU_ROW_SHIFT, size = (srcu_config.slots + 1) * row;
	uintptr_t hint = 0;

	for (uintptr_t i = 0; i < 64; i++) {
		char *memory = srcu_map((void *)hint, size);
		uintptr_t first = (uintptr_t)memory + row;

		if (!memory)
			return NULL;
		if (!((first | (first + row - 1)) & bit)) {
			madvise(memory, size, MADV_NOHUGEPAGE);
			srcu_pool.below = (uintptr_t)memory - size;
			return memory + row;
		}
		munmap(memory, size);
		hint = i ? ((first - i * 2 * bit) & ~(bit | (bit - 1))) + bit / 2 : srcu_pool.below;
	}
	return NULL;
}

static struct srcu_cell *srcu_cell_take(void)
{
	char *cell;

	if (!srcu_pool.cells || srcu_pool.cells_used == (size_t)1 << SRCU_ROW_SHIFT) {
		srcu_pool.cells = srcu_map_arena();
		srcu_pool.cells_used = 0;
		if (!srcu_pool.cells)
			return NULL;
	}
	cell = srcu_pool.cells + srcu_pool.cells_used;
	srcu_pool.cells_used += sizeof(struct srcu_cell);
	return (struct srcu_cell *)cell;
}

struct srcu_cell *srcu_core_own_cells(struct srcu_core *core, bool wait)
{
	struct srcu_cell **owned = &core->owned[srcu_load(&srcu_generation) % SRCU_TURNS];

	if (*owned || !srcu_pool_enter(wait))
		return *owned;
	*owned = srcu_cell_take();
	srcu_unlock(&srcu_pool.lock);
	return *owned;
}

/* For fork.c, in the child. */
void srcu_core_each(void (*func)(struct srcu_core *core))
{
	for (struct srcu_chunk *chunk = srcu_pool.chunks; chunk; chunk = chunk->next)
		for (size_t i = 0; i < chunk->used; i++)
			if (chunk->cores[i].ssp && !chunk->cores[i].leaked)
				func(&chunk->cores[i]);
}
