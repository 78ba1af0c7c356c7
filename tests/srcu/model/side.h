/* SPDX-License-Identifier: MIT */
/*
 * The parts of libsrcu that the models share.  A domain here has a row of counters for each slot
 * and rank, and one atomic counter of each rank, `active`, that goes up and down.  `fresh` is what
 * a writer publishes before a grace period, `freed` what it takes back after it.  A read side may
 * never see freed above fresh: that is the claim.
 */
#pragma once
#include "models.h"

/* Registers.  A writer has CURRENT, OTHER and OPEN; a reader RANK, SEEN and TAKEN. */
enum { RANK, SEEN, TAKEN, CURRENT, OTHER, OPEN, SPARE, SPARE2 };

enum { ATOMIC_SLOT = -1 }; /* count in `active` */

struct domain {
	enum mutant mutant;
	int slots;
	bool has_active;
	bool is_fenced; /* no membarrier: all readers count in `active`, with fences of their own */
	bool has_waiter;
	int mask; /* the counters count modulo mask + 1; 0: 256 */
	uint8_t word, fresh, freed;
	uint8_t locks, unlocks; /* [slot][rank] */
	uint8_t active, waiter; /* [rank] */
};

void side_domain(struct machine *m, struct domain *d);
uint8_t side_row(uint8_t row, int slot);

/* Loads the rank into RANK and counts the reader. */
void side_lock(struct code c, const struct domain *d, int slot);
void side_count_lock(struct code c, const struct domain *d, int slot);
void side_unlock(struct code c, const struct domain *d, int slot);
/* Looks at what the read side protects. */
void side_look(struct code c, const struct domain *d);

/* What must come before the sums. */
void side_barrier(struct code c, const struct domain *d);
/* OPEN = the readers counted on the rank in register `rank`, up to a sign. */
void side_scan(struct code c, const struct domain *d, uint8_t rank);
/* Scans until nobody is counted. */
void side_wait(struct code c, const struct domain *d, uint8_t rank);
/* Steps 2 to 4; `wait_old` waits for the rank that was just left, CURRENT. */
void side_grace(struct code c, const struct domain *d,
		void (*wait_old)(struct code c, const struct domain *d, uint8_t rank));
