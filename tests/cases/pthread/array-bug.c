/* SPDX-License-Identifier: MIT */
/* An array of locks is one class. */
// locklore: must deadlock bucket_locks resize_lock
// locklore: must order bucket_locks resize_lock
#include <pthread.h>

static pthread_mutex_t bucket_locks[8];
static pthread_mutex_t resize_lock = PTHREAD_MUTEX_INITIALIZER;
int counts[8], total;

void put(unsigned int key)
{
	pthread_mutex_lock(&bucket_locks[key % 8]);
	if (++counts[key % 8] > 4) {
		pthread_mutex_lock(&resize_lock);
		total++;
		pthread_mutex_unlock(&resize_lock);
	}
	pthread_mutex_unlock(&bucket_locks[key % 8]);
}

void resize(void)
{
	pthread_mutex_lock(&resize_lock);
	for (int i = 0; i < 8; i++) {
		pthread_mutex_lock(&bucket_locks[i]);
		counts[i] = 0;
		pthread_mutex_unlock(&bucket_locks[i]);
	}
	pthread_mutex_unlock(&resize_lock);
}
