/* SPDX-License-Identifier: MIT */
/* How long a grace period takes, one per 50 us: without a reader, and beside one that never rests.
 */
#include "bench.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { SAMPLES = 150, EVERY_NS = 50000 };

struct busy {
	const struct peer *peer;
	_Atomic int running, stop;
};

static void *read_always(void *argument)
{
	struct busy *b = argument;

	bench_pin(1);
	b->peer->enter();
	atomic_store(&b->running, 1);
	while (!atomic_load_explicit(&b->stop, memory_order_relaxed)) /* only an end */
		b->peer->pairs(100);
	b->peer->leave();
	return NULL;
}

/* The median time of one grace period of this peer, in us. */
static double sample(const struct peer *peer)
{
	double took[SAMPLES];
	int i;

	peer->enter();
	for (i = 0; i < SAMPLES; i++) {
		uint64_t start = bench_now_ns(), end;

		peer->wait();
		end = bench_now_ns();
		took[i] = (double)(end - start) / 1000;
		while (bench_now_ns() - start < EVERY_NS)
			;
	}
	peer->leave();
	return bench_median(took, SAMPLES);
}

static double sample_busy(const struct peer *peer)
{
	struct busy b = { .peer = peer };
	pthread_t thread;
	double result;

	pthread_create(&thread, NULL, read_always, &b);
	while (!atomic_load(&b.running))
		bench_sleep(100);
	result = sample(peer);
	atomic_store(&b.stop, 1);
	pthread_join(thread, NULL);
	return result;
}

static void ratio(const char *what, const double *of, const double *to, const char *target)
{
	if (to)
		printf("  %-44s %5.2f   target %s\n", what, *of / *to, target);
	else
		printf("  %-44s %5s   target %s\n", what, "-", target);
}

void bench_grace(int rounds)
{
	static double idle[BENCH_MAX][1000], busy[BENCH_MAX][1000];
	double p50[2][BENCH_MAX], *memb[2] = { 0, 0 }, *ours[2] = { 0, 0 };
	int i, round;

	if (rounds > 1000)
		rounds = 1000;
	bench_pin(0); /* the readers have CPU 1 */
	for (round = 0; round < rounds; round++)
		for (i = 0; i < bench_peers_count; i++)
			if (bench_peers[i]->wait) {
				idle[i][round] = sample(bench_peers[i]);
				busy[i][round] = sample_busy(bench_peers[i]);
			}
	printf("%-30s %10s %14s\n", "grace period, p50 in us", "idle", "1 busy reader");
	for (i = 0; i < bench_peers_count; i++) {
		if (!bench_peers[i]->wait)
			continue;
		p50[0][i] = bench_median(idle[i], rounds);
		p50[1][i] = bench_median(busy[i], rounds);
		printf("%-30s %10.2f %14.2f\n", bench_peers[i]->name, p50[0][i], p50[1][i]);
		if (bench_peers[i] == bench_memb)
			memb[0] = &p50[0][i], memb[1] = &p50[1][i];
		if (bench_peers[i] == &peer_srcu)
			ours[0] = &p50[0][i], ours[1] = &p50[1][i];
	}
	ratio("idle / liburcu-memb", ours[0], memb[0], "at most 0.6");
	ratio("1 busy reader / liburcu-memb", ours[1], memb[1], "at most 0.75");
}
