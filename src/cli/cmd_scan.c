/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/index.h"

static char *temporary_folder(void)
{
	const char *tmp = getenv("TMPDIR");
	char *path = xasprintf("%s/locklore-XXXXXX", tmp && *tmp ? tmp : "/tmp");

	if (mkdtemp(path))
		return path;
	cli_error("%s: cannot make a folder for the database; set TMPDIR or use --db", path);
	free(path);
	return NULL;
}

/* The draft on stdout; on stderr how it is kept true. */
static int print_draft(const struct cli_common *c, const struct lore *l)
{
	struct prim_table *prims = cli_prims(c);
	int status = prims ? doc_print(c, l, prims) : CLI_USAGE;

	if (status == CLI_OK && !c->quiet)
		fputs("locklore: keep this draft as LOCKING.md; in CI:\n"
		      "    locklore index && locklore check LOCKING.md && locklore deadlocks\n",
		      stderr);
	prim_free(prims);
	return status;
}

/* Takes --doc out of the options. */
static bool wants_draft(int *argc, char **argv)
{
	int kept = 1, i = 1;
	bool found = false;

	for (; i < *argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--doc") == 0)
			found = true;
		else
			argv[kept++] = argv[i];
	while (i < *argc)
		argv[kept++] = argv[i++];
	argv[kept] = NULL;
	*argc = kept;
	return found;
}

static int index_and_print(struct cli_common *c, struct index_plan *p,
			   const struct index_options *o, bool is_draft)
{
	struct index_outcome out;
	struct lore *l;
	int status;

	plan_place(p, c->db);
	out = index_run(p, c, o, false);
	if (out.status != CLI_OK && out.status != CLI_FINDINGS)
		return out.status;
	if (out.n_failed)
		cli_warn("%zu unit%s could not be read; the rest was", out.n_failed,
			 out.n_failed == 1 ? "" : "s");
	l = cli_lore(c);
	if (!l)
		return CLI_USAGE;
	status = is_draft ? print_draft(c, l) : deadlocks_print(c, l);
	lore_free(l);
	return status;
}

static int scan(struct cli_common *c, struct index_plan *p, const struct index_options *o,
		bool is_draft)
{
	char *folder = NULL, *db = NULL;
	int status;

	if (!c->db_given) {
		folder = temporary_folder();
		if (!folder)
			return CLI_USAGE;
		db = path_join(folder, "lore.db");
		c->db = db;
	}
	status = index_and_print(c, p, o, is_draft);
	if (folder)
		folder_remove(folder);
	free(db);
	free(folder);
	return status;
}

int cmd_scan(struct cli_common *c, int argc, char **argv)
{
	struct index_options o = {0};
	struct index_plan p = {0};
	bool is_draft = wants_draft(&argc, argv);
	int status = index_options_parse(&o, "scan", argc, argv);

	if (status == CLI_OK && !is_draft && c->form && strcmp(c->form, "text") != 0 &&
	    strcmp(c->form, "json") != 0)
		status = cli_usage("scan", "scan: --format %s is for --doc", c->form);
	if (status == CLI_OK && is_draft && c->format == CLI_JSON)
		status = cli_usage("scan", "scan: --doc is written as md, rst or text");
	if (status == CLI_OK && o.inputs.n == 0)
		status = cli_usage("scan", "scan: name a folder or files");
	if (status == CLI_OK)
		status = plan_from_folders(&p, &o);
	if (status == CLI_OK)
		status = plan_finish(&p, &o);
	if (status == CLI_OK)
		status = scan(c, &p, &o, is_draft);
	plan_free(&p);
	index_options_free(&o);
	return status;
}
