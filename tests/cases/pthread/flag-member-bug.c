/* SPDX-License-Identifier: MIT */
/* The other lock is taken while the conditional one is held. */
// locklore: must deadlock pool->lock log_lock
// locklore: must order pool->lock log_lock
#include <pthread.h>

struct pool {
	int is_shared;
	int used;
	pthread_mutex_t lock;
};
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int lines;

static void pool_get(struct pool *pool)
{
	if (pool->is_shared)
		pthread_mutex_lock(&pool->lock);
	pool->used++;
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
	if (pool->is_shared)
		pthread_mutex_unlock(&pool->lock);
}

void job(struct pool *pool)
{
	pool_get(pool);
}

void pool_dump(struct pool *pool)
{
	pthread_mutex_lock(&log_lock);
	pthread_mutex_lock(&pool->lock);
	lines += pool->used;
	pthread_mutex_unlock(&pool->lock);
	pthread_mutex_unlock(&log_lock);
}
