/* SPDX-License-Identifier: MIT */
/* Default (reader-preferring) rwlocks, read in both orders: no reader waits for another. */
// locklore: must-not deadlock
// locklore: must order names_lock sizes_lock
// locklore: must order sizes_lock names_lock
#include <pthread.h>

static pthread_rwlock_t names_lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t sizes_lock = PTHREAD_RWLOCK_INITIALIZER;
int names, sizes;

int list(void)
{
	int n;

	pthread_rwlock_rdlock(&names_lock);
	pthread_rwlock_rdlock(&sizes_lock);
	n = names + sizes;
	pthread_rwlock_unlock(&sizes_lock);
	pthread_rwlock_unlock(&names_lock);
	return n;
}

int sum(void)
{
	int n;

	pthread_rwlock_rdlock(&sizes_lock);
	pthread_rwlock_rdlock(&names_lock);
	n = names * sizes;
	pthread_rwlock_unlock(&names_lock);
	pthread_rwlock_unlock(&sizes_lock);
	return n;
}

void name_add(void)
{
	pthread_rwlock_wrlock(&names_lock);
	names++;
	pthread_rwlock_unlock(&names_lock);
}
