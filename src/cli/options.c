/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"

#define DEFAULT_DB ".locklore/lore.db"
#define DEFAULT_CONFIG ".locklore.conf"

static void say(const char *kind, const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "locklore: %s", kind);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void cli_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
}

void cli_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("warning: ", fmt, ap);
	va_end(ap);
}

int cli_usage(const char *command, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
	if (command && *command)
		fprintf(stderr, "try: locklore help %s\n", command);
	else
		fputs("try: locklore help\n", stderr);
	return CLI_USAGE;
}

/* ---- what was meant ------------------------------------------------------ */

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Edit distance, bounded by the length of short words. */
static size_t distance(const char *a, const char *b)
{
	size_t n = strlen(b), row[64];

	if (n >= ARRAY_LEN(row) || strlen(a) >= ARRAY_LEN(row))
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			size_t above = row[j + 1];

			row[j + 1] = min3(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
			diagonal = above;
		}
	}
	return row[n];
}

const char *cli_nearest(const char *word, const char *const *known)
{
	size_t best = strlen(word) / 3 + 2;
	const char *found = NULL;

	for (; *known; known++) {
		size_t d = distance(word, *known);

		if (d < best) {
			best = d;
			found = *known;
		}
	}
	return found;
}

static const char *const common_names[] = {
	"--db", "--format", "--all", "--verbose", "--quiet", "--color", "--config", "--fail-on",
	"--help", "--version", NULL
};

int cli_unknown_option(const char *command, const char *option, const char *const *known)
{
	char *name = xstrndup(option, strcspn(option, "="));
	const char *near = known ? cli_nearest(name, known) : NULL;
	const char *colon = *command ? ": " : "";
	int status;

	if (!near)
		near = cli_nearest(name, common_names);
	status = near ? cli_usage(command, "%s%sunknown option %s; did you mean %s?", command, colon,
				  name, near)
		      : cli_usage(command, "%s%sunknown option %s", command, colon, name);
	free(name);
	return status;
}

bool cli_option_value(int argc, char **argv, int *i, const char *name, char short_name,
		      const char **value)
{
	const char *arg = argv[*i];
	size_t n = strlen(name);

	if (strncmp(arg, name, n) == 0 && arg[n] == '=') {
		*value = arg + n + 1;
		return true;
	}
	if (short_name && arg[0] == '-' && arg[1] == short_name && arg[2]) {
		*value = arg + 2;
		return true;
	}
	if (strcmp(arg, name) != 0 && !(short_name && arg[0] == '-' && arg[1] == short_name))
		return false; /* and *value stays: it may be an earlier word's */
	*value = NULL;
	if (*i + 1 < argc)
		*value = argv[++*i];
	return true;
}

/* ---- common options ------------------------------------------------------ */

enum parsed { NOT_MINE, MINE, WRONG };

static bool one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

static enum parsed bad_value(const char *option, const char *value, const char *choices)
{
	if (!value)
		cli_usage("", "%s needs a value: %s", option, choices);
	else
		cli_usage("", "%s %s: not one of %s", option, value, choices);
	return WRONG;
}

static enum parsed parse_flag(struct cli_common *c, const char *arg, const char **color)
{
	if (strcmp(arg, "--all") == 0)
		c->all = true;
	else if (strcmp(arg, "-v") == 0 || strcmp(arg, "--verbose") == 0)
		c->verbose++;
	else if (strcmp(arg, "-vv") == 0)
		c->verbose += 2;
	else if (strcmp(arg, "-q") == 0 || strcmp(arg, "--quiet") == 0)
		c->quiet = true;
	else if (strcmp(arg, "--color") == 0 || strcmp(arg, "--color=always") == 0)
		*color = "always";
	else if (strcmp(arg, "--color=never") == 0 || strcmp(arg, "--no-color") == 0)
		*color = "never";
	else if (strcmp(arg, "--color=auto") == 0)
		*color = "auto";
	else if (str_starts(arg, "--color="))
		return bad_value("--color", arg + 8, "auto, always, never");
	else if (strcmp(arg, "-h") == 0 || strcmp(arg, "--help") == 0)
		c->help = true;
	else if (strcmp(arg, "--version") == 0)
		c->version = true;
	else
		return NOT_MINE;
	return MINE;
}

