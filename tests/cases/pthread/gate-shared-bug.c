/* SPDX-License-Identifier: MIT */
/* The gate is a rwlock that both sides only read: it keeps nobody apart. */
// locklore: must deadlock left_lock right_lock
// locklore: must order gate_lock right_lock
#include <pthread.h>

static pthread_rwlock_t gate_lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t left_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right_lock = PTHREAD_MUTEX_INITIALIZER;
int n;

void up(void)
{
	pthread_rwlock_rdlock(&gate_lock);
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
