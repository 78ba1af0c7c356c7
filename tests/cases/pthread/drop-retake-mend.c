/* SPDX-License-Identifier: MIT */
/* The callee drops its caller's lock, takes another one, and takes the first again. */
// locklore: must-not deadlock
// locklore: must-not order dev->lock bus_lock
// locklore: must order bus_lock dev->lock
// locklore: must order dev->lock log_lock
#include <pthread.h>

struct dev {
	pthread_mutex_t lock;
	int state;
};
static pthread_mutex_t bus_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int probes, lines;

static void probe_unlocked(struct dev *dev)
{
	pthread_mutex_unlock(&dev->lock);
	pthread_mutex_lock(&bus_lock);
	probes++;
	pthread_mutex_unlock(&bus_lock);
	pthread_mutex_lock(&dev->lock);
}

void dev_start(struct dev *dev)
{
	pthread_mutex_lock(&dev->lock);
	probe_unlocked(dev);
	pthread_mutex_lock(&log_lock); /* dev->lock is held again */
	lines++;
	pthread_mutex_unlock(&log_lock);
	pthread_mutex_unlock(&dev->lock);
}

void bus_reset(struct dev *dev)
{
	pthread_mutex_lock(&bus_lock);
	pthread_mutex_lock(&dev->lock);
	dev->state = 0;
	pthread_mutex_unlock(&dev->lock);
	pthread_mutex_unlock(&bus_lock);
}
