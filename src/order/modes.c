/* SPDX-License-Identifier: MIT */
/*
 * modes.c - the blocking matrix: the one place that knows which mode blocks on which.
 *
 * Two questions are asked of it.  Does a request block while another thread holds the class
 * (order_blocks)?  Can two threads hold the class at once (order_excludes)?  They differ in the
 * fair reader only: two of them may be inside together, and yet the second can block on the
 * first, when a writer has queued up between them.  So a cell says not only that a request
 * blocks, but also what it needs for that.
 */
#include "order/impl.h"

enum cell {
	PASSES = 0,
	BLOCKS = 1,       /* on the holder itself */
	BEHIND_WRITER = 2 /* on a writer that waits for the holder: any thread may be that writer */
};

static const uint8_t matrix[ORDER_MODES][ORDER_MODES] = {
	/* wanted                      held: exclusive  shared         recursive      (wait) */
	[ORDER_EXCLUSIVE] =        {         BLOCKS,    BLOCKS,        BLOCKS,        PASSES },
	[ORDER_SHARED] =           {         BLOCKS,    BEHIND_WRITER, BEHIND_WRITER, PASSES },
	[ORDER_SHARED_RECURSIVE] = {         BLOCKS,    PASSES,        PASSES,        PASSES },
	[ORDER_WAIT] =             {         BLOCKS,    BLOCKS,        BLOCKS,        PASSES },
};

static const char *const names[ORDER_MODES] = {
	[ORDER_EXCLUSIVE] = "exclusive",
	[ORDER_SHARED] = "shared",
	[ORDER_SHARED_RECURSIVE] = "shared-recursive",
	[ORDER_WAIT] = "wait",
};

bool order_blocks(enum order_mode want, enum order_mode held)
{
	return want < ORDER_MODES && held < ORDER_MODES && matrix[want][held] != PASSES;
}

const char *order_mode_name(enum order_mode m)
{
	return m < ORDER_MODES ? names[m] : "unknown";
}

bool order_excludes(enum order_mode a, enum order_mode b)
{
	return matrix[a][b] == BLOCKS || matrix[b][a] == BLOCKS;
}

unsigned order_onward(unsigned modes, unsigned asked)
{
	unsigned onward = 0;

	for (unsigned held = 0; held < ORDER_WAIT; held++) {
		unsigned asks = modes >> (held * ORDER_MODES) & ORDER_ALL_REQUESTS;

		for (unsigned want = 0; asks && want < ORDER_MODES; want++) {
			if ((asked >> want & 1) && matrix[want][held] != PASSES) {
				onward |= asks;
				break;
			}
		}
	}
	return onward;
}
