/* SPDX-License-Identifier: MIT */
/*
 * runner.h - a case, and what its source says of itself.
 *
 * runner.c starts cases and counts; case.c reads the verdicts in a source; judge.c runs locklore
 * and compares.
 */
#ifndef LOCKLORE_CASES_RUNNER_H
#define LOCKLORE_CASES_RUNNER_H

#include <stdio.h>

#include "base/base.h"

#define CASE_SECONDS 60
#define CASE_NAMES 8

enum want { MUST, MUST_NOT, MAY, KNOWN_MISS, KNOWN_FALSE_ALARM };
enum what { DEADLOCK, SELF, NEST, ORDER, WAIT, VERDICT };

/* One line "// locklore: ..." of a case. */
struct expect {
	enum want want;
	enum what what;
	unsigned line;
	char *said;             /* the line behind its first word, for messages */
	char *names[CASE_NAMES];/* patterns: '*' stands for any text, '|' separates spellings */
	size_t n;
	int count, sites;       /* ORDER, WAIT; -1: any */
	int annotated;          /* NEST: -1 any, 0, 1 */
	char *verdicts, *sentence; /* VERDICT: comma separated, in the order of the statements */
};

struct run_case {
	char *path, *name;
	char *flags;            /* or NULL */
	struct { VEC(char *); } units;  /* the case itself, then those it names */
	struct { VEC(struct expect); } expects;
};

/* False with d where the source says something that is not in the language, or nothing. */
bool case_read(struct run_case *c, const char *path, struct diag *d);
void case_free(struct run_case *c);

/* Runs locklore on the case; writes one line per verdict that is not so; how many those are. */
unsigned case_run(const struct run_case *c, const char *locklore, FILE *out);

#endif
