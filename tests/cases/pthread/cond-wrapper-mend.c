/* SPDX-License-Identifier: MIT */
/* A wrapper of pthread_cond_wait() for any condition and mutex. */
// locklore: must-not deadlock
// locklore: must order q->lock stat_lock
#include <pthread.h>

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t more;
	int n;
};

static pthread_mutex_t stat_lock = PTHREAD_MUTEX_INITIALIZER;
int stat;

static inline void my_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
	int ret = pthread_cond_wait(c, m);
	(void)ret;
}

int pop(struct queue *q)
{
	int n;
	pthread_mutex_lock(&q->lock);
	while (!q->n)
		my_cond_wait(&q->more, &q->lock);
	n = q->n--;
	pthread_mutex_lock(&stat_lock);
	stat++;
	pthread_mutex_unlock(&stat_lock);
	pthread_mutex_unlock(&q->lock);
	return n;
}
