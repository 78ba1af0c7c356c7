/* SPDX-License-Identifier: MIT */
/* Two functions call each other, and hold nothing while they do. */
// locklore: must-not deadlock
// locklore: must-not order even_lock odd_lock
// locklore: must-not self even_lock
// locklore: must order odd_lock even_lock sites=1
#include <pthread.h>

static pthread_mutex_t even_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t odd_lock = PTHREAD_MUTEX_INITIALIZER;
int evens, odds;
int odd(int n);

int even(int n)
{
	pthread_mutex_lock(&even_lock);
	evens++;
	pthread_mutex_unlock(&even_lock);
	return n ? odd(n - 1) : 1;
}

int odd(int n)
{
	pthread_mutex_lock(&odd_lock);
	odds++;
	pthread_mutex_unlock(&odd_lock);
	return n ? even(n - 1) : 0;
}

void reset(void)
{
	pthread_mutex_lock(&odd_lock);
	pthread_mutex_lock(&even_lock);
	evens = odds = 0;
	pthread_mutex_unlock(&even_lock);
	pthread_mutex_unlock(&odd_lock);
}
