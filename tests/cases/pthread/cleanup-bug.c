/* SPDX-License-Identifier: MIT */
/* The lock is dropped at the end of the scope, by the compiler. */
// locklore: must deadlock tree_lock leaf_lock
// locklore: must order tree_lock leaf_lock
#include <pthread.h>

static pthread_mutex_t tree_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t leaf_lock = PTHREAD_MUTEX_INITIALIZER;
int nodes;

static void unlock_at_end(pthread_mutex_t **m)
{
	pthread_mutex_unlock(*m);
}
static inline pthread_mutex_t *locked(pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
	return m;
}
#define WITH(m) __attribute__((cleanup(unlock_at_end), unused)) pthread_mutex_t *scope_ = locked(m)

int grow(void)
{
	WITH(&tree_lock);
	if (nodes < 0)
		return -1;
	pthread_mutex_lock(&leaf_lock);
	nodes++;
	pthread_mutex_unlock(&leaf_lock);
	return nodes;
}

void shrink(void)
{
	WITH(&leaf_lock);
	pthread_mutex_lock(&tree_lock);
	nodes--;
	pthread_mutex_unlock(&tree_lock);
}
