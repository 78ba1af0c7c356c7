/* SPDX-License-Identifier: MIT */
/*
 * cli.h - the command line: one command, one file (cmd_NAME.c), one row in main.c.
 *
 * Findings go to stdout, progress and errors to stderr.  Exit status: 0 nothing found, 1 findings
 * (index: a unit failed), 2 usage or input error, 3 internal error.
 */
#ifndef LOCKLORE_CLI_H
#define LOCKLORE_CLI_H

#include "base/base.h"
#include "lore/lore.h"
#include "prim/prim.h"

enum cli_status { CLI_OK = 0, CLI_FINDINGS = 1, CLI_USAGE = 2, CLI_INTERNAL = 3 };
enum cli_format { CLI_TEXT, CLI_JSON };

/* Options that all commands share, parsed and removed from argv by cli_options(). */
struct cli_common {
	const char *db;          /* default .locklore/lore.db */
	enum cli_format format;
	const char *form;        /* --format as it was given, or NULL */
	bool all;
	unsigned verbose;        /* -v: 1, -vv: 2 */
	bool quiet;              /* -q */
	bool color;              /* decided: --color=auto|always|never, NO_COLOR, isatty(stdout) */
	const char *config;      /* --config FILE; default .locklore.conf where it exists, else NULL */
	const char *fail_on;     /* --fail-on=error|warning|note|never; default warning */
	bool db_given;           /* --db was there */
	bool help, version;      /* --help, --version were there */
};

struct cli_command {
	const char *name, *synopsis, *summary;
	const char *help;        /* body of `locklore help NAME`; NULL: internal, not listed */
	int (*run)(struct cli_common *c, int argc, char **argv); /* argv[0] is the command's name; common options are gone */
	const char *forms;       /* what --format takes; NULL: "text, json" */
};

int cmd_index(struct cli_common *c, int argc, char **argv);
int cmd_scan(struct cli_common *c, int argc, char **argv);
int cmd_check(struct cli_common *c, int argc, char **argv);
int cmd_ask(struct cli_common *c, int argc, char **argv);
int cmd_deadlocks(struct cli_common *c, int argc, char **argv);
int cmd_diff(struct cli_common *c, int argc, char **argv);
int cmd_review(struct cli_common *c, int argc, char **argv);
int cmd_doc(struct cli_common *c, int argc, char **argv);
int cmd_explain(struct cli_common *c, int argc, char **argv);
int cmd_cc(struct cli_common *c, int argc, char **argv);      /* internal: one clang run, called by ninja */
int cmd_extract(struct cli_common *c, int argc, char **argv); /* internal: bitcode to facts */
int cmd_link(struct cli_common *c, int argc, char **argv);    /* internal: facts to database */

/* cmd_doc.c: a draft from nothing on stdout, as `scan --doc` needs it too; an exit status. */
int doc_print(const struct cli_common *c, const struct lore *l, const struct prim_table *prims);

/* cmd_deadlocks.c: what `locklore deadlocks` prints, as `scan` needs it too; an exit status. */
int deadlocks_print(struct cli_common *c, const struct lore *l);

/* Takes the common options out of argv (up to "--") and moves the rest up.  False after a usage error. */
bool cli_options(struct cli_common *c, int *argc, char **argv);
/*
 * A command's own option at argv[*i]: `--name VALUE` or `--name=VALUE` (or -n VALUE, -nVALUE with
 * a short name).  True with *value set and *i on the last word of it; *value is NULL where the
 * value is missing.  short_name may be 0.
 */
bool cli_option_value(int argc, char **argv, int *i, const char *name, char short_name,
		      const char **value);
/* Usage error for an option that no command knows, with the nearest of `known` (NULL-terminated). */
int cli_unknown_option(const char *command, const char *option, const char *const *known);
/* The word of `known` that is near enough to be meant, or NULL. */
const char *cli_nearest(const char *word, const char *const *known);

/* One line on stderr: "locklore: MESSAGE". */
void cli_error(const char *fmt, ...) PRINTF_LIKE(1, 2);
void cli_warn(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* Usage error: the line, then "try: locklore help NAME"; returns CLI_USAGE. */
int cli_usage(const char *command, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Opens c->db read-only, warns on stderr where it is older than its sources; NULL after an error line. */
struct lore *cli_lore(const struct cli_common *c);
/* The same with only some parts loaded (enum store_parts). */
struct lore *cli_lore_parts(const struct cli_common *c, unsigned parts);
/* Built-in and project rows; NULL after an error line. */
struct prim_table *cli_prims(const struct cli_common *c);
/* Flushes stdout; status, or CLI_USAGE after an error line where the output could not be written. */
int cli_finish(int status);

#endif
