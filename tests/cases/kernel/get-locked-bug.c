/* SPDX-License-Identifier: MIT */
/* The locked object, and a lock under it against the order. */
// locklore: must deadlock dev->lock stat_lock
// locklore: must order dev->lock stat_lock
// locklore: must-not order dev->lock err_lock
#include "include/linux/err.h"
#include "include/linux/mutex.h"

struct dev {
	struct mutex lock;
	bool is_gone;
};
struct dev *devs[4];
static DEFINE_MUTEX(stat_lock);
static DEFINE_MUTEX(err_lock);

static struct dev *dev_get_locked(unsigned int i)
{
	struct dev *dev = i < 4 ? devs[i] : NULL;

	if (!dev)
		return ERR_PTR(-ENODEV);
	mutex_lock(&dev->lock);
	if (dev->is_gone) {
		mutex_unlock(&dev->lock);
		return ERR_PTR(-EBUSY);
	}
	return dev;
}

int dev_use(unsigned int i)
{
	struct dev *dev = dev_get_locked(i);

	if (IS_ERR(dev)) {
		mutex_lock(&err_lock);
		touch(NULL);
		mutex_unlock(&err_lock);
		return (int)PTR_ERR(dev);
	}
	mutex_lock(&stat_lock);
	touch(dev);
	mutex_unlock(&stat_lock);
	mutex_unlock(&dev->lock);
	return 0;
}

void stats_clear(unsigned int i)
{
	struct dev *dev;

	mutex_lock(&stat_lock);
	dev = dev_get_locked(i);
	if (!IS_ERR(dev))
		mutex_unlock(&dev->lock);
	mutex_unlock(&stat_lock);
}
