/* SPDX-License-Identifier: MIT */
/*
 * Visits every state that a machine can reach, breadth first, each once and kept whole (no hash
 * stands for a state), so that a violation comes with a shortest trace.
 *
 * Safety: no check of a program fails.  Progress: from each certain state all threads can reach
 * their end; where threads never end, see must_end below.
 */
#pragma once
#include <stddef.h>

#include "machine.h"

enum outcome {
	OUTCOME_SAFE,
	OUTCOME_VIOLATION, /* a check failed */
	OUTCOME_STUCK,	   /* a state from which the end cannot be reached */
	OUTCOME_STARVED,   /* a fair way to go on for ever without the thread that must end */
	OUTCOME_TOO_LARGE,
};

struct report {
	enum outcome outcome;
	size_t states, steps;
	double seconds;
	int trace_length;
};

enum { NOBODY = -1 };

struct question {
	const struct machine *machine;
	/*
	 * NOBODY: all threads must be able to end.  Else this thread must end although the others
	 * go on for ever, whatever the order, if no thread is left out for ever.
	 */
	int must_end;
	size_t max_states;
	bool print_trace;
};

struct report checker_run(const struct question *q);
