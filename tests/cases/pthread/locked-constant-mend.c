/* SPDX-License-Identifier: MIT */
/* bool locked is a constant at every call: the callee never locks again what its caller holds. */
// locklore: must-not deadlock
// locklore: must-not self table->lock
// locklore: must order log_lock table->lock
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

void table_add(struct table *table)
{
	add_row(table, false);
}

void table_add_two(struct table *table)
{
	pthread_mutex_lock(&table->lock);
	add_row(table, true);
	add_row(table, true);
	pthread_mutex_unlock(&table->lock);
}

void table_log(struct table *table)
{
	pthread_mutex_lock(&log_lock);
	lines++;
	add_row(table, false);
	pthread_mutex_unlock(&log_lock);
}
