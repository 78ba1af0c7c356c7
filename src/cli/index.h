/* SPDX-License-Identifier: MIT */
/*
 * index.h - from sources to the database: a plan (plan.c), run by ninja (ninja.c, with cmd_cc.c
 * and the extract program as its commands), linked in one process (cmd_link.c).
 *
 * Beside the database stands a build folder with one set of files per unit, BASE being the
 * source's name and a hash of its path:
 *   BASE.cmd    folder and arguments of the clang run; changes only when they do
 *   BASE.bc     bitcode; missing: the unit failed
 *   BASE.err    what clang said
 *   BASE.deps   the files that went in, with a hash of each one's content
 *   BASE.facts  facts; missing: the bitcode could not be read, BASE.xerr says why
 */
#ifndef LOCKLORE_CLI_INDEX_H
#define LOCKLORE_CLI_INDEX_H

#include "cli/cli.h"
#include "cli/compdb.h"

struct index_unit {
	char *dir, *file;     /* absolute; file is the source, or the bitcode where is_bitcode */
	struct words args;    /* clang's, without outputs */
	char *base;           /* name of its files in the build folder */
	bool is_bitcode;
	bool is_selected;     /* by --only */
};

struct index_plan {
	struct { VEC(struct index_unit); } units;
	size_t n_assembly, n_repeated, n_other; /* skipped: assembly, same file again, other languages */
	char *root;           /* absolute; NULL: the common folder of what the bitcode names */
	char *database;       /* absolute */
	char *build, *lock;   /* absolute: the build folder, the lock file */
	bool is_whole;        /* from a compilation database: files of other units are stale */
	char *clang, *clang_version, *target;
};

/* What index and scan share on their command lines. */
struct index_options {
	struct words only, inputs, cflags;
	struct words launcher;
	const char *compdb;   /* -p */
	const char *root;
	unsigned jobs;        /* 0: ninja decides */
	bool no_wait;
};
/* CLI_OK, or an exit status after an error line. */
int index_options_parse(struct index_options *o, const char *command, int argc, char **argv);
void index_options_free(struct index_options *o);

/* plan.c.  CLI_OK, or an exit status after an error line. */
int plan_from_compdb(struct index_plan *p, const char *path, const struct index_options *o);
int plan_from_inputs(struct index_plan *p, const struct index_options *o);
int plan_from_folders(struct index_plan *p, const struct index_options *o);
/* Root, --only, names; after all units are there. */
int plan_finish(struct index_plan *p, const struct index_options *o);
void plan_free(struct index_plan *p);
/* DIR/compile_commands.json or DIR/build/...; NULL: none.  Caller frees with free(). */
char *compdb_find(const char *dir);

/* folder.c: all .c files below dir, sorted; hidden folders are left out. */
void folder_sources(const char *dir, struct words *out);
/* The folder and all that is in it; links are not followed. */
void folder_remove(const char *dir);

/* ninja.c: writes what it needs into the build folder and runs ninja. */
enum ninja_result { NINJA_DONE, NINJA_ERROR /* after an error line */, NINJA_INTERRUPTED };
enum ninja_result ninja_run(const struct index_plan *p, const struct cli_common *c,
			    const struct index_options *o, uint64_t prim_digest);
/* The program beside this one that reads bitcode.  Caller frees with free(); NULL: not there. */
char *extract_program(void);

/* cmd_link.c */
struct link_result { size_t n_units, n_funcs, n_classes, n_unresolved; };
struct link_input {
	const char *database, *root; /* root may be NULL */
	const char *configuration;
	const char *tree;            /* NULL: named after what stands in the root */
	struct words facts;          /* files */
	struct words sources;        /* that the database depends on; only those below root count */
	size_t n_failed, n_skipped;
};
/* Facts to database; false after an error line. */
bool link_run(const struct link_input *in, const struct cli_common *c, struct link_result *out);
/* "linux 6.1.192" or the folder's name.  Caller frees with free(). */
char *tree_name(const char *root);

/* cmd_index.c: the whole way.  `say` gets the summary (NULL: none). */
struct index_outcome { int status; size_t n_failed; };
struct index_outcome index_run(struct index_plan *p, const struct cli_common *c,
			       const struct index_options *o, bool summary);
void plan_place(struct index_plan *p, const char *database);

/* The steps of index_run(), for who needs them apart (revision.c). */
/* Units of -p, or of the compilation database that is found. */
int index_plan_compdb(struct index_plan *p, const struct index_options *o);
/*
 * Facts for all units, as far as possible: CLI_OK, with the open file in *lock that keeps others
 * out of the build folder (close it), or an exit status after an error line.
 */
int index_build(struct index_plan *p, const struct cli_common *c, const struct index_options *o,
		int *lock);
/* After it: the facts that are there, the sources, and a line for each unit that failed. */
void index_collect(const struct index_plan *p, struct link_input *in, struct words *failed);
/* "x86_64, clang 19.1.7, commands 3f2a9c1d".  Caller frees with free(). */
char *index_configuration(const struct index_plan *p);

#endif
