/* SPDX-License-Identifier: MIT */
/* Work is set up and queued under the lock that it takes: stored, not called. */
// locklore: must-not deadlock
// locklore: must-not self dev->lock
// locklore: must-not nest dev->lock
// locklore: must order dev->lock list_lock
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
	schedule_work(&dev->work);
	mutex_unlock(&dev->lock);
}
