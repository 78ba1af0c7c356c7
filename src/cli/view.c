/* SPDX-License-Identifier: MIT */
#include "cli/view.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static uint64_t word_hash(const char *s)
{
	return hash_bytes(s, strlen(s), HASH_SEED);
}

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_below(const char *dir, const char *path)
{
	return path_below(dir, path) != path;
}

/* ---- files that differ ---------------------------------------------------------------- */

/* path relative to top, links resolved; NULL: elsewhere.  Borrowed. */
static const char *name_in_tree(struct view_tree *t, const char *path)
{
	uint64_t *slot = map_slot(&t->real, word_hash(path), UINT64_MAX);
	char *real;

	if (*slot != UINT64_MAX)
		return *slot ? t->names.at[*slot - 1] : NULL;
	real = realpath(path, NULL);
	*slot = 0;
	if (real)
		path = real;
	if (is_below(t->top, path) && !(t->outside && is_below(t->outside, path))) {
		words_add(&t->names, path_below(t->top, path));
		*slot = t->names.n;
	}
	free(real);
	return *slot ? t->names.at[*slot - 1] : NULL;
}

static const struct git_change *change_of(const struct view *v, const char *name)
{
	uint64_t at;

	return name && map_get(&v->now, word_hash(name), &at) ? &v->changes->at[at - 1] : NULL;
}

static void lay(struct view *v, const char *path, const char *then)
{
	char *content;

	if (++*map_slot(&v->laid, word_hash(path), 0) > 1)
		return;
	content = path_join(v->files, then);
	overlay_add(&v->overlay, path, content);
	words_add(&v->exported, then);
	free(content);
}

/* Remembers that the folder of `name` also goes by the folder of `path`: over a link. */
static void note_alias(struct view *v, const char *path, const char *name)
{
	char *plain = path_join(v->tree->top, name);
	size_t n = (size_t)(last_name(path) - path);

	if (strcmp(plain, path) != 0 && strcmp(last_name(path), last_name(name)) == 0 &&
	    !(*map_slot(&v->linked, hash_bytes(path, n, HASH_SEED), 0))++) {
		words_take(&v->alias_of, xstrndup(name, (size_t)(last_name(name) - name)));
		words_take(&v->aliases, xstrndup(path, n));
	}
	free(plain);
}

/* Did this file of today go into the unit with other words than then? */
static bool is_changed(struct view *v, const char *path)
{
	const char *name = name_in_tree(v->tree, path);
	const struct git_change *change = change_of(v, name);
	uint64_t there;

	if (name)
		note_alias(v, path, name);
	if (change && change->then) {
		if (strcmp(change->then, change->now) == 0)
			lay(v, path, change->then);
		return true;
	}
	/* A file that is not there now could have been found before this one. */
	return map_get(&v->gone, word_hash(last_name(path)), &there);
}

char *view_built(const struct index_plan *p, const struct index_unit *u, const char *ending)
{
	return xasprintf("%s/%s%s", p->build, u->base, ending);
}

