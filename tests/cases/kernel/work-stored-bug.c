/* SPDX-License-Identifier: MIT */
/* The work function is called directly, under the lock. */
// locklore: known-miss self dev->lock
// locklore: must order dev->lock list_lock
// locklore: must-not order list_lock dev->lock
#include "include/linux/mutex.h"
#include "include/linux/workqueue.h"

struct dev {
	int n;
	struct work_struct work;
	struct mutex lock;
};
static DEFINE_MUTEX(list_lock);

static void dev_work(struct work_struct *work)
{
	struct dev *dev = container_of(work, struct dev, work);

	mutex_lock(&dev->lock);
	mutex_lock(&list_lock);
	dev->n++;
	mutex_unlock(&list_lock);
	mutex_unlock(&dev->lock);
}

void dev_init(struct dev *dev)
{
	mutex_lock(&dev->lock);
	INIT_WORK(&dev->work, dev_work);
	if (!schedule_work(&dev->work))
		dev_work(&dev->work);
	mutex_unlock(&dev->lock);
}
