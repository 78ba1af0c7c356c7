/* SPDX-License-Identifier: MIT */
/* The lock is dropped before the thread is waited for. */
// locklore: must-not deadlock
// locklore: must order state_lock done_lock
// locklore: must-not order done_lock state_lock
#include <pthread.h>

static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t done_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t worker;
int stop, done;

static void *work(void *arg)
{
	while (!stop) {
		pthread_mutex_lock(&state_lock);
		pthread_mutex_lock(&done_lock);
		done++;
		pthread_mutex_unlock(&done_lock);
		pthread_mutex_unlock(&state_lock);
	}
	return arg;
}

int service_start(void)
{
	return pthread_create(&worker, NULL, work, NULL);
}

void service_stop(void)
{
	pthread_mutex_lock(&state_lock);
	stop = 1;
	pthread_mutex_unlock(&state_lock);
	pthread_join(worker, NULL);
}