bool view_is_built(const struct index_plan *p, const struct index_unit *u, const char *ending)
{
	char *path = view_built(p, u, ending);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

/* Reads BASE.deps to the end, since each changed file is laid over by the name it goes by there. */
static bool is_affected(struct view *v, const struct index_unit *u)
{
	const struct index_plan *p = v->tree->plan;
	char *path = view_built(p, u, ".deps"), *text = NULL, *save = NULL, *line;
	bool affected = !view_is_built(p, u, ".bc");
	struct diag d;
	size_t n;

	if (!file_read(path, &text, &n, &d)) {
		affected = true;
	} else {
		strtok_r(text, "\n", &save);
		while ((line = strtok_r(NULL, "\n", &save)))
			if (strlen(line) > 17 && is_changed(v, line + 17))
				affected = true;
	}
	free(text);
	free(path);
	return affected;
}

static void index_changes(struct view *v)
{
	for (size_t i = 0; i < v->changes->n; i++) {
		const struct git_change *c = &v->changes->at[i];

		if (c->now)
			map_put(&v->now, word_hash(c->now), i + 1);
		if (c->then && (!c->now || strcmp(c->then, c->now) != 0))
			map_put(&v->gone, word_hash(last_name(c->then)), i + 1);
	}
}

/* What another unit of then might include, though none of today does. */
static bool is_included(const char *path)
{
	static const char *const endings[] = { ".h", ".c", ".inc", ".inl", ".def", ".x", ".tbl", ".hh",
					       ".hpp", ".hxx", ".cc", ".cpp", ".cxx", ".i" };

	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (str_ends(path, endings[i]))
			return true;
	return false;
}

static void lay_by_aliases(struct view *v, const char *then)
{
	size_t n = (size_t)(last_name(then) - then);

	for (size_t i = 0; i < v->aliases.n; i++) {
		char *path;

		if (strlen(v->alias_of.at[i]) != n || strncmp(v->alias_of.at[i], then, n) != 0)
			continue;
		path = path_join(v->aliases.at[i], last_name(then));
		lay(v, path, then);
		free(path);
	}
}

/* All that is not there today under its name, and what could be included. */
static void lay_others(struct view *v)
{
	for (size_t i = 0; i < v->changes->n; i++) {
		const struct git_change *c = &v->changes->at[i];
		char *path;

		if (!c->then || (c->now && strcmp(c->then, c->now) == 0 && !is_included(c->then)))
			continue;
		path = path_join(v->tree->top, c->then);
		lay(v, path, c->then);
		free(path);
		lay_by_aliases(v, c->then);
	}
}

/* ---- units ----------------------------------------------------------------------------------- */

static void add_unit(struct view *v, const struct index_unit *u, const char *overlay,
		     const struct git_change *change)
{
	struct index_unit n = { .dir = xstrdup(u->dir), .file = xstrdup(u->file) };

	words_add(&n.args, "-ivfsoverlay");
	words_add(&n.args, overlay);
	if (change && change->then && strcmp(change->then, change->now) != 0) {
		/* Its source stood elsewhere, and so did what it includes by quotes. */
		char *then = path_join(v->tree->top, change->then), *dir = path_join(then, "..");

		words_take(&n.args, xasprintf("-iquote%s", dir));
		free(dir);
		free(then);
		lay(v, u->file, change->then);
	}
	for (size_t i = 0; i < u->args.n; i++)
		words_add(&n.args, u->args.at[i]);
	vec_push(&v->plan.units, n);
}

void view_make(struct view *v, const char *overlay_file)
{
	const struct index_plan *p = v->tree->plan;

	index_changes(v);
	for (size_t i = 0; i < p->units.n; i++) {
		const struct index_unit *u = &p->units.at[i];
		const struct git_change *change = change_of(v, name_in_tree(v->tree, u->file));
		bool again = false;

		if (u->is_selected && change && !change->then) {
			again = true; /* and not added: it was not there */
		} else if (u->is_selected && is_affected(v, u)) {
			again = true;
			add_unit(v, u, overlay_file, change);
		}
		vec_push(&v->again, again);
	}
	if (v->plan.units.n)
		lay_others(v);
}

void view_tree_free(struct view_tree *t)
{
	free(t->outside);
	words_free(&t->names);
	map_free(&t->real);
}

void view_free(struct view *v)
{
	free(v->files);
	map_free(&v->now);
	map_free(&v->gone);
	map_free(&v->laid);
	map_free(&v->linked);
	words_free(&v->alias_of);
	words_free(&v->aliases);
	overlay_free(&v->overlay);
	words_free(&v->exported);
	plan_free(&v->plan);
	vec_free(&v->again);
}

size_t view_unknown(const struct view *v, const char **example)
{
	struct map folders = { 0 };
	size_t n = 0;

	*example = NULL;
	for (size_t i = 0; i < v->tree->plan->units.n; i++) {
		const char *name = name_in_tree(v->tree, v->tree->plan->units.at[i].file);

		if (name && v->tree->plan->units.at[i].is_selected)
			map_put(&folders, hash_bytes(name, (size_t)(last_name(name) - name), HASH_SEED), 1);
	}
	for (size_t i = 0; i < v->changes->n; i++) {
		const char *then = v->changes->at[i].then;
		uint64_t there;

		if (v->changes->at[i].now || !str_ends(then, ".c") ||
		    !map_get(&folders, hash_bytes(then, (size_t)(last_name(then) - then), HASH_SEED), &there))
			continue;
		*example = *example ? *example : then;
		n++;
	}
	map_free(&folders);
	return n;
}

