/* SPDX-License-Identifier: MIT */
/* The function pointer is stored in a member at run time. */
// locklore: must deadlock timer->lock list_lock
// locklore: must order timer->lock list_lock
#include <pthread.h>

struct timer {
	void (*fire)(struct timer *timer);
	int ticks;
	pthread_mutex_t lock;
};
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
int armed;

static void rearm(struct timer *timer)
{
	pthread_mutex_lock(&list_lock);
	armed += timer->ticks;
	pthread_mutex_unlock(&list_lock);
}

void timer_init(struct timer *timer)
{
	pthread_mutex_init(&timer->lock, NULL);
	timer->ticks = 1;
	timer->fire = rearm;
}

void timer_run(struct timer *timer)
{
	pthread_mutex_lock(&timer->lock);
	timer->fire(timer);
	pthread_mutex_unlock(&timer->lock);
}

void timer_stop(struct timer *timer)
{
	pthread_mutex_lock(&list_lock);
	pthread_mutex_lock(&timer->lock);
	timer->ticks = 0;
	pthread_mutex_unlock(&timer->lock);
	pthread_mutex_unlock(&list_lock);
}
