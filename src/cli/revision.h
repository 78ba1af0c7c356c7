/* SPDX-License-Identifier: MIT */
/*
 * revision.h - the lore of a git revision, with today's compilation database.
 *
 * The working tree is indexed first, in the index's own build folder, so that nothing is compiled
 * that is known already.  A revision shares the facts of all units into which no file goes that
 * differs; the others are compiled again at their own paths, with the files of then laid over the
 * working tree (clang's -ivfsoverlay): nothing is checked out, and what the build made is found
 * where it lies.  Their results stay in a folder beside the database, one per commit.
 */
#ifndef LOCKLORE_CLI_REVISION_H
#define LOCKLORE_CLI_REVISION_H

#include "cli/index.h"
#include "git/git.h"

struct revision_base;

/* Indexes the working tree; NULL with *status after an error line.  All is borrowed. */
struct revision_base *revision_open(const struct cli_common *c, const struct index_options *o,
				    const char *top, int *status);
/*
 * The lore of a commit, of which the working tree differs by `changes`; commit NULL: that of the
 * working tree.  NULL with *status after an error line.
 */
struct lore *revision_lore(struct revision_base *b, const char *commit,
			   const struct git_changes *changes, int *status);
/* Also removes what is kept of commits that were not asked for since revision_open(). */
void revision_close(struct revision_base *b);

#endif
