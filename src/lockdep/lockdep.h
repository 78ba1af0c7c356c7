/* SPDX-License-Identifier: MIT */
/*
 * lockdep.h - reads a report of the kernel's lock validator out of a log.
 *
 * Understood are "possible circular locking dependency detected" and "possible recursive locking
 * detected", with or without time stamps.  Where lines say which task or CPU they come from ("[ T771]"),
 * those of others between the lines of a report are left out.  Locks are given as people write them: "&kvm->lock" is
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
	unsigned n_cut;	 /* more that are cut off, and left out */
	struct diag cut; /* what is wrong with the first of those */
};

/* False with d: there is no whole report in it. */
bool lockdep_read(const char *name, const char *text, size_t bytes, struct lockdep_reports *out,
		  struct diag *d);
void lockdep_free(struct lockdep_reports *r);

#endif
