/* SPDX-License-Identifier: MIT */
/* The same two functions, one of them in a thread. */
// locklore: must deadlock left_lock right_lock
// locklore: must order left_lock right_lock
#include <pthread.h>

static pthread_mutex_t left_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right_lock = PTHREAD_MUTEX_INITIALIZER;
int n;

static void up(void)
{
	pthread_mutex_lock(&left_lock);
	pthread_mutex_lock(&right_lock);
	n++;
	pthread_mutex_unlock(&right_lock);
	pthread_mutex_unlock(&left_lock);
}

static void *down(void *arg)
{
	pthread_mutex_lock(&right_lock);
	pthread_mutex_lock(&left_lock);
	n--;
	pthread_mutex_unlock(&left_lock);
	pthread_mutex_unlock(&right_lock);
	return arg;
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, down, NULL))
		return 1;
	up();
	pthread_join(thread, NULL);
	return n;
}
