/* SPDX-License-Identifier: MIT */
/* It is waited for first; and other work is waited for under the lock, which does not take it. */
// locklore: must-not deadlock
// locklore: must-not self dev->lock
// locklore: must order list_lock dev->lock
// locklore: must-not order dev->lock list_lock
#include "include/linux/mutex.h"
#include "include/linux/workqueue.h"

struct dev {
	int n;
	struct work_struct work, idle_work;
	struct mutex lock;
};
static DEFINE_MUTEX(list_lock);

static void dev_work(struct work_struct *work)
{
	struct dev *dev = container_of(work, struct dev, work);

	mutex_lock(&list_lock);
	mutex_lock(&dev->lock);
	dev->n++;
	mutex_unlock(&dev->lock);
	mutex_unlock(&list_lock);
}

static void dev_idle(struct work_struct *work)
{
	struct dev *dev = container_of(work, struct dev, idle_work);

	touch(dev);
}

void dev_init(struct dev *dev)
{
	INIT_WORK(&dev->work, dev_work);
	INIT_WORK(&dev->idle_work, dev_idle);
	schedule_work(&dev->work);
	schedule_work(&dev->idle_work);
}

void dev_stop(struct dev *dev)
{
	cancel_work_sync(&dev->work);
	mutex_lock(&dev->lock);
	flush_work(&dev->idle_work);
	dev->n = 0;
	mutex_unlock(&dev->lock);
}
