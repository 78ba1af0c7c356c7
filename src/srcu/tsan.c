/* SPDX-License-Identifier: MIT */
/*
 * ThreadSanitizer sees neither membarrier nor what the counters mean. Where it is in the program,
 * readers take the atomic path, and these tell it what a grace period orders; all else is left to
 * it, so that it still finds a missing read lock.
 */
#include "internal.h"

extern void __tsan_acquire(void *place) __attribute__((weak));
extern void __tsan_release(void *place) __attribute__((weak));

bool srcu_tsan_there(void)
{
	return &__tsan_acquire && &__tsan_release;
}

void srcu_tsan_release(void *place)
{
	if (srcu_tsan_there())
		__tsan_release(place);
}

void srcu_tsan_acquire(void *place)
{
	if (srcu_tsan_there())
		__tsan_acquire(place);
}
