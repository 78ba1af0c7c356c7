/* SPDX-License-Identifier: MIT */
/*
 * Runs the shapes: litmus [-m MSEC_EACH] [NAME]...   One line per shape; exit 1 when a forbidden
 * outcome was seen or an allowed one never was.
 */
#define _GNU_SOURCE
#include "litmus.h"
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ENOUGH = 500 }; /* runs after which an allowed outcome must have been seen */

struct litmus_var litmus_x, litmus_y, litmus_z, litmus_w;
_Atomic int litmus_r[8];
DEFINE_SRCU(litmus_a);
DEFINE_SRCU(litmus_b);

static const struct litmus *shape;
static long milliseconds = 200, iterations, seen;
static _Atomic int arrived, generation, over;
static _Thread_local uint32_t seed;
static int threads;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int litmus_random(int below)
{
	seed = seed * 1664525u + 1013904223u;
	return (int)((seed >> 8) % (uint32_t)below);
}

static void spin(int turns)
{
	while (turns-- > 0)
		__asm__ volatile("" ::: "memory");
}

void litmus_dwell(void)
{
	int kind = litmus_random(16);

	if (kind == 0)
		sched_yield();
	else if (kind < 6)
		spin(litmus_random(500));
}

void litmus_pause(void)
{
	uint64_t end = now_ns() + (uint64_t)(10000 + litmus_random(90000));

	while (now_ns() < end)
		sched_yield();
}

void litmus_linger(struct litmus_var *var)
{
	uint64_t end = now_ns() + (shape->allowed ? 1000000u : (unsigned)litmus_random(20000));

	while (!atomic_load_explicit(&var->v, memory_order_relaxed) && now_ns() < end)
		if (!litmus_random(8))
			sched_yield();
}

struct call {
	struct srcu_head head;
	_Atomic int done;
};

static void call_back(struct srcu_head *head)
{
	struct call *call = (struct call *)(void *)head; /* its first member */

	atomic_store_explicit(&call->done, 1, memory_order_release);
}

/* On the stack: once the callback has begun, nobody but the callback may touch its head. */
static void wait_called(struct srcu_struct *domain)
{
	struct call call = { .done = 0 };

	call_srcu(domain, &call.head, call_back);
	while (!atomic_load_explicit(&call.done, memory_order_acquire))
		sched_yield();
}

static void wait_barrier(struct srcu_struct *domain)
{
	struct call call = { .done = 0 };

	call_srcu(domain, &call.head, call_back);
	srcu_barrier(domain);
	if (!atomic_load_explicit(&call.done, memory_order_relaxed)) {
		printf("FAIL srcu_barrier returned before the callback\n");
		abort();
	}
}

void litmus_wait(struct srcu_struct *domain)
{
	unsigned long cookie;

	switch (litmus_random(16)) {
	case 0: synchronize_srcu_expedited(domain); break;
	case 1:
		cookie = start_poll_synchronize_srcu(domain);
		while (!poll_state_synchronize_srcu(domain, cookie))
			sched_yield();
		break;
	case 2:
		cookie = get_state_synchronize_srcu(domain);
		cond_synchronize_srcu(domain, cookie);
		break;
	case 3: wait_called(domain); break;
	case 4: wait_barrier(domain); break;
	default: synchronize_srcu(domain);
	}
}

/* All threads of the shape; the last to come runs `last` before it lets the others go. */
static void meet(void (*last)(void))
{
	int mine = atomic_load(&generation), turns = 0;

	if (atomic_fetch_add(&arrived, 1) + 1 == threads) {
		atomic_store(&arrived, 0);
		last();
		atomic_fetch_add(&generation, 1);
		return;
	}
	while (atomic_load(&generation) == mine)
		if (++turns > 200)
			sched_yield();
}

static uint64_t deadline;

static void look(void)
{
	int i;

	if (iterations)
		seen += !!shape->outcome();
	/* An allowed outcome is enough once; a forbidden one is looked for until the end. */
	if (now_ns() > deadline || (shape->allowed && seen >= 3))
		atomic_store(&over, 1);
	iterations++;
	atomic_store(&litmus_x.v, 0);
	atomic_store(&litmus_y.v, 0);
	atomic_store(&litmus_z.v, 0);
	atomic_store(&litmus_w.v, 0);
	for (i = 0; i < 8; i++)
		atomic_store(&litmus_r[i], 0);
}

static void *run_thread(void *argument)
{
	int number = (int)(intptr_t)argument;

	seed = (uint32_t)number * 7919u + (uint32_t)now_ns();
	for (;;) {
		meet(look);
		if (atomic_load(&over))
			return NULL;
		spin(litmus_random(64));
		shape->thread[number]();
	}
}

static int run(const struct litmus *which)
{
	pthread_t thread[LITMUS_THREADS];
	int failed;
	intptr_t i;

	shape = which;
	for (threads = 0; threads < LITMUS_THREADS && shape->thread[threads]; threads++)
		;
	iterations = seen = 0;
	atomic_store(&over, 0);
	/* An allowed outcome may need luck: it gets ten times as long before it counts as not seen.
	 */
	deadline = now_ns() + (uint64_t)milliseconds * 1000000u *
				      (shape->allowed && !shape->unlikely ? 10 : 1);
	for (i = 0; i < threads; i++)
		pthread_create(&thread[i], NULL, run_thread, (void *)i);
	while (i-- > 0)
		pthread_join(thread[i], NULL);
	/* On a machine that is busy with other things, a few runs say nothing of what can be seen. */
	failed = shape->allowed ? !seen && !shape->unlikely && iterations > ENOUGH : seen != 0;
	printf("%s %-28s %-9s seen %ld of %ld%s\n", failed ? "FAIL" : "ok  ", shape->name,
	       !shape->allowed	 ? "forbidden"
	       : shape->unlikely ? "may be"
				 : "allowed",
	       seen, iterations - 1,
	       shape->allowed && !seen && iterations <= ENOUGH ? " (too few to tell)" : "");
	fflush(stdout);
	return failed;
}

int main(int argc, char **argv)
{
	static const struct litmus *const all[] = { litmus_one, litmus_two, litmus_more };
	int failed = 0, passed = 0, first = 1, set, i;
	const struct litmus *l;

	if (argc > 2 && !strcmp(argv[1], "-m")) {
		milliseconds = atol(argv[2]);
		first = 3;
	}
	for (set = 0; set < 3; set++)
		for (l = all[set]; l->name; l++) {
			int wanted = first >= argc;

			for (i = first; i < argc; i++)
				wanted |= !strcmp(argv[i], l->name);
			if (!wanted)
				continue;
			if (run(l))
				failed++;
			else
				passed++;
		}
	printf("%d passed, %d failed\n", passed, failed);
	return failed || !passed;
}
