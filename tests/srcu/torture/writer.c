/* SPDX-License-Identifier: MIT */
#include "torture.h"
#include <sched.h>
#include <stdlib.h>

enum { PENDING = 16 }; /* objects that one writer lets age by polling */

/*
 * The broken flavour: a wait that does not wait, one time in four.  Everything else is the
 * library's own.
 */
static int skip_wait(void)
{
	static _Thread_local unsigned turn;

	return options.broken && ++turn % 4 == 0;
}

void writer_wait(struct srcu_struct *domain)
{
	if (!skip_wait())
		synchronize_srcu(domain);
	TALLY(waits);
}

static void wait_expedited(struct srcu_struct *domain)
{
	if (!skip_wait())
		synchronize_srcu_expedited(domain);
	TALLY(expedited);
}

static void wait_cond(struct srcu_struct *domain, uint32_t *seed)
{
	unsigned long cookie = get_state_synchronize_srcu(domain);

	if (torture_random(seed, 2))
		sched_yield();
	cond_synchronize_srcu(domain, cookie);
	TALLY(conds);
}

static void wait_poll(struct srcu_struct *domain, uint32_t *seed)
{
	unsigned long cookie = start_poll_synchronize_srcu(domain);
	int tries = 0;

	while (!poll_state_synchronize_srcu(domain, cookie)) {
		if (torture_random(seed, 64) == 0)
			srcu_expedite_current(domain);
		if (++tries < 100)
			sched_yield();
		else
			torture_sleep_us(20);
	}
	TALLY(polls);
}

static void grow_later(struct srcu_head *head)
{
	struct object *object = (struct object *)(void *)head; /* its first member */
	struct stage *stage = object->stage;
	static uint32_t seed = 1; /* callbacks run one at a time */

	TALLY(callbacks);
	if (!chaos_in_child)
		reader_once(stage, &seed, 0); /* a callback may read */
	/* A callback that posts itself again: srcu_barrier() must not wait for the new one. */
	if (chaos_in_child)
		return; /* the pool's lock may have been held at the fork */
	if (object_grow(object))
		call_srcu(stage->domain, &object->head, grow_later);
	else
		atomic_fetch_sub(&stage->in_flight, 1);
}

static void age_at_once(struct stage *stage, struct object *old, uint32_t *seed)
{
	uint32_t kind = torture_random(seed, 16);

	do {
		if (kind < 6)
			writer_wait(stage->domain);
		else if (kind < 10)
			wait_expedited(stage->domain);
		else if (kind < 13)
			wait_cond(stage->domain, seed);
		else
			wait_poll(stage->domain, seed);
	} while (object_grow(old));
}

static void age_by_callback(struct stage *stage, struct object *old)
{
	atomic_fetch_add(&stage->in_flight, 1);
	call_srcu(stage->domain, &old->head, grow_later);
}

/* Looks at all that waits; when asked to finish, waits until nothing does. */
static void poll_pending(struct object **pending, int finish)
{
	int left, i;

	do {
		for (left = i = 0; i < PENDING; i++) {
			struct object *old = pending[i];

			if (!old)
				continue;
			left++;
			if (!poll_state_synchronize_srcu(old->stage->domain, old->cookie))
				continue;
			TALLY(polls);
			if (object_grow(old))
				old->cookie = start_poll_synchronize_srcu(old->stage->domain);
			else
				pending[i] = NULL;
		}
		if (finish && left)
			torture_sleep_us(100);
	} while (finish && left);
}

static int age_by_poll(struct object **pending, struct object *old)
{
	int i;

	for (i = 0; i < PENDING; i++)
		if (!pending[i]) {
			pending[i] = old;
			old->cookie = start_poll_synchronize_srcu(old->stage->domain);
			return 1;
		}
	return 0;
}

/*
 * A wait inside a read side of another domain: only for a domain of a higher number, so that no
 * circle of waits arises.
 */
