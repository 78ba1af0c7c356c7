/* SPDX-License-Identifier: MIT */
/* The lock comes as a pointer: the wrapper's callers say which one it is. */
// locklore: must deadlock in_lock out_lock
// locklore: must-not nest in_lock
// locklore: must-not nest out_lock
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
	take(&in_lock);
	n--;
	drop(&in_lock);
	drop(&out_lock);
}
