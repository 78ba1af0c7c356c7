/* SPDX-License-Identifier: MIT */
/* The counters: the readers' slow path, the sums, and the move from the active words to cells. */
#include "internal.h"

#include <errno.h>

uint32_t srcu_generation;

/* Differs for domains less than 2 GB apart, and between the generations of one. */
uint32_t srcu_tag_of(const struct srcu_struct *ssp, uint32_t generation)
{
	uint32_t tag = ((uint32_t)(uintptr_t)ssp ^ generation * 0x9e3779b0u) & SRCU_TAG;

	return tag ? tag : SRCU_TAG;
}

/* An active word is generation << SRCU_GEN_BIT, plus a signed count. */
static unsigned long srcu_word_count(unsigned long word)
{
	return (unsigned long)((long)(word << 8) >> 8);
}

static unsigned long srcu_word_base(uint32_t generation)
{
	return (unsigned long)(generation & 255) << SRCU_GEN_BIT;
}

static bool srcu_word_current(unsigned long word)
{
	return word - srcu_word_count(word) == srcu_word_base(srcu_load(&srcu_generation));
}

static unsigned long *srcu_active(struct srcu_struct *ssp, uintptr_t rank)
{
	return &ssp->srcu_active[rank / SRCU_RANK];
}

/*
 * After a fork the word still holds counts of threads that are not here; whoever comes first
 * replaces it. An addition to the stale word is lost and thus done again.
 */
