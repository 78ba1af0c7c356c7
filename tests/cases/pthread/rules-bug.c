/* SPDX-License-Identifier: MIT */
/* The same sentences, held against code that breaks them. */
// locklore: must verdict contradicted : table->lock is taken outside row->lock
// locklore: must verdict contradicted : log_lock is a leaf
// locklore: must verdict contradicted : table->lock cannot be taken inside row->lock
// locklore: must-not verdict upheld : spare_lock is taken outside log_lock
// locklore: must verdict upheld : spare_lock is taken inside log_lock
// locklore: must deadlock row->lock table->lock
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
	pthread_mutex_unlock(&table->lock);
}

void remove_row(struct table *table, struct row *row)
{
	pthread_mutex_lock(&row->lock);
	pthread_mutex_lock(&table->lock);
	table->rows--;
	row->n = -1;
	pthread_mutex_unlock(&table->lock);
	pthread_mutex_unlock(&row->lock);
}

void spare(void)
{
	pthread_mutex_lock(&log_lock);
	pthread_mutex_lock(&spare_lock);
	spares++;
	pthread_mutex_unlock(&spare_lock);
	pthread_mutex_unlock(&log_lock);
}
