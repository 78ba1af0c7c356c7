/* SPDX-License-Identifier: MIT */
/* The order of the first file everywhere. */
// locklore: with parts/across-files-mended.c
// locklore: must-not deadlock
// locklore: must order pool->lock journal_lock
// locklore: must-not order journal_lock pool->lock
#include <pthread.h>

struct pool {
	pthread_mutex_t lock;
	int used;
};
void journal_add(int n);

void pool_take(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->used++;
	journal_add(pool->used);
	pthread_mutex_unlock(&pool->lock);
}

int pool_used(struct pool *pool)
{
	int n;

	pthread_mutex_lock(&pool->lock);
	n = pool->used;
	pthread_mutex_unlock(&pool->lock);
	return n;
}
