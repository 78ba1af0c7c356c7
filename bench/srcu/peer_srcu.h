/* SPDX-License-Identifier: MIT */
/* libsrcu as a peer; the same text for the inline functions and for those out of line. */
#include "bench.h"
#include <srcu.h>

DEFINE_STATIC_SRCU(domain);

/* Past the first read sides of a domain, which it counts in the struct itself. */
static void enter(void)
{
	srcu_promote(&domain);
}

static void pairs(long n)
{
	for (; n > 0; n--) {
		int index = srcu_read_lock(&domain);

		__asm__ volatile("" ::: "memory");
		srcu_read_unlock(&domain, index);
		__asm__ volatile("" ::: "memory");
	}
}
