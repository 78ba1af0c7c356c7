/* SPDX-License-Identifier: MIT */
/* One caller forgets the outer lock. */
// locklore: must verdict contradicted : critical sections for index_lock must also take data_lock
// locklore: must verdict contradicted : rebuild() is called with data_lock held
// locklore: must order data_lock index_lock
// locklore: must-not deadlock
#include <pthread.h>

static pthread_mutex_t data_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t index_lock = PTHREAD_MUTEX_INITIALIZER;
int data, index_size;

static void rebuild(void)
{
	pthread_mutex_lock(&index_lock);
	index_size = data;
	pthread_mutex_unlock(&index_lock);
}

void add(void)
{
	pthread_mutex_lock(&data_lock);
	data++;
	rebuild();
	pthread_mutex_unlock(&data_lock);
}

void repair(void)
{
	rebuild();
}
