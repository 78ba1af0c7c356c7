/* SPDX-License-Identifier: MIT */
/* The inner read lock is only tried. */
// locklore: must-not deadlock
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
	if (read_trylock(&dev->rwlock)) {
		dev->n--;
		read_unlock(&dev->rwlock);
	}
	spin_unlock(&dev->spin);
}

void dev_set(struct dev *dev)
{
	write_lock(&dev->rwlock);
	dev->n = 0;
	write_unlock(&dev->rwlock);
}
