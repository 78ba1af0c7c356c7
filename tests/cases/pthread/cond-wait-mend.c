/* SPDX-License-Identifier: MIT */
/* A condition wait gives its own mutex away: the signalling side is no deadlock. */
// locklore: must-not deadlock
// locklore: must order stop_lock queue_lock
// locklore: must-not order queue_lock stop_lock
#include <pthread.h>

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t stop_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
int queued, stopped;

int pop(void)
{
	pthread_mutex_lock(&queue_lock);
	while (!queued)
		pthread_cond_wait(&filled, &queue_lock);
	queued--;
	pthread_mutex_unlock(&queue_lock);
	pthread_mutex_lock(&stop_lock);
	stopped = 0;
	pthread_mutex_unlock(&stop_lock);
	return queued;
}

void push(void)
{
	pthread_mutex_lock(&stop_lock);
	pthread_mutex_lock(&queue_lock);
	queued++;
	pthread_cond_signal(&filled);
	pthread_mutex_unlock(&queue_lock);
	pthread_mutex_unlock(&stop_lock);
}
