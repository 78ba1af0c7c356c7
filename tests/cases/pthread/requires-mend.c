/* SPDX-License-Identifier: MIT */
/* "critical sections for A must also take B", and a function that is called with a lock held. */
// locklore: must verdict upheld : critical sections for index_lock must also take data_lock
// locklore: must verdict upheld : rebuild() is called with data_lock held
// locklore: must verdict contradicted : critical sections for data_lock must also take index_lock
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

void drop_all(void)
{
	pthread_mutex_lock(&data_lock);
	data = 0;
	pthread_mutex_unlock(&data_lock);
}
