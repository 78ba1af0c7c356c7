/* SPDX-License-Identifier: MIT */
/* The callee gives its caller's lock away too late. */
// locklore: must deadlock queue_lock disk_lock
// locklore: must order queue_lock disk_lock sites=1
#include <pthread.h>

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;
int queued, written;

static void flush_and_drop(void)
{
	int n = queued;

	pthread_mutex_lock(&disk_lock);
	queued = 0;
	pthread_mutex_unlock(&queue_lock);
	written += n;
	pthread_mutex_unlock(&disk_lock);
}

void push(void)
{
	pthread_mutex_lock(&queue_lock);
	if (++queued > 8)
		flush_and_drop();
	else
		pthread_mutex_unlock(&queue_lock);
}

void disk_error(void)
{
	pthread_mutex_lock(&disk_lock);
	pthread_mutex_lock(&queue_lock);
	queued = written;
	pthread_mutex_unlock(&queue_lock);
	pthread_mutex_unlock(&disk_lock);
}
