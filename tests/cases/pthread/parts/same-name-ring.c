/* SPDX-License-Identifier: MIT */
/* Part of ../same-name-two-files-bug.c. */
#include <pthread.h>

static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t net_lock = PTHREAD_MUTEX_INITIALIZER;
int there;

void leave(void)
{
	pthread_mutex_lock(&net_lock);
	pthread_mutex_lock(&state_lock);
	there++;
	pthread_mutex_unlock(&state_lock);
	pthread_mutex_unlock(&net_lock);
}

void turn(void)
{
	pthread_mutex_lock(&state_lock);
	pthread_mutex_lock(&net_lock);
	there--;
	pthread_mutex_unlock(&net_lock);
	pthread_mutex_unlock(&state_lock);
}
