/* SPDX-License-Identifier: MIT */
/* RCU: a reader takes the lock under which somebody waits for RCU readers. */
// locklore: must deadlock rcu tbl->lock
// locklore: must order rcu tbl->lock
// locklore: must-not self tbl->lock
#include "include/linux/mutex.h"
#include "include/linux/rcupdate.h"

struct tbl {
	struct mutex lock;
	int *rows;
};

void look_up(struct tbl *tbl)
{
	rcu_read_lock();
	mutex_lock(&tbl->lock);
	touch(rcu_dereference(tbl->rows));
	mutex_unlock(&tbl->lock);
	rcu_read_unlock();
}

void replace(struct tbl *tbl, int *rows)
{
	mutex_lock(&tbl->lock);
	swap(tbl->rows, rows);
	synchronize_rcu();
	mutex_unlock(&tbl->lock);
	kfree(rows);
}
