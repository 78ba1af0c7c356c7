/* SPDX-License-Identifier: MIT */
/* The condition wait is in a helper; the mutex that it drops and retakes is its caller's. */
// locklore: must-not deadlock
// locklore: must order init_lock other_lock
#include <pthread.h>

static pthread_mutex_t init_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t init_cond = PTHREAD_COND_INITIALIZER;
int init_count, others;

static void wait_all(int n)
{
	while (init_count < n)
		pthread_cond_wait(&init_cond, &init_lock);
}

void start(int n)
{
	pthread_mutex_lock(&init_lock);
	wait_all(n);
	pthread_mutex_lock(&other_lock);
	others++;
	pthread_mutex_unlock(&other_lock);
	pthread_mutex_unlock(&init_lock);
}
