/* SPDX-License-Identifier: MIT */
/* cancel_work() waits for nobody. */
// locklore: must-not deadlock
// locklore: must order dev->lock list_lock
// locklore: must-not order list_lock dev->lock
#include "include/linux/mutex.h"
#include "include/linux/workqueue.h"

struct dev {
	int n;
	struct work_struct poll;
	struct mutex lock;
};
static DEFINE_MUTEX(list_lock);

static void dev_poll(struct work_struct *work)
{
	struct dev *dev = container_of(work, struct dev, poll);

	mutex_lock(&dev->lock);
	dev->n++;
	mutex_unlock(&dev->lock);
}

void dev_init(struct dev *dev)
{
	INIT_WORK(&dev->poll, dev_poll);
	schedule_work(&dev->poll);
}

void dev_add(struct dev *dev)
{
	mutex_lock(&dev->lock);
	mutex_lock(&list_lock);
	dev->n = 1;
	mutex_unlock(&list_lock);
	mutex_unlock(&dev->lock);
}

void dev_del(struct dev *dev)
{
	mutex_lock(&list_lock);
	cancel_work(&dev->poll);
	mutex_unlock(&list_lock);
}
