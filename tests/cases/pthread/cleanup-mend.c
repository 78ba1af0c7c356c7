/* SPDX-License-Identifier: MIT */
/* The scope ends before the other lock is taken, on the early return too. */
// locklore: must-not deadlock
// locklore: must order leaf_lock tree_lock
// locklore: must-not order tree_lock leaf_lock
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

static int grow(void)
{
	WITH(&tree_lock);
	if (nodes < 0)
		return -1;
	return nodes++;
}

int grow_and_count(void)
{
	int n = grow();

	pthread_mutex_lock(&leaf_lock);
	nodes += n;
	pthread_mutex_unlock(&leaf_lock);
	return n;
}

void shrink(void)
{
	WITH(&leaf_lock);
	pthread_mutex_lock(&tree_lock);
	nodes--;
	pthread_mutex_unlock(&tree_lock);
}
