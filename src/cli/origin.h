/* SPDX-License-Identifier: MIT */
/* origin.h - which commit brought a place of a witness: git's blame, for report/diff.h. */
#ifndef LOCKLORE_CLI_ORIGIN_H
#define LOCKLORE_CLI_ORIGIN_H

#include "git/git.h"
#include "report/diff.h"

/*
 * since NULL: nothing is known of BEFORE, and the inner place's line is blamed; else the first
 * place, from the inner one outwards, whose line was not there at `since`.  rev NULL: the working
 * tree.  All is borrowed.
 */
struct origin {
	const struct lore *l;              /* AFTER's */
	const char *top, *since, *rev;
	/* How rev and `since` differ from the working tree; NULL: not at all, not known. */
	const struct git_changes *changes, *since_changes;
	struct map seen;                   /* place -> 1 + index of found, 0: none */
	struct { VEC(struct git_origin); } found;
};
bool origin_of(void *origin, const struct verdict_evidence *e, struct report_origin *out);
void origin_free(struct origin *o);

#endif
