/* SPDX-License-Identifier: MIT */
/*
 * One reader sleeps 50 ms inside each of its read sides, another reads without rest, and a writer
 * waits for one grace period after the other: what the waiting costs the writer and the reader.
 */
#include "bench.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

enum { ASLEEP_US = 50000, ALONE_US = 100000, PERIODS = 8, MAX_ROUNDS = 100 };

struct scene {
	const struct peer *peer;
	_Atomic int running, stop;
	_Atomic long pairs;
	_Atomic uint64_t cpu_ns; /* the busy reader's, as of its last batch */
};

struct cost {
	double writer_ms, membarriers, busy;
};

static void *read_always(void *argument)
{
	struct scene *s = argument;

	bench_pin(1);
	s->peer->enter();
	atomic_fetch_add(&s->running, 1);
	while (!atomic_load(&s->stop)) {
		s->peer->pairs(2000);
		atomic_fetch_add(&s->pairs, 2000);
		atomic_store(&s->cpu_ns, bench_cpu_ns());
	}
	s->peer->leave();
	return NULL;
}

static void *sleep_inside(void *argument)
{
	struct scene *s = argument;

	s->peer->enter();
	atomic_fetch_add(&s->running, 1);
	while (!atomic_load(&s->stop))
		s->peer->sleep_in(ASLEEP_US);
	s->peer->leave();
	return NULL;
}

static uint64_t process_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* CPU ns of one pair of the busy reader since the last call. */
static double pair_cost(struct scene *s, long *pairs, uint64_t *cpu)
{
	long more = atomic_load(&s->pairs) - *pairs;
	uint64_t spent = atomic_load(&s->cpu_ns) - *cpu;

	*pairs += more;
	*cpu += spent;
	return (double)spent / (double)(more ? more : 1);
}

static struct cost measure(const struct peer *peer)
{
	struct scene s = { .peer = peer };
	pthread_t busy, asleep;
	uint64_t cpu = 0, all, readers;
	long pairs = 0, barriers;
	double alone;
	struct cost cost;
	int i;

	pthread_create(&busy, NULL, read_always, &s);
	bench_sleep(1000);
	pair_cost(&s, &pairs, &cpu);
	bench_sleep(ALONE_US);
	alone = pair_cost(&s, &pairs, &cpu);
	pthread_create(&asleep, NULL, sleep_inside, &s);
	while (atomic_load(&s.running) < 2)
		bench_sleep(100);
	peer->enter();
	peer->wait();
	pair_cost(&s, &pairs, &cpu);
	readers = cpu;
	barriers = bench_membarriers();
	all = process_cpu_ns();
	for (i = 0; i < PERIODS; i++)
		peer->wait();
	all = process_cpu_ns() - all;
	cost.busy = pair_cost(&s, &pairs, &cpu) / alone;
	cost.membarriers = (double)(bench_membarriers() - barriers) / PERIODS;
	cost.writer_ms = ((double)all - (double)(cpu - readers)) / 1e6 / PERIODS;
	peer->leave();
	atomic_store(&s.stop, 1);
	pthread_join(busy, NULL);
	pthread_join(asleep, NULL);
	return cost;
}

void bench_sleeper(int rounds)
{
	static double writer[BENCH_MAX][MAX_ROUNDS], membarriers[BENCH_MAX][MAX_ROUNDS],
		busy[BENCH_MAX][MAX_ROUNDS];
	int i, round;

	if (rounds > MAX_ROUNDS)
		rounds = MAX_ROUNDS;
	for (round = 0; round < rounds; round++)
		for (i = 0; i < bench_peers_count; i++) {
			struct cost cost;

			if (!bench_peers[i]->sleep_in)
				continue;
			cost = measure(bench_peers[i]);
			writer[i][round] = cost.writer_ms;
			membarriers[i][round] = cost.membarriers;
			busy[i][round] = cost.busy;
		}
	printf("%-30s %10s %12s %12s\n", "per grace period behind", "writer CPU", "membarriers",
	       "busy reader");
	printf("%-30s %10s %12s %12s\n", "a reader that sleeps 50 ms", "ms", "", "x alone");
	for (i = 0; i < bench_peers_count; i++)
		if (bench_peers[i]->sleep_in)
			printf("%-30s %10.2f %12.1f %12.2f\n", bench_peers[i]->name,
			       bench_median(writer[i], rounds),
			       bench_median(membarriers[i], rounds), bench_median(busy[i], rounds));
	printf("  %-44s %5s   target at most 1 ms, 4 membarriers, 1.3 times\n",
	       "(process CPU without the busy reader's)", "");
}
