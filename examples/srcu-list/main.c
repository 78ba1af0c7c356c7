/* SPDX-License-Identifier: MIT */
/*
 * srcu-list [SECONDS] [--broken]: readers that look up, readers that sleep in the middle of a walk,
 * and updaters, all at once; says what they did and whether any reader met a freed item.
 * --broken marks items as freed without waiting for readers, to show that this is noticed.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "list.h"

#define KEYS 64

static struct list list;
static bool broken, stop;
static unsigned long lookups, walks, sleeps, added, deleted, errors;

#define count(counter) __atomic_fetch_add(&(counter), 1, __ATOMIC_RELAXED)
#define stopped()      __atomic_load_n(&stop, __ATOMIC_RELAXED)

static void sleep_ms(long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

/* The value of a key is always its square. */
static void check(int key, int value)
{
	if (key < 0 || key >= KEYS || value != key * key)
		count(errors);
}

/* Sleeps at every eighth item, and looks twice: the item must still be the same afterwards. */
static bool visit(const struct item *item, void *data)
{
	unsigned int *met = data;

	check(item->key, item->value);
	if (++*met % 8 == 0) {
		count(sleeps);
		sleep_ms(1);
		check(__atomic_load_n(&item->key, __ATOMIC_RELAXED), item->value);
	}
	return !stopped();
}

static void *walker(void *unused)
{
	unsigned int met = 0;

	while (!stopped()) {
		if (!list_walk(&list, visit, &met))
			sleep_ms(1);
		count(walks);
	}
	return unused;
}

static void *looker(void *unused)
{
	int value;

	for (int key = 0; !stopped(); key = (key + 7) % KEYS) {
		if (list_lookup(&list, key, &value))
			check(key, value);
		count(lookups);
	}
	return unused;
}

/* What list_delete() does, with the mistake. The memory itself stays, so nothing else breaks. */
static void delete_broken(int key)
{
	pthread_mutex_lock(&list.lock);
	for (struct item **link = &list.first; *link; link = &(*link)->next) {
		struct item *item = *link;

		if (item->key != key)
			continue;
		srcu_assign_pointer(link, item->next);
		__atomic_store_n(&item->key, -1, __ATOMIC_RELAXED);
		break;
	}
	pthread_mutex_unlock(&list.lock);
}

static void *updater(void *seed)
{
	unsigned int state = *(unsigned int *)seed;

	while (!stopped()) {
		int key;

		state = state * 1664525 + 1013904223;
		key = (int)(state >> 16) % KEYS;
		if (state >> 31) {
			if (list_add(&list, key, key * key))
				count(added);
		} else if (broken) {
			delete_broken(key);
		} else if (list_delete(&list, key)) {
			count(deleted);
		}
		if (state % 61 == 0)
			sleep_ms(1);
	}
	return NULL;
}

static int report(void)
{
	struct srcu_stats stats;

	srcu_get_stats(&stats, sizeof(stats));
	printf("%lu look-ups, %lu walks that slept %lu times inside their read side\n", lookups,
	       walks, sleeps);
	printf("%lu added, %lu deleted, %lu of these freed in %lu grace periods\n", added, deleted,
	       stats.callbacks, stats.grace_periods);
	if (errors || stats.callbacks != deleted || !lookups || !sleeps || (!deleted && !broken)) {
		printf("WRONG: a reader met a freed item %lu times\n", errors);
		return 1;
	}
	printf("right: no reader met a freed item, and every deleted item was freed\n");
	return 0;
}

int main(int argc, char **argv)
{
	void *(*const work[])(void *) = { walker, walker, looker, updater, updater };
	enum { THREADS = sizeof(work) / sizeof(work[0]) };
	unsigned int seeds[THREADS] = { 1, 2, 3, 4, 5 };
	pthread_t threads[THREADS];
	double seconds = argc > 1 ? atof(argv[1]) : 1;

	broken = argc > 2 && !strcmp(argv[2], "--broken");
	if (seconds <= 0 || argc > 3 || (argc > 2 && !broken)) {
		fprintf(stderr, "usage: srcu-list [SECONDS [--broken]]\n");
		return 2;
	}
	list_init(&list);
	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&threads[i], NULL, work[i], &seeds[i])) {
			fprintf(stderr, "srcu-list: cannot create a thread\n");
			return 2;
		}
	}
	sleep_ms((long)(seconds * 1000));
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	srcu_barrier(&list.srcu);
	list_end(&list);
	return report();
}
