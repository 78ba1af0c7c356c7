/* SPDX-License-Identifier: MIT */
/*
 * lockdep.h - reads a report of the kernel's lock validator out of a log.
 *
 * Understood are "possible circular locking dependency detected" and "possible recursive locking
 * detected", with or without time stamps.  Locks are given as people write them: "&kvm->lock" is
 * kvm->lock, without instance number, subclass and the inner part of a lock type.
 *
 * Ownership: a report owns its strings; free with lockdep_free().
 */
#ifndef LOCKLORE_LOCKDEP_H
#define LOCKLORE_LOCKDEP_H

#include "base/base.h"

enum lockdep_kind { LOCKDEP_CIRCULAR, LOCKDEP_RECURSIVE };

/* inner was asked for with outer held; frames from the place inwards, the validator's own left out.
 */
struct lockdep_edge {
	char *outer, *inner;
	unsigned line; /* in the input, 1-based, where the inner lock stands */
	bool is_wait;  /* the stack goes through a wait for readers or work */
	struct {
		VEC(char *);
	} frames; /* innermost first */
};

struct lockdep_report {
	enum lockdep_kind kind;
	unsigned line; /* of its headline */
	struct {
		VEC(struct lockdep_edge);
	} edges; /* each begins where the one before it ended */
};
struct lockdep_reports {
	VEC(struct lockdep_report);
};

/* False with d: there is no report in it, or one that is cut off. */
bool lockdep_read(const char *name, const char *text, size_t bytes, struct lockdep_reports *out,
		  struct diag *d);
void lockdep_free(struct lockdep_reports *r);

#endif
