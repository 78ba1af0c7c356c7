/* SPDX-License-Identifier: MIT */
/* Shapes of nesting, of hand-over to another thread, and of two domains. */
#include "litmus.h"

#define A (&litmus_a)
#define B (&litmus_b)
#define OUTCOME(name, condition)                                                                   \
	static int name(void)                                                                      \
	{                                                                                          \
		return (condition);                                                                \
	}

static void x_wait_y(void)
{
	WRITE(x, 1);
	litmus_wait(A);
	WRITE(y, 1);
}
OUTCOME(y_without_x, KEPT(0) == 1 && KEPT(1) == 0)

/* An inner unlock ends nothing but the inner section. */
static void nested(void)
{
	int outer = srcu_read_lock(A), inner;

	KEEP(1, READ(x));
	inner = srcu_read_lock(A);
	litmus_dwell();
	srcu_read_unlock(A, inner);
	litmus_dwell();
	KEEP(0, READ(y));
	srcu_read_unlock(A, outer);
}

/* The outer index is given back first: the section still lasts until the last unlock of its own. */
static void crossed(void)
{
	int first = srcu_read_lock(A), second = srcu_read_lock(A);

	KEEP(1, READ(x));
	srcu_read_unlock(A, first);
	litmus_dwell();
	KEEP(0, READ(y));
	srcu_read_unlock(A, second);
}

static void nested_deep(void)
{
	int index[20], depth;

	for (depth = 0; depth < 20; depth++)
		index[depth] = srcu_read_lock(A);
	KEEP(1, READ(x));
	while (--depth > 0)
		srcu_read_unlock(A, index[depth]);
	litmus_dwell();
	KEEP(0, READ(y));
	srcu_read_unlock(A, index[0]);
}

/* Two sections that overlap are not one: a grace period may begin in the first and end in the
 * second. */
static void overlapping(void)
{
	int first = srcu_read_lock(A), second;

	KEEP(1, READ(x));
	WRITE(z, 1);
	litmus_pause(); /* the writer has time to begin */
	second = srcu_read_lock(A);
	srcu_read_unlock(A, first);
	litmus_linger(&litmus_y);
	KEEP(0, READ(y));
	srcu_read_unlock(A, second);
}

static void after_z_x_wait_y(void)
{
	litmus_linger(&litmus_z);
	if (READ(z))
		x_wait_y();
}

/* One section, two threads. */
static void begin_here(void)
{
	int index = srcu_down_read(A);

	KEEP(1, READ(x));
	KEEP(2, index);
	SEND(z);
}

static void end_there(void)
{
	while (!RECEIVE(z))
		litmus_dwell();
	litmus_dwell();
	KEEP(0, READ(y));
	srcu_up_read(A, KEPT(2));
}

static void begin_here_early_y(void)
{
	int index = srcu_down_read(A);

	KEEP(0, READ(y));
	KEEP(2, index);
	SEND(z);
}

static void end_there_late_x(void)
{
	while (!RECEIVE(z))
		litmus_dwell();
	KEEP(1, READ(x));
	srcu_up_read(A, KEPT(2));
}

/* Waiting for B inside a section of A neither ends that section nor hangs. */
static void section_waits_for_b(void)
{
	int index = srcu_read_lock(A);

	KEEP(1, READ(x));
	litmus_wait(B);
	KEEP(0, READ(y));
	srcu_read_unlock(A, index);
}

/* ... and is a grace period of B as any other. */
static void x_wait_b_y_inside_a(void)
{
	int index = srcu_read_lock(A);

	WRITE(x, 1);
	litmus_wait(B);
	WRITE(y, 1);
	srcu_read_unlock(A, index);
}

static void section_b_read_y_x(void)
{
	int index = srcu_read_lock(B);

	KEEP(0, READ(y));
	litmus_dwell();
	KEEP(1, READ(x));
	srcu_read_unlock(B, index);
}

static void section_b_read_x_y(void)
{
	int index = srcu_read_lock(B);

	KEEP(1, READ(x));
	litmus_dwell();
	KEEP(0, READ(y));
	srcu_read_unlock(B, index);
}

static void only_wait_a(void)
{
	litmus_dwell();
	litmus_wait(A);
}

/* A reader of B holds up nobody who waits for A. */
static void linger_in_b(void)
{
	int index = srcu_read_lock(B);

	KEEP(1, READ(x));
	WRITE(z, 1);
	litmus_linger(&litmus_y);
	KEEP(0, READ(y));
	srcu_read_unlock(B, index);
}

const struct litmus litmus_two[] = {
	{ "nested", { x_wait_y, nested }, y_without_x, 0, 0 },
	{ "nested-crossed", { x_wait_y, crossed }, y_without_x, 0, 0 },
	{ "nested-deep", { x_wait_y, nested_deep }, y_without_x, 0, 0 },
	{ "overlap-is-not-one", { after_z_x_wait_y, overlapping }, y_without_x, 1, 0 },
	{ "hand-over", { x_wait_y, begin_here, end_there }, y_without_x, 0, 0 },
	{ "hand-over-turned",
	  { x_wait_y, begin_here_early_y, end_there_late_x },
	  y_without_x,
	  0,
	  0 },
	{ "wait-inside-other", { x_wait_y, section_waits_for_b }, y_without_x, 0, 0 },
	{ "wait-inside-counts",
	  { x_wait_b_y_inside_a, section_b_read_y_x, only_wait_a },
	  y_without_x,
	  0,
	  0 },
	{ "wait-inside-counts-turned",
	  { x_wait_b_y_inside_a, section_b_read_x_y, only_wait_a },
	  y_without_x,
	  0,
	  0 },
	{ "other-domain", { after_z_x_wait_y, linger_in_b }, y_without_x, 1, 0 },
	{ 0 },
};
