/* SPDX-License-Identifier: MIT */
/* Between the two tests of the parameter another lock is taken. */
// locklore: must deadlock table_lock log_lock
// locklore: must order table_lock log_lock
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
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
	if (do_lock)
		pthread_mutex_unlock(&table_lock);
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
