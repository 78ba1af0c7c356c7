/* SPDX-License-Identifier: MIT */
/*
 * compdb.h - compilation databases, and compiler commands turned into clang commands.
 *
 * Ownership: a struct words owns its strings; free with words_free().
 */
#ifndef LOCKLORE_CLI_COMPDB_H
#define LOCKLORE_CLI_COMPDB_H

#include "base/base.h"

struct words { VEC(char *); };
void words_take(struct words *w, char *owned); /* w frees it */
void words_add(struct words *w, const char *s);
void words_free(struct words *w);

/* As a POSIX shell would split it, without expansions; ends at an unquoted ; or &. */
void words_split(const char *command, struct words *out);
/* Replaces each @FILE by the words in FILE (relative to dir); one that cannot be read stays. */
void words_expand_files(struct words *w, const char *dir);

struct compdb_entry {
	char *dir;   /* absolute */
	char *file;  /* absolute, normalised */
	struct words args; /* as recorded, the compiler first */
};
struct compdb {
	struct { VEC(struct compdb_entry); } entries;
	size_t n_broken;      /* entries without file or command */
	char first_broken[160];
};

/* False with d where the file is missing or is no compilation database. */
bool compdb_read(const char *path, struct compdb *db, struct diag *d);
void compdb_free(struct compdb *db);

/*
 * The recorded command as arguments for clang: compiler and launchers gone, outputs, dependency
 * files and debug options gone, what only gcc knows gone; options for bitcode and the source at
 * the end.  *language is what -x said, or NULL; borrowed from out.
 */
void compdb_clang_args(const struct compdb_entry *e, struct words *out, const char **language);
/* The end that every command line of ours has; source is absolute. */
void compdb_finish_args(struct words *out, const char *source);

/* gcc_options.c: what to do with an option of the recorded command. */
enum option_fate {
	OPTION_KEEP,
	OPTION_KEEP_ARG,  /* and the next word belongs to it */
	OPTION_DROP,
	OPTION_DROP_ARG,  /* and the next word */
};
enum option_fate gcc_option_fate(const char *option);

#endif
