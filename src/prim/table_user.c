/* SPDX-License-Identifier: MIT */
/*
 * User space: pthread and C11 threads.
 *
 * A blocking pthread lock says 0 when it is held; a program that does not look relies on that.
 * So these rows are IF_ZERO with neither TRY nor INTR, which the analysis reads as "held unless
 * the code asks and is told otherwise".
 *
 * Readers of a default pthread_rwlock_t pass waiting writers: shared-recursive.
 */
#include "prim/table.h"

#define LOCK_OK IF_ZERO, 0
#define TRY_OK IF_ZERO, FACTS_TRY
#define TIMED_OK IF_ZERO, FACTS_INTR
#define READER SHARED_RECURSIVE
#define REWAIT(nm, suc) \
	PRIM_ROW(nm, REWAIT, 1, MUTEX, EXCLUSIVE, suc, 0, PRIM_NO_ARG, NULL, NULL)

const struct prim prim_rows_user[] = {
	TAKE_IF("pthread_mutex_lock", 0, MUTEX, EXCLUSIVE, LOCK_OK),
	TAKE_IF("pthread_mutex_trylock", 0, MUTEX, EXCLUSIVE, TRY_OK),
	TAKE_IF("pthread_mutex_timedlock", 0, MUTEX, EXCLUSIVE, TIMED_OK),
	TAKE_IF("pthread_mutex_clocklock", 0, MUTEX, EXCLUSIVE, TIMED_OK),
	DROP("pthread_mutex_unlock", 0, MUTEX, EXCLUSIVE),

	TAKE_IF("pthread_rwlock_rdlock", 0, RWLOCK, READER, LOCK_OK),
	TAKE_IF("pthread_rwlock_tryrdlock", 0, RWLOCK, READER, TRY_OK),
	TAKE_IF("pthread_rwlock_timedrdlock", 0, RWLOCK, READER, TIMED_OK),
	TAKE_IF("pthread_rwlock_clockrdlock", 0, RWLOCK, READER, TIMED_OK),
	TAKE_IF("pthread_rwlock_wrlock", 0, RWLOCK, EXCLUSIVE, LOCK_OK),
	TAKE_IF("pthread_rwlock_trywrlock", 0, RWLOCK, EXCLUSIVE, TRY_OK),
	TAKE_IF("pthread_rwlock_timedwrlock", 0, RWLOCK, EXCLUSIVE, TIMED_OK),
	TAKE_IF("pthread_rwlock_clockwrlock", 0, RWLOCK, EXCLUSIVE, TIMED_OK),
	/* Drops whichever side is held: the mode is not looked at where another one is held. */
	DROP("pthread_rwlock_unlock", 0, RWLOCK, EXCLUSIVE),

	TAKE_IF("pthread_spin_lock", 0, SPIN, EXCLUSIVE, LOCK_OK),
	TAKE_IF("pthread_spin_trylock", 0, SPIN, EXCLUSIVE, TRY_OK),
	DROP("pthread_spin_unlock", 0, SPIN, EXCLUSIVE),

	REWAIT("pthread_cond_wait", ALWAYS),
	REWAIT("pthread_cond_timedwait", ALWAYS),
	REWAIT("pthread_cond_clockwait", ALWAYS),
	REWAIT("pthread_cond_reltimedwait_np", ALWAYS),

	SPAWN("pthread_create", 0, 2),
	/* These are handed the value that pthread_create() stored: the lock is where it is loaded from. */
	WAIT("pthread_join", 0, READSIDE, NULL),
	WAIT("pthread_timedjoin_np", 0, READSIDE, "pthread_join"),
	WAIT("pthread_clockjoin_np", 0, READSIDE, "pthread_join"),
	PRIM_ROW("pthread_tryjoin_np", IGNORE, PRIM_NO_ARG, UNKNOWN, EXCLUSIVE, ALWAYS, 0, PRIM_NO_ARG,
		 NULL, NULL),
	CALLS("pthread_once", 1), CALLS("qsort", 3), CALLS("bsearch", 4),

	TAKE_IF("mtx_lock", 0, MUTEX, EXCLUSIVE, LOCK_OK),
	TAKE_IF("mtx_trylock", 0, MUTEX, EXCLUSIVE, TRY_OK),
	TAKE_IF("mtx_timedlock", 0, MUTEX, EXCLUSIVE, TIMED_OK),
	DROP("mtx_unlock", 0, MUTEX, EXCLUSIVE),
	REWAIT("cnd_wait", ALWAYS),
	REWAIT("cnd_timedwait", ALWAYS),
	SPAWN("thrd_create", 0, 1),
	WAIT("thrd_join", 0, READSIDE, NULL),
	CALLS("call_once", 1),
	{ .name = NULL },
};
