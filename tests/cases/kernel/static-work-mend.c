/* SPDX-License-Identifier: MIT */
/* It is flushed after the lock was dropped. */
// locklore: must-not deadlock
// locklore: must order reset_lock stat_lock
// locklore: must-not order stat_lock reset_lock
#include "include/linux/mutex.h"
#include "include/linux/workqueue.h"

static DEFINE_MUTEX(reset_lock);
static DEFINE_MUTEX(stat_lock);
int resets;

static void do_reset(struct work_struct *work)
{
	mutex_lock(&reset_lock);
	mutex_lock(&stat_lock);
	resets++;
	mutex_unlock(&stat_lock);
	mutex_unlock(&reset_lock);
}

static DECLARE_WORK(reset_work, do_reset);

void reset(void)
{
	mutex_lock(&reset_lock);
	schedule_work(&reset_work);
	mutex_unlock(&reset_lock);
}

void reset_wait(void)
{
	flush_work(&reset_work);
	mutex_lock(&stat_lock);
	resets = 0;
	mutex_unlock(&stat_lock);
}
