/* SPDX-License-Identifier: MIT */
/* The scope has ended, with an early return out of it, before the other lock is taken. */
// locklore: must-not deadlock
// locklore: must-not order dev->list_lock dev->lock
// locklore: must order dev->lock dev->list_lock
// locklore: must order dev->lock dev->spin
// locklore: must-not order dev->spin dev->list_lock
#include "include/linux/mutex.h"
#include "include/linux/spinlock.h"

struct dev {
	int n;
	spinlock_t spin;
	struct mutex lock;
	struct mutex list_lock;
};

int dev_add(struct dev *dev)
{
	guard(mutex)(&dev->lock);
	scoped_guard(spinlock_irqsave, &dev->spin) {
		if (dev->n < 0)
			return -EINVAL;
		dev->n++;
	}
	guard(mutex)(&dev->list_lock);
	return dev->n;
}

int dev_list(struct dev *dev)
{
	scoped_guard(mutex, &dev->list_lock) {
		if (!dev->n)
			return 0;
	}
	guard(mutex)(&dev->lock);
	return dev->n;
}
