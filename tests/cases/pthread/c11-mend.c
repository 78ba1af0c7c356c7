/* SPDX-License-Identifier: MIT */
/* C11's trylock succeeds with thrd_success, which is 0. */
// locklore: must-not deadlock
// locklore: must order out_mtx in_mtx
// locklore: must-not order in_mtx busy_mtx
// locklore: must order busy_mtx in_mtx
#include <threads.h>

static mtx_t in_mtx, out_mtx, busy_mtx;
int n, busy;

void forward(void)
{
	if (mtx_trylock(&in_mtx) == thrd_busy) {
		mtx_lock(&busy_mtx);
		busy++;
		mtx_unlock(&busy_mtx);
		return;
	}
	n++;
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

void idle(void)
{
	mtx_lock(&busy_mtx);
	mtx_lock(&in_mtx);
	busy = n;
	mtx_unlock(&in_mtx);
	mtx_unlock(&busy_mtx);
}
