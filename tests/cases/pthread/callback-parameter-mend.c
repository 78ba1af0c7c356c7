/* SPDX-License-Identifier: MIT */
/* Two callers, two callbacks: the one that takes sum_lock goes to the function that holds nothing. */
// locklore: must-not deadlock
// locklore: must-not order map->lock sum_lock
// locklore: must order sum_lock map->lock
// locklore: must order map->lock log_lock
#include <pthread.h>

struct map {
	int values[4];
	pthread_mutex_t lock;
};
static pthread_mutex_t sum_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int sum, lines;

static void map_apply(struct map *map, void (*fn)(int value))
{
	pthread_mutex_lock(&map->lock);
	for (int i = 0; i < 4; i++)
		fn(map->values[i]);
	pthread_mutex_unlock(&map->lock);
}

static void map_apply_copy(struct map *map, void (*fn)(int value))
{
	for (int i = 0; i < 4; i++) {
		int value;

		pthread_mutex_lock(&map->lock);
		value = map->values[i];
		pthread_mutex_unlock(&map->lock);
		fn(value);
	}
}

static void add(int value)
{
	pthread_mutex_lock(&sum_lock);
	sum += value;
	pthread_mutex_unlock(&sum_lock);
}

static void print(int value)
{
	pthread_mutex_lock(&log_lock);
	lines += value;
	pthread_mutex_unlock(&log_lock);
}

void map_sum(struct map *map)
{
	map_apply(map, print);
	map_apply_copy(map, add);
}

void map_fill(struct map *map)
{
	pthread_mutex_lock(&sum_lock);
	pthread_mutex_lock(&map->lock);
	map->values[0] = sum;
	pthread_mutex_unlock(&map->lock);
	pthread_mutex_unlock(&sum_lock);
}
