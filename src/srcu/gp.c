/* SPDX-License-Identifier: MIT */
/*
 * The grace period of one domain, as steps that never wait: a leader in synchronize_srcu() drives
 * one with srcu_gp_drive(), the worker drives many side by side. See internal.h for the numbers.
 */
#include "internal.h"

bool srcu_gp_trylead(struct srcu_core *core)
{
	return !srcu_load(&core->busy) && !__atomic_exchange_n(&core->busy, 1, __ATOMIC_ACQUIRE);
}

/* Also after a promotion by a reader, in a signal handler even: no thread is made here. */
void srcu_gp_release(struct srcu_core *core)
{
	srcu_publish(&core->busy, 0);
	srcu_event_signal(core);
	/* A worker that found busy set before has listed the domain before: one sees the other. */
	srcu_mb_after_atomic();
	if (srcu_load(&core->listed) && !srcu_on_worker)
		srcu_worker_wake();
}

/* G1. The fence that follows completes H's partner. */
void srcu_gp_open(struct srcu_core *core)
{
	__atomic_store_n(&core->gp_seq, core->gp_seq | 1, __ATOMIC_SEQ_CST);
	core->phase = SRCU_BOTH;
	core->wait_rank = (uint8_t)(core->rank ^ SRCU_RANK);
	core->since_ns = 0;
	core->stalls = 0;
}

/* G2, for any number of domains; percpu: one of them has cells. */
void srcu_gp_fence(bool percpu)
{
#ifndef SRCU_MUTANT_LATE_MEMBARRIER
	/*
	 * barrier(B): pairs with A in srcu_lock_body(), pairs with M in srcu_slow_lock(), pairs
	 * with H in srcu_gp_snap(): a reader counted after this point of its CPU sees what was
	 * done before the grace period; the counts of all others are visible to the sums from
	 * here on. Without it, a count could still sit in a store buffer while its reader holds
	 * the old pointer.
	 */
	if (percpu)
		srcu_membarrier();
	else
		srcu_mb();
#endif
}

static bool srcu_gp_drained(struct srcu_core *core, uintptr_t rank)
{
	unsigned long sum = srcu_sum(core, rank);

	if (srcu_unlikely((long)sum < 0)) {
		/* Every counted unlock has its counted lock: this is proof of one too many. */
		srcu_report(core->ssp, "%ld srcu_read_unlock() too many: a cookie used twice?",
			    -(long)sum);
		srcu_active_add(core->ssp, rank, -(long)sum);
	}
	return sum == 0;
}

static void srcu_gp_flip(struct srcu_core *core)
{
	uintptr_t rank = core->rank ^ SRCU_RANK;

	srcu_store(&core->rank, rank);
	if (core->cells)
		srcu_store(&core->ssp->srcu_word, (uintptr_t)core->cells | rank);
	srcu_count_up(flips);
}

static bool srcu_gp_previous_drained(struct srcu_core *core)
{
#ifdef SRCU_MUTANT_NO_PREVIOUS_RANK
	return true;
#else
	return srcu_gp_drained(core, core->rank ^ SRCU_RANK);
#endif
}

/* G3 to G6, as far as it goes now. Waits for core->wait_rank when it returns false. */
bool srcu_gp_step(struct srcu_core *core)
{
	/* On 32 bits a sum could wrap between its loads; only ranks that stand still are safe. */
	const bool wide = sizeof(unsigned long) == sizeof(uint64_t);

	if (core->phase == SRCU_BOTH) {
		core->phase = SRCU_PREVIOUS;
		if (wide && srcu_gp_drained(core, core->rank) && srcu_gp_previous_drained(core))
			core->phase = SRCU_DRAINED;
	}
	if (core->phase == SRCU_PREVIOUS) {
		if (!srcu_gp_previous_drained(core))
			return false;
		srcu_wait_disarm(core);
		core->wait_rank = (uint8_t)core->rank;
		srcu_gp_flip(core);
		core->phase = SRCU_OLD;
	}
	if (core->phase == SRCU_OLD) {
		if (!srcu_gp_drained(core, core->wait_rank))
			return false;
		srcu_wait_disarm(core);
		core->phase = SRCU_DRAINED;
	}
	return true;
}

/* G7. The leader still has to release. */
void srcu_gp_close(struct srcu_core *core)
{
#ifdef SRCU_MUTANT_LATE_MEMBARRIER
	srcu_membarrier();
#endif
	core->phase = SRCU_IDLE;
	core->young = false;
	/*
	 * barrier(G): pairs with H in srcu_gp_snap(): all that the sums saw comes before the new
	 * sequence, for whoever finds it by srcu_gp_done().
	 */
	srcu_mb();
	srcu_publish(&core->gp_seq, core->gp_seq + 1);
	srcu_count_up(grace_periods);
}

/* The first even value of gp_seq that a grace period begun after now can leave. */
unsigned long srcu_gp_snap(struct srcu_core *core)
{
	unsigned long seq;

	/*
	 * barrier(H): pairs with G in srcu_gp_close(), pairs with B in srcu_gp_fence(): what the
	 * caller did comes before the look at gp_seq; a grace period that has not begun by that
	 * look fences after it.
	 */
	srcu_mb();
	seq = core ? srcu_load_acquire(&core->gp_seq) : 0;
	return (seq + 3) & ~1ul;
}

bool srcu_gp_done(struct srcu_core *core, unsigned long cookie)
{
	return (long)(srcu_load_acquire(&core->gp_seq) - cookie) >= 0;
}
