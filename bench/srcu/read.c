/* SPDX-License-Identifier: MIT */
/* What one empty read side costs, alone and beside a second reader on a second CPU. */
#include "bench.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define BATCH_NS 200000 /* short, so that most batches meet no other process */

static _Atomic int ready;
static long batch[BENCH_MAX];

static void meet(int threads, int round)
{
	atomic_fetch_add(&ready, 1);
	while (atomic_load(&ready) < threads * (round + 1))
		sched_yield();
}

/* How many pairs fill a batch. */
static void calibrate(void)
{
	int i;

	for (i = 0; i < bench_peers_count; i++) {
		uint64_t start, cost;

		bench_peers[i]->enter();
		bench_peers[i]->pairs(10000);
		start = bench_cpu_ns();
		bench_peers[i]->pairs(10000);
		cost = bench_cpu_ns() - start;
		bench_peers[i]->leave();
		batch[i] = (long)(BATCH_NS * 10000.0 / (double)(cost ? cost : 1));
	}
}

struct reader {
	int cpu, threads, rounds;
	double *cost; /* [peer * rounds + round] */
};

static void *reader(void *argument)
{
	struct reader *r = argument;
	int round, i, meeting = 0;

	bench_pin(r->cpu);
	for (round = 0; round < r->rounds; round++)
		for (i = 0; i < bench_peers_count; i++) {
			uint64_t start;

			bench_peers[i]->enter();
			bench_peers[i]->pairs(100);
			meet(r->threads, meeting++);
			start = bench_now_ns();
			bench_peers[i]->pairs(batch[i]);
			r->cost[i * r->rounds + round] =
				(double)(bench_now_ns() - start) / (double)batch[i];
			meet(r->threads, meeting++);
			bench_peers[i]->leave();
		}
	return NULL;
}

static void measure(int threads, int rounds, double *median)
{
	struct reader r[2];
	pthread_t thread[2];
	int i;

	atomic_store(&ready, 0);
	for (i = 0; i < threads; i++) {
		r[i].cpu = i;
		r[i].threads = threads;
		r[i].rounds = rounds;
		r[i].cost = calloc((size_t)(rounds * bench_peers_count), sizeof(double));
		pthread_create(&thread[i], NULL, reader, &r[i]);
	}
	for (i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	for (i = 0; i < bench_peers_count; i++)
		median[i] = bench_median(r[0].cost + i * rounds, rounds);
	while (threads--)
		free(r[threads].cost);
}

static int row(const struct peer *peer)
{
	int i;

	for (i = 0; i < bench_peers_count; i++)
		if (bench_peers[i] == peer)
			return i;
	return -1;
}

static void ratio(const char *what, double ours, const double *median, const struct peer *to,
		  const char *target)
{
	if (!to || row(to) < 0)
		printf("  %-44s %5s   target %s\n", what, "-", target);
	else
		printf("  %-44s %5.2f   target %s\n", what, ours / median[row(to)], target);
}

static void print(const double *one, const double *two)
{
	double ours = one[row(&peer_srcu)], outside = one[row(&peer_srcu_out)];
	int i;

	printf("%-30s %10s %10s %10s\n", "read side, ns per pair", "1 thread", "2 threads",
	       "x floor");
	for (i = 0; i < bench_peers_count; i++)
		printf("%-30s %10.2f %10.2f %10.2f\n", bench_peers[i]->name, one[i], two[i],
		       one[i] / one[row(&peer_floor)]);
	printf("%-30s %10s\n", "libside", "not packaged");
	ratio("inline / floor", ours, one, &peer_floor, "2.3 (the trial had 3.0)");
	ratio("inline / liburcu-bp, inline", ours, one, bench_bp, "1");
	ratio("inline / pthread_rwlock", ours, one, &peer_rwlock, "at most 0.35");
	ratio("inline, 2 threads / 1 thread", two[row(&peer_srcu)], one, &peer_srcu, "1");
	ratio("out of line / liburcu-memb, out of line", outside, one, bench_memb_out,
	      "at most 0.5");
}

void bench_read(int rounds)
{
	double one[BENCH_MAX], two[BENCH_MAX];

	calibrate();
	measure(1, rounds, one);
	measure(2, rounds, two);
	print(one, two);
}

void bench_read_weak(int rounds)
{
	double one[BENCH_MAX], two[BENCH_MAX];
	int i = row(&peer_srcu), lock = row(&peer_rwlock);

	calibrate();
	measure(1, rounds, one);
	measure(2, rounds, two);
	printf("%-30s %10.2f %10.2f\n", "libsrcu, SRCU_MODE=atomic", one[i], two[i]);
	printf("  %-44s %5.2f\n", "SRCU_MODE=atomic / pthread_rwlock", one[i] / one[lock]);
}
