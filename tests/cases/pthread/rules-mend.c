/* SPDX-License-Identifier: MIT */
/* Sentences, held against code that keeps them. */
// locklore: must verdict upheld : table->lock is taken outside row->lock
// locklore: must verdict upheld : row->lock is taken inside table->lock
// locklore: must verdict upheld : log_lock is a leaf
// locklore: must verdict upheld : table->lock cannot be taken inside row->lock
// locklore: must verdict upheld : row->lock can be taken inside table->lock
// locklore: must verdict upheld,upheld : table->lock is taken outside row->lock and log_lock
// locklore: must verdict 'never exercised' : log_lock is taken outside spare_lock
// locklore: must-not verdict contradicted : log_lock is taken outside spare_lock
// locklore: must-not deadlock
#include <pthread.h>

struct table {
	pthread_mutex_t lock;
	int rows;
};
struct row {
	pthread_mutex_t lock;
	int n;
};
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t spare_lock = PTHREAD_MUTEX_INITIALIZER;
int lines, spares;

void insert(struct table *table, struct row *row)
{
	pthread_mutex_lock(&table->lock);
	pthread_mutex_lock(&row->lock);
	table->rows++;
	row->n = table->rows;
	pthread_mutex_unlock(&row->lock);
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
	pthread_mutex_unlock(&table->lock);
}

void spare(void)
{
	pthread_mutex_lock(&spare_lock);
	spares++;
	pthread_mutex_unlock(&spare_lock);
}
