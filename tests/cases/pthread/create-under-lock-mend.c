/* SPDX-License-Identifier: MIT */
/* A thread is started under a lock that it takes: started is not called. */
// locklore: must-not deadlock
// locklore: must-not self state_lock
// locklore: must-not order state_lock disk_lock
// locklore: must order disk_lock state_lock
#include <pthread.h>

static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;
int done;

static void *work(void *arg)
{
	pthread_mutex_lock(&disk_lock);
	pthread_mutex_lock(&state_lock);
	done++;
	pthread_mutex_unlock(&state_lock);
	pthread_mutex_unlock(&disk_lock);
	return arg;
}

int service_start(void)
{
	pthread_t worker;
	int err;

	pthread_mutex_lock(&state_lock);
	err = pthread_create(&worker, NULL, work, NULL);
	if (!err)
		pthread_detach(worker);
	pthread_mutex_unlock(&state_lock);
	return err;
}
