/* SPDX-License-Identifier: MIT */
/*
 * The wait is made with another lock held, which was taken inside of the mutex: when the mutex is
 * taken again, the order is the reverse.
 */
// locklore: must deadlock queue_lock stats_lock
// locklore: must order queue_lock stats_lock
// locklore: must order stats_lock queue_lock
#include <pthread.h>

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t stats_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
int queued, waits;

int pop(void)
{
	pthread_mutex_lock(&queue_lock);
	pthread_mutex_lock(&stats_lock);
	while (!queued) {
		waits++;
		pthread_cond_wait(&filled, &queue_lock);
	}
	queued--;
	pthread_mutex_unlock(&stats_lock);
	pthread_mutex_unlock(&queue_lock);
	return queued;
}

void push(void)
{
	pthread_mutex_lock(&queue_lock);
	queued++;
	pthread_cond_signal(&filled);
	pthread_mutex_unlock(&queue_lock);
}
