/* SPDX-License-Identifier: MIT */
/* One caller holds the lock and says that it does not. */
// locklore: must self table->lock
// locklore: must-not order table->lock log_lock
#include <stdbool.h>
#include <pthread.h>

struct table {
	int rows;
	pthread_mutex_t lock;
};
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int lines;

static void add_row(struct table *table, bool locked)
{
	if (!locked)
		pthread_mutex_lock(&table->lock);
	table->rows++;
	if (!locked)
		pthread_mutex_unlock(&table->lock);
}

void table_add_two(struct table *table)
{
	pthread_mutex_lock(&table->lock);
	add_row(table, true);
	add_row(table, false);
	pthread_mutex_unlock(&table->lock);
}

void table_log(struct table *table)
{
	add_row(table, false);
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
}
