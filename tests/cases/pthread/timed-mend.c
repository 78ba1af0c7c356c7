/* SPDX-License-Identifier: MIT */
/* Where the time ran out, it is not held. */
// locklore: must-not deadlock
// locklore: must order out_lock in_lock
// locklore: must-not order in_lock out_lock
#include <errno.h>
#include <time.h>
#include <pthread.h>

static pthread_mutex_t in_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t out_lock = PTHREAD_MUTEX_INITIALIZER;
int n, late;

int forward(const struct timespec *until)
{
	if (pthread_mutex_timedlock(&in_lock, until) == ETIMEDOUT) {
		pthread_mutex_lock(&out_lock);
		late++;
		pthread_mutex_unlock(&out_lock);
		return -1;
	}
	n++;
	pthread_mutex_unlock(&in_lock);
	return 0;
}

void backward(void)
{
	pthread_mutex_lock(&out_lock);
	pthread_mutex_lock(&in_lock);
	n--;
	pthread_mutex_unlock(&in_lock);
	pthread_mutex_unlock(&out_lock);
}
