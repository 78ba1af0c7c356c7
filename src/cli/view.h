/* SPDX-License-Identifier: MIT */
/*
 * view.h - how a working tree that is indexed looked at a revision: which units have to be
 * compiled again, and which files are laid over those of today for that.
 */
#ifndef LOCKLORE_CLI_VIEW_H
#define LOCKLORE_CLI_VIEW_H

#include "cli/index.h"
#include "cli/overlay.h"
#include "git/git.h"

/* The working tree; what it remembers of paths is good for several views. */
struct view_tree {
	const char *top;
	const struct index_plan *plan; /* indexed */
	char *outside;                 /* the compiler's build folder below top, or NULL */
	struct map real;               /* hash of a path -> 1 + index in names, 0: not below top */
	struct words names;            /* relative to top */
};
void view_tree_free(struct view_tree *t);

struct view {
	struct view_tree *tree;
	const char *commit;
	const struct git_changes *changes;
	char *files;                   /* folder of the revision's files; owned */
	struct overlay overlay;
	struct words exported;         /* paths of then that it needs */
	struct index_plan plan;        /* units to compile again */
	struct { VEC(bool); } again;   /* by unit of the tree's plan: not to be taken from there */
	/* private */
	struct map now, gone;          /* hash of a path of today, of the last name of one that is gone */
	struct map laid;               /* hash of a path in `overlay` */
	struct words alias_of, aliases; /* a folder below top, another name of it (over a link) */
	struct map linked;             /* hash of a name in aliases */
};
/* Fills overlay, exported, plan.units and again; `overlay_file` goes into the commands. */
void view_make(struct view *v, const char *overlay_file);
/* Sources of then, beside ones of today, that nothing compiles; *example is one, borrowed. */
size_t view_unknown(const struct view *v, const char **example);
void view_free(struct view *v);

/* BASE.ending of a unit.  Caller frees with free(). */
char *view_built(const struct index_plan *p, const struct index_unit *u, const char *ending);
bool view_is_built(const struct index_plan *p, const struct index_unit *u, const char *ending);

#endif
