/* SPDX-License-Identifier: MIT */
/* Work: stored, run later by a worker thread. */
#ifndef MOCK_WORKQUEUE_H
#define MOCK_WORKQUEUE_H

#include "list.h"
#include "lockdep.h"

struct workqueue_struct;
struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);
struct work_struct {
	atomic_long_t data;
	struct list_head entry;
	work_func_t func;
#ifdef CONFIG_LOCKDEP
	struct lockdep_map lockdep_map;
#endif
};
struct delayed_work {
	struct work_struct work;
	unsigned long expires;
};

#define INIT_WORK(work_, func_) do { \
	(work_)->data.counter = 0; \
	INIT_LIST_HEAD(&(work_)->entry); \
	(work_)->func = (func_); \
} while (0)
#define INIT_DELAYED_WORK(work_, func_) INIT_WORK(&(work_)->work, func_)
#define DECLARE_WORK(n, f) \
	struct work_struct n = { .entry = LIST_HEAD_INIT((n).entry), .func = (f) }

extern struct workqueue_struct *system_wq;
extern bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work);
extern bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *work,
				  unsigned long delay);
extern bool flush_work(struct work_struct *work);
extern bool cancel_work_sync(struct work_struct *work);
extern bool cancel_work(struct work_struct *work);
extern bool cancel_delayed_work_sync(struct delayed_work *work);
static inline bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	return queue_work_on(64, wq, work);
}
static inline bool schedule_work(struct work_struct *work)
{
	return queue_work(system_wq, work);
}
static inline bool schedule_delayed_work(struct delayed_work *work, unsigned long delay)
{
	return queue_delayed_work_on(64, system_wq, work, delay);
}

#endif
