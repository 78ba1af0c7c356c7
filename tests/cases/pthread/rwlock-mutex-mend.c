/* SPDX-License-Identifier: MIT */
/* As its twin, but both only read the map: a default read lock never waits for a reader. */
// locklore: must-not deadlock
// locklore: must order map_lock log_lock
// locklore: must order log_lock map_lock
#include <pthread.h>

static pthread_rwlock_t map_lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int keys, lines;

void look_up(void)
{
	pthread_rwlock_rdlock(&map_lock);
	pthread_mutex_lock(&log_lock);
	lines += keys;
	pthread_mutex_unlock(&log_lock);
	pthread_rwlock_unlock(&map_lock);
}

void report(void)
{
	pthread_mutex_lock(&log_lock);
	pthread_rwlock_rdlock(&map_lock);
	lines -= keys;
	pthread_rwlock_unlock(&map_lock);
	pthread_mutex_unlock(&log_lock);
}
