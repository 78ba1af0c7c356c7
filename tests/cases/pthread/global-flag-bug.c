/* SPDX-License-Identifier: MIT */
/* Wrappers that lock only while a global flag is set. */
// locklore: must deadlock a_lock b_lock
// locklore: must order a_lock b_lock
// locklore: must order b_lock a_lock
#include <pthread.h>

int use_threads;
static pthread_mutex_t a_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b_lock = PTHREAD_MUTEX_INITIALIZER;
int x, y;

static void enter(pthread_mutex_t *m)
{
	if (use_threads)
		pthread_mutex_lock(m);
}

static void quit(pthread_mutex_t *m)
{
	if (use_threads)
		pthread_mutex_unlock(m);
}

void f(void)
{
	enter(&a_lock);
	x++;
	enter(&b_lock);
	y++;
	quit(&b_lock);
	quit(&a_lock);
}

void g(void)
{
	enter(&b_lock);
	y--;
	enter(&a_lock);
	x--;
	quit(&a_lock);
	quit(&b_lock);
}
