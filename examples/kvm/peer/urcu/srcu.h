/* SPDX-License-Identifier: MIT */
/* liburcu's memb flavour in place of libsrcu, for the benchmark: one domain for all. */
#ifndef PEER_URCU_SRCU_H
#define PEER_URCU_SRCU_H

#define _LGPL_SOURCE
#define RCU_MEMB
#include <urcu.h>

struct srcu_struct {
	char unused;
};

struct srcu_head {
	struct rcu_head head;
};

#define SRCU_THREAD_BEGIN()	       rcu_register_thread()
#define SRCU_THREAD_END()	       rcu_unregister_thread()
#define srcu_dereference(pp, ssp)      ((void)(ssp), rcu_dereference(*(pp)))
#define srcu_assign_pointer(pp, value) __atomic_store_n((pp), (value), __ATOMIC_RELEASE)

static inline int init_srcu_struct(struct srcu_struct *ssp)
{
	(void)ssp;
	return 0;
}

static inline void cleanup_srcu_struct(struct srcu_struct *ssp)
{
	(void)ssp;
}

static inline int srcu_read_lock(struct srcu_struct *ssp)
{
	(void)ssp;
	rcu_read_lock();
	return 0;
}

static inline void srcu_read_unlock(struct srcu_struct *ssp, int idx)
{
	(void)ssp;
	(void)idx;
	rcu_read_unlock();
}

static inline void synchronize_srcu(struct srcu_struct *ssp)
{
	(void)ssp;
	synchronize_rcu();
}

static inline void synchronize_srcu_expedited(struct srcu_struct *ssp)
{
	synchronize_srcu(ssp);
}

static inline void call_srcu(struct srcu_struct *ssp, struct srcu_head *head,
			     void (*func)(struct srcu_head *))
{
	synchronize_srcu(ssp);
	func(head);
}

static inline void srcu_barrier(struct srcu_struct *ssp)
{
	(void)ssp;
}

#endif
