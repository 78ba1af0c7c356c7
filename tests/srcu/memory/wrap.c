/* SPDX-License-Identifier: MIT */
/*
 * Counters that wrap around: the grace-period sequence and the cookies that are taken from it, the
 * counts of callbacks, the cells, the futex words and the gate.  Compiled together with the
 * library's sources (all but membarrier.c, which is here, for the sake of its gate), and sets them
 * close to their ends, which no test could reach by counting.
 */
#include "../../../src/srcu/membarrier.c"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			printf("wrap.c:%d: not so: %s\n", __LINE__, #condition);                   \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static const unsigned long starts[] = {
	(unsigned long)-2, (unsigned long)-4,
	(unsigned long)-8, ~0ul / 2 - 1, /* where a signed sequence would overflow */
	~0ul / 2 - 5,
};

static struct srcu_struct domain;
static _Atomic int called;

static void call_back(struct srcu_head *head)
{
	(void)head;
	atomic_fetch_add(&called, 1);
}

/* All that counts in the core and its cells, close to its end. */
static void age(unsigned long start)
{
	struct srcu_core *core;
	int promoted;

	CHECK(!init_srcu_struct(&domain));
	promoted = !srcu_promote(&domain) && domain.srcu_word;
	core = srcu_core_get(&domain, true);
	CHECK(core && !core->busy && !core->listed);
	core->gp_seq = core->poll_want = start;
	core->queued = core->taken = core->started = core->invoked = (unsigned long)-2;
	core->event = core->self.seq = UINT32_MAX - 1;
	srcu_gate.started = srcu_gate.done = UINT32_MAX - 1;
	if (promoted) {
		struct srcu_cell *cell = srcu_cell_of(core->cells, 0);

		/* Only the sums over all slots balance: both get the same on top. */
		for (int rank = 0; rank < 2; rank++) {
			uint64_t ahead = UINT64_MAX - (uint64_t)!rank - cell->lock[rank];

			cell->lock[rank] += ahead;
			cell->unlock[rank] += ahead;
		}
	}
}

static void cookies_across(void)
{
	unsigned long taken[16], polled;
	int i, j;

	for (i = 0; i < 16; i++) {
		taken[i] = get_state_synchronize_srcu(&domain);
		for (j = 0; j < i; j++)
			CHECK(poll_state_synchronize_srcu(&domain, taken[j]));
		CHECK(!poll_state_synchronize_srcu(&domain, taken[i]));
		switch (i % 3) {
		case 0: synchronize_srcu(&domain); break;
		case 1: cond_synchronize_srcu(&domain, taken[i]); break;
		default:
			polled = start_poll_synchronize_srcu(&domain);
			while (!poll_state_synchronize_srcu(&domain, polled))
				sched_yield();
		}
		CHECK(poll_state_synchronize_srcu(&domain, taken[i]));
	}
}

static void callbacks_across(void)
{
	struct srcu_head head[8];
	int i;

	atomic_store(&called, 0);
	for (i = 0; i < 8; i++) {
		call_srcu(&domain, &head[i], call_back);
		if (i % 3 == 2)
			srcu_barrier(&domain);
		CHECK(i % 3 != 2 || atomic_load(&called) == i + 1);
	}
	srcu_barrier(&domain);
	CHECK(atomic_load(&called) == 8);
}

/* A grace period still waits for its readers while everything wraps. */
static _Atomic int inside;

static void *reader(void *argument)
{
	int index[5], i;

	(void)argument;
	for (i = 0; i < 5; i++)
		index[i] = srcu_read_lock(&domain);
	atomic_store(&inside, 1);
	usleep(3000);
	atomic_store(&inside, 2);
	for (i = 0; i < 5; i++)
		srcu_read_unlock(&domain, index[i]);
	return NULL;
}

static void waits_across(void)
{
	pthread_t thread;
	int i;

	for (i = 0; i < 6; i++) {
		unsigned long cookie;

		atomic_store(&inside, 0);
		pthread_create(&thread, NULL, reader, NULL);
		while (atomic_load(&inside) == 0)
			sched_yield();
		cookie = start_poll_synchronize_srcu(&domain);
		if (i % 2) {
			synchronize_srcu(&domain);
			CHECK(atomic_load(&inside) == 2);
		}
		while (!poll_state_synchronize_srcu(&domain, cookie))
			sched_yield();
		CHECK(atomic_load(&inside) == 2);
		pthread_join(thread, NULL);
	}
}

int main(void)
{
	void (*const parts[])(void) = { cookies_across, callbacks_across, waits_across };
	unsigned long i, j, count = sizeof(starts) / sizeof(*starts);

	for (i = 0; i < count; i++)
		for (j = 0; j < 3; j++) {
			age(starts[i]);
			parts[j]();
			srcu_barrier(&domain);
			cleanup_srcu_struct(&domain);
		}
	printf("%lu starts close to the end, 3 parts each\n", count);
	return 0;
}
