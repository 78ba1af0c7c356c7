/* SPDX-License-Identifier: MIT */
/* The early return unlocks. */
// locklore: must-not deadlock
// locklore: must order log_lock cache_lock
// locklore: must-not order cache_lock log_lock
#include <pthread.h>

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int entries, lines;

static void cache_trim(void)
{
	pthread_mutex_lock(&cache_lock);
	if (!entries) {
		pthread_mutex_unlock(&cache_lock);
		return;
	}
	entries--;
	pthread_mutex_unlock(&cache_lock);
}

void tick(void)
{
	cache_trim();
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
}

void log_flush(void)
{
	pthread_mutex_lock(&log_lock);
	pthread_mutex_lock(&cache_lock);
	lines = entries;
	pthread_mutex_unlock(&cache_lock);
	pthread_mutex_unlock(&log_lock);
}
