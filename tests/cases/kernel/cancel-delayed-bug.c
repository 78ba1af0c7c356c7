/* SPDX-License-Identifier: MIT */
/* As flush-work-bug.c: delayed work, cancelled, through a second lock. */
// locklore: must deadlock dev->lock list_lock *poll*
// locklore: must order dev->lock list_lock
#include "include/linux/mutex.h"
#include "include/linux/workqueue.h"

struct dev {
	int n;
	struct delayed_work poll;
	struct mutex lock;
};
static DEFINE_MUTEX(list_lock);

static void dev_poll(struct work_struct *work)
{
	struct dev *dev = container_of(work, struct dev, poll.work);

	mutex_lock(&dev->lock);
	dev->n++;
	mutex_unlock(&dev->lock);
}

void dev_init(struct dev *dev)
{
	INIT_DELAYED_WORK(&dev->poll, dev_poll);
	schedule_delayed_work(&dev->poll, 10);
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
	cancel_delayed_work_sync(&dev->poll);
	mutex_unlock(&list_lock);
}
