/* SPDX-License-Identifier: MIT */
/* In a header, as such helpers are: they are folded into their callers. */
#include <stdbool.h>
#include <stdint.h>

static inline bool IS_ERR(const void *p)
{
	return __builtin_expect((uintptr_t)p >= (uintptr_t)-4095, 0);
}

static inline void does_nothing(int n)
{
	if (n)
		(void)IS_ERR((void *)(uintptr_t)n);
}
