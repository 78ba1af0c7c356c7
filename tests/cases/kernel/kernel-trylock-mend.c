/* SPDX-License-Identifier: MIT */
/* In the kernel a trylock returns 1 with the lock held. */
// locklore: must-not deadlock
// locklore: must-not order dev->lock busy_lock
// locklore: must order busy_lock dev->lock
// locklore: must order dev->lock stat_lock
#include "include/linux/mutex.h"

struct dev {
	struct mutex lock;
	int n;
};
static DEFINE_MUTEX(busy_lock);
static DEFINE_MUTEX(stat_lock);

int dev_poke(struct dev *dev)
{
	if (!mutex_trylock(&dev->lock)) {
		mutex_lock(&busy_lock);
		touch(dev);
		mutex_unlock(&busy_lock);
		return -EBUSY;
	}
	mutex_lock(&stat_lock);
	dev->n++;
	mutex_unlock(&stat_lock);
	mutex_unlock(&dev->lock);
	return 0;
}

void dev_idle(struct dev *dev)
{
	mutex_lock(&busy_lock);
	mutex_lock(&dev->lock);
	dev->n = 0;
	mutex_unlock(&dev->lock);
	mutex_unlock(&busy_lock);
}
