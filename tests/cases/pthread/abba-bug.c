/* SPDX-License-Identifier: MIT */
/* Two functions, two orders. */
// locklore: must deadlock cache_lock log_lock
// locklore: must order cache_lock log_lock count=1
// locklore: must order log_lock cache_lock count=1
// locklore: must-not nest cache_lock
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
	pthread_mutex_lock(&log_lock);
	pthread_mutex_lock(&cache_lock);
	entries = lines = 0;
	pthread_mutex_unlock(&cache_lock);
	pthread_mutex_unlock(&log_lock);
}
