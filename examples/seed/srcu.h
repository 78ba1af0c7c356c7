/* SPDX-License-Identifier: MIT */
/*
 * srcu.h - sleepable RCU, as small as it can be: a reader counts itself in and out, a writer
 * waits until the readers that it may have to fear are out.  Two counters, so that new readers
 * cannot keep an old writer waiting for ever.
 */
#ifndef SEED_SRCU_H
#define SEED_SRCU_H

#include <stdatomic.h>

struct srcu_struct {
	atomic_uint phase;      /* its lowest bit says which counter new readers use */
	atomic_uint readers[2];
};

int srcu_read_lock(struct srcu_struct *s);
void srcu_read_unlock(struct srcu_struct *s, int which);
/* Returns when every reader that was inside at the call has left.  One caller at a time. */
void synchronize_srcu(struct srcu_struct *s);

#endif
