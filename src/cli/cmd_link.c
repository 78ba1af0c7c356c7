/* SPDX-License-Identifier: MIT */
/* cmd_link.c - the facts of all units to one database. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "analyse/analyse.h"
#include "cli/index.h"
#include "facts/facts.h"
#include "store/store.h"

/* ---- facts in -------------------------------------------------------------- */

struct unit_list { VEC(struct facts_unit *); };

static void free_units(struct unit_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		facts_free(l->at[i]);
	vec_free(l);
}

static bool load_one(const char *path, struct unit_list *out)
{
	struct diag d = { "" };
	struct facts_unit *u = NULL;
	char *data;
	size_t n;

	if (file_read(path, &data, &n, &d)) {
		u = facts_load(data, n, path, &d);
		free(data);
	}
	if (!u) {
		cli_error("%s", d.text);
		return false;
	}
	vec_push(out, u);
	return true;
}

static char *common_root(const struct unit_list *units)
{
	char *root = NULL;

	for (size_t i = 0; i < units->n; i++) {
		char *dir = path_join(strtab_str(units->at[i]->str, units->at[i]->source), "..");

		while (root && strcmp(root, dir) != 0 && path_below(root, dir) == dir) {
			char *up = path_join(root, "..");

			free(root);
			root = up;
		}
		if (!root)
			root = xstrdup(dir);
		free(dir);
	}
	return root;
}

/* ---- what was looked at -------------------------------------------------------- */

static bool make_variable(const char *text, const char *name, char *out, size_t bytes)
{
	char *line = xasprintf("\n%s =", name);
	const char *at = strstr(text, line);
	size_t n;

	if (!at && str_starts(text, line + 1))
		at = text - 1;
	if (at) {
		at += strlen(line);
		at += strspn(at, " \t");
		n = strcspn(at, " \t\n#");
		snprintf(out, bytes, "%.*s", (int)(n < bytes ? n : bytes - 1), at);
	}
	free(line);
	return at != NULL;
}

/* A kernel's own version, from the Makefile of this folder. */
static char *kernel_name(const char *dir)
{
	char *path = path_join(dir, "Makefile"), *text = NULL, *name = NULL;
	char v[3][16] = { "", "", "" };
	struct diag d;
	size_t n;

	if (file_read(path, &text, &n, &d) && make_variable(text, "VERSION", v[0], sizeof(v[0])) &&
	    make_variable(text, "PATCHLEVEL", v[1], sizeof(v[1])) &&
	    make_variable(text, "SUBLEVEL", v[2], sizeof(v[2])))
		name = xasprintf("linux %s.%s.%s", v[0], v[1], v[2]);
	free(text);
	free(path);
	return name;
}

/* The commit that is checked out, read from .git without running git; NULL: no such folder. */
static char *git_commit(const char *root)
{
	char *path = path_join(root, ".git/HEAD"), *text = NULL;
	struct diag d;
	size_t n;

	if (file_read(path, &text, &n, &d) && str_starts(text, "ref: ")) {
		char *inside = xstrndup(text + 5, strcspn(text + 5, "\n"));
		char *git = path_join(root, ".git");

		free(path);
		free(text);
		text = NULL;
		path = path_join(git, inside);
		if (!file_read(path, &text, &n, &d))
			text = NULL;
		free(git);
		free(inside);
	}
	free(path);
	if (text && strspn(text, "0123456789abcdef") >= 12)
		text[12] = '\0';
	else if (text)
		text[0] = '\0';
	return text;
}

char *tree_name(const char *root)
{
	const char *last = strrchr(root, '/');
	char *commit, *name = NULL, *dir = xstrdup(root);

	/* The units may share a folder that lies deeper than the tree's own. */
	for (int up = 0; up < 5 && !name && strcmp(dir, "/") != 0; up++) {
		char *parent = path_join(dir, "..");

		name = kernel_name(dir);
		free(dir);
		dir = parent;
	}
	free(dir);
	if (name)
		return name;
	commit = git_commit(root);
	last = last && last[1] ? last + 1 : root;
	name = commit && *commit ? xasprintf("%s %s", last, commit) : xstrdup(last);
	free(commit);
	return name;
}

