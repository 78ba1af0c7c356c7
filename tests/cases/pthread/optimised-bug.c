/* SPDX-License-Identifier: MIT */
/* As abba-bug.c, through a compilation database with flags of its own. */
// locklore: flags -O2 -DREVERSED=1
// locklore: must deadlock cache_lock log_lock
// locklore: must order log_lock cache_lock
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
