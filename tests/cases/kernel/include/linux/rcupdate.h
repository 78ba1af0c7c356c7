/* SPDX-License-Identifier: MIT */
/* RCU. */
#ifndef MOCK_RCUPDATE_H
#define MOCK_RCUPDATE_H

#include "lockdep.h"

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};
typedef void (*rcu_callback_t)(struct rcu_head *head);

extern void __rcu_read_lock(void);
extern void __rcu_read_unlock(void);
extern void synchronize_rcu(void);
extern void synchronize_rcu_expedited(void);
extern void call_rcu(struct rcu_head *head, rcu_callback_t func);
extern void rcu_barrier(void);
#ifdef CONFIG_LOCKDEP
extern struct lockdep_map rcu_lock_map;
static inline void rcu_lock_acquire(struct lockdep_map *map)
{
	lock_acquire(map, 0, 0, 2, 0, NULL, (unsigned long)__builtin_return_address(0));
}
static inline void rcu_lock_release(struct lockdep_map *map)
{
	lock_release(map, (unsigned long)__builtin_return_address(0));
}
#else
#define rcu_lock_acquire(map) do { } while (0)
#define rcu_lock_release(map) do { } while (0)
#endif

static __always_inline void rcu_read_lock(void)
{
	__rcu_read_lock();
	rcu_lock_acquire(&rcu_lock_map);
}
static inline void rcu_read_unlock(void)
{
	rcu_lock_release(&rcu_lock_map);
	__rcu_read_unlock();
}
#define rcu_dereference(p) READ_ONCE(p)
#define rcu_assign_pointer(p, v) WRITE_ONCE(p, v)

#endif
