/* SPDX-License-Identifier: MIT */
/* The result of pthread_mutex_lock() is tested; the failure path holds nothing. */
// locklore: must-not deadlock
// locklore: must order main_lock side_lock
// locklore: must-not order side_lock main_lock
#include <pthread.h>

static pthread_mutex_t main_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t side_lock = PTHREAD_MUTEX_INITIALIZER;
int n;

int step(void)
{
	int err = pthread_mutex_lock(&main_lock);

	if (err)
		return err;
	if (pthread_mutex_lock(&side_lock) != 0) {
		pthread_mutex_unlock(&main_lock);
		return -1;
	}
	n++;
	pthread_mutex_unlock(&side_lock);
	pthread_mutex_unlock(&main_lock);
	return 0;
}

int side_then_main(void)
{
	if (pthread_mutex_lock(&side_lock))
		return -1;
	n--;
	pthread_mutex_unlock(&side_lock);
	return step();
}