static void wait_inside_other(uint32_t *seed)
{
	uint32_t number = 1 + torture_random(seed, DOMAINS - 1);
	struct stage *outer = &stages[torture_random(seed, number)], *inner = &stages[number];
	int index = srcu_read_lock(outer->domain);
	struct object *held = srcu_dereference(&outer->current, outer->domain), *old;
	unsigned serial = atomic_load(&held->serial);

	old = stage_replace(inner);
	if (old) {
		do
			writer_wait(inner->domain);
		while (object_grow(old));
	}
	stage_see(outer, held, serial);
	srcu_read_unlock(outer->domain, index);
}

void *writer_thread(void *argument)
{
	uint32_t seed = (uint32_t)(uintptr_t)argument;
	struct object *pending[PENDING] = { 0 };

	while (!STOPPING()) {
		struct stage *stage = &stages[torture_random(&seed, DOMAINS)];
		struct object *old = stage_replace(stage);
		uint32_t kind = torture_random(&seed, 16);

		if (!old)
			srcu_barrier(stage->domain);
		else if (kind < 4)
			age_by_callback(stage, old);
		else if (kind >= 8 || !age_by_poll(pending, old))
			age_at_once(stage, old, &seed);
		poll_pending(pending, 0);
		if (torture_random(&seed, 32) == 0)
			wait_inside_other(&seed);
		if (torture_random(&seed, 32) == 0) {
			srcu_barrier(stage->domain);
			TALLY(barriers);
		}
		if (torture_random(&seed, 4) == 0)
			torture_sleep_us(torture_random(&seed, 1000));
	}
	poll_pending(pending, 1);
	return NULL;
}

void *tight_writer(void *argument)
{
	struct stage *stage = &stages[0];

	(void)argument;
	while (!STOPPING()) {
		struct object *old = stage_replace(stage);

		if (!old)
			abort();
		do
			writer_wait(stage->domain);
		while (object_grow(old));
	}
	return NULL;
}

/* Floods: many callbacks at once, each counted; a barrier must see all of them done. */
struct flood {
	_Atomic long done, last;
};

struct drop {
	struct srcu_head head;
	struct flood *flood; /* not on the stack: a child of fork() loses the stacks of others */
	long number;	     /* order within the domain */
};

static void drop_done(struct srcu_head *head)
{
	struct drop *drop = (struct drop *)(void *)head;
	struct flood *flood = drop->flood;

	if (atomic_load_explicit(&flood->last, memory_order_relaxed) != drop->number - 1 &&
	    !chaos_in_child)
		torture_fail("callback %ld of a flood ran out of order", drop->number);
	atomic_store_explicit(&flood->last, drop->number, memory_order_relaxed);
	atomic_fetch_add_explicit(&flood->done, 1, memory_order_relaxed);
	free(drop);
}

static void flood_once(struct stage *stage, struct flood *flood, long size)
{
	long i;

	atomic_store(&flood->done, 0);
	atomic_store(&flood->last, 0);
	for (i = 1; i <= size; i++) {
		struct drop *drop = malloc(sizeof(*drop));

		if (!drop)
			abort();
		drop->flood = flood;
		drop->number = i;
		call_srcu(stage->domain, &drop->head, drop_done);
	}
	srcu_barrier(stage->domain);
	if (atomic_load(&flood->done) != size)
		torture_fail("srcu_barrier returned after %ld of %ld callbacks",
			     atomic_load(&flood->done), size);
	TALLY(floods);
}

void *flood_thread(void *argument)
{
	uint32_t seed = (uint32_t)(uintptr_t)argument;
	struct flood *flood = calloc(1, sizeof(*flood));

	while (flood && !STOPPING()) {
		flood_once(&stages[torture_random(&seed, DOMAINS)], flood,
			   1 + (long)torture_random(&seed, 20000));
		torture_sleep_us(torture_random(&seed, 20000));
	}
	free(flood);
	return NULL;
}
