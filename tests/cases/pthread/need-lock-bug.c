/* SPDX-License-Identifier: MIT */
/* bool need_lock: the second call says that it is not held, and it is. */
// locklore: must self c*->lock
// locklore: must order c->lock stat_lock
#include <pthread.h>
#include <stdbool.h>

struct cache {
	pthread_mutex_t lock;
	int n;
};

static pthread_mutex_t stat_lock = PTHREAD_MUTEX_INITIALIZER;
static int hits;

static int cache_get(struct cache *c, int k, bool need_lock)
{
	int v;
	if (need_lock)
		pthread_mutex_lock(&c->lock);
	v = c->n + k;
	pthread_mutex_lock(&stat_lock);
	hits++;
	pthread_mutex_unlock(&stat_lock);
	if (need_lock)
		pthread_mutex_unlock(&c->lock);
	return v;
}

int cache_get_one(struct cache *c, int k)
{
	return cache_get(c, k, true);
}

int cache_get_two(struct cache *c, int k)
{
	int v;
	pthread_mutex_lock(&c->lock);
	v = cache_get(c, k, false) + cache_get(c, k + 1, true);
	pthread_mutex_unlock(&c->lock);
	return v;
}
