/* SPDX-License-Identifier: MIT */
/* The barrier is waited for with nothing held. */
// locklore: must-not deadlock
// locklore: must order dev->lock log_lock
// locklore: must-not wait dev->srcu inside dev->lock
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct dev {
	struct mutex lock;
	struct srcu_struct srcu;
	struct rcu_head rcu;
	int buffers;
};
static DEFINE_MUTEX(log_lock);

static void buffer_free(struct rcu_head *head)
{
	struct dev *dev = container_of(head, struct dev, rcu);

	mutex_lock(&dev->lock);
	dev->buffers--;
	mutex_unlock(&dev->lock);
}

void buffer_drop(struct dev *dev)
{
	call_srcu(&dev->srcu, &dev->rcu, buffer_free);
}

void dev_close(struct dev *dev)
{
	mutex_lock(&dev->lock);
	mutex_lock(&log_lock);
	touch(dev);
	mutex_unlock(&log_lock);
	mutex_unlock(&dev->lock);
	srcu_barrier(&dev->srcu);
}
