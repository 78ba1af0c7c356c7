/* SPDX-License-Identifier: MIT */
/* The callback is called with the lock dropped, and retaken after it. */
// locklore: must-not deadlock
// locklore: must order t->lock reg_lock
// locklore: must-not order reg_lock t->lock
#include <pthread.h>

struct timer {
	struct timer *next;
	void (*cb)(void *);
	void *arg;
	int when;
};

struct wheel {
	pthread_mutex_t lock;
	struct timer *head;
};

static pthread_mutex_t reg_lock = PTHREAD_MUTEX_INITIALIZER;
static struct wheel *the;
static int count;

void timer_add(struct wheel *t, struct timer *x)
{
	pthread_mutex_lock(&t->lock);
	x->next = t->head;
	t->head = x;
	pthread_mutex_lock(&reg_lock);
	count++;
	pthread_mutex_unlock(&reg_lock);
	pthread_mutex_unlock(&t->lock);
}
static struct timer again;

static void on_tick(void *arg)
{
	(void)arg;
	timer_add(the, &again);
}

void setup(void)
{
	again.cb = on_tick;
	timer_add(the, &again);
}

void run(struct wheel *t, int now)
{
	pthread_mutex_lock(&t->lock);
	while (t->head && t->head->when <= now) {
		struct timer *x = t->head;
		t->head = x->next;
		pthread_mutex_unlock(&t->lock);
		x->cb(x->arg);
		pthread_mutex_lock(&t->lock);
	}
	pthread_mutex_unlock(&t->lock);
}
