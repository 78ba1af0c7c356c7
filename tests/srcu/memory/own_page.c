/* SPDX-License-Identifier: MIT */
/*
 * A domain on a page of its own that is unmapped right after cleanup_srcu_struct().  The last
 * unlock may still be on its way out then, and may wake the waiter on that way: it must not touch
 * the domain after the step that ended the read side. own_page [ROUNDS]
 */
#define _GNU_SOURCE
#include <srcu.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { PAGES = 4096, READERS = 2 };

static char *area;
static long page_size;
static struct srcu_struct *_Atomic domain;
static _Atomic int inside, round_number, over;
static int slow;

static void sleep_us(long us)
{
	struct timespec length = { 0, us * 1000 };

	nanosleep(&length, NULL);
}

/* The domain ends where its page ends: one byte further is a fault at any time. */
static struct srcu_struct *map_domain(long n)
{
	char *page = area + n % PAGES * 2 * page_size;

	if (mmap(page, (size_t)page_size, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != page) {
		perror("mmap");
		exit(2);
	}
	return (void *)(page + page_size - sizeof(struct srcu_struct));
}

/* Gone, and not given to anybody else for the next PAGES rounds. */
static void unmap_domain(struct srcu_struct *gone)
{
	char *page = (char *)((uintptr_t)gone & ~(uintptr_t)(page_size - 1));

	if (mmap(page, (size_t)page_size, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != page)
		exit(2);
}

static void *reader(void *argument)
{
	int seen = 0;

	(void)argument;
	for (;;) {
		struct srcu_struct *mine;
		int index;

		while (atomic_load(&round_number) == seen)
			if (atomic_load(&over))
				return NULL;
			else
				sched_yield();
		seen++;
		mine = atomic_load(&domain);
		index = srcu_read_lock(mine);
		atomic_fetch_add(&inside, 1);
		if (slow)
			sleep_us(100); /* the waiter has gone to sleep: this unlock wakes it */
		srcu_read_unlock(mine, index);
	}
}

static void called(struct srcu_head *head)
{
	free(head);
}

static void one_round(long n)
{
	struct srcu_struct *mine = map_domain(n);

	if (init_srcu_struct(mine)) {
		perror("init_srcu_struct");
		exit(2);
	}
	slow = n % 16 == 0;
	atomic_store(&inside, 0);
	atomic_store(&domain, mine);
	atomic_fetch_add(&round_number, 1);
	while (atomic_load(&inside) < READERS)
		sched_yield();
	if (n % 4 == 1) {
		call_srcu(mine, malloc(sizeof(struct srcu_head)), called);
		srcu_barrier(mine);
	} else if (n % 4 == 2) {
		synchronize_srcu_expedited(mine);
	} else if (n % 4 == 3) {
		unsigned long cookie = start_poll_synchronize_srcu(mine);

		while (!poll_state_synchronize_srcu(mine, cookie))
			sched_yield();
	} else {
		synchronize_srcu(mine);
	}
	cleanup_srcu_struct(mine);
	unmap_domain(mine);
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 10000, n;
	pthread_t thread[READERS];
	int i;

	page_size = sysconf(_SC_PAGESIZE);
	area = mmap(NULL, (size_t)(2 * PAGES * page_size), PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (area == MAP_FAILED)
		return 2;
	for (i = 0; i < READERS; i++)
		pthread_create(&thread[i], NULL, reader, NULL);
	for (n = 0; n < rounds; n++)
		one_round(n);
	atomic_store(&over, 1);
	for (i = 0; i < READERS; i++)
		pthread_join(thread[i], NULL);
	printf("%ld domains unmapped behind their last reader\n", rounds);
	return 0;
}
