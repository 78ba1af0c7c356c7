/* SPDX-License-Identifier: MIT */
/* What the configuration leaves out is not there. */
// locklore: flags -O2
// locklore: must-not deadlock
// locklore: must order cache_lock log_lock
// locklore: must-not order log_lock cache_lock
#include <pthread.h>

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int entries;

static void both(pthread_mutex_t *one, pthread_mutex_t *two)
{
	pthread_mutex_lock(one);
	pthread_mutex_lock(two);
	entries++;
	pthread_mutex_unlock(two);
	pthread_mutex_unlock(one);
}

void forward(void)
{
	both(&cache_lock, &log_lock);
}

void again(void)
{
#if REVERSED
	both(&log_lock, &cache_lock);
#else
	both(&cache_lock, &log_lock);
#endif
}
