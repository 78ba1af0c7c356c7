/* SPDX-License-Identifier: MIT */
/* One case falls through into the other's critical section. */
// locklore: must deadlock read_lock write_lock
// locklore: must order read_lock write_lock
#include <pthread.h>

static pthread_mutex_t read_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t write_lock = PTHREAD_MUTEX_INITIALIZER;
int reads, writes;

void request(int kind)
{
	switch (kind) {
	case 0:
		pthread_mutex_lock(&read_lock);
		reads++;
		__attribute__((fallthrough));
	case 1:
		pthread_mutex_lock(&write_lock);
		writes++;
		pthread_mutex_unlock(&write_lock);
		if (kind == 0)
			pthread_mutex_unlock(&read_lock);
		break;
	default:
		break;
	}
}

void flush(void)
{
	pthread_mutex_lock(&write_lock);
	pthread_mutex_lock(&read_lock);
	reads = writes = 0;
	pthread_mutex_unlock(&read_lock);
	pthread_mutex_unlock(&write_lock);
}
