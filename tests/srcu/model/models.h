/* SPDX-License-Identifier: MIT */
/*
 * The protocols under test.  Each is a set of programs (one file, one protocol), and each mutant is
 * one change to them that must be caught: as a failed check, or as a thread that hangs.
 */
#pragma once
#include "code.h"

/* What each one changes: mutants[] in models.c. */
enum mutant {
	NO_MUTANT,
	/* the grace period */
	NO_MEMBARRIER,
	LATE_MEMBARRIER,
	SUMS_SWAPPED,
	NO_PREVIOUS_RANK,
	NO_PREVIOUS_WAIT,
	PLAIN_UNLOCK,
	PLAIN_SUMS,
	ACTIVE_LAST,
	UNLOCK_CURRENT_RANK,
	NO_FLIP,
	NO_LOCK_FENCE,
	NO_WRITER_FENCE,
	/* the sleep */
	NO_WAIT_MEMBARRIER,
	NO_WAIT_RECHECK,
	FLAG_BEFORE_UNLOCK,
	FLAG_OTHER_RANK,
	WAKE_WITHOUT_COUNT,
	WORD_READ_LATE,
	PLAIN_WAKE,
	NO_UNLOCK_FENCE,
	SLEEPING_FLAG,
	NO_EARLY,
	NOT_ARMED_AGAIN,
	LISTED_READ_EARLY,
	/* the promotion */
	PUBLISH_DURING_SCAN,
	NO_PROMOTE_MEMBARRIER,
	PUBLISH_EARLY,
	FORGET_ACTIVE,
	/* fork */
	NO_BALANCE,
	BALANCE_ONE_RANK,
	OLD_COOKIE_COUNTS,
	STALE_STAYS,
	STALE_ADD_LOST,
	/* what callers share */
	GATE_TAKES_CURRENT,
	NO_GATE_FENCE,
	NO_GATE_LEAVE_FENCE,
	NUMBER_LATE,
	SLEEP_ON_DONE,
	SNAPSHOT_SHORT,
	NO_SNAPSHOT_FENCE,
	SEQUENCE_LATE,
	PLAIN_POLL,
	NO_SIGNAL,
	NO_SIGNAL_FENCE,
	EVENT_READ_LATE,
	NO_TAKE_OVER,
	TAKE_OVER_ALWAYS,
	TAKE_OVER_UNFENCED,
	OFFER_EARLY,
	MUTANTS
};

struct mutant_row {
	const char *name, *what;
};

extern const struct mutant_row mutants[MUTANTS];

struct model {
	const char *name, *what;
	void (*build)(struct machine *m, enum mutant mutant, int variant);
	int variant;
	int window;
	bool is_hunted; /* small enough to hunt every mutant in */
	int must_end;	/* 0: all threads must be able to end; else as in struct question, plus 1 */
};

/* Ends with a row without a name. */
extern const struct model models[];

void grace_build(struct machine *m, enum mutant mutant, int variant);
void grace_build_fenced(struct machine *m, enum mutant mutant, int variant);
void grace_build_moving(struct machine *m, enum mutant mutant, int variant);
void grace_build_handed(struct machine *m, enum mutant mutant, int variant);
void grace_build_endless(struct machine *m, enum mutant mutant, int variant);
void wait_build(struct machine *m, enum mutant mutant, int variant);
void wait_build_shared(struct machine *m, enum mutant mutant, int variant);
void wait_build_early(struct machine *m, enum mutant mutant, int variant);
void small_build(struct machine *m, enum mutant mutant, int variant);
void fork_build(struct machine *m, enum mutant mutant, int variant);
void fork_build_active(struct machine *m, enum mutant mutant, int variant);
void wait_build_worker(struct machine *m, enum mutant mutant, int variant);
void gate_build(struct machine *m, enum mutant mutant, int variant);
void gate_build_callers(struct machine *m, enum mutant mutant, int variant);
void sequence_build(struct machine *m, enum mutant mutant, int variant);
void takeover_build(struct machine *m, enum mutant mutant, int variant);
