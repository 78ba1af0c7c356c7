/* SPDX-License-Identifier: MIT */
/*
 * Shapes of several read sides and several grace periods in one circle.  The rule of the Linux
 * memory model: a circle with at least as many grace periods as read sides (of the same domain,
 * properly nested) is forbidden; one with fewer is allowed.
 */
#include "litmus.h"

#define A (&litmus_a)
#define B (&litmus_b)
#define OUTCOME(name, condition)                                                                   \
	static int name(void)                                                                      \
	{                                                                                          \
		return (condition);                                                                \
	}
/* A section that says "I began" in one variable and looks late into another. */
#define SECTION(name, domain, said, seen, n)                                                       \
	static void name(void)                                                                     \
	{                                                                                          \
		int index = srcu_read_lock(domain);                                                \
                                                                                                   \
		WRITE(said, 1);                                                                    \
		litmus_linger(&litmus_##seen);                                                     \
		KEEP(n, READ(seen));                                                               \
		srcu_read_unlock(domain, index);                                                   \
	}
/* What begins after one variable is set, waits, and sets another. */
#define WAITER(name, domain, seen, said, n)                                                        \
	static void name(void)                                                                     \
	{                                                                                          \
		litmus_linger(&litmus_##seen);                                                     \
		KEEP(n, READ(seen));                                                               \
		litmus_wait(domain);                                                               \
		WRITE(said, 1);                                                                    \
	}
OUTCOME(two_seen, KEPT(0) == 1 && KEPT(1) == 1)
OUTCOME(three_seen, KEPT(0) == 1 && KEPT(1) == 1 && KEPT(2) == 1)
OUTCOME(four_seen, KEPT(0) == 1 && KEPT(1) == 1 && KEPT(2) == 1 && KEPT(3) == 1)

/* One section, one grace period: the section waits for the end of a wait for it. */
SECTION(a_x_sees_y, A, x, y, 0)
WAITER(wait_x_y, A, x, y, 1)

/* Two sections, one grace period: x -> wait -> y, the second section carries y back to w. */
SECTION(a_x_sees_w, A, x, w, 0)
static void a_w_sees_y(void)
{
	int index;

	litmus_linger(&litmus_x);
	litmus_pause(); /* begin after the wait did */
	index = srcu_read_lock(A);
	WRITE(w, 1);
	litmus_linger(&litmus_y);
	KEEP(2, READ(y));
	srcu_read_unlock(A, index);
}

/* Two sections, two grace periods: x -> wait -> y; section; w -> wait -> z. */
SECTION(a_x_sees_z, A, x, z, 0)
WAITER(wait_w_z, A, w, z, 3)

/* The same with two domains, waits beside their own sections. */
SECTION(b_w_sees_y, B, w, y, 2)
WAITER(wait_b_w_z, B, w, z, 3)

/* ... each wait beside the section of the other domain, still nested: A (B B) A. */
WAITER(wait_b_x_y, B, x, y, 1)
WAITER(wait_a_w_z, A, w, z, 3)

/* Both sections in a row, then both waits, A B A B: crossed, not nested, hence allowed. */
static void crossed_a(void)
{
	int index;

	litmus_linger(&litmus_y); /* begin after the wait for A is over */
	index = srcu_read_lock(A);
	WRITE(w, 1);
	litmus_linger(&litmus_z);
	KEEP(0, READ(z));
	srcu_read_unlock(A, index);
}
SECTION(crossed_b, B, x, w, 2)
WAITER(crossed_wait_a, A, x, y, 1)
WAITER(crossed_wait_b, B, y, z, 3)

/* The same circle within one domain has as many waits as sections. */
static void straight_a(void)
{
	int index;

	litmus_linger(&litmus_y);
	index = srcu_read_lock(A);
	WRITE(w, 1);
	litmus_linger(&litmus_z);
	KEEP(0, READ(z));
	srcu_read_unlock(A, index);
}
SECTION(straight_b, A, x, w, 2)
WAITER(straight_wait_a, A, x, y, 1)
WAITER(straight_wait_b, A, y, z, 3)

const struct litmus litmus_more[] = {
	{ "1-section-1-wait", { a_x_sees_y, wait_x_y }, two_seen, 0, 0 },
	{ "2-sections-1-wait", { a_x_sees_w, wait_x_y, a_w_sees_y }, three_seen, 1, 0 },
	{ "2-sections-2-waits", { a_x_sees_z, wait_x_y, a_w_sees_y, wait_w_z }, four_seen, 0, 0 },
	{ "2-domains-2-waits", { a_x_sees_z, wait_x_y, b_w_sees_y, wait_b_w_z }, four_seen, 0, 0 },
	{ "2-domains-turned", { a_x_sees_z, wait_b_x_y, b_w_sees_y, wait_a_w_z }, four_seen, 0, 0 },
	{ "2-domains-crossed",
	  { crossed_a, crossed_wait_a, crossed_b, crossed_wait_b },
	  four_seen,
	  1,
	  0 },
	{ "1-domain-straight",
	  { straight_a, straight_wait_a, straight_b, straight_wait_b },
	  four_seen,
	  0,
	  0 },
	{ 0 },
};
