/* SPDX-License-Identifier: MIT */
/* A helper hands the trylock's result on as a bool. */
// locklore: must deadlock dev->lock stat_lock
// locklore: must order dev->lock stat_lock
// locklore: must-not order dev->lock busy_lock
#include "include/linux/mutex.h"

struct dev {
	struct mutex lock;
	int n;
};
static DEFINE_MUTEX(busy_lock);
static DEFINE_MUTEX(stat_lock);

static bool dev_try(struct dev *dev)
{
	if (dev->n < 0)
		return false;
	return mutex_trylock(&dev->lock);
}

int dev_poke(struct dev *dev)
{
	if (!dev_try(dev)) {
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

void stat_reset(struct dev *dev)
{
	mutex_lock(&stat_lock);
	mutex_lock(&dev->lock);
	dev->n = 0;
	mutex_unlock(&dev->lock);
	mutex_unlock(&stat_lock);
}