static char *today(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t now = epoch && *epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
	struct tm tm;
	char text[32] = "";

	if (gmtime_r(&now, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	return xstrdup(text);
}

static void describe(struct lore *l, const struct link_input *in, const char *root)
{
	char *tree = in->tree ? xstrdup(in->tree) : tree_name(root), *date = today();

	l->root = strtab_id(l->str, root);
	l->tree = strtab_id(l->str, tree);
	l->configuration = strtab_id(l->str, in->configuration ? in->configuration : "");
	l->date = strtab_id(l->str, date);
	l->n_failed_units = (uint32_t)in->n_failed;
	l->n_skipped_units = (uint32_t)in->n_skipped;
	free(date);
	free(tree);
}

/* ---- database out ---------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct store_file *)a)->path, ((const struct store_file *)b)->path);
}

struct file_list { VEC(struct store_file); };

/* Each source below root once, with its age. */
static void list_files(const struct link_input *in, const char *root, struct file_list *out)
{
	struct map seen = {0};

	for (size_t i = 0; i < in->sources.n; i++) {
		const char *path = in->sources.at[i];
		uint64_t *slot;
		struct stat st;

		if (path_below(root, path) == path)
			continue;
		slot = map_slot(&seen, hash_bytes(path, strlen(path), HASH_SEED), 0);
		if ((*slot)++ || stat(path, &st) != 0)
			continue;
		vec_push(out, (struct store_file){
			.path = path, .size = st.st_size,
			.mtime_ns = st.st_mtim.tv_sec * 1000000000ll + st.st_mtim.tv_nsec });
	}
	map_free(&seen);
	if (out->n)
		qsort(out->at, out->n, sizeof(out->at[0]), by_path);
}

static bool save(const struct link_input *in, const struct lore *l, const char *root)
{
	struct file_list files = {0};
	struct diag d = { "" };
	bool ok;

	list_files(in, root, &files);
	ok = store_save(in->database, l, files.at, files.n, &d);
	if (!ok)
		cli_error("%s", d.text);
	vec_free(&files);
	return ok;
}

static bool analyse_and_save(const struct link_input *in, const struct cli_common *c,
			     const struct unit_list *units, struct link_result *out)
{
	struct prim_table *prims = cli_prims(c);
	char *root = in->root ? xstrdup(in->root) : common_root(units);
	struct analyse_options opt = { .prims = prims, .root = root };
	struct lore *l = prims ? analyse_program(units->at, units->n, &opt) : NULL;
	bool ok = l != NULL;

	if (ok) {
		describe(l, in, root ? root : "/");
		*out = (struct link_result){ units->n, l->funcs.n, l->classes.n, l->n_unresolved };
		ok = save(in, l, root ? root : "/");
		lore_free(l);
	}
	free(root);
	prim_free(prims);
	return ok;
}

bool link_run(const struct link_input *in, const struct cli_common *c, struct link_result *out)
{
	struct unit_list units = {0};
	bool ok = true;

	for (size_t i = 0; i < in->facts.n && ok; i++)
		ok = load_one(in->facts.at[i], &units);
	ok = ok && analyse_and_save(in, c, &units, out);
	free_units(&units);
	return ok;
}

int cmd_link(struct cli_common *c, int argc, char **argv)
{
	struct link_input in = { .database = c->db, .configuration = "" };
	struct link_result out = {0};
	bool ok;

	for (int i = 1; i < argc; i++) {
		const char *value;

		if (cli_option_value(argc, argv, &i, "--root", 0, &value))
			in.root = value;
		else if (cli_option_value(argc, argv, &i, "--output", 'o', &value))
			in.database = value ? value : c->db;
		else
			words_add(&in.facts, argv[i]);
	}
	ok = link_run(&in, c, &out);
	words_free(&in.facts);
	return ok ? CLI_OK : CLI_USAGE;
}
