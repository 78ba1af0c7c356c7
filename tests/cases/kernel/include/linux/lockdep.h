/* SPDX-License-Identifier: MIT */
/* Annotations, as a kernel with PROVE_LOCKING compiles them; -DNO_LOCKDEP: without. */
#ifndef MOCK_LOCKDEP_H
#define MOCK_LOCKDEP_H

#include "kernel.h"

#ifndef NO_LOCKDEP
#define CONFIG_LOCKDEP 1
#endif
#define SINGLE_DEPTH_NESTING 1

struct lock_class_key { int unused; };
struct lockdep_map {
	const char *name;
	int wait_type;
};

#ifdef CONFIG_LOCKDEP
#define LOCK_STATE_UNKNOWN (-1)
#define LOCK_STATE_NOT_HELD 0
#define LOCK_STATE_HELD 1
extern int debug_locks;
extern int lock_is_held_type(const struct lockdep_map *lock, int read);
extern void lock_acquire(struct lockdep_map *lock, unsigned int subclass, int trylock, int read,
			 int check, struct lockdep_map *nest_lock, unsigned long ip);
extern void lock_release(struct lockdep_map *lock, unsigned long ip);
static inline int lock_is_held(const struct lockdep_map *lock)
{
	return lock_is_held_type(lock, -1);
}
#define lockdep_is_held(lock) lock_is_held(&(lock)->dep_map)
#define lockdep_is_held_type(lock, r) lock_is_held_type(&(lock)->dep_map, (r))
#define lockdep_assert(cond) do { WARN_ON(debug_locks && !(cond)); } while (0)
#define lockdep_assert_held(l) lockdep_assert(lockdep_is_held(l) != LOCK_STATE_NOT_HELD)
#define lockdep_assert_not_held(l) lockdep_assert(lockdep_is_held(l) != LOCK_STATE_HELD)
#define lockdep_assert_held_write(l) lockdep_assert(lockdep_is_held_type(l, 0))
#define lockdep_assert_held_read(l) lockdep_assert(lockdep_is_held_type(l, 1))
#else
#define lockdep_assert_held(l) do { (void)(l); } while (0)
#define lockdep_assert_not_held(l) do { (void)(l); } while (0)
#define lockdep_assert_held_write(l) do { (void)(l); } while (0)
#define lockdep_assert_held_read(l) do { (void)(l); } while (0)
#endif

#endif
