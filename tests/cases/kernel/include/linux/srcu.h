/* SPDX-License-Identifier: MIT */
/* Sleepable RCU. */
#ifndef MOCK_SRCU_H
#define MOCK_SRCU_H

#include "cleanup.h"
#include "rcupdate.h"

struct srcu_struct {
	unsigned int srcu_idx;
#ifdef CONFIG_LOCKDEP
	struct lockdep_map dep_map;
#endif
};

#define DEFINE_SRCU(name) struct srcu_struct name = { .srcu_idx = 0 }
#define DEFINE_STATIC_SRCU(name) static DEFINE_SRCU(name)
extern int __srcu_read_lock(struct srcu_struct *ssp);
extern void __srcu_read_unlock(struct srcu_struct *ssp, int idx);
extern void synchronize_srcu(struct srcu_struct *ssp);
extern void synchronize_srcu_expedited(struct srcu_struct *ssp);
extern void call_srcu(struct srcu_struct *ssp, struct rcu_head *head, rcu_callback_t func);
extern void srcu_barrier(struct srcu_struct *ssp);

static inline int srcu_read_lock(struct srcu_struct *ssp)
{
	int retval;

	retval = __srcu_read_lock(ssp);
	rcu_lock_acquire(&(ssp)->dep_map);
	return retval;
}
static inline void srcu_read_unlock(struct srcu_struct *ssp, int idx)
{
	rcu_lock_release(&(ssp)->dep_map);
	__srcu_read_unlock(ssp, idx);
}
#define srcu_dereference(p, ssp) READ_ONCE(p)

DEFINE_LOCK_GUARD_1(srcu, struct srcu_struct, _T->idx = srcu_read_lock(_T->lock),
		    srcu_read_unlock(_T->lock, _T->idx), int idx)

#endif
