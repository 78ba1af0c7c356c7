/* SPDX-License-Identifier: MIT */
/* A read lock across a mutex, and the write lock inside of that mutex. */
// locklore: must deadlock map_lock log_lock
// locklore: must order map_lock log_lock
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

void import(void)
{
	pthread_mutex_lock(&log_lock);
	pthread_rwlock_wrlock(&map_lock);
	keys = lines;
	pthread_rwlock_unlock(&map_lock);
	pthread_mutex_unlock(&log_lock);
}
