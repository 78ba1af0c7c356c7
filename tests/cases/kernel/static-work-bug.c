/* SPDX-License-Identifier: MIT */
/* Work that is a variable, set up by its initialiser. */
// locklore: must deadlock reset_lock reset_work
// locklore: must-not self reset_lock
#include "include/linux/mutex.h"
#include "include/linux/workqueue.h"

static DEFINE_MUTEX(reset_lock);
int resets;

static void do_reset(struct work_struct *work)
{
	mutex_lock(&reset_lock);
	resets++;
	mutex_unlock(&reset_lock);
}

static DECLARE_WORK(reset_work, do_reset);

void reset(void)
{
	schedule_work(&reset_work);
}

void reset_wait(void)
{
	mutex_lock(&reset_lock);
	flush_work(&reset_work);
	resets = 0;
	mutex_unlock(&reset_lock);
}
