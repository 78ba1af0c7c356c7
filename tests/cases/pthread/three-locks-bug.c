/* SPDX-License-Identifier: MIT */
/* Three locks in a ring; no two of them are taken both ways. */
// locklore: must deadlock first_lock second_lock third_lock
// locklore: must-not order second_lock first_lock
// locklore: must-not order first_lock third_lock
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
	pthread_mutex_lock(&third_lock);
	pthread_mutex_lock(&first_lock);
	n++;
	pthread_mutex_unlock(&first_lock);
	pthread_mutex_unlock(&third_lock);
}
