/* SPDX-License-Identifier: MIT */
/* A program that never starts a thread: both orders, and nobody to deadlock with. */
// locklore: must-not deadlock
// locklore: must order left_lock right_lock
// locklore: must order right_lock left_lock
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

static void down(void)
{
	pthread_mutex_lock(&right_lock);
	pthread_mutex_lock(&left_lock);
	n--;
	pthread_mutex_unlock(&left_lock);
	pthread_mutex_unlock(&right_lock);
}

int main(void)
{
	up();
	down();
	return n;
}
