/* SPDX-License-Identifier: MIT */
#include "cli/revision.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/view.h"
#include "store/store.h"

struct revision_base {
	const struct cli_common *c;
	const struct index_options *o;
	struct index_plan plan;    /* of the working tree, indexed */
	struct view_tree tree;
	int lock;                  /* on its build folder */
	char *configuration;
	char *folder;              /* where revisions are kept */
	struct words kept;         /* names in `folder` that were used */
};

/* ---- the working tree -------------------------------------------------------------- */

/* Where the compilation database lies, if that is a folder of its own below top. */
static char *build_folder(const char *top, const struct index_options *o)
{
	char *path = o->compdb && str_ends(o->compdb, ".json") ? xstrdup(o->compdb)
							       : compdb_find(o->compdb ? o->compdb : ".");
	char *real = path ? realpath(path, NULL) : NULL;
	char *dir = real ? path_join(real, "..") : NULL;

	free(path);
	free(real);
	if (dir && (strcmp(dir, top) == 0 || path_below(top, dir) == dir)) {
		free(dir);
		return NULL;
	}
	return dir;
}

/* Beside the index's own build folder. */
static char *revisions_folder(const struct index_plan *p)
{
	if (str_ends(p->build, "/.locklore/build"))
		return path_join(p->build, "../diff");
	return xasprintf("%s.diff", p->database);
}

/* A compilation database of another folder would find two equal sides, whatever changed here. */
static bool is_of_tree(const struct revision_base *b)
{
	bool any = false;

	for (size_t i = 0; i < b->plan.units.n && !any; i++) {
		char *real = realpath(b->plan.units.at[i].file, NULL);
		const char *path = real ? real : b->plan.units.at[i].file;

		any = b->plan.units.at[i].is_selected && path_below(b->tree.top, path) != path;
		free(real);
	}
	if (!any)
		cli_error("%s: the compilation database compiles nothing below it; give that of this "
			  "repository with -p", b->tree.top);
	return any;
}

struct revision_base *revision_open(const struct cli_common *c, const struct index_options *o,
				    const char *top, int *status)
{
	struct revision_base *b = xcalloc(1, sizeof(*b));

	b->c = c;
	b->o = o;
	b->tree.top = top;
	b->tree.plan = &b->plan;
	b->lock = -1;
	*status = index_plan_compdb(&b->plan, o);
	if (*status == CLI_OK)
		*status = plan_finish(&b->plan, o);
	if (*status == CLI_OK && !is_of_tree(b))
		*status = CLI_USAGE;
	if (*status == CLI_OK) {
		plan_place(&b->plan, c->db);
		b->folder = revisions_folder(&b->plan);
		b->tree.outside = build_folder(top, o);
		*status = index_build(&b->plan, c, o, &b->lock);
	}
	if (*status == CLI_OK) {
		b->configuration = index_configuration(&b->plan);
		return b;
	}
	revision_close(b);
	return NULL;
}

static void remove_unused(const struct revision_base *b)
{
	DIR *dir = b->kept.n ? opendir(b->folder) : NULL;
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		bool keep = strspn(e->d_name, "0123456789abcdef") != strlen(e->d_name);
		char *path = path_join(b->folder, e->d_name);

		for (size_t i = 0; i < b->kept.n; i++)
			keep = keep || strcmp(b->kept.at[i], e->d_name) == 0;
		if (!keep)
			folder_remove(path);
		free(path);
	}
	if (dir)
		closedir(dir);
}

void revision_close(struct revision_base *b)
{
	if (!b)
		return;
	if (b->folder)
		remove_unused(b);
	plan_free(&b->plan);
	free(b->configuration);
	free(b->folder);
	view_tree_free(&b->tree);
	words_free(&b->kept);
	if (b->lock >= 0)
		close(b->lock);
	free(b);
}

/* ---- facts ------------------------------------------------------------------------------- */

/* Of both kinds of units, in order of sources. */
struct facts_file { const char *source; char *facts; };
struct facts_files { VEC(struct facts_file); };

static void add_facts(const struct index_plan *p, const struct index_unit *u, struct facts_files *out)
{
	if ((u->is_bitcode || view_is_built(p, u, ".bc")) && view_is_built(p, u, ".facts"))
		vec_push(out, (struct facts_file){ u->file, view_built(p, u, ".facts") });
}

static int by_source(const void *a, const void *b)
{
	return strcmp(((const struct facts_file *)a)->source, ((const struct facts_file *)b)->source);
}

static void gather(const struct view *v, struct link_input *in)
{
	const struct index_plan *p = v->tree->plan;
	struct facts_files all = { 0 };

	for (size_t i = 0; i < p->units.n; i++)
		if (p->units.at[i].is_selected && !(i < v->again.n && v->again.at[i]))
			add_facts(p, &p->units.at[i], &all);
	for (size_t i = 0; i < v->plan.units.n; i++)
		add_facts(&v->plan, &v->plan.units.at[i], &all);
	if (all.n)
		qsort(all.at, all.n, sizeof(all.at[0]), by_source);
	for (size_t i = 0; i < all.n; i++)
		words_take(&in->facts, all.at[i].facts);
	vec_free(&all);
}

