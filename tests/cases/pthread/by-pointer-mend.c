/* SPDX-License-Identifier: MIT */
/* The wrapper takes different locks for different callers, always in one order. */
// locklore: must-not deadlock
// locklore: must order in_lock out_lock
// locklore: must-not order out_lock in_lock
// locklore: must-not nest in_lock
#include <pthread.h>

static pthread_mutex_t in_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t out_lock = PTHREAD_MUTEX_INITIALIZER;
int n;

static void take(pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
}

static void drop(pthread_mutex_t *m)
{
	pthread_mutex_unlock(m);
}

void forward(void)
{
	take(&in_lock);
	take(&out_lock);
	n++;
	drop(&out_lock);
	drop(&in_lock);
}

void backward(void)
{
	take(&out_lock);
	drop(&out_lock);
	take(&in_lock);
	pthread_mutex_lock(&out_lock);
	n--;
	drop(&out_lock);
	drop(&in_lock);
}
