/* SPDX-License-Identifier: MIT */
/*
 * Leaders wait for readers (W1 to W4), followers wait for leaders. A reader wakes through its
 * core's waiter, which it can find even when the domain is gone.
 */
#include "internal.h"

/*
 * A core that has not seen its first grace period yet is young: a reader may have looked for the
 * core before there was one, and cannot find the waiter there. Leaders of young cores sleep here.
 */
uint32_t srcu_early_armed;
static struct srcu_waiter srcu_early;

static void srcu_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ __volatile__("yield");
#endif
}

/* Growing, so that a reader's counters stay in its own cache for most of the time. */
bool srcu_spin(uint64_t *start, unsigned int *pause, uint64_t limit_ns)
{
	uint64_t now = srcu_now_ns();

	if (!*start)
		*start = now;
	for (unsigned int i = 0; i < *pause; i++)
		srcu_pause();
	if (*pause < 32)
		*pause *= 2;
	return now - *start < limit_ns;
}

/* R6, its unlikely half. It may be another domain's by now: then the wake-up is needless. */
void srcu_wake_waiter(void **waiter)
{
	struct srcu_waiter *who = srcu_load_acquire(waiter);

	if (!who)
		return;
	srcu_count_up(wakeups);
	srcu_waiter_wake(who);
}

static void srcu_set_waiter(struct srcu_core *core, void *waiter)
{
	srcu_publish(srcu_waiter_small(core, core->wait_rank), waiter);
	if (core->cells)
		srcu_publish(srcu_waiter_of((uintptr_t)core->cells | core->wait_rank), waiter);
}

void srcu_wake_early(void)
{
	srcu_count_up(wakeups);
	srcu_waiter_wake(&srcu_early);
	srcu_waiter_wake(srcu_worker_waiter());
}

/* W2, first half: srcu_wait_fence() must follow. */
void srcu_wait_arm(struct srcu_core *core, struct srcu_waiter *waiter)
{
	if (core->young)
		__atomic_fetch_add(&srcu_early_armed, 1, __ATOMIC_SEQ_CST);
	srcu_set_waiter(core, waiter);
	core->armed = true;
	srcu_count_up(sleeps);
}

/* W2, second half, for any number of domains. */
void srcu_wait_fence(bool percpu)
{
	/*
	 * barrier(F): pairs with E in srcu_unlock_body(), pairs with N in srcu_slow_unlock(): a
	 * reader whose unlock the next poll does not count will find the waiter. Without it, the
	 * reader could have looked before and counted after: nobody would wake the leader.
	 */
	if (percpu)
		srcu_membarrier();
	else
		srcu_mb();
}

/* W4. */
void srcu_wait_disarm(struct srcu_core *core)
{
	if (!core->armed)
		return;
	core->armed = false;
	srcu_set_waiter(core, NULL);
	if (core->young)
		__atomic_fetch_sub(&srcu_early_armed, 1, __ATOMIC_SEQ_CST);
}

static void srcu_gp_sleep(struct srcu_core *core)
{
	struct srcu_waiter *waiter = core->young ? &srcu_early : &core->self;
	uint8_t rank = core->wait_rank;
	uint32_t seen;

	srcu_check_self(core->ssp, "a grace period");
	srcu_wait_arm(core, waiter);
	seen = __atomic_load_n(&waiter->seq, __ATOMIC_SEQ_CST);
	srcu_wait_fence(core->cells != NULL);
#ifdef SRCU_MUTANT_NO_WAIT_RECHECK
	srcu_waiter_sleep(waiter, seen, 0);
#endif
	while (!srcu_gp_step(core) && core->wait_rank == rank) {
		srcu_waiter_sleep(waiter, seen, srcu_config.stall_ns);
		srcu_check_stall(core);
		seen = __atomic_load_n(&waiter->seq, __ATOMIC_SEQ_CST);
	}
}

void srcu_gp_drive(struct srcu_core *core, bool expedited)
{
	uint64_t start = 0;
	unsigned int pause = 1;

	while (!srcu_gp_step(core)) {
		uint64_t limit =
			srcu_config.spin_ns * (expedited || srcu_load(&core->expedite) ? 5 : 1);

		if (srcu_spin(&start, &pause, limit))
			continue;
		if (!core->since_ns)
			core->since_ns = start;
		srcu_gp_sleep(core);
		start = 0;
		pause = 1;
	}
}

void srcu_event_signal(struct srcu_core *core)
{
	__atomic_fetch_add(&core->event, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&core->sleepers, __ATOMIC_SEQ_CST))
		srcu_futex_wake(&core->event);
}

void srcu_event_wait(struct srcu_core *core, uint32_t seen, uint64_t ns)
{
	__atomic_fetch_add(&core->sleepers, 1, __ATOMIC_SEQ_CST);
	srcu_futex_wait(&core->event, seen, ns);
	__atomic_fetch_sub(&core->sleepers, 1, __ATOMIC_SEQ_CST);
}
