/* SPDX-License-Identifier: MIT */
/* The second function goes on into step() with its own lock held. */
// locklore: must deadlock main_lock side_lock
// locklore: must self side_lock
// locklore: must order side_lock main_lock
#include <pthread.h>

static pthread_mutex_t main_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t side_lock = PTHREAD_MUTEX_INITIALIZER;
int n;

static int step(void)
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

int step_once(void)
{
	return step();
}

int side_then_main(void)
{
	int err;

	if (pthread_mutex_lock(&side_lock))
		return -1;
	err = step();
	pthread_mutex_unlock(&side_lock);
	return err;
}
