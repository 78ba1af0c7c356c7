/* SPDX-License-Identifier: MIT */
/* Work is waited for with a lock held that it takes. */
// locklore: must deadlock dev->lock *work*
// locklore: must-not self dev->lock
#include "include/linux/mutex.h"
#include "include/linux/workqueue.h"

struct dev {
	int n;
	struct work_struct work;
	struct mutex lock;
};

static void dev_work(struct work_struct *work)
{
	struct dev *dev = container_of(work, struct dev, work);

	mutex_lock(&dev->lock);
	dev->n++;
	mutex_unlock(&dev->lock);
}

void dev_init(struct dev *dev)
{
	INIT_WORK(&dev->work, dev_work);
	schedule_work(&dev->work);
}

void dev_stop(struct dev *dev)
{
	mutex_lock(&dev->lock);
	flush_work(&dev->work);
	dev->n = 0;
	mutex_unlock(&dev->lock);
}
