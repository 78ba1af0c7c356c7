/* SPDX-License-Identifier: MIT */
/* test_order.h - what the tests of the order graph share. */
#ifndef LOCKLORE_TEST_ORDER_H
#define LOCKLORE_TEST_ORDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "order/order.h"

#define X ORDER_EXCLUSIVE
#define S ORDER_SHARED
#define R ORDER_SHARED_RECURSIVE
#define W ORDER_WAIT

enum { SEEN = 20 };

/* A cycle as the tests compare it: classes, modes at each hand-over, costs. */
struct seen_cycle {
	uint32_t n, cost;
	uint32_t cls[SEEN], threads[SEEN];
	uint8_t held[SEEN], want[SEEN];
	uint64_t tags[SEEN];
};

struct seen {
	struct seen_cycle *at;
	uint32_t n, cap;
	uint32_t stop_after; /* 0: never */
};

__attribute__((unused)) static bool see(const struct order_cycle *c, void *ctx)
{
	struct seen *seen = ctx;
	struct seen_cycle *s;

	if (seen->n == seen->cap) {
		seen->cap = seen->cap ? seen->cap * 2 : 64;
		seen->at = realloc(seen->at, seen->cap * sizeof(*seen->at));
	}
	s = memset(&seen->at[seen->n++], 0, sizeof(*s));
	assert_true(c->n >= 1 && c->n <= SEEN);
	s->n = c->n;
	s->cost = c->cost;
	for (uint32_t i = 0; i < c->n; i++) {
		const struct order_edge *e = c->edges[i];

		assert_int_equal(e->to, c->edges[(i + 1) % c->n]->from);
		s->cls[i] = e->from;
		s->held[i] = e->from_mode;
		s->want[i] = e->to_mode;
		s->threads[i] = e->thread;
		s->tags[i] = e->tag;
	}
	return seen->n != seen->stop_after;
}

__attribute__((unused)) static uint32_t mask_of(const struct seen_cycle *c)
{
	uint32_t mask = 0;

	for (uint32_t i = 0; i < c->n; i++)
		mask |= 1u << c->cls[i];
	return mask;
}

/* xorshift64*: the same numbers everywhere. */
__attribute__((unused)) static uint32_t roll(uint64_t *seed, uint32_t below)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return (uint32_t)((*seed * 0x2545f4914f6cdd1dull) >> 33) % below;
}

__attribute__((unused)) static uint64_t seed_of(uint64_t number)
{
	return (number + 1) * 0x9e3779b97f4a7c15ull;
}

__attribute__((unused)) static void check_graph(const struct order_graph *g)
{
	const char *what = NULL;

	if (!order_check(g, &what))
		fail_msg("order_check: %s", what);
}

#endif
