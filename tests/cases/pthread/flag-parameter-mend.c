/* SPDX-License-Identifier: MIT */
/* A parameter says whether to lock; the same parameter says whether to unlock. */
// locklore: must-not deadlock
// locklore: must-not order table_lock log_lock
// locklore: must order log_lock table_lock
#include <pthread.h>

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int rows, lines;

int table_count(int do_lock)
{
	int n;

	if (do_lock)
		pthread_mutex_lock(&table_lock);
	n = rows;
	if (do_lock)
		pthread_mutex_unlock(&table_lock);
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
	return n;
}

void log_trim(void)
{
	pthread_mutex_lock(&log_lock);
	pthread_mutex_lock(&table_lock);
	lines = rows;
	pthread_mutex_unlock(&table_lock);
	pthread_mutex_unlock(&log_lock);
}
