/* SPDX-License-Identifier: MIT */
/* One side writes the gate: it excludes the readers. */
// locklore: must-not deadlock
// locklore: must order left_lock right_lock
// locklore: must order right_lock left_lock
#include <pthread.h>

static pthread_rwlock_t gate_lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t left_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right_lock = PTHREAD_MUTEX_INITIALIZER;
int n;

void up(void)
{
	pthread_rwlock_wrlock(&gate_lock);
	pthread_mutex_lock(&left_lock);
	pthread_mutex_lock(&right_lock);
	n++;
	pthread_mutex_unlock(&right_lock);
	pthread_mutex_unlock(&left_lock);
	pthread_rwlock_unlock(&gate_lock);
}

void down(void)
{
	pthread_rwlock_rdlock(&gate_lock);
	pthread_mutex_lock(&right_lock);
	pthread_mutex_lock(&left_lock);
	n--;
	pthread_mutex_unlock(&left_lock);
	pthread_mutex_unlock(&right_lock);
	pthread_rwlock_unlock(&gate_lock);
}
