/* SPDX-License-Identifier: MIT */
/*
 * Kernel primitives that sleep, and what runs elsewhere: mutexes, semaphores, CPU hotplug, work,
 * timers, threads.  Names as compiled: with and without PROVE_LOCKING (the _nested ones exist
 * only with it).
 */
#include "prim/table.h"

#define INTR_OK IF_ZERO, FACTS_INTR
#define NESTED_INTR_OK IF_ZERO, FACTS_INTR | FACTS_NESTED
#define TRY_OK IF_NONZERO, FACTS_TRY

#define HOTPLUG "cpu_hotplug_lock"
#define HOTPLUG_TOUCH(nm) GLOBAL_TOUCH(nm, HOTPLUG, RWSEM, SHARED)

const struct prim prim_rows_kernel[] = {
	TAKE("mutex_lock", 0, MUTEX, EXCLUSIVE),
	TAKE_NESTED("mutex_lock_nested", 0, MUTEX, EXCLUSIVE),
	TAKE_NESTED("_mutex_lock_nest_lock", 0, MUTEX, EXCLUSIVE),
	TAKE_NESTED("mutex_lock_nest_lock", 0, MUTEX, EXCLUSIVE),
	TAKE_IF("mutex_lock_interruptible", 0, MUTEX, EXCLUSIVE, INTR_OK),
	TAKE_IF("mutex_lock_interruptible_nested", 0, MUTEX, EXCLUSIVE, NESTED_INTR_OK),
	TAKE_IF("mutex_lock_killable", 0, MUTEX, EXCLUSIVE, INTR_OK),
	TAKE_IF("mutex_lock_killable_nested", 0, MUTEX, EXCLUSIVE, NESTED_INTR_OK),
	TAKE_IF("_mutex_lock_killable", 0, MUTEX, EXCLUSIVE, NESTED_INTR_OK),
	TAKE("mutex_lock_io", 0, MUTEX, EXCLUSIVE),
	TAKE_NESTED("mutex_lock_io_nested", 0, MUTEX, EXCLUSIVE),
	TAKE_IF("mutex_trylock", 0, MUTEX, EXCLUSIVE, TRY_OK),
	TAKE_IF("_mutex_trylock_nest_lock", 0, MUTEX, EXCLUSIVE, TRY_OK),
	DROP("mutex_unlock", 0, MUTEX, EXCLUSIVE),
	TAKE_IF("atomic_dec_and_mutex_lock", 1, MUTEX, EXCLUSIVE, IF_NONZERO, 0),
	TAKE_IF("refcount_dec_and_mutex_lock", 1, MUTEX, EXCLUSIVE, IF_NONZERO, 0),

	TAKE_NESTED("ww_mutex_lock", 0, MUTEX, EXCLUSIVE),
	TAKE_NESTED("ww_mutex_lock_slow", 0, MUTEX, EXCLUSIVE),
	TAKE_IF("ww_mutex_lock_interruptible", 0, MUTEX, EXCLUSIVE, NESTED_INTR_OK),
	TAKE_IF("ww_mutex_trylock", 0, MUTEX, EXCLUSIVE, TRY_OK),
	DROP("ww_mutex_unlock", 0, MUTEX, EXCLUSIVE),

	TAKE("rt_mutex_lock", 0, MUTEX, EXCLUSIVE),
	TAKE_NESTED("rt_mutex_lock_nested", 0, MUTEX, EXCLUSIVE),
	TAKE_NESTED("_rt_mutex_lock_nest_lock", 0, MUTEX, EXCLUSIVE),
	TAKE_IF("rt_mutex_lock_interruptible", 0, MUTEX, EXCLUSIVE, INTR_OK),
	TAKE_IF("rt_mutex_lock_killable", 0, MUTEX, EXCLUSIVE, INTR_OK),
	TAKE_IF("rt_mutex_trylock", 0, MUTEX, EXCLUSIVE, TRY_OK),
	DROP("rt_mutex_unlock", 0, MUTEX, EXCLUSIVE),

	/* rwsem readers queue behind a waiting writer: shared, not recursive */
	TAKE("down_read", 0, RWSEM, SHARED),
	TAKE_NESTED("down_read_nested", 0, RWSEM, SHARED),
	TAKE("down_read_non_owner", 0, RWSEM, SHARED),
	TAKE_IF("down_read_interruptible", 0, RWSEM, SHARED, INTR_OK),
	TAKE_IF("down_read_killable", 0, RWSEM, SHARED, INTR_OK),
	TAKE_IF("down_read_killable_nested", 0, RWSEM, SHARED, NESTED_INTR_OK),
	TAKE_IF("down_read_trylock", 0, RWSEM, SHARED, TRY_OK),
	DROP("up_read", 0, RWSEM, SHARED),
	DROP("up_read_non_owner", 0, RWSEM, SHARED),
	TAKE("down_write", 0, RWSEM, EXCLUSIVE),
	TAKE_NESTED("down_write_nested", 0, RWSEM, EXCLUSIVE),
	TAKE_NESTED("_down_write_nest_lock", 0, RWSEM, EXCLUSIVE),
	TAKE_IF("down_write_killable", 0, RWSEM, EXCLUSIVE, INTR_OK),
	TAKE_IF("down_write_killable_nested", 0, RWSEM, EXCLUSIVE, NESTED_INTR_OK),
	TAKE_IF("down_write_trylock", 0, RWSEM, EXCLUSIVE, TRY_OK),
	DROP("up_write", 0, RWSEM, EXCLUSIVE),
	PRIM_ROW("downgrade_write", DOWNGRADE, 0, RWSEM, SHARED, ALWAYS, 0, PRIM_NO_ARG, NULL, NULL),

	TAKE("percpu_down_read", 0, RWSEM, SHARED),
	TAKE_IF("percpu_down_read_trylock", 0, RWSEM, SHARED, TRY_OK),
	DROP("percpu_up_read", 0, RWSEM, SHARED),
	TAKE("percpu_down_write", 0, RWSEM, EXCLUSIVE),
	DROP("percpu_up_write", 0, RWSEM, EXCLUSIVE),

	GLOBAL_TAKE("cpus_read_lock", HOTPLUG, RWSEM, SHARED),
	PRIM_ROW("cpus_read_trylock", TAKE, PRIM_NO_ARG, RWSEM, SHARED, IF_NONZERO, FACTS_TRY,
		 PRIM_NO_ARG, HOTPLUG, NULL),
	GLOBAL_DROP("cpus_read_unlock", HOTPLUG, RWSEM, SHARED),
	GLOBAL_TAKE("cpus_write_lock", HOTPLUG, RWSEM, EXCLUSIVE),
	GLOBAL_DROP("cpus_write_unlock", HOTPLUG, RWSEM, EXCLUSIVE),
	PRIM_ROW("lockdep_assert_cpus_held", ASSERT, PRIM_NO_ARG, RWSEM, SHARED, ALWAYS, 0,
		 PRIM_NO_ARG, HOTPLUG, NULL),
	HOTPLUG_TOUCH("static_key_slow_inc"), HOTPLUG_TOUCH("static_key_slow_dec"),
	HOTPLUG_TOUCH("static_key_enable"), HOTPLUG_TOUCH("static_key_disable"),
	HOTPLUG_TOUCH("__static_key_slow_dec_deferred"),
	HOTPLUG_TOUCH("__static_key_deferred_flush"), HOTPLUG_TOUCH("jump_label_update_timeout"),
	HOTPLUG_TOUCH("__cpuhp_setup_state"), HOTPLUG_TOUCH("__cpuhp_remove_state"),
	HOTPLUG_TOUCH("__cpuhp_state_add_instance"), HOTPLUG_TOUCH("__cpuhp_state_remove_instance"),
	PRIM_ROW("stop_machine", TOUCH, PRIM_NO_ARG, RWSEM, SHARED, ALWAYS, 0, 0, HOTPLUG, NULL),
	/* the object that holds a static call's first target, and its trampoline */
	PRIM_ROW("__SCK__", STATIC_CALL, PRIM_NO_ARG, UNKNOWN, EXCLUSIVE, ALWAYS, 0, PRIM_NO_ARG,
		 NULL, NULL),
	PRIM_ROW("__SCT__", STATIC_CALL, PRIM_NO_ARG, UNKNOWN, EXCLUSIVE, ALWAYS, 0, PRIM_NO_ARG,
		 NULL, NULL),
	/* key, trampoline, function; and takes the hotplug lock while it patches */
	PRIM_ROW("__static_call_update", STATIC_UPDATE, 0, RWSEM, SHARED, ALWAYS, 0, 2, HOTPLUG, NULL),

	/* The function is stored in the work by a macro: see the callbacks. */
	WAIT("flush_work", 0, READSIDE, NULL),
	WAIT("__flush_work", 0, READSIDE, "flush_work"),
	WAIT("flush_delayed_work", 0, READSIDE, "flush_work"),
	WAIT("flush_rcu_work", 0, READSIDE, "flush_work"),
	WAIT("cancel_work_sync", 0, READSIDE, NULL),
	WAIT("cancel_delayed_work_sync", 0, READSIDE, "cancel_work_sync"),
	WAIT("disable_work_sync", 0, READSIDE, "cancel_work_sync"),
	WAIT("disable_delayed_work_sync", 0, READSIDE, "cancel_work_sync"),
	WAIT("kthread_flush_work", 0, READSIDE, NULL),
	WAIT("kthread_cancel_work_sync", 0, READSIDE, NULL),
	WAIT("kthread_cancel_delayed_work_sync", 0, READSIDE, "kthread_cancel_work_sync"),
	WAIT("kthread_stop", 0, READSIDE, NULL),
	WAIT("del_timer_sync", 0, READSIDE, "timer_delete_sync"),
	WAIT("timer_delete_sync", 0, READSIDE, NULL),
	WAIT("timer_shutdown_sync", 0, READSIDE, "timer_delete_sync"),
	WAIT("hrtimer_cancel", 0, READSIDE, NULL),
	WAIT("irq_work_sync", 0, READSIDE, NULL),
	WAIT("tasklet_kill", 0, READSIDE, NULL),
	WAIT("tasklet_unlock_wait", 0, READSIDE, "tasklet_kill"),
	SPAWN("timer_setup", 0, 1),
	SPAWN("init_timer_key", 0, 1),
	SPAWN("timer_init_key", 0, 1),
	SPAWN("hrtimer_setup", 0, 1),
	SPAWN("tasklet_setup", 0, 1),
	SPAWN("tasklet_init", 0, 1),
	SPAWN("init_irq_work", 0, 1),
	SPAWN("kthread_create_on_node", PRIM_NO_ARG, 0),
	SPAWN("kthread_create_on_cpu", PRIM_NO_ARG, 0),
	SPAWN("request_threaded_irq", PRIM_NO_ARG, 1),

	CALLS("smp_call_function", 0), CALLS("smp_call_function_single", 1),
	CALLS("smp_call_function_any", 1), CALLS("smp_call_function_many", 1),
	CALLS("smp_call_on_cpu", 1), CALLS("on_each_cpu", 0), CALLS("on_each_cpu_mask", 1),
	CALLS("on_each_cpu_cond", 1), CALLS("on_each_cpu_cond_mask", 1),
	CALLS("work_on_cpu", 1), CALLS("work_on_cpu_key", 1), CALLS("stop_one_cpu", 1),
	CALLS("stop_machine_cpuslocked", 0), CALLS("work_on_cpu_safe", 1),

	/* What belongs to an object whose last reference is gone, nobody else can hold. */
	LAST("refcount_dec_and_test", 0), LAST("refcount_sub_and_test", 1), LAST("atomic_dec_and_test", 0),
	LAST("atomic_long_dec_and_test", 0), LAST("atomic64_dec_and_test", 0),

	/* Claims.  With PROVE_LOCKING a lockdep_assert_held() is a test of debug_locks, a call of
	 * lock_is_held() and a warning: doc/primitives.md says when such a call is a claim. */
	PRIM_ROW("lock_is_held", ASSERT, 0, UNKNOWN, EXCLUSIVE, IF_NONZERO, 0, PRIM_NO_ARG, NULL, NULL),
	PRIM_ROW("lock_is_held_type", ASSERT, 0, UNKNOWN, EXCLUSIVE, IF_NONZERO, 0, 1, NULL, NULL),
	PRIM_ROW("lockdep_assert_held", ASSERT, 0, UNKNOWN, EXCLUSIVE, ALWAYS, 0, PRIM_NO_ARG, NULL, NULL),
	PRIM_ROW("lockdep_assert_held_once", ASSERT, 0, UNKNOWN, EXCLUSIVE, ALWAYS, 0, PRIM_NO_ARG, NULL,
		 "lockdep_assert_held"),
	PRIM_ROW("lockdep_assert_held_write", ASSERT, 0, UNKNOWN, EXCLUSIVE, ALWAYS, 0, PRIM_NO_ARG,
		 NULL, NULL),
	PRIM_ROW("lockdep_assert_held_read", ASSERT, 0, UNKNOWN, SHARED, ALWAYS, 0, PRIM_NO_ARG, NULL, NULL),
	PRIM_ROW("lockdep_assert_not_held", DENY, 0, UNKNOWN, EXCLUSIVE, ALWAYS, 0, PRIM_NO_ARG, NULL, NULL),
	PRIM_ROW("assert_spin_locked", ASSERT, 0, SPIN, EXCLUSIVE, ALWAYS, 0, PRIM_NO_ARG, NULL, NULL),
	PRIM_ROW("assert_raw_spin_locked", ASSERT, 0, SPIN, EXCLUSIVE, ALWAYS, 0, PRIM_NO_ARG, NULL, NULL),
	{ .name = NULL },
};
