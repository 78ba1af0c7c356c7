/* SPDX-License-Identifier: MIT */
/* The helper returns the lock that it got, or NULL; another drops it through void *. */
// locklore: must-not deadlock
// locklore: must-not order item_locks other_lock
// locklore: must order other_lock item_locks
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t item_locks[16];
static pthread_mutex_t other_lock = PTHREAD_MUTEX_INITIALIZER;
int moved;

void *item_trylock(unsigned hv)
{
	pthread_mutex_t *lock = &item_locks[hv & 15];
	if (pthread_mutex_trylock(lock) == 0)
		return lock;
	return NULL;
}

void item_trylock_unlock(void *lock)
{
	pthread_mutex_unlock((pthread_mutex_t *)lock);
}

void maintain(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		void *held = NULL;
		if ((held = item_trylock(i)))
			moved++;
		if (held) {
			item_trylock_unlock(held);
			held = NULL;
		}
	}
	pthread_mutex_lock(&other_lock);
	moved = 0;
	pthread_mutex_unlock(&other_lock);
}

void other(unsigned i)
{
	pthread_mutex_lock(&other_lock);
	pthread_mutex_lock(&item_locks[i & 15]);
	moved++;
	pthread_mutex_unlock(&item_locks[i & 15]);
	pthread_mutex_unlock(&other_lock);
}
