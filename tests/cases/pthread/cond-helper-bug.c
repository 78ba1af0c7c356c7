/* SPDX-License-Identifier: MIT */
/* A wait in a helper drops its caller's mutex, and retakes it with the second lock held. */
// locklore: must order owner_lock q->lock
// locklore: must deadlock owner_lock q->lock
#include <pthread.h>

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t more;
	int n;
};

static pthread_mutex_t owner_lock = PTHREAD_MUTEX_INITIALIZER;

static void wait_more(struct queue *q)
{
	while (!q->n)
		pthread_cond_wait(&q->more, &q->lock);
}

int pop(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	pthread_mutex_lock(&owner_lock);
	wait_more(q); /* retakes q->lock with owner_lock held */
	pthread_mutex_unlock(&owner_lock);
	pthread_mutex_unlock(&q->lock);
	return 0;
}
