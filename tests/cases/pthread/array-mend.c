/* SPDX-License-Identifier: MIT */
/* All locks of an array at once, by index: nesting of one class, and no deadlock. */
// locklore: must nest table->locks
// locklore: must-not deadlock
// locklore: must order resize_lock table->locks
// locklore: must-not order table->locks resize_lock
#include <pthread.h>

struct table {
	pthread_mutex_t locks[8];
	int counts[8];
};
static pthread_mutex_t resize_lock = PTHREAD_MUTEX_INITIALIZER;

void table_clear(struct table *table)
{
	pthread_mutex_lock(&resize_lock);
	for (int i = 0; i < 8; i++)
		pthread_mutex_lock(&table->locks[i]);
	for (int i = 0; i < 8; i++)
		table->counts[i] = 0;
	for (int i = 7; i >= 0; i--)
		pthread_mutex_unlock(&table->locks[i]);
	pthread_mutex_unlock(&resize_lock);
}
