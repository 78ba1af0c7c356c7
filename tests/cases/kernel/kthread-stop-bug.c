/* SPDX-License-Identifier: MIT */
/* A kernel thread is stopped with a lock held that it takes. */
// locklore: known-miss deadlock scan_lock *
// locklore: must-not self scan_lock
#include "include/linux/kthread.h"
#include "include/linux/mutex.h"

static DEFINE_MUTEX(scan_lock);
static struct task_struct *scanner;
int pages;

static int scan(void *data)
{
	while (!kthread_should_stop()) {
		mutex_lock(&scan_lock);
		pages++;
		mutex_unlock(&scan_lock);
	}
	return 0;
}

int scan_start(void)
{
	scanner = kthread_run(scan, NULL, "scan");
	return IS_ERR(scanner) ? -ENOMEM : 0;
}

void scan_stop(void)
{
	mutex_lock(&scan_lock);
	kthread_stop(scanner);
	mutex_unlock(&scan_lock);
}
