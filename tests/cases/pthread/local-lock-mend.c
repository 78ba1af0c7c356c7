/* SPDX-License-Identifier: MIT */
/* Each call has a lock of its own on its stack: nobody else can wait for it. */
// locklore: must-not deadlock
// locklore: must order list_lock log_lock
// locklore: must-not order log_lock list_lock
#include <pthread.h>

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int listed, lines;

void one(void)
{
	pthread_mutex_t mine = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&mine);
	pthread_mutex_lock(&list_lock);
	listed++;
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
	pthread_mutex_unlock(&list_lock);
	pthread_mutex_unlock(&mine);
}

void two(void)
{
	pthread_mutex_t mine = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&list_lock);
	pthread_mutex_lock(&mine);
	listed--;
	pthread_mutex_unlock(&mine);
	pthread_mutex_unlock(&list_lock);
}
