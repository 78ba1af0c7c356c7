/* SPDX-License-Identifier: MIT */
/* The callback comes as a parameter and is called under the lock. */
// locklore: must deadlock map->lock sum_lock
// locklore: must order map->lock sum_lock
#include <pthread.h>

struct map {
	int values[4];
	pthread_mutex_t lock;
};
static pthread_mutex_t sum_lock = PTHREAD_MUTEX_INITIALIZER;
int sum;

static void map_apply(struct map *map, void (*fn)(int value))
{
	pthread_mutex_lock(&map->lock);
	for (int i = 0; i < 4; i++)
		fn(map->values[i]);
	pthread_mutex_unlock(&map->lock);
}

static void add(int value)
{
	pthread_mutex_lock(&sum_lock);
	sum += value;
	pthread_mutex_unlock(&sum_lock);
}

void map_sum(struct map *map)
{
	map_apply(map, add);
}

void map_fill(struct map *map)
{
	pthread_mutex_lock(&sum_lock);
	pthread_mutex_lock(&map->lock);
	map->values[0] = sum;
	pthread_mutex_unlock(&map->lock);
	pthread_mutex_unlock(&sum_lock);
}
