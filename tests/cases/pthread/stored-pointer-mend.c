/* SPDX-License-Identifier: MIT */
/* It is stored under the lock, and called after it was dropped. */
// locklore: must-not deadlock
// locklore: must-not order timer->lock list_lock
// locklore: must order list_lock timer->lock
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

void timer_arm(struct timer *timer)
{
	pthread_mutex_lock(&timer->lock);
	timer->fire = rearm;
	pthread_mutex_unlock(&timer->lock);
}

void timer_run(struct timer *timer)
{
	void (*fire)(struct timer *timer);

	pthread_mutex_lock(&timer->lock);
	fire = timer->fire;
	pthread_mutex_unlock(&timer->lock);
	fire(timer);
}

void timer_stop(struct timer *timer)
{
	pthread_mutex_lock(&list_lock);
	pthread_mutex_lock(&timer->lock);
	timer->ticks = 0;
	pthread_mutex_unlock(&timer->lock);
	pthread_mutex_unlock(&list_lock);
}
