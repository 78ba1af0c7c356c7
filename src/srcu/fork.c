/* SPDX-License-Identifier: MIT */
/*
 * fork(): the child has one thread, and a copy of the counters that was taken while others counted.
 * It starts afresh (F1, F2): no read side is open, no grace period under way, no worker; callbacks
 * that were pending stay pending, the one that was being called counts as called.
 *
 * Before the fork only locks are taken that are held for a few instructions; who leads a grace
 * period may sleep, and is not waited for.
 */
#include "internal.h"

#include <pthread.h>
#include <signal.h>

static sigset_t srcu_fork_mask; /* under all the locks */

static void srcu_fork_prepare(void)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	srcu_queue_lock_all(true);
	srcu_lock(srcu_worker_lock());
	srcu_lock(srcu_pool_lock());
	srcu_fork_mask = old;
}

static void srcu_fork_parent(void)
{
	sigset_t old = srcu_fork_mask;

	srcu_unlock(srcu_pool_lock());
	srcu_unlock(srcu_worker_lock());
	srcu_queue_lock_all(false);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* Old cookies land in the old cells, where nobody looks. Without memory it is a small domain. */
static void srcu_fork_cells(struct srcu_core *core)
{
	core->cells = srcu_core_own_cells(core, true);
	if (core->cells) {
		*(struct srcu_sleepers *)srcu_waiter_of((uintptr_t)core->cells) =
			(struct srcu_sleepers){ { NULL, NULL } };
		srcu_cells_balance(core->cells);
	}
	core->ssp->srcu_word = core->cells ? (uintptr_t)core->cells | core->rank : 0;
}

static void srcu_fork_domain(struct srcu_core *core)
{
	core->small = (struct srcu_sleepers){ { NULL, NULL } };
	core->gp_seq &= ~1ul;
	core->busy = 0;
	core->sleepers = 0;
	core->phase = SRCU_IDLE;
	core->armed = false;
	core->expedite = false;
	core->led_by_worker = false;
	core->dying = false;
	srcu_queue_recount(core);
	if (core->cells)
		srcu_fork_cells(core);
	core->listed = srcu_queue_wants(core);
	if (core->listed)
		srcu_worker_submit(core);
}

static void srcu_fork_child(void)
{
	srcu_generation++;
	srcu_pool_lock()->word = 0;
	srcu_queue_fork();
	srcu_worker_fork();
	srcu_membarrier_fork();
	srcu_track_fork();
	srcu_early_armed = 0;
	srcu_core_each(srcu_fork_domain);
	pthread_sigmask(SIG_SETMASK, &srcu_fork_mask, NULL);
}

void srcu_fork_register(void)
{
	if (pthread_atfork(srcu_fork_prepare, srcu_fork_parent, srcu_fork_child))
		srcu_report(NULL, "no memory for fork handlers: fork() is not safe");
}
