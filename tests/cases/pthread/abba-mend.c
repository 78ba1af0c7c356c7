/* SPDX-License-Identifier: MIT */
/* Two functions, one order. */
// locklore: must-not deadlock
// locklore: must order cache_lock log_lock count=2 sites=2
// locklore: must-not order log_lock cache_lock
#include <pthread.h>

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int entries, lines;

void cache_put(void)
{
	pthread_mutex_lock(&cache_lock);
	entries++;
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
	pthread_mutex_unlock(&cache_lock);
}

void log_rotate(void)
{
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_lock(&log_lock);
	entries = lines = 0;
	pthread_mutex_unlock(&log_lock);
	pthread_mutex_unlock(&cache_lock);
}
