/* SPDX-License-Identifier: MIT */
/* What a timed lock took is held. */
// locklore: must deadlock in_lock out_lock
// locklore: must order in_lock out_lock
#include <time.h>
#include <pthread.h>

static pthread_mutex_t in_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t out_lock = PTHREAD_MUTEX_INITIALIZER;
int n;

int forward(const struct timespec *until)
{
	if (pthread_mutex_timedlock(&in_lock, until))
		return -1;
	pthread_mutex_lock(&out_lock);
	n++;
	pthread_mutex_unlock(&out_lock);
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
