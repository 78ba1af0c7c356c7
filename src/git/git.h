/* SPDX-License-Identifier: MIT */
/*
 * git.h - what a repository knows, asked of the git program.
 *
 * No library: `git` is run with an argument vector, never through a shell, without a pager,
 * colours, hooks, prompts or the user's diff and blame settings, and with messages in English.
 * Nothing here changes the repository.  A word of the user's never ends up as an option: what
 * begins with '-' is no revision, and paths go behind "--".
 *
 * `top` is always the folder that git_top() gave; paths are relative to it, with '/'.  NULL or
 * false comes with one clear line in d ("git is not installed: ...", "REV: no such revision ...").
 * Texts have a NUL after their end; caller frees with free().  Each call is one process or two.
 */
#ifndef LOCKLORE_GIT_H
#define LOCKLORE_GIT_H

#include "base/base.h"

/* The top folder of the working tree that dir ("." for here) lies in, absolute, links resolved. */
char *git_top(const char *dir, struct diag *d);

/* The full id of the commit that a word names ("HEAD~2", "v6.1", a branch). */
char *git_commit(const char *top, const char *word, struct diag *d);
/* The same question where no answer is no error: is the word a revision of the repository of dir? */
bool git_is_revision(const char *dir, const char *word);

/*
 * One commit as a mail with a patch (From, Date, Subject, message, diff), as git format-patch
 * writes it: UTF-8, unencoded headers where it can.  A merge is shown against its first parent.
 */
char *git_patch(const char *top, const char *rev, size_t *bytes, struct diag *d);

/* A file as it was at a revision. */
char *git_file(const char *top, const char *rev, const char *path, size_t *bytes, struct diag *d);

/* Who brought a line. */
struct git_origin {
	char *commit;     /* short id; "" where the line is not committed yet */
	char *date;       /* YYYY-MM-DD, of the author */
	char *subject;
	bool is_boundary; /* older than the history that was looked at: commit is only its edge */
};
/*
 * The commit that brought line (1-based) of path as it is at rev; rev NULL: in the working tree;
 * since (may be NULL): lines that were there at this revision count as the boundary.
 */
bool git_blame(const char *top, const char *since, const char *rev, const char *path,
	       unsigned line, struct git_origin *out, struct diag *d);
void git_origin_free(struct git_origin *o);

/* The commit that two have in common last ("A...B" is "from there to B"). */
char *git_merge_base(const char *top, const char *a, const char *b, struct diag *d);

/*
 * Writes files as they were at rev below `folder` (absolute), each under its own path.  The
 * repository stays as it is; the folder also gets a file ".index".
 */
bool git_export(const char *top, const char *rev, const char *const *paths, size_t n,
		const char *folder, struct diag *d);

/* Does the history end early (git clone --depth)? */
bool git_is_shallow(const char *top);

/* What differs between a revision and the working tree (with what git does not ignore). */
struct git_change {
	char *then; /* path at the revision; NULL: not there */
	char *now;  /* path in the working tree; NULL: not there */
};
struct git_changes { VEC(struct git_change); }; /* sorted by path; a renamed file is one row */
bool git_changes(const char *top, const char *rev, struct git_changes *out, struct diag *d);
void git_changes_free(struct git_changes *c);

#endif
