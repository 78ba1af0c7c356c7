/* SPDX-License-Identifier: MIT */
/* The usual form: readers take nothing, the updater waits under its mutex. */
// locklore: must-not deadlock
// locklore: must-not order rcu tbl->lock
// locklore: must order tbl->lock rcu
// locklore: must wait rcu inside tbl->lock
#include "include/linux/mutex.h"
#include "include/linux/rcupdate.h"

struct tbl {
	struct mutex lock;
	int *rows;
};

void look_up(struct tbl *tbl)
{
	rcu_read_lock();
	touch(rcu_dereference(tbl->rows));
	rcu_read_unlock();
}

void look_up_locked(struct tbl *tbl)
{
	mutex_lock(&tbl->lock);
	look_up(tbl);
	mutex_unlock(&tbl->lock);
}

void replace(struct tbl *tbl, int *rows)
{
	mutex_lock(&tbl->lock);
	swap(tbl->rows, rows);
	synchronize_rcu();
	mutex_unlock(&tbl->lock);
	kfree(rows);
}
