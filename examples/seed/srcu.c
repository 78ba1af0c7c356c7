/* SPDX-License-Identifier: MIT */
#include "srcu.h"

#include <time.h>

int srcu_read_lock(struct srcu_struct *s)
{
	int which = (int)(atomic_load(&s->phase) & 1);

	atomic_fetch_add(&s->readers[which], 1);
	return which;
}

void srcu_read_unlock(struct srcu_struct *s, int which)
{
	atomic_fetch_sub(&s->readers[which], 1);
}

static void wait_for(struct srcu_struct *s, unsigned which)
{
	const struct timespec moment = { .tv_nsec = 20000 };

	while (atomic_load(&s->readers[which]) != 0)
		nanosleep(&moment, NULL);
}

/*
 * A reader may have read the phase before a flip and count itself in after it, on the counter
 * that nobody looks at any more: so both counters are seen at zero, each after its own flip.
 */
void synchronize_srcu(struct srcu_struct *s)
{
	for (int i = 0; i < 2; i++) {
		unsigned was = atomic_fetch_add(&s->phase, 1) & 1;

		wait_for(s, was);
	}
}
