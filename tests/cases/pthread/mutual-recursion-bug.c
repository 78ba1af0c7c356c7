/* SPDX-License-Identifier: MIT */
/* One of them keeps its lock while it calls the other, which comes back. */
// locklore: must self even_lock
// locklore: must deadlock even_lock odd_lock
// locklore: must order even_lock odd_lock
#include <pthread.h>

static pthread_mutex_t even_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t odd_lock = PTHREAD_MUTEX_INITIALIZER;
int evens, odds;
int odd(int n);

int even(int n)
{
	int is_even;

	pthread_mutex_lock(&even_lock);
	evens++;
	is_even = n ? odd(n - 1) : 1;
	pthread_mutex_unlock(&even_lock);
	return is_even;
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
