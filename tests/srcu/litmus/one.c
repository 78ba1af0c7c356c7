/* SPDX-License-Identifier: MIT */
/* Shapes of one domain: one read side against one or more grace periods. */
#include "litmus.h"

#define A (&litmus_a)
#define OUTCOME(name, condition)                                                                   \
	static int name(void)                                                                      \
	{                                                                                          \
		return (condition);                                                                \
	}

/* Message passing: the read side reads y and x, the writer puts a grace period between. */
static void x_wait_y(void)
{
	WRITE(x, 1);
	litmus_wait(A);
	WRITE(y, 1);
}

static void read_y_x(void)
{
	int index = srcu_read_lock(A);

	KEEP(0, READ(y));
	litmus_dwell();
	KEEP(1, READ(x));
	srcu_read_unlock(A, index);
}

static void read_x_y(void)
{
	int index = srcu_read_lock(A);

	KEEP(1, READ(x));
	litmus_dwell();
	KEEP(0, READ(y));
	srcu_read_unlock(A, index);
}
OUTCOME(y_without_x, KEPT(0) == 1 && KEPT(1) == 0)

/* Store buffering: the shape that a missing membarrier breaks. */
static void section_sb(void)
{
	int index = srcu_read_lock(A);

	WRITE(x, 1);
	litmus_dwell();
	KEEP(0, READ(y));
	srcu_read_unlock(A, index);
}

static void section_sb_turned(void)
{
	int index = srcu_read_lock(A);

	KEEP(0, READ(y));
	litmus_dwell();
	WRITE(x, 1);
	srcu_read_unlock(A, index);
}

static void y_wait_read_x(void)
{
	WRITE(y, 1);
	litmus_wait(A);
	KEEP(1, READ(x));
}
OUTCOME(both_missed, KEPT(0) == 0 && KEPT(1) == 0)

/* Load buffering. */
static void section_lb(void)
{
	int index = srcu_read_lock(A);

	KEEP(0, READ(x));
	litmus_dwell();
	WRITE(y, 1);
	srcu_read_unlock(A, index);
}

static void section_lb_turned(void)
{
	int index = srcu_read_lock(A);

	WRITE(y, 1);
	litmus_dwell();
	KEEP(0, READ(x));
	srcu_read_unlock(A, index);
}

static void read_y_wait_x(void)
{
	KEEP(1, READ(y));
	litmus_wait(A);
	WRITE(x, 1);
}
OUTCOME(both_seen, KEPT(0) == 1 && KEPT(1) == 1)

/* R: the writer's y comes after the reader's, so the reader began before the grace period. */
static void section_xy(void)
{
	int index = srcu_read_lock(A);

	WRITE(x, 1);
	litmus_dwell();
	WRITE(y, 1);
	srcu_read_unlock(A, index);
}

static void section_yx(void)
{
	int index = srcu_read_lock(A);

	WRITE(y, 1);
	litmus_dwell();
	WRITE(x, 1);
	srcu_read_unlock(A, index);
}

static void y2_wait_read_x(void)
{
	WRITE(y, 2);
	litmus_wait(A);
	KEEP(1, READ(x));
}
OUTCOME(r_shape, READ(y) == 2 && KEPT(1) == 0)

/* 2+2W and S. */
static void section_x1_y2(void)
{
	int index = srcu_read_lock(A);

	WRITE(x, 1);
	litmus_dwell();
	WRITE(y, 2);
	srcu_read_unlock(A, index);
}

static void y1_wait_x2(void)
{
	WRITE(y, 1);
	litmus_wait(A);
	WRITE(x, 2);
}
OUTCOME(two_writes, READ(x) == 1 && READ(y) == 1)

static void section_ready_x1(void)
{
	int index = srcu_read_lock(A);

	KEEP(0, READ(y));
	litmus_dwell();
	WRITE(x, 1);
	srcu_read_unlock(A, index);
}

static void x2_wait_y(void)
{
	WRITE(x, 2);
	litmus_wait(A);
	WRITE(y, 1);
}
OUTCOME(s_shape, KEPT(0) == 1 && READ(x) == 2)

/* A grace period is a full barrier for its caller, beside another one and beside a fence. */
static void x_wait_read_y(void)
{
	WRITE(x, 1);
	litmus_wait(A);
	KEEP(0, READ(y));
}

static void y_fence_read_x(void)
{
	WRITE(y, 1);
	atomic_thread_fence(memory_order_seq_cst);
	KEEP(1, READ(x));
}

/* The fence after an unlock; without it the unlock need order nothing that comes later. */
static void section_fence_read_y(void)
{
	int index = srcu_read_lock(A);

	WRITE(x, 1);
	srcu_read_unlock(A, index);
	smp_mb__after_srcu_read_unlock();
	KEEP(0, READ(y));
}

static void section_read_y(void)
{
	int index = srcu_read_lock(A);

	WRITE(x, 1);
	srcu_read_unlock(A, index);
	KEEP(0, READ(y));
}

const struct litmus litmus_one[] = {
	{ "mp", { x_wait_y, read_y_x }, y_without_x, 0, 0 },
	{ "mp-turned", { x_wait_y, read_x_y }, y_without_x, 0, 0 },
	{ "sb", { y_wait_read_x, section_sb }, both_missed, 0, 0 },
	{ "sb-turned", { y_wait_read_x, section_sb_turned }, both_missed, 0, 0 },
	{ "lb", { read_y_wait_x, section_lb }, both_seen, 0, 0 },
	{ "lb-turned", { read_y_wait_x, section_lb_turned }, both_seen, 0, 0 },
	{ "r", { y2_wait_read_x, section_xy }, r_shape, 0, 0 },
	{ "r-turned", { y2_wait_read_x, section_yx }, r_shape, 0, 0 },
	{ "2+2w", { y1_wait_x2, section_x1_y2 }, two_writes, 0, 0 },
	{ "s", { x2_wait_y, section_ready_x1 }, s_shape, 0, 0 },
	{ "wait-is-full-barrier", { x_wait_read_y, y_fence_read_x }, both_missed, 0, 0 },
	{ "wait-against-wait", { x_wait_read_y, y_wait_read_x }, both_missed, 0, 0 },
	{ "after-unlock-fence", { section_fence_read_y, y_fence_read_x }, both_missed, 0, 0 },
	{ "after-unlock-none", { section_read_y, y_fence_read_x }, both_missed, 1, 1 },
	{ 0 },
};
