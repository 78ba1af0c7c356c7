/* SPDX-License-Identifier: MIT */
/* The read side as functions, for dlopen() and other languages: the bodies are the header's. */
#include "internal.h"

int srcu_read_lock(struct srcu_struct *ssp)
{
	srcu_note_lock(ssp);
	return srcu_lock_body(ssp);
}

void srcu_read_unlock(struct srcu_struct *ssp, int idx)
{
	srcu_note_unlock(ssp);
	srcu_unlock_body(ssp, idx);
}

int srcu_down_read(struct srcu_struct *ssp)
{
	return srcu_lock_body(ssp);
}

void srcu_up_read(struct srcu_struct *ssp, int idx)
{
	srcu_unlock_body(ssp, idx);
}

int srcu_read_lock_held(const struct srcu_struct *ssp)
{
	return *srcu_bucket(ssp) != 0;
}
