/* SPDX-License-Identifier: MIT */
/* Kernel threads, and work for them. */
#ifndef MOCK_KTHREAD_H
#define MOCK_KTHREAD_H

#include "err.h"
#include "list.h"

struct task_struct;
struct kthread_worker;
struct kthread_work;
typedef void (*kthread_work_func_t)(struct kthread_work *work);
struct kthread_work {
	struct list_head node;
	kthread_work_func_t func;
};

extern struct task_struct *kthread_create_on_node(int (*threadfn)(void *data), void *data, int node,
						  const char *namefmt, ...);
extern int kthread_stop(struct task_struct *k);
extern bool kthread_should_stop(void);
extern int wake_up_process(struct task_struct *k);
extern bool kthread_queue_work(struct kthread_worker *worker, struct kthread_work *work);
extern void kthread_flush_work(struct kthread_work *work);
#define kthread_run(threadfn, data, namefmt, ...) ({ \
	struct task_struct *k_ = kthread_create_on_node(threadfn, data, -1, namefmt, ##__VA_ARGS__); \
	if (!IS_ERR(k_)) \
		wake_up_process(k_); \
	k_; \
})
#define kthread_init_work(work, fn) do { \
	INIT_LIST_HEAD(&(work)->node); \
	(work)->func = (fn); \
} while (0)

#endif
