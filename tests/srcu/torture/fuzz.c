/* SPDX-License-Identifier: MIT */
/*
 * A schedule fuzzer.  The library is compiled with -fsanitize=thread, so that the compiler turns
 * every access to memory into a call; but instead of ThreadSanitizer's runtime this file is linked,
 * which does the access and, now and then, a delay before it.  Windows of a few nanoseconds become
 * windows of many microseconds: a wake-up that can be lost is lost soon.
 * FUZZ_RATE: one access in so many is delayed (default 200; 0: none).
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static uint32_t rate = 200;
static _Thread_local uint32_t state;

__attribute__((constructor(101))) static void fuzz_start(void)
{
	const char *text = getenv("FUZZ_RATE");

	if (text)
		rate = (uint32_t)atoi(text);
}

static uint32_t fuzz_random(void)
{
	if (!state) {
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC, &now);
		state = (uint32_t)now.tv_nsec ^ (uint32_t)(uintptr_t)&state ^ 1u;
	}
	state = state * 1664525u + 1013904223u;
	return state >> 8;
}

static void delay(void)
{
	struct timespec length = { 0, 0 };
	uint32_t random;

	if (!rate || fuzz_random() % rate)
		return;
	random = fuzz_random();
	if (random % 4 == 0) {
		/* Mostly short, seldom longer than anything that the library waits for. */
		length.tv_nsec = (long)(random / 4 % 8 ? random / 32 % 60000 : random / 32 % 600000);
		nanosleep(&length, NULL);
	} else if (random % 4 == 1) {
		sched_yield();
	} else {
		for (volatile uint32_t turns = random / 4 % 3000; turns > 0; turns--)
			;
	}
}

/* The names are the compiler's. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wbuiltin-declaration-mismatch"

void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller)
{
	(void)caller;
}

void __tsan_func_exit(void)
{
}

#define PLAIN(name)                                                                                \
	void name(void *address)                                                                   \
	{                                                                                          \
		(void)address;                                                                     \
		delay();                                                                           \
	}
#define PLAINS(size)                                                                               \
	PLAIN(__tsan_read##size)                                                                   \
	PLAIN(__tsan_write##size)                                                                  \
	PLAIN(__tsan_unaligned_read##size)                                                         \
	PLAIN(__tsan_unaligned_write##size)
PLAINS(1)
PLAINS(2)
PLAINS(4)
PLAINS(8)
PLAINS(16)

void __tsan_read_range(void *address, unsigned long size)
{
	(void)address, (void)size;
	delay();
}

void __tsan_write_range(void *address, unsigned long size)
{
	(void)address, (void)size;
	delay();
}

/* Orders at least as strong as asked for: the fuzzer looks for schedules, not for weak memory. */
#define ATOMIC(bits)                                                                               \
	uint##bits##_t __tsan_atomic##bits##_load(const uint##bits##_t *at, int order)             \
	{                                                                                          \
		(void)order;                                                                       \
		delay();                                                                           \
		return __atomic_load_n(at, __ATOMIC_SEQ_CST);                                      \
	}                                                                                          \
	void __tsan_atomic##bits##_store(uint##bits##_t *at, uint##bits##_t value, int order)      \
	{                                                                                          \
		delay();                                                                           \
		if (order == __ATOMIC_SEQ_CST)                                                     \
			__atomic_store_n(at, value, __ATOMIC_SEQ_CST);                             \
		else                                                                               \
			__atomic_store_n(at, value, __ATOMIC_RELEASE);                             \
	}                                                                                          \
	uint##bits##_t __tsan_atomic##bits##_exchange(uint##bits##_t *at, uint##bits##_t value,    \
						      int order)                                   \
	{                                                                                          \
		(void)order;                                                                       \
		delay();                                                                           \
		return __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST);                           \
	}                                                                                          \
	uint##bits##_t __tsan_atomic##bits##_fetch_add(uint##bits##_t *at, uint##bits##_t value,   \
						       int order)                                  \
	{                                                                                          \
		(void)order;                                                                       \
		delay();                                                                           \
		return __atomic_fetch_add(at, value, __ATOMIC_SEQ_CST);                            \
	}                                                                                          \
	uint##bits##_t __tsan_atomic##bits##_fetch_sub(uint##bits##_t *at, uint##bits##_t value,   \
						       int order)                                  \
	{                                                                                          \
		(void)order;                                                                       \
		delay();                                                                           \
		return __atomic_fetch_sub(at, value, __ATOMIC_SEQ_CST);                            \
	}                                                                                          \
	uint##bits##_t __tsan_atomic##bits##_fetch_or(uint##bits##_t *at, uint##bits##_t value,    \
						      int order)                                   \
	{                                                                                          \
		(void)order;                                                                       \
		delay();                                                                           \
		return __atomic_fetch_or(at, value, __ATOMIC_SEQ_CST);                             \
	}                                                                                          \
	uint##bits##_t __tsan_atomic##bits##_fetch_and(uint##bits##_t *at, uint##bits##_t value,   \
						       int order)                                  \
	{                                                                                          \
		(void)order;                                                                       \
		delay();                                                                           \
		return __atomic_fetch_and(at, value, __ATOMIC_SEQ_CST);                            \
	}                                                                                          \
	bool __tsan_atomic##bits##_compare_exchange_strong(                                        \
		uint##bits##_t *at, uint##bits##_t *expected, uint##bits##_t value, int order,     \
		int failure)                                                                       \
	{                                                                                          \
		(void)order, (void)failure;                                                        \
		delay();                                                                           \
		return __atomic_compare_exchange_n(at, expected, value, false, __ATOMIC_SEQ_CST,   \
						   __ATOMIC_SEQ_CST);                              \
	}                                                                                          \
	bool __tsan_atomic##bits##_compare_exchange_weak(                                          \
		uint##bits##_t *at, uint##bits##_t *expected, uint##bits##_t value, int order,     \
		int failure)                                                                       \
	{                                                                                          \
		return __tsan_atomic##bits##_compare_exchange_strong(at, expected, value, order,   \
								     failure);                     \
	}
ATOMIC(8)
ATOMIC(16)
ATOMIC(32)
ATOMIC(64)

void __tsan_atomic_thread_fence(int order)
{
	(void)order;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void __tsan_atomic_signal_fence(int order)
{
	(void)order;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}