static __attribute__((noinline, cold)) void srcu_active_renew(unsigned long *active,
							      unsigned long word, long delta)
{
	unsigned long fresh = srcu_word_base(srcu_load(&srcu_generation));

	do {
		if (__atomic_compare_exchange_n(active, &word, fresh + (unsigned long)delta, false,
						__ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			return;
	} while (!srcu_word_current(word));
	__atomic_fetch_add(active, (unsigned long)delta, __ATOMIC_SEQ_CST);
}

static inline void srcu_active_count_add(struct srcu_struct *ssp, uintptr_t rank, long delta)
{
	unsigned long *active = srcu_active(ssp, rank);
	unsigned long word = __atomic_fetch_add(active, (unsigned long)delta, __ATOMIC_SEQ_CST);

	if (srcu_unlikely(!srcu_word_current(word)))
		srcu_active_renew(active, word + (unsigned long)delta, delta);
}

void srcu_active_add(struct srcu_struct *ssp, uintptr_t rank, long delta)
{
	srcu_active_count_add(ssp, rank, delta);
}

long srcu_active_count(struct srcu_struct *ssp, uintptr_t rank)
{
	unsigned long word = srcu_load_acquire(srcu_active(ssp, rank));

	return srcu_word_current(word) ? (long)srcu_word_count(word) : 0;
}

/* R1 to R3 by atomics. */
int srcu_slow_lock_at(struct srcu_struct *ssp, void *place)
{
	struct srcu_core *core = srcu_load_acquire(&ssp->srcu_core);
	uintptr_t rank = core ? srcu_load(&core->rank) : 0;
	uint32_t after = srcu_load(&srcu_config.promote_after);
	uint32_t uses;

	srcu_active_count_add(ssp, rank, 1);
	/*
	 * barrier(M): pairs with B in srcu_gp_fence(): the count comes before the read side, on
	 * this CPU too, because a small domain's leader makes no membarrier.
	 */
	srcu_mb_after_atomic();
	if (srcu_unlikely(srcu_config.mode & SRCU_MODE_TRACK))
		srcu_track_open(ssp, place);
	uses = srcu_load(&ssp->srcu_uses);
	if (srcu_unlikely(uses & SRCU_DEAD))
		srcu_report(ssp, "srcu_read_lock() after cleanup_srcu_struct()");
	else if (after && !srcu_load(&ssp->srcu_word)) {
		srcu_store(&ssp->srcu_uses, uses + 1 < after ? uses + 1 : 0);
		if (uses + 1 >= after)
			srcu_promote_core(ssp, false);
	}
	return (int)(srcu_tag_of(ssp, srcu_load(&srcu_generation)) | SRCU_SLOW | (uint32_t)rank);
}

int srcu_slow_lock(struct srcu_struct *ssp)
{
	return srcu_slow_lock_at(ssp, __builtin_return_address(0));
}

static void srcu_slow_notes(struct srcu_struct *ssp)
{
	if (srcu_config.mode & SRCU_MODE_TRACK)
		srcu_track_close(ssp);
	srcu_tsan_release(ssp);
}

/* R4 to R6 by atomics. False: a wrong cookie, reported and not counted. */
static bool srcu_slow_end(struct srcu_struct *ssp, int idx)
{
	uint32_t tag = srcu_tag_of(ssp, srcu_load(&srcu_generation));
	uint32_t kind = (uint32_t)idx & ~SRCU_RANK;
	uintptr_t rank = (uint32_t)idx & SRCU_RANK;
	struct srcu_core *core = srcu_load_acquire(&ssp->srcu_core);
	uintptr_t word = srcu_load(&ssp->srcu_word);

	if (srcu_unlikely(srcu_load(&ssp->srcu_uses) & SRCU_DEAD))
		return true; /* the cleanup has reported this read side */
	if (kind != (tag | SRCU_SLOW) &&
	    !(word && kind == (uint32_t)(word & ~(uintptr_t)SRCU_RANK)))
		return !srcu_bad_cookie(ssp, idx);
	/* In this order: once there are cells, an aborted unlock may leave the count at -1. */
	if (srcu_active_count(ssp, rank) <= 0 && !srcu_load(&ssp->srcu_word)) {
		srcu_report(ssp, "srcu_read_unlock() without srcu_read_lock(): ignored");
		return false;
	}
	if (srcu_unlikely(srcu_config.mode & (SRCU_MODE_TRACK | SRCU_MODE_TSAN)))
		srcu_slow_notes(ssp);
	/* The release of C: see srcu_unlock_body(). From here on nothing of *ssp is touched. */
	srcu_active_count_add(ssp, rank, -1);
	/*
	 * barrier(N): pairs with F in srcu_wait_fence(): as E, for small domains, whose leader
	 * makes no membarrier before it sleeps.
	 */
	srcu_mb_after_atomic();
	if (!core) {
		if (srcu_unlikely(srcu_load(&srcu_early_armed)))
			srcu_wake_early();
	} else if (srcu_unlikely(srcu_load(srcu_waiter_small(core, rank)) != NULL)) {
		srcu_wake_waiter(srcu_waiter_small(core, rank));
	}
	return true;
}

void srcu_slow_up(struct srcu_struct *ssp, int idx)
{
	srcu_slow_end(ssp, idx);
}

void srcu_slow_unlock(struct srcu_struct *ssp, int idx)
{
	if (!srcu_slow_end(ssp, idx))
		srcu_note_lock(ssp);
}

static unsigned long srcu_sum_locks(struct srcu_cell *cells, uintptr_t rank)
{
	unsigned long sum = 0;

	for (uint32_t slot = 0; slot < srcu_config.slots; slot++)
		sum += srcu_load_acquire(&srcu_cell_of(cells, slot)->lock[rank / SRCU_RANK]);
	return sum;
}

static unsigned long srcu_sum_unlocks(struct srcu_cell *cells, uintptr_t rank)
{
	unsigned long sum = 0;

	for (uint32_t slot = 0; slot < srcu_config.slots; slot++)
		sum += srcu_load_acquire(&srcu_cell_of(cells, slot)->unlock[rank / SRCU_RANK]);
	return sum;
}

/* G3. */
unsigned long srcu_sum(struct srcu_core *core, uintptr_t rank)
{
	struct srcu_cell *cells = srcu_load_acquire(&core->cells);
	unsigned long locks = 0, unlocks = 0, active;

#ifdef SRCU_MUTANT_SUMS_SWAPPED
	locks = cells ? srcu_sum_locks(cells, rank) : 0;
#endif
	/*
	 * barrier(D): pairs with C in srcu_unlock_body(): an unlock that is counted here had its
	 * lock before it, so the locks, loaded later, count that lock. Loaded first, the locks
	 * could lack a reader whose unlock then hides another reader that is still there.
	 */
	if (cells)
		unlocks = srcu_sum_unlocks(cells, rank);
	active = (unsigned long)srcu_active_count(core->ssp, rank);
#ifndef SRCU_MUTANT_SUMS_SWAPPED
	if (cells)
		locks = srcu_sum_locks(cells, rank);
#endif
	return locks + active - unlocks;
}

void srcu_cells_balance(struct srcu_cell *cells)
{
	for (uintptr_t rank = 0; rank <= SRCU_RANK; rank += SRCU_RANK)
		cells->unlock[rank / SRCU_RANK] +=
			srcu_sum_locks(cells, rank) - srcu_sum_unlocks(cells, rank);
}

/* P1 to P3, under busy. */
static void srcu_promote_publish(struct srcu_struct *ssp, struct srcu_core *core,
				 struct srcu_cell *cells)
{
	srcu_publish(&core->cells, cells);
	/*
	 * barrier(I): pairs with J here: a thread that finds the word below has fenced after all
	 * grace periods that ended without a membarrier, because the domain was small, and sees
	 * the core and its cells. Without it, a reader on a weakly ordered CPU could find the
	 * word and still hold a pointer from before such a grace period.
	 */
	srcu_membarrier_now();
	/* barrier(J): pairs with I here: published last. */
	srcu_publish(&ssp->srcu_word, (uintptr_t)cells | core->rank);
	srcu_count_up(promotions);
}

/* If !wait, it is a reader that asks: it gives up rather than wait for anybody. */
int srcu_promote_core(struct srcu_struct *ssp, bool wait)
{
	struct srcu_core *core = srcu_core_get(ssp, wait);
	struct srcu_cell *cells;
	int saved = errno, ret = 0;

	if (!core)
		return -ENOMEM;
	/* A reader may have come here by what was true before the start. */
	if (srcu_config.mode & SRCU_MODE_PERCPU && !srcu_load(&core->cells)) {
#ifndef SRCU_MUTANT_PUBLISH_DURING_SCAN
		while (!srcu_gp_trylead(core)) {
			uint32_t seen = srcu_load_acquire(&core->event);

			if (!wait)
				return -EBUSY;
			if (!srcu_load(&core->busy))
				continue;
			srcu_check_self(ssp, "a grace period");
			srcu_event_wait(core, seen, 0);
		}
#endif
		if (core->cells)
			ret = 0;
		else if ((cells = srcu_core_own_cells(core, wait)))
			srcu_promote_publish(ssp, core, cells);
		else
			ret = -ENOMEM;
#ifndef SRCU_MUTANT_PUBLISH_DURING_SCAN
		srcu_gp_release(core);
#endif
	}
	errno = saved;
	return ret;
}

int srcu_promote(struct srcu_struct *ssp)
{
	srcu_start(true);
	return srcu_promote_core(ssp, true);
}
