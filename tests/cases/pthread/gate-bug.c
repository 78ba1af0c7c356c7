/* SPDX-License-Identifier: MIT */
/* The gate is given away between the two takes. */
// locklore: must deadlock left_lock right_lock
// locklore: must order gate_lock right_lock
#include <pthread.h>

static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t left_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right_lock = PTHREAD_MUTEX_INITIALIZER;
int n;

void up(void)
{
	pthread_mutex_lock(&gate_lock);
	pthread_mutex_lock(&left_lock);
	pthread_mutex_lock(&right_lock);
	n++;
	pthread_mutex_unlock(&right_lock);
	pthread_mutex_unlock(&left_lock);
	pthread_mutex_unlock(&gate_lock);
}

void down(void)
{
	pthread_mutex_lock(&gate_lock);
	pthread_mutex_lock(&right_lock);
	pthread_mutex_unlock(&gate_lock);
	pthread_mutex_lock(&left_lock);
	n--;
	pthread_mutex_unlock(&left_lock);
	pthread_mutex_unlock(&right_lock);
}
