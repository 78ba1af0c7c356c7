/* SPDX-License-Identifier: MIT */
/* internal.h - what the files of git/ share. */
#ifndef LOCKLORE_GIT_INTERNAL_H
#define LOCKLORE_GIT_INTERNAL_H

#include "git/git.h"

struct git_run {
	struct buf out, err;
	int status; /* exit status; 128 after a signal */
};
/* False with d: git could not be run at all.  args ends with NULL.  Free with git_run_free(). */
bool git_run(const char *dir, const char *const *args, struct git_run *r, struct diag *d);
/* The same with an index file of our own in place of the repository's; NULL: none. */
bool git_run_on(const char *index, const char *dir, const char *const *args, struct git_run *r,
		struct diag *d);
void git_run_free(struct git_run *r);
/* git's own complaint as one line about `about`; returns false. */
bool git_complain(const struct git_run *r, const char *about, struct diag *d);

#endif
