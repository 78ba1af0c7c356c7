/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dirent.h>

#include "cli/index.h"

/* The folder is ours and flat but for the build folder. */
static void remove_folder(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		char *below;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		below = path_join(path, e->d_name);
		if (unlink(below) != 0)
			remove_folder(below);
		free(below);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

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

static int index_and_print(struct cli_common *c, struct index_plan *p, const struct index_options *o)
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
	status = deadlocks_print(c, l);
	lore_free(l);
	return status;
}

static int scan(struct cli_common *c, struct index_plan *p, const struct index_options *o)
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
	status = index_and_print(c, p, o);
	if (folder)
		remove_folder(folder);
	free(db);
	free(folder);
	return status;
}

int cmd_scan(struct cli_common *c, int argc, char **argv)
{
	struct index_options o = {0};
	struct index_plan p = {0};
	int status = index_options_parse(&o, "scan", argc, argv);

	if (status == CLI_OK && o.inputs.n == 0)
		status = cli_usage("scan", "scan: name a folder or files");
	if (status == CLI_OK)
		status = plan_from_folders(&p, &o);
	if (status == CLI_OK)
		status = plan_finish(&p, &o);
	if (status == CLI_OK)
		status = scan(c, &p, &o);
	plan_free(&p);
	index_options_free(&o);
	return status;
}
