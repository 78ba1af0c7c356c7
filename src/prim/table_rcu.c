/* SPDX-License-Identifier: MIT */
/*
 * RCU and SRCU: of the kernel, of libsrcu (which uses the kernel's names), and of liburcu.
 *
 * Since Linux 4.20 one grace period waits for all of rcu_read_lock(), _bh and _sched: one class.
 * liburcu's flavours do not wait for each other's readers: a class each, the usual ones (memb, mb,
 * signal: a program has one of them) share the name "rcu".
 */
#include "prim/table.h"

#define READER SHARED_RECURSIVE

#define RCU_LOCK(nm) GLOBAL_TAKE(nm, "rcu", RCU, READER)
#define RCU_UNLOCK(nm) GLOBAL_DROP(nm, "rcu", RCU, READER)
#define RCU_WAIT(nm, sd) GLOBAL_WAIT(nm, "rcu", RCU, sd)
#define SRCU_LOCK(nm) TAKE(nm, 0, SRCU, READER)
#define SRCU_UNLOCK(nm) DROP(nm, 0, SRCU, READER)

/* liburcu since 0.11: urcu_FLAVOUR_read_lock, inline _urcu_FLAVOUR_read_lock; before: a suffix. */
#define URCU(fl, gl) \
	GLOBAL_TAKE("urcu_" fl "_read_lock", gl, RCU, READER), \
	GLOBAL_TAKE("_urcu_" fl "_read_lock", gl, RCU, READER), \
	GLOBAL_TAKE("rcu_read_lock_" fl, gl, RCU, READER), \
	GLOBAL_TAKE("_rcu_read_lock_" fl, gl, RCU, READER), \
	GLOBAL_DROP("urcu_" fl "_read_unlock", gl, RCU, READER), \
	GLOBAL_DROP("_urcu_" fl "_read_unlock", gl, RCU, READER), \
	GLOBAL_DROP("rcu_read_unlock_" fl, gl, RCU, READER), \
	GLOBAL_DROP("_rcu_read_unlock_" fl, gl, RCU, READER), \
	GLOBAL_WAIT("urcu_" fl "_synchronize_rcu", gl, RCU, "synchronize_rcu"), \
	GLOBAL_WAIT("synchronize_rcu_" fl, gl, RCU, "synchronize_rcu"), \
	GLOBAL_WAIT("urcu_" fl "_barrier", gl, RCU, "rcu_barrier"), \
	GLOBAL_WAIT("rcu_barrier_" fl, gl, RCU, "rcu_barrier"), \
	GLOBAL_DEFER("urcu_" fl "_call_rcu", gl, RCU, 1, "call_rcu"), \
	GLOBAL_DEFER("call_rcu_" fl, gl, RCU, 1, "call_rcu"), \
	GLOBAL_DEFER("urcu_" fl "_defer_rcu", gl, RCU, 0, "defer_rcu"), \
	GLOBAL_DEFER("defer_rcu_" fl, gl, RCU, 0, "defer_rcu")

