/* SPDX-License-Identifier: MIT */
/*
 * Rounds in which nobody helps: three threads do one thing each with one domain, and meet.  A
 * wake-up that is lost anywhere hangs its round, where a busy program would have hidden it: the
 * next caller would have woken the sleeper.
 */
#include "torture.h"
#include <sched.h>
#include <stdlib.h>

enum { PLAYERS = 3, FRESH_EVERY = 64 };

static _Atomic int arrived, generation, over;
static struct srcu_struct shared[2]; /* one in use; the other is being made anew */
static struct srcu_struct *domain = &shared[0];

/* The last to come decides whether there is another round, and gives it a fresh domain at times. */
static int meet(void)
{
	int mine = atomic_load(&generation), turns = 0;

	if (atomic_fetch_add(&arrived, 1) + 1 == PLAYERS) {
		atomic_store(&arrived, 0);
		atomic_store(&over, STOPPING());
		if (mine % FRESH_EVERY == FRESH_EVERY - 1 || atomic_load(&over)) {
			srcu_barrier(domain);
			cleanup_srcu_struct(domain);
			domain = &shared[mine / FRESH_EVERY % 2];
			init_srcu_struct(domain);
		}
		atomic_fetch_add(&generation, 1);
	} else {
		while (atomic_load(&generation) == mine)
			if (++turns > 1000)
				sched_yield();
	}
	return !atomic_load(&over);
}

static void dwell(uint32_t *seed)
{
	uint32_t kind = torture_random(seed, 8);

	if (kind == 0)
		torture_sleep_us(torture_random(seed, 60)); /* the waiter goes to sleep */
	else if (kind == 1)
		sched_yield();
	else
		for (volatile int turns = (int)torture_random(seed, 2000); turns > 0; turns--)
			;
}

static void read_some(uint32_t *seed)
{
	int turns = 1 + (int)torture_random(seed, 4);

	while (turns-- > 0) {
		int index = srcu_read_lock(domain);

		dwell(seed);
		srcu_read_unlock(domain, index);
		TALLY(reads);
	}
}

/* A delay at any instruction of the library, as a preemption would be. */
void delay_in_signal(int number)
{
	static _Thread_local uint32_t seed = 1;

	(void)number;
	seed += (uint32_t)TALLY(signals);
	torture_sleep_us(torture_random(&seed, 100));
}

struct call {
	struct srcu_head head;
	_Atomic int done;
};

static void call_back(struct srcu_head *head)
{
	atomic_store(&((struct call *)(void *)head)->done, 1);
}

/* No barrier, which would hurry: whoever gave the callback away only waits for it. */
static void call_and_wait(void)
{
	struct call call = { .done = 0 };

	call_srcu(domain, &call.head, call_back);
	while (!atomic_load(&call.done))
		sched_yield();
	TALLY(callbacks);
}

static void poll_and_wait(void)
{
	unsigned long cookie = start_poll_synchronize_srcu(domain);

	while (!poll_state_synchronize_srcu(domain, cookie))
		sched_yield();
	TALLY(polls);
}

static void one_thing(uint32_t *seed)
{
	switch (torture_random(seed, 12)) {
	case 0:
	case 1: writer_wait(domain); break;
	case 2:
		synchronize_srcu_expedited(domain);
		TALLY(expedited);
		break;
	case 3:
	case 4: call_and_wait(); break;
	case 5: poll_and_wait(); break;
	case 6:
		cond_synchronize_srcu(domain, start_poll_synchronize_srcu(domain));
		TALLY(conds);
		break;
	case 7:
		call_and_wait();
		srcu_barrier(domain);
		TALLY(barriers);
		break;
	default: read_some(seed);
	}
}

void *round_thread(void *argument)
{
	uint32_t seed = (uint32_t)(uintptr_t)argument;

	while (meet()) {
		dwell(&seed);
		one_thing(&seed);
	}
	return NULL;
}
