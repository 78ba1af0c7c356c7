/* SPDX-License-Identifier: MIT */
/* rwlock_t: a queued lock, fair between readers and writers. */
#ifndef MOCK_RWLOCK_H
#define MOCK_RWLOCK_H

#include "lockdep.h"

typedef struct {
	atomic_t raw_lock;
#ifdef CONFIG_LOCKDEP
	struct lockdep_map dep_map;
#endif
} rwlock_t;

#define DEFINE_RWLOCK(x) rwlock_t x = { { 0 } }
extern void _raw_read_lock(rwlock_t *lock);
extern void _raw_write_lock(rwlock_t *lock);
extern unsigned long _raw_read_lock_irqsave(rwlock_t *lock);
extern int _raw_read_trylock(rwlock_t *lock);
extern int _raw_write_trylock(rwlock_t *lock);
extern void _raw_read_unlock(rwlock_t *lock);
extern void _raw_write_unlock(rwlock_t *lock);
extern void _raw_read_unlock_irqrestore(rwlock_t *lock, unsigned long flags);
#define read_lock(lock) _raw_read_lock(lock)
#define read_trylock(lock) _raw_read_trylock(lock)
#define read_unlock(lock) _raw_read_unlock(lock)
#define write_lock(lock) _raw_write_lock(lock)
#define write_trylock(lock) _raw_write_trylock(lock)
#define write_unlock(lock) _raw_write_unlock(lock)
#define read_lock_irqsave(lock, flags) do { flags = _raw_read_lock_irqsave(lock); } while (0)
#define read_unlock_irqrestore(lock, flags) _raw_read_unlock_irqrestore(lock, flags)

#endif
