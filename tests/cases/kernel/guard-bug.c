/* SPDX-License-Identifier: MIT */
/* guard() and scoped_guard(). */
// locklore: must deadlock dev->lock dev->list_lock
// locklore: must order dev->lock dev->list_lock
// locklore: must order dev->list_lock dev->lock
#include "include/linux/mutex.h"
#include "include/linux/spinlock.h"

struct dev {
	int n;
	struct mutex lock;
	struct mutex list_lock;
};

int dev_add(struct dev *dev)
{
	guard(mutex)(&dev->lock);
	if (dev->n < 0)
		return -EINVAL;
	scoped_guard(mutex, &dev->list_lock) {
		dev->n++;
	}
	return 0;
}

int dev_list(struct dev *dev)
{
	guard(mutex)(&dev->list_lock);
	guard(mutex)(&dev->lock);
	return dev->n;
}
