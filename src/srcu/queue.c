/* SPDX-License-Identifier: MIT */
/*
 * Callbacks, per domain: a queue in the order of call_srcu(), each stamped with the cookie of the
 * grace period it waits for. Counts of what was given and what has returned are enough for
 * srcu_barrier() and for back-pressure: the order is fixed, so no marker needs to be queued.
 */
#include "internal.h"

#define SRCU_QUEUE_LOCKS 16
#define SRCU_BATCH	 256   /* callbacks of one domain, before the next domain's turn */
#define SRCU_FLOOD	 10000 /* pending callbacks from which on grace periods are hurried */

static struct srcu_lock srcu_queue_locks[SRCU_QUEUE_LOCKS];

struct srcu_lock *srcu_queue_lock(struct srcu_core *core)
{
	return &srcu_queue_locks[(uintptr_t)core / sizeof(*core) % SRCU_QUEUE_LOCKS];
}

/* For fork: all of them, in the order of their addresses. */
void srcu_queue_lock_all(bool take)
{
	for (size_t i = 0; i < SRCU_QUEUE_LOCKS; i++) {
		if (take)
			srcu_lock(&srcu_queue_locks[i]);
		else
			srcu_unlock(&srcu_queue_locks[i]);
	}
}

void srcu_queue_fork(void)
{
	for (size_t i = 0; i < SRCU_QUEUE_LOCKS; i++)
		srcu_queue_locks[i].word = 0;
}

unsigned long srcu_queue_pending(struct srcu_core *core)
{
	unsigned long invoked = srcu_load_acquire(&core->invoked);

	return srcu_load_acquire(&core->queued) - invoked;
}

/* Under the queue lock: has the domain something for the worker to do? */
bool srcu_queue_wants(struct srcu_core *core)
{
	return core->batch || core->queue || !srcu_gp_done(core, core->poll_want);
}

/*
 * Under the queue lock: give the domain to the worker. Returns true if it must be told: also where
 * its thread could not be made, or was the parent's.
 */
static bool srcu_queue_list(struct srcu_core *core)
{
	if (core->listed)
		return !srcu_worker_running();
	srcu_store(&core->poll_want, srcu_load(&core->gp_seq) & ~1ul); /* nothing */
	srcu_store(&core->listed, true);
	srcu_worker_submit(core);
	return true;
}

static void srcu_queue_throttle(struct srcu_core *core)
{
	if (srcu_on_worker || srcu_self_reads_any())
		return;
	srcu_worker_hurry(core);
	for (;;) {
		uint32_t seen = srcu_load_acquire(&core->event);

		if (srcu_queue_pending(core) <= srcu_load(&core->backlog_max))
			return;
		srcu_event_wait(core, seen, 100000000);
		srcu_worker_kick(); /* where its thread could not be made yet */
	}
}

void call_srcu(struct srcu_struct *ssp, struct srcu_head *head, srcu_callback_t func)
{
	struct srcu_core *core = srcu_core_need(ssp);
	struct srcu_lock *lock = srcu_queue_lock(core);
	unsigned long pending, max;
	bool tell;

	head->next = NULL;
	head->func = func;
	srcu_tsan_release(head);
	srcu_lock(lock);
	head->cookie = srcu_gp_snap(core);
	if (core->queue)
		core->tail->next = head;
	else
		core->queue = head;
	core->tail = head;
	srcu_publish(&core->queued, core->queued + 1);
	pending = srcu_queue_pending(core);
	max = srcu_load(&core->backlog_max);
	tell = srcu_queue_list(core);
	srcu_unlock(lock);
	if (tell)
		srcu_worker_kick();
	if (max && pending > max)
		srcu_queue_throttle(core);
	else if (pending % SRCU_FLOOD == SRCU_FLOOD - 1)
		srcu_worker_hurry(core);
}

unsigned long start_poll_synchronize_srcu(struct srcu_struct *ssp)
{
	struct srcu_core *core = srcu_core_need(ssp);
	struct srcu_lock *lock = srcu_queue_lock(core);
	unsigned long cookie;
	bool tell;

	srcu_lock(lock);
	cookie = srcu_gp_snap(core);
	tell = srcu_queue_list(core);
	if ((long)(cookie - core->poll_want) > 0)
		srcu_store(&core->poll_want, cookie);
	srcu_unlock(lock);
	if (tell)
		srcu_worker_kick();
	return cookie;
}

/* Move what may be called from the queue to the batch. */
static void srcu_queue_take(struct srcu_core *core)
{
	struct srcu_lock *lock = srcu_queue_lock(core);
	struct srcu_head *last = NULL;
	unsigned long count = 0;

	srcu_lock(lock);
	for (struct srcu_head *head = core->queue; head; head = head->next) {
		if (!srcu_gp_done(core, head->cookie))
			break;
		last = head;
		count++;
	}
	if (last) {
		core->taken += count;
		core->batch = core->queue;
		core->queue = last->next;
		last->next = NULL;
	}
	srcu_unlock(lock);
}

/* The batch alone tells what was not called yet: a fork may come between any two steps of a run. */
void srcu_queue_recount(struct srcu_core *core)
{
	core->started = core->taken;
	for (struct srcu_head *head = core->batch; head; head = head->next)
		core->started--;
	core->invoked = core->started;
}

bool srcu_queue_run(struct srcu_core *core)
{
	int count = 0;

	if (!core->batch)
		srcu_queue_take(core);
	if (!core->batch)
		return false;
	srcu_worker_calls(true);
	srcu_tsan_acquire(core->ssp);
	for (struct srcu_head *head; (head = core->batch) && count < SRCU_BATCH; count++) {
		srcu_callback_t func = head->func;

		srcu_tsan_acquire(head);
		srcu_publish(&core->batch, head->next);
		core->started++;
		func(head);
		srcu_tsan_release(core);
		srcu_publish(&core->invoked, core->started);
		srcu_count_up(callbacks);
		if (srcu_load(&core->dying))
			break; /* cleaned up with callbacks pending: they never run */
	}
	srcu_event_signal(core);
	return true;
}

void srcu_barrier(struct srcu_struct *ssp)
{
	struct srcu_core *core = srcu_load_acquire(&ssp->srcu_core);
	unsigned long until;

	if (!core)
		return;
	if (srcu_on_worker) {
		srcu_report(ssp, "srcu_barrier() in a callback would wait for itself: refused");
		return;
	}
	srcu_check_self(ssp, "srcu_barrier()");
	until = srcu_load_acquire(&core->queued);
	for (;;) {
		uint32_t seen = srcu_load_acquire(&core->event);

		if ((long)(srcu_load_acquire(&core->invoked) - until) >= 0)
			break;
		srcu_worker_hurry(core);
		srcu_event_wait(core, seen, srcu_worker_running() ? 0 : 10000000);
	}
	srcu_tsan_acquire(core);
}

void srcu_set_backlog(struct srcu_struct *ssp, unsigned long max)
{
	srcu_store(&srcu_core_need(ssp)->backlog_max, max < UINT32_MAX ? (uint32_t)max : 0);
}
