/* SPDX-License-Identifier: MIT */
/* Started under the lock, stopped without it. */
// locklore: must-not deadlock
// locklore: must-not nest scan_lock
// locklore: must order scan_lock page_lock
#include "include/linux/kthread.h"
#include "include/linux/mutex.h"

static DEFINE_MUTEX(scan_lock);
static DEFINE_MUTEX(page_lock);
static struct task_struct *scanner;
int pages;

static int scan(void *data)
{
	while (!kthread_should_stop()) {
		mutex_lock(&scan_lock);
		mutex_lock(&page_lock);
		pages++;
		mutex_unlock(&page_lock);
		mutex_unlock(&scan_lock);
	}
	return 0;
}

int scan_start(void)
{
	int err;

	mutex_lock(&scan_lock);
	scanner = kthread_run(scan, NULL, "scan");
	err = IS_ERR(scanner) ? -ENOMEM : 0;
	mutex_unlock(&scan_lock);
	return err;
}

void scan_stop(void)
{
	kthread_stop(scanner);
}
