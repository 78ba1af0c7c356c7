/* SPDX-License-Identifier: MIT */
/* Three locks, and the last function keeps their order. */
// locklore: must-not deadlock
// locklore: must order first_lock third_lock
// locklore: must order second_lock third_lock
// locklore: must-not order third_lock first_lock
#include <pthread.h>

static pthread_mutex_t first_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t third_lock = PTHREAD_MUTEX_INITIALIZER;
int n;

void one(void)
{
	pthread_mutex_lock(&first_lock);
	pthread_mutex_lock(&second_lock);
	n++;
	pthread_mutex_unlock(&second_lock);
	pthread_mutex_unlock(&first_lock);
}

void two(void)
{
	pthread_mutex_lock(&second_lock);
	pthread_mutex_lock(&third_lock);
	n++;
	pthread_mutex_unlock(&third_lock);
	pthread_mutex_unlock(&second_lock);
}

void three(void)
{
	pthread_mutex_lock(&first_lock);
	pthread_mutex_lock(&third_lock);
	n++;
	pthread_mutex_unlock(&third_lock);
	pthread_mutex_unlock(&first_lock);
}
