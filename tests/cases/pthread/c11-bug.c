/* SPDX-License-Identifier: MIT */
/* C11's locks. */
// locklore: must deadlock in_mtx out_mtx
// locklore: must order in_mtx out_mtx
#include <threads.h>

static mtx_t in_mtx, out_mtx;
int n;

int setup(void)
{
	return mtx_init(&in_mtx, mtx_plain) != thrd_success || mtx_init(&out_mtx, mtx_plain) != thrd_success;
}

void forward(void)
{
	mtx_lock(&in_mtx);
	mtx_lock(&out_mtx);
	n++;
	mtx_unlock(&out_mtx);
	mtx_unlock(&in_mtx);
}

void backward(void)
{
	mtx_lock(&out_mtx);
	mtx_lock(&in_mtx);
	n--;
	mtx_unlock(&in_mtx);
	mtx_unlock(&out_mtx);
}
