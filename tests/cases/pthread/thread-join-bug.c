/* SPDX-License-Identifier: MIT */
/* The thread is waited for with a lock held that it takes. */
// locklore: must deadlock state_lock *
// locklore: must-not self state_lock
#include <pthread.h>

static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t worker;
int stop, done;

static void *work(void *arg)
{
	while (!stop) {
		pthread_mutex_lock(&state_lock);
		done++;
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
	pthread_join(worker, NULL);
	pthread_mutex_unlock(&state_lock);
}
