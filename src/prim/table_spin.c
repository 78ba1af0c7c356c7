/* SPDX-License-Identifier: MIT */
/*
 * Kernel spinlocks and rwlocks.  Each family exists under several prefixes: spin_ (inline
 * functions), raw_spin_ (macros, or functions of a mock header), _raw_spin_ (out of line) and
 * __raw_spin_ (their bodies).
 *
 * rwlock_t readers: queued rwlocks let a reader pass a waiting writer only in interrupt context;
 * elsewhere a reader queues.  So they are shared and not shared-recursive: the stricter reading.
 */
#include "prim/table.h"

#define TRY_OK IF_NONZERO, FACTS_TRY

#define LOCK4(p, md, kd) \
	TAKE(p "lock", 0, kd, md), TAKE(p "lock_irq", 0, kd, md), \
	TAKE(p "lock_bh", 0, kd, md), TAKE(p "lock_irqsave", 0, kd, md)
#define UNLOCK4(p, md, kd) \
	DROP(p "unlock", 0, kd, md), DROP(p "unlock_irq", 0, kd, md), \
	DROP(p "unlock_bh", 0, kd, md), DROP(p "unlock_irqrestore", 0, kd, md)

#define SPIN(p) \
	LOCK4(p, EXCLUSIVE, SPIN), UNLOCK4(p, EXCLUSIVE, SPIN), \
	TAKE_NESTED(p "lock_nested", 0, SPIN, EXCLUSIVE), \
	TAKE_NESTED(p "lock_bh_nested", 0, SPIN, EXCLUSIVE), \
	TAKE_NESTED(p "lock_irqsave_nested", 0, SPIN, EXCLUSIVE), \
	TAKE_NESTED(p "lock_nest_lock", 0, SPIN, EXCLUSIVE), \
	TAKE_IF(p "trylock", 0, SPIN, EXCLUSIVE, TRY_OK), \
	TAKE_IF(p "trylock_bh", 0, SPIN, EXCLUSIVE, TRY_OK), \
	TAKE_IF(p "trylock_irq", 0, SPIN, EXCLUSIVE, TRY_OK), \
	TAKE_IF(p "trylock_irqsave", 0, SPIN, EXCLUSIVE, TRY_OK)

#define RWLOCK(p) \
	LOCK4(p "read_", SHARED, RWLOCK), UNLOCK4(p "read_", SHARED, RWLOCK), \
	TAKE_IF(p "read_trylock", 0, RWLOCK, SHARED, TRY_OK), \
	LOCK4(p "write_", EXCLUSIVE, RWLOCK), UNLOCK4(p "write_", EXCLUSIVE, RWLOCK), \
	TAKE_NESTED(p "write_lock_nested", 0, RWLOCK, EXCLUSIVE), \
	TAKE_IF(p "write_trylock", 0, RWLOCK, EXCLUSIVE, TRY_OK), \
	TAKE_IF(p "write_trylock_irqsave", 0, RWLOCK, EXCLUSIVE, TRY_OK)

const struct prim prim_rows_spin[] = {
	SPIN("spin_"), SPIN("raw_spin_"), SPIN("_raw_spin_"), SPIN("__raw_spin_"),
	RWLOCK(""), RWLOCK("_raw_"), RWLOCK("__raw_"),

	TAKE_IF("_atomic_dec_and_lock", 1, SPIN, EXCLUSIVE, IF_NONZERO, 0),
	TAKE_IF("_atomic_dec_and_lock_irqsave", 1, SPIN, EXCLUSIVE, IF_NONZERO, 0),
	TAKE_IF("_atomic_dec_and_raw_lock", 1, SPIN, EXCLUSIVE, IF_NONZERO, 0),
	TAKE_IF("_atomic_dec_and_raw_lock_irqsave", 1, SPIN, EXCLUSIVE, IF_NONZERO, 0),
	TAKE_IF("refcount_dec_and_lock", 1, SPIN, EXCLUSIVE, IF_NONZERO, 0),
	TAKE_IF("refcount_dec_and_lock_irqsave", 1, SPIN, EXCLUSIVE, IF_NONZERO, 0),

	/* Writers of a seqlock hold its spinlock; plain readers hold nothing. */
	TAKE("write_seqlock", 0, SPIN, EXCLUSIVE), DROP("write_sequnlock", 0, SPIN, EXCLUSIVE),
	TAKE("write_seqlock_bh", 0, SPIN, EXCLUSIVE), DROP("write_sequnlock_bh", 0, SPIN, EXCLUSIVE),
	TAKE("write_seqlock_irq", 0, SPIN, EXCLUSIVE), DROP("write_sequnlock_irq", 0, SPIN, EXCLUSIVE),
	TAKE("__write_seqlock_irqsave", 0, SPIN, EXCLUSIVE),
	DROP("write_sequnlock_irqrestore", 0, SPIN, EXCLUSIVE),
	TAKE("read_seqlock_excl", 0, SPIN, EXCLUSIVE), DROP("read_sequnlock_excl", 0, SPIN, EXCLUSIVE),
	TAKE("read_seqlock_excl_bh", 0, SPIN, EXCLUSIVE),
	DROP("read_sequnlock_excl_bh", 0, SPIN, EXCLUSIVE),
	TAKE("read_seqlock_excl_irq", 0, SPIN, EXCLUSIVE),
	DROP("read_sequnlock_excl_irq", 0, SPIN, EXCLUSIVE),
	TAKE("__read_seqlock_excl_irqsave", 0, SPIN, EXCLUSIVE),
	DROP("read_sequnlock_excl_irqrestore", 0, SPIN, EXCLUSIVE),
	{ .name = NULL },
};
