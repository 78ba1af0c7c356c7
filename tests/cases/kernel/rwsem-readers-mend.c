/* SPDX-License-Identifier: MIT */
/* One order; the reverse is only tried. */
// locklore: must-not deadlock
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
	if (down_read_trylock(&in_sem)) {
		touch(NULL);
		up_read(&in_sem);
	}
	up_read(&out_sem);
}

int write_both(void)
{
	if (down_write_killable(&in_sem))
		return -EINTR;
	down_write(&out_sem);
	touch(NULL);
	up_write(&out_sem);
	up_write(&in_sem);
	return 0;
}
