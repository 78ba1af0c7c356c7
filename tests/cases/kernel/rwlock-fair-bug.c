/* SPDX-License-Identifier: MIT */
/* rwlock_t is queued: a reader waits behind a waiting writer. */
// locklore: must deadlock dev->rwlock dev->spin
// locklore: must order dev->rwlock dev->spin
#include "include/linux/rwlock.h"
#include "include/linux/spinlock.h"

struct dev {
	rwlock_t rwlock;
	spinlock_t spin;
	int n;
};

void dev_read(struct dev *dev)
{
	read_lock(&dev->rwlock);
	spin_lock(&dev->spin);
	dev->n++;
	spin_unlock(&dev->spin);
	read_unlock(&dev->rwlock);
}

void dev_poll(struct dev *dev)
{
	spin_lock(&dev->spin);
	read_lock(&dev->rwlock);
	dev->n--;
	read_unlock(&dev->rwlock);
	spin_unlock(&dev->spin);
}

void dev_set(struct dev *dev)
{
	write_lock(&dev->rwlock);
	dev->n = 0;
	write_unlock(&dev->rwlock);
}