static size_t say_failed(const struct index_plan *p, const char *name)
{
	struct link_input in = { 0 };
	struct words failed = { 0 };
	size_t n;

	index_collect(p, &in, &failed);
	n = failed.n;
	if (n)
		cli_warn("%s: %zu unit%s could not be read and stay out: %s%s", name, n, n == 1 ? "" : "s",
			 failed.at[0], n == 1 ? "" : ", ...");
	words_free(&failed);
	words_free(&in.facts);
	words_free(&in.sources);
	return n;
}

/* ---- the lore ------------------------------------------------------------------------------------ */

static struct lore *link_and_load(const struct revision_base *b, struct link_input *in,
				  const char *name, int *status)
{
	const char *root = b->plan.root ? b->plan.root : b->tree.top, *last = strrchr(root, '/');
	char *tree = xasprintf("%s %.12s", last && last[1] ? last + 1 : root, name);
	char *folder = path_join(in->database, "..");
	struct link_result result = { 0 };
	struct diag d = { "" };
	struct lore *l = NULL;

	in->root = b->plan.root;
	in->configuration = b->configuration;
	in->tree = tree;
	*status = CLI_USAGE;
	if (!in->facts.n)
		cli_error("%s: no unit could be read there", name);
	else if (!dir_make(folder, &d))
		cli_error("%s", d.text);
	else if (link_run(in, b->c, &result)) {
		l = store_load(in->database, STORE_ALL, &d);
		if (!l)
			cli_error("%s", d.text);
	}
	if (l)
		*status = CLI_OK;
	free(folder);
	free(tree);
	return l;
}

static int compile_again(const struct revision_base *b, struct view *v, const char *folder,
			 const char *overlay)
{
	struct index_options o = *b->o;
	struct diag d = { "" };
	int status, lock = -1;

	if (!git_export(v->tree->top, v->commit, (const char *const *)v->exported.at, v->exported.n,
			v->files, &d) ||
	    !dir_make(folder, &d) || !overlay_write(overlay, &v->overlay, &d)) {
		cli_error("%s", d.text);
		return CLI_USAGE;
	}
	memset(&o.only, 0, sizeof(o.only));
	o.root = NULL;
	v->plan.root = b->plan.root ? xstrdup(b->plan.root) : NULL;
	v->plan.is_whole = true;
	status = plan_finish(&v->plan, &o);
	v->plan.build = path_join(folder, "build");
	v->plan.lock = path_join(folder, "lock");
	v->plan.database = path_join(folder, "lore.db");
	if (status == CLI_OK)
		status = index_build(&v->plan, b->c, &o, &lock);
	if (lock >= 0)
		close(lock);
	return status;
}

static void say_unknown(const struct revision_base *b, const struct view *v)
{
	const char *example;
	size_t n = view_unknown(v, &example);

	if (n && !b->c->quiet)
		cli_warn("%.12s: nothing compiles %zu source%s of then today, so that it stays out: %s%s",
			 v->commit, n, n == 1 ? "" : "s", example, n == 1 ? "" : ", ...");
}

static struct lore *lore_of_commit(struct revision_base *b, struct view *v, int *status)
{
	char *folder = xasprintf("%s/%.12s", b->folder, v->commit);
	char *overlay = path_join(folder, "overlay.yaml");
	struct link_input in = { 0 };
	struct lore *l = NULL;
	char *database = path_join(folder, "lore.db");

	v->files = path_join(folder, "files");
	words_take(&b->kept, xstrndup(v->commit, 12));
	view_make(v, overlay);
	say_unknown(b, v);
	*status = v->plan.units.n ? compile_again(b, v, folder, overlay) : CLI_OK;
	if (*status == CLI_OK) {
		char *name = xasprintf("%.12s", v->commit);

		gather(v, &in);
		in.n_failed = v->plan.units.n ? say_failed(&v->plan, name) : 0;
		in.database = database;
		l = link_and_load(b, &in, name, status);
		free(name);
	}
	words_free(&in.facts);
	free(database);
	free(overlay);
	free(folder);
	return l;
}

struct lore *revision_lore(struct revision_base *b, const char *commit,
			   const struct git_changes *changes, int *status)
{
	struct view v = { .tree = &b->tree, .commit = commit, .changes = changes };
	struct link_input in = { 0 };
	char *database;
	struct lore *l;

	if (commit) {
		l = lore_of_commit(b, &v, status);
		view_free(&v);
		return l;
	}
	database = path_join(b->folder, "work.db");
	gather(&v, &in);
	in.n_failed = say_failed(&b->plan, "working tree");
	in.database = database;
	l = link_and_load(b, &in, "working tree", status);
	words_free(&in.facts);
	free(database);
	return l;
}
