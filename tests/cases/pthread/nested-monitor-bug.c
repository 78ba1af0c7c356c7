/* SPDX-License-Identifier: MIT */
/* The waiter keeps dev_lock, and who signals takes dev_lock first: never woken. */
// locklore: known-miss deadlock dev_lock q->nonempty
// locklore: must order dev_lock q->lock
#include <pthread.h>

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t nonempty;
	int n;
};

static pthread_mutex_t dev_lock = PTHREAD_MUTEX_INITIALIZER;

int consume(struct queue *q)
{
	int v;
	pthread_mutex_lock(&dev_lock);
	pthread_mutex_lock(&q->lock);
	while (q->n == 0)
		pthread_cond_wait(&q->nonempty, &q->lock);
	v = q->n--;
	pthread_mutex_unlock(&q->lock);
	pthread_mutex_unlock(&dev_lock);
	return v;
}

void produce(struct queue *q)
{
	pthread_mutex_lock(&dev_lock);
	pthread_mutex_lock(&q->lock);
	q->n++;
	pthread_cond_signal(&q->nonempty);
	pthread_mutex_unlock(&q->lock);
	pthread_mutex_unlock(&dev_lock);
}
