/* SPDX-License-Identifier: MIT */
/* cmd_deadlocks.c - `locklore deadlocks [N]`: every cycle, most certain first. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "report/report.h"

/* Deadlocks are errors; findings have their own severity. */
static bool fails(const struct cli_common *c, const struct verdict_deadlocks *dead)
{
	if (dead->at.n && verdict_fails(VERDICT_ERROR, c->fail_on))
		return true;
	for (size_t i = 0; i < dead->findings.n; i++)
		if (verdict_fails(dead->findings.at[i].severity, c->fail_on))
			return true;
	return false;
}

static int print(struct cli_common *c, const struct lore *l, size_t only)
{
	struct report r = {
		.out = stdout, .lore = l, .color = c->color, .all = c->all, .verbose = c->verbose
	};
	struct prim_table *prims = cli_prims(c);
	struct verdict *v;
	int status = CLI_OK;

	if (!prims)
		return CLI_USAGE;
	v = verdict_new(l, prims);
	r.dead = verdict_deadlocks(v);
	if (only > r.dead->at.n) {
		status = cli_usage("deadlocks", "deadlocks: there is no number %zu, there %s %zu", only,
				   r.dead->at.n == 1 ? "is" : "are", r.dead->at.n);
	} else {
		if (c->format == CLI_JSON)
			report_deadlocks_json(&r, only);
		else
			report_deadlocks_text(&r, only);
		if (fails(c, r.dead))
			status = CLI_FINDINGS;
	}
	verdict_free(v);
	prim_free(prims);
	return status;
}

int deadlocks_print(struct cli_common *c, const struct lore *l)
{
	return print(c, l, 0);
}

static bool parse_number(const char *s, size_t *out)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(s, &end, 10);
	if (s[0] < '0' || s[0] > '9' || *end || errno || n == 0)
		return false;
	*out = n;
	return true;
}

int cmd_deadlocks(struct cli_common *c, int argc, char **argv)
{
	struct lore *l;
	size_t only = 0;
	int status;

	if (argc > 1 && argv[1][0] == '-')
		return cli_unknown_option("deadlocks", argv[1], NULL);
	if (argc > 2)
		return cli_usage("deadlocks", "deadlocks: one number at most, not %s", argv[2]);
	if (argc == 2 && !parse_number(argv[1], &only))
		return cli_usage("deadlocks", "deadlocks: '%s' is not the number of a deadlock", argv[1]);
	l = cli_lore(c);
	if (!l)
		return CLI_USAGE;
	status = print(c, l, only);
	lore_free(l);
	return status;
}
