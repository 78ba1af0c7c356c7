/* SPDX-License-Identifier: MIT */
/* It is started several times. */
// locklore: must deadlock left_lock right_lock
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
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, both_ways, NULL))
			return 1;
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	return n;
}
