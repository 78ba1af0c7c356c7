/* SPDX-License-Identifier: MIT */
/* Futexes, the library's locks, and the clock. Nothing here knows of domains. */
#include "internal.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* As the system call has it, whatever time_t the C library has. */
#ifndef SYS_futex
#define SYS_futex SYS_futex_time64
typedef int64_t srcu_kernel_long;
#elif defined(__x86_64__)
typedef int64_t srcu_kernel_long;
#else
typedef long srcu_kernel_long;
#endif
struct srcu_timespec {
	srcu_kernel_long seconds, nanoseconds;
};

uint64_t srcu_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void srcu_futex_wait(uint32_t *word, uint32_t value, uint64_t ns)
{
	struct srcu_timespec limit = { (srcu_kernel_long)(ns / 1000000000u),
				       (srcu_kernel_long)(ns % 1000000000u) };
	int saved = errno;

	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, ns ? &limit : NULL, NULL, 0);
	errno = saved;
}

void srcu_futex_wake(uint32_t *word)
{
	int saved = errno;

	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
	errno = saved;
}

void srcu_lock(struct srcu_lock *lock)
{
	uint32_t word = 0;

	if (__atomic_compare_exchange_n(&lock->word, &word, 1, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&lock->word, 2, __ATOMIC_ACQUIRE))
		srcu_futex_wait(&lock->word, 2, 0);
}

bool srcu_trylock(struct srcu_lock *lock)
{
	uint32_t word = 0;

	return __atomic_compare_exchange_n(&lock->word, &word, 1, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

void srcu_unlock(struct srcu_lock *lock)
{
	if (__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) == 2)
		srcu_futex_wake(&lock->word);
}

/*
 * seen is the sequence from before the caller looked at the readers: a wake-up since then has moved
 * it, and the kernel does not let us sleep.
 */
void srcu_waiter_sleep(struct srcu_waiter *waiter, uint32_t seen, uint64_t ns)
{
	__atomic_fetch_add(&waiter->sleeping, 1, __ATOMIC_SEQ_CST);
	srcu_futex_wait(&waiter->seq, seen, ns);
	__atomic_fetch_sub(&waiter->sleeping, 1, __ATOMIC_RELAXED);
}

void srcu_waiter_wake(struct srcu_waiter *waiter)
{
	__atomic_fetch_add(&waiter->seq, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&waiter->sleeping, __ATOMIC_SEQ_CST))
		srcu_futex_wake(&waiter->seq);
}
