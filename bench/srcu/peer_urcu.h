/* SPDX-License-Identifier: MIT */
/* One liburcu flavour as a peer: the names differ in the prefix alone. */
#define URCU_PEER(flavour, variable, label)                                                        \
	BENCH_PAIRS(pairs, urcu_##flavour##_read_lock(), urcu_##flavour##_read_unlock())           \
	static void enter(void)                                                                    \
	{                                                                                          \
		urcu_##flavour##_register_thread();                                                \
	}                                                                                          \
	static void leave(void)                                                                    \
	{                                                                                          \
		urcu_##flavour##_unregister_thread();                                              \
	}                                                                                          \
	static void wait_for_readers(void)                                                         \
	{                                                                                          \
		urcu_##flavour##_synchronize_rcu();                                                \
	}                                                                                          \
	static void sleep_in(long usec)                                                            \
	{                                                                                          \
		urcu_##flavour##_read_lock();                                                      \
		bench_sleep(usec);                                                                 \
		urcu_##flavour##_read_unlock();                                                    \
	}                                                                                          \
	const struct peer variable = { label, enter, leave, pairs, wait_for_readers, sleep_in };
