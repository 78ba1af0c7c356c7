/* SPDX-License-Identifier: MIT */
/* One thread takes the locks in both orders, one after the other; it is started once. */
// locklore: must-not deadlock
// locklore: must order left_lock right_lock
// locklore: must order right_lock left_lock
#include <pthread.h>

static pthread_mutex_t left_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right_lock = PTHREAD_MUTEX_INITIALIZER;
int n;

static void *both_ways(void *arg)
{
	pthread_mutex_lock(&left_lock);
	pthread_mutex_lock(&right_lock);
	n++;
	pthread_mutex_unlock(&right_lock);
	pthread_mutex_unlock(&left_lock);
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

	if (pthread_create(&thread, NULL, both_ways, NULL))
		return 1;
	pthread_join(thread, NULL);
	return n;
}
