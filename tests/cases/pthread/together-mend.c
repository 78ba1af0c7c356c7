/* SPDX-License-Identifier: MIT */
/* They are held one after the other. */
// locklore: must verdict upheld : disk_lock and net_lock are never held together
// locklore: must verdict upheld : publish() is called without disk_lock held
// locklore: must-not order disk_lock net_lock
// locklore: must-not order net_lock disk_lock
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
	pthread_mutex_unlock(&disk_lock);
	publish();
}
