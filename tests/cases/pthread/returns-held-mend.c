/* SPDX-License-Identifier: MIT */
/* The second lock is taken after the leaving helper: nothing is held there. */
// locklore: must-not deadlock
// locklore: must order row_lock table_lock
// locklore: must-not order table_lock row_lock
#include <pthread.h>

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t row_lock = PTHREAD_MUTEX_INITIALIZER;
int rows;

static void table_enter(void)
{
	pthread_mutex_lock(&table_lock);
	rows++;
}

static void table_leave(void)
{
	rows--;
	pthread_mutex_unlock(&table_lock);
}

void update(void)
{
	table_enter();
	table_leave();
	pthread_mutex_lock(&row_lock);
	rows *= 2;
	pthread_mutex_unlock(&row_lock);
}

void scan_row(void)
{
	pthread_mutex_lock(&row_lock);
	table_enter();
	table_leave();
	pthread_mutex_unlock(&row_lock);
}
