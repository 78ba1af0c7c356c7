/* SPDX-License-Identifier: MIT */
/* Each file keeps to an order of its own. */
// locklore: with parts/across-files-other.c
// locklore: must deadlock journal_lock pool->lock
// locklore: must order pool->lock journal_lock
// locklore: must order journal_lock pool->lock
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
