/* SPDX-License-Identifier: MIT */
/* rwsems are fair: a queued writer stands between two readers, and both orders deadlock. */
// locklore: must deadlock in_sem out_sem
// locklore: must order in_sem out_sem
#include "include/linux/rwsem.h"

static DECLARE_RWSEM(in_sem);
static DECLARE_RWSEM(out_sem);

void forward(void)
{
	down_read(&in_sem);
	down_read(&out_sem);
	touch(NULL);
	up_read(&out_sem);
	up_read(&in_sem);
}

void backward(void)
{
	down_read(&out_sem);
	down_read(&in_sem);
	touch(NULL);
	up_read(&in_sem);
	up_read(&out_sem);
}

void write_in(void)
{
	down_write(&in_sem);
	touch(NULL);
	up_write(&in_sem);
}

void write_out(void)
{
	down_write(&out_sem);
	touch(NULL);
	up_write(&out_sem);
}
