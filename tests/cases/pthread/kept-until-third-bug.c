/* SPDX-License-Identifier: MIT */
/* As dropped-before-third-bug.c, but the first lock is kept: two threads are enough. */
// locklore: must order first_lock third_lock
// locklore: must deadlock first_lock third_lock
// locklore: must-not deadlock first_lock second_lock third_lock
#include <pthread.h>

static pthread_mutex_t first_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t third_lock = PTHREAD_MUTEX_INITIALIZER;
int n;

void hand_over_hand(void)
{
	pthread_mutex_lock(&first_lock);
	pthread_mutex_lock(&second_lock);
	pthread_mutex_lock(&third_lock);
	n++;
	pthread_mutex_unlock(&third_lock);
	pthread_mutex_unlock(&second_lock);
	pthread_mutex_unlock(&first_lock);
}

void backwards(void)
{
	pthread_mutex_lock(&third_lock);
	pthread_mutex_lock(&first_lock);
	n--;
	pthread_mutex_unlock(&first_lock);
	pthread_mutex_unlock(&third_lock);
}
