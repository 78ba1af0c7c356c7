/* SPDX-License-Identifier: MIT */
/* A pthread_rwlock_t in place of libsrcu, for the benchmark: to wait for readers is to write-lock.
 */
#ifndef PEER_RWLOCK_SRCU_H
#define PEER_RWLOCK_SRCU_H

#include <pthread.h>

struct srcu_struct {
	pthread_rwlock_t lock;
};

struct srcu_head {
	struct srcu_head *next;
};

#define srcu_dereference(pp, ssp)      ((void)(ssp), __atomic_load_n((pp), __ATOMIC_ACQUIRE))
#define srcu_assign_pointer(pp, value) __atomic_store_n((pp), (value), __ATOMIC_RELEASE)

static inline int init_srcu_struct(struct srcu_struct *ssp)
{
	return pthread_rwlock_init(&ssp->lock, NULL);
}

static inline void cleanup_srcu_struct(struct srcu_struct *ssp)
{
	pthread_rwlock_destroy(&ssp->lock);
}

static inline int srcu_read_lock(struct srcu_struct *ssp)
{
	pthread_rwlock_rdlock(&ssp->lock);
	return 0;
}

static inline void srcu_read_unlock(struct srcu_struct *ssp, int idx)
{
	(void)idx;
	pthread_rwlock_unlock(&ssp->lock);
}

static inline void synchronize_srcu(struct srcu_struct *ssp)
{
	pthread_rwlock_wrlock(&ssp->lock);
	pthread_rwlock_unlock(&ssp->lock);
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