const struct prim prim_rows_rcu[] = {
	SRCU_LOCK("srcu_read_lock"), SRCU_UNLOCK("srcu_read_unlock"),
	SRCU_LOCK("srcu_read_lock_notrace"), SRCU_UNLOCK("srcu_read_unlock_notrace"),
	SRCU_LOCK("srcu_read_lock_nmisafe"), SRCU_UNLOCK("srcu_read_unlock_nmisafe"),
	SRCU_LOCK("srcu_read_lock_lite"), SRCU_UNLOCK("srcu_read_unlock_lite"),
	SRCU_LOCK("srcu_read_lock_fast"), SRCU_UNLOCK("srcu_read_unlock_fast"),
	SRCU_LOCK("srcu_read_lock_fast_notrace"), SRCU_UNLOCK("srcu_read_unlock_fast_notrace"),
	SRCU_LOCK("srcu_down_read"), SRCU_UNLOCK("srcu_up_read"),
	SRCU_LOCK("srcu_down_read_fast"), SRCU_UNLOCK("srcu_up_read_fast"),
	SRCU_LOCK("__srcu_read_lock"), SRCU_UNLOCK("__srcu_read_unlock"),
	SRCU_LOCK("__srcu_read_lock_nmisafe"), SRCU_UNLOCK("__srcu_read_unlock_nmisafe"),
	SRCU_LOCK("__srcu_read_lock_lite"), SRCU_UNLOCK("__srcu_read_unlock_lite"),
	SRCU_LOCK("__srcu_read_lock_fast"), SRCU_UNLOCK("__srcu_read_unlock_fast"),
	WAIT("synchronize_srcu", 0, SRCU, NULL),
	WAIT("synchronize_srcu_expedited", 0, SRCU, "synchronize_srcu"),
	WAIT("srcu_barrier", 0, SRCU, NULL),
	DEFER("call_srcu", 0, SRCU, 2, NULL),
	PRIM_ROW("srcu_read_lock_held", ASSERT, 0, SRCU, SHARED_RECURSIVE, IF_NONZERO, 0, PRIM_NO_ARG,
		 NULL, NULL),

	RCU_LOCK("rcu_read_lock"), RCU_UNLOCK("rcu_read_unlock"),
	RCU_LOCK("__rcu_read_lock"), RCU_UNLOCK("__rcu_read_unlock"),
	RCU_LOCK("rcu_read_lock_bh"), RCU_UNLOCK("rcu_read_unlock_bh"),
	RCU_LOCK("rcu_read_lock_sched"), RCU_UNLOCK("rcu_read_unlock_sched"),
	RCU_LOCK("rcu_read_lock_sched_notrace"), RCU_UNLOCK("rcu_read_unlock_sched_notrace"),
	RCU_WAIT("synchronize_rcu", NULL),
	RCU_WAIT("synchronize_rcu_expedited", "synchronize_rcu"),
	RCU_WAIT("synchronize_sched", "synchronize_rcu"),
	RCU_WAIT("synchronize_net", "synchronize_rcu"),
	RCU_WAIT("cond_synchronize_rcu", "synchronize_rcu"),
	RCU_WAIT("cond_synchronize_rcu_expedited", "synchronize_rcu"),
	RCU_WAIT("rcu_barrier", NULL),
	GLOBAL_DEFER("call_rcu", "rcu", RCU, 1, NULL),
	GLOBAL_DEFER("call_rcu_hurry", "rcu", RCU, 1, "call_rcu"),
	/* The callback is an offset or the object itself, never a function of the program. */
	GLOBAL_DEFER("kvfree_call_rcu", "rcu", RCU, PRIM_NO_ARG, "kfree_rcu"),
	GLOBAL_DEFER("queue_rcu_work", "rcu", RCU, PRIM_NO_ARG, NULL),

	GLOBAL_WAIT("synchronize_rcu_tasks", "rcu_tasks", RCU, NULL),
	GLOBAL_WAIT("rcu_barrier_tasks", "rcu_tasks", RCU, NULL),
	GLOBAL_DEFER("call_rcu_tasks", "rcu_tasks", RCU, 1, NULL),
	GLOBAL_WAIT("synchronize_rcu_tasks_rude", "rcu_tasks_rude", RCU, NULL),
	GLOBAL_TAKE("rcu_read_lock_trace", "rcu_tasks_trace", RCU, READER),
	GLOBAL_DROP("rcu_read_unlock_trace", "rcu_tasks_trace", RCU, READER),
	GLOBAL_WAIT("synchronize_rcu_tasks_trace", "rcu_tasks_trace", RCU, NULL),
	GLOBAL_DEFER("call_rcu_tasks_trace", "rcu_tasks_trace", RCU, 1, NULL),

	URCU("memb", "rcu"), URCU("mb", "rcu"), URCU("signal", "rcu"), URCU("sig", "rcu"),
	URCU("qsbr", "rcu_qsbr"), URCU("bp", "rcu_bp"),
	GLOBAL_DEFER("defer_rcu", "rcu", RCU, 0, NULL),
	{ .name = NULL },
};