static enum parsed parse_value(struct cli_common *c, int argc, char **argv, int *i)
{
	static const char *const severities[] = { "error", "warning", "note", "never", NULL };
	const char *v;

	if (cli_option_value(argc, argv, i, "--db", 0, &v)) {
		if (!v || !*v)
			return bad_value("--db", NULL, "the database's file");
		c->db = v;
		c->db_given = true;
	} else if (cli_option_value(argc, argv, i, "--config", 0, &v)) {
		if (!v || !*v)
			return bad_value("--config", NULL, "a file in the form of .locklore.conf");
		c->config = v;
	} else if (cli_option_value(argc, argv, i, "--format", 0, &v)) {
		if (!v)
			return bad_value("--format", v, "text, json");
		c->form = v;
		c->format = strcmp(v, "json") == 0 ? CLI_JSON : CLI_TEXT;
	} else if (cli_option_value(argc, argv, i, "--fail-on", 0, &v)) {
		if (!v || !one_of(v, severities))
			return bad_value("--fail-on", v, "error, warning, note, never");
		c->fail_on = v;
	} else {
		return NOT_MINE;
	}
	return MINE;
}

static bool decide_color(const char *when)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

bool cli_options(struct cli_common *c, int *argc, char **argv)
{
	const char *color = "auto";
	int kept = 1, i;

	*c = (struct cli_common){ .db = DEFAULT_DB, .fail_on = "warning" };
	for (i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		enum parsed p = parse_flag(c, argv[i], &color);

		if (p == NOT_MINE)
			p = parse_value(c, *argc, argv, &i);
		if (p == WRONG)
			return false;
		if (p == NOT_MINE)
			argv[kept++] = argv[i];
	}
	while (i < *argc)
		argv[kept++] = argv[i++];
	argv[kept] = NULL;
	*argc = kept;
	c->color = decide_color(color);
	if (!c->config && access(DEFAULT_CONFIG, F_OK) == 0)
		c->config = DEFAULT_CONFIG;
	return true;
}

/* ---- what commands share ------------------------------------------------- */

struct prim_table *cli_prims(const struct cli_common *c)
{
	struct diag d = { "" };
	struct prim_table *t = prim_load(c->config, &d);

	if (!t)
		cli_error("%s", d.text);
	return t;
}

static void warn_if_stale(const char *db)
{
	struct diag d = { "" };
	char *example = NULL;
	size_t n = store_stale(db, &example, &d);
	char *cwd = getcwd(NULL, 0);
	const char *name = !example ? "a file" : cwd ? path_below(cwd, example) : example;

	if (n == 1)
		cli_warn("%s is older than its sources: %s changed; run locklore index again", db, name);
	else if (n)
		cli_warn("%s is older than its sources: %s and %zu more changed; run locklore index again",
			 db, name, n - 1);
	free(cwd);
	free(example);
}

struct lore *cli_lore_parts(const struct cli_common *c, unsigned parts)
{
	struct diag d = { "" };
	struct lore *l;

	if (access(c->db, F_OK) != 0 && errno == ENOENT) {
		cli_error("%s: there is no database here; make one with: locklore index", c->db);
		return NULL;
	}
	l = store_load(c->db, parts, &d);
	if (!l) {
		cli_error("%s", d.text);
		return NULL;
	}
	warn_if_stale(c->db);
	return l;
}

struct lore *cli_lore(const struct cli_common *c)
{
	return cli_lore_parts(c, STORE_ALL);
}

int cli_finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	/* Nobody listens any more (| head): no reason to complain. */
	if (errno != EPIPE)
		cli_error("standard output: cannot write: %s", strerror(errno));
	return errno == EPIPE ? status : CLI_USAGE;
}
