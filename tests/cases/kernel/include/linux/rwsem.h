/* SPDX-License-Identifier: MIT */
/* struct rw_semaphore: sleeping, fair between readers and writers. */
#ifndef MOCK_RWSEM_H
#define MOCK_RWSEM_H

#include "cleanup.h"
#include "lockdep.h"

struct rw_semaphore {
	atomic_long_t count;
#ifdef CONFIG_LOCKDEP
	struct lockdep_map dep_map;
#endif
};

#define DECLARE_RWSEM(name) struct rw_semaphore name = { { 0 } }
extern void down_read(struct rw_semaphore *sem);
extern int __must_check down_read_killable(struct rw_semaphore *sem);
extern int down_read_trylock(struct rw_semaphore *sem);
extern void down_write(struct rw_semaphore *sem);
extern int __must_check down_write_killable(struct rw_semaphore *sem);
extern int down_write_trylock(struct rw_semaphore *sem);
extern void up_read(struct rw_semaphore *sem);
extern void up_write(struct rw_semaphore *sem);
extern void downgrade_write(struct rw_semaphore *sem);
#ifdef CONFIG_LOCKDEP
extern void down_read_nested(struct rw_semaphore *sem, int subclass);
extern void down_write_nested(struct rw_semaphore *sem, int subclass);
#else
#define down_read_nested(sem, subclass) down_read(sem)
#define down_write_nested(sem, subclass) down_write(sem)
#endif

DEFINE_GUARD(rwsem_read, struct rw_semaphore *, down_read(_T), up_read(_T))
DEFINE_GUARD(rwsem_write, struct rw_semaphore *, down_write(_T), up_write(_T))

#endif
