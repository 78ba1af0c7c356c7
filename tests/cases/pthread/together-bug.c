/* SPDX-License-Identifier: MIT */
/* "never held together", and they are; a function said to be called without a lock is called with it. */
// locklore: must verdict contradicted : disk_lock and net_lock are never held together
// locklore: must verdict contradicted : publish() is called without disk_lock held
// locklore: must order disk_lock net_lock
// locklore: must-not deadlock
#include <pthread.h>

static pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t net_lock = PTHREAD_MUTEX_INITIALIZER;
int blocks, packets;

static void publish(void)
{
	pthread_mutex_lock(&net_lock);
	packets++;
	pthread_mutex_unlock(&net_lock);
}

void save(void)
{
	pthread_mutex_lock(&disk_lock);
	blocks++;
	publish();
	pthread_mutex_unlock(&disk_lock);
}
