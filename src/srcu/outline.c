/* SPDX-License-Identifier: MIT */
/* The read side as functions, for dlopen() and other languages: the bodies are the header's. */
#include "internal.h"

/*
 * A pair costs little more than the two calls, so it matters how these lie in the cache, and that
 * the account, which stores to an address of its own, does not come first.
 */
#define SRCU_CALLED __attribute__((aligned(64)))

SRCU_CALLED int srcu_read_lock(struct srcu_struct *ssp)
{
	int idx = srcu_lock_body(ssp);

	srcu_note_lock(ssp);
	return idx;
}

SRCU_CALLED void srcu_read_unlock(struct srcu_struct *ssp, int idx)
{
	srcu_note_unlock(ssp);
	srcu_unlock_body(ssp, idx, srcu_slow_unlock);
}

SRCU_CALLED int srcu_down_read(struct srcu_struct *ssp)
{
	return srcu_lock_body(ssp);
}

SRCU_CALLED void srcu_up_read(struct srcu_struct *ssp, int idx)
{
	srcu_unlock_body(ssp, idx, srcu_slow_up);
}

int srcu_read_lock_held(const struct srcu_struct *ssp)
{
	return *srcu_bucket(ssp) != 0;
}
