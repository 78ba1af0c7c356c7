/* SPDX-License-Identifier: MIT */
/* Many domains at once: what they share, and what each needs. */
#include "bench.h"
#include <srcu.h>
#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TOGETHER = 1000, MANY = 100000, TIMES = 11 };

struct domain {
	struct srcu_struct srcu;
	struct srcu_head head;
};

static _Atomic long called;

static void call_back(struct srcu_head *head)
{
	(void)head;
	atomic_fetch_add_explicit(&called, 1, memory_order_relaxed); /* only counted */
}

/* Resident bytes; on statm's word. */
static long resident(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long all = 0, there = 0;

	if (!file || fscanf(file, "%ld %ld", &all, &there) != 2)
		there = 0;
	if (file)
		fclose(file);
	return there * sysconf(_SC_PAGESIZE);
}

static int threads(void)
{
	DIR *directory = opendir("/proc/self/task");
	int count = 0;

	while (directory && readdir(directory))
		count++;
	if (directory)
		closedir(directory);
	return count - 2; /* . and .. */
}

static void wait_called(long number)
{
	while (atomic_load(&called) < number)
		bench_sleep(50);
}

static struct domain *make(int count)
{
	struct domain *domain = calloc((size_t)count, sizeof(*domain));
	int i;

	if (!domain)
		abort();
	for (i = 0; i < count; i++)
		init_srcu_struct(&domain[i].srcu);
	return domain;
}

static void read_each(struct domain *domain, int count)
{
	int i;

	for (i = 0; i < count; i++)
		srcu_read_unlock(&domain[i].srcu, srcu_read_lock(&domain[i].srcu));
}

static void unmake(struct domain *domain, int count)
{
	int i;

	for (i = 0; i < count; i++)
		cleanup_srcu_struct(&domain[i].srcu);
	free(domain);
}

/* A callback in each; or a request in each, polled until all are over. */
static void wait_for_all(struct domain *domain, int count, int poll)
{
	static unsigned long cookie[TOGETHER];
	int i;

	atomic_store(&called, 0);
	for (i = 0; i < count; i++)
		if (poll)
			cookie[i] = start_poll_synchronize_srcu(&domain[i].srcu);
		else
			call_srcu(&domain[i].srcu, &domain[i].head, call_back);
	if (!poll)
		wait_called(count);
	for (i = 0; poll && i < count; i++)
		while (!poll_state_synchronize_srcu(&domain[i].srcu, cookie[i]))
			bench_sleep(50);
}

static void together(int poll)
{
	struct domain *domain = make(TOGETHER);
	double barriers[TIMES], took[TIMES], median, most;
	int i;

	for (i = 0; i < TOGETHER; i++)
		srcu_promote(&domain[i].srcu);
	read_each(domain, TOGETHER);
	wait_for_all(domain, TOGETHER, poll); /* once to warm up */
	for (i = 0; i < TIMES; i++) {
		long before = bench_membarriers();
		uint64_t start = bench_now_ns();

		wait_for_all(domain, TOGETHER, poll);
		took[i] = (double)(bench_now_ns() - start) / 1000;
		barriers[i] = (double)(bench_membarriers() - before);
	}
	median = bench_median(barriers, TIMES);
	most = barriers[TIMES - 1]; /* sorted by now */
	printf("%-44s %6.0f membarriers (most %.0f), %.0f us\n",
	       poll ? "1000 idle domains, start_poll in each"
		    : "1000 idle domains, call_srcu in each",
	       median, most, bench_median(took, TIMES));
	unmake(domain, TOGETHER);
}

static void many(void)
{
	long start = resident(), made, used, called_all;
	struct domain *domain = make(MANY);
	long barriers;

	made = resident();
	read_each(domain, MANY);
	used = resident();
	barriers = bench_membarriers();
	wait_for_all(domain, MANY, 0);
	called_all = resident();
	printf("100,000 domains: %zu bytes of the user's each   target at most 64\n",
	       sizeof(struct srcu_struct));
	printf("  resident bytes each: %.0f made (with %zu for a head), + %.0f read once, + %.0f "
	       "by one callback each\n",
	       (double)(made - start) / MANY, sizeof(struct srcu_head),
	       (double)(used - made) / MANY, (double)(called_all - used) / MANY);
	printf("  membarriers for the 100,000 callbacks: %ld; threads beside this one: %d   target "
	       "1\n",
	       bench_membarriers() - barriers, threads() - 1);
	unmake(domain, MANY);
}

void bench_domains(void)
{
	many();
	together(0);
	together(1);
	printf("  %-44s         target at most 3 membarriers\n", "");
}
