/* SPDX-License-Identifier: MIT */
#include "cli/compdb.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- reading -------------------------------------------------------------- */

static void broken(struct compdb *db, size_t index, const char *what)
{
	if (db->n_broken++ == 0)
		snprintf(db->first_broken, sizeof(db->first_broken), "entry %zu %s", index + 1, what);
}

static bool entry_args(json_t *arguments, const char *command, struct words *out)
{
	size_t i;
	json_t *word;

	if (json_is_array(arguments)) {
		json_array_foreach(arguments, i, word)
			if (json_is_string(word))
				words_add(out, json_string_value(word));
	} else if (command) {
		words_split(command, out);
	}
	return out->n > 0;
}

static void read_entry(struct compdb *db, size_t index, json_t *json, const char *base)
{
	const char *file = json_string_value(json_object_get(json, "file"));
	const char *dir = json_string_value(json_object_get(json, "directory"));
	struct compdb_entry e = {0};

	if (!file || !*file) {
		broken(db, index, "names no \"file\"");
		return;
	}
	if (!entry_args(json_object_get(json, "arguments"),
			json_string_value(json_object_get(json, "command")), &e.args)) {
		words_free(&e.args);
		broken(db, index, "has neither \"command\" nor \"arguments\"");
		return;
	}
	e.dir = path_join(base, dir ? dir : ".");
	e.file = path_join(e.dir, file);
	words_expand_files(&e.args, e.dir);
	vec_push(&db->entries, e);
}

static char *folder_of(const char *path)
{
	char *cwd = getcwd(NULL, 0), *whole = path_join(cwd ? cwd : "/", path);
	char *dir = path_join(whole, "..");

	free(cwd);
	free(whole);
	return dir;
}

bool compdb_read(const char *path, struct compdb *db, struct diag *d)
{
	json_error_t error;
	char *data, *base;
	size_t bytes, i;
	json_t *all, *one;

	if (!file_read(path, &data, &bytes, d))
		return false;
	all = json_loadb(data, bytes, 0, &error);
	free(data);
	if (!all)
		return diag_set(d, path, error.line > 0 ? (unsigned)error.line : 1,
				"not JSON: %s; make the compilation database again", error.text);
	if (!json_is_array(all)) {
		json_decref(all);
		return diag_set(d, path, 1, "not a compilation database: an array of entries is needed");
	}
	base = folder_of(path);
	json_array_foreach(all, i, one)
		read_entry(db, i, one, base);
	free(base);
	json_decref(all);
	return true;
}

void compdb_free(struct compdb *db)
{
	for (size_t i = 0; i < db->entries.n; i++) {
		free(db->entries.at[i].dir);
		free(db->entries.at[i].file);
		words_free(&db->entries.at[i].args);
	}
	vec_free(&db->entries);
}

/* ---- commands --------------------------------------------------------------- */

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_launcher(const char *word)
{
	static const char *const launchers[] = {
		"ccache", "sccache", "distcc", "icecc", "icerun", "gomacc", "buildcache", "cachecc1",
		"colorgcc", "pump", "env", "nice", "time", "libtool", "fakeroot"
	};

	for (size_t i = 0; i < ARRAY_LEN(launchers); i++)
		if (strcmp(last_name(word), launchers[i]) == 0)
			return true;
	return false;
}

/* The place of the compiler's own word. */
static size_t find_compiler(const struct words *w)
{
	size_t i = 0;

	if (w->n && strcmp(last_name(w->at[0]), "cmake") == 0)
		for (size_t j = 1; j + 1 < w->n; j++)
			if (strcmp(w->at[j], "--") == 0)
				return j + 1;
	while (i + 1 < w->n && is_launcher(w->at[i])) {
		i++;
		/* ccache and env take settings, libtool and nice options, before the compiler. */
		while (i + 1 < w->n && (w->at[i][0] == '-' || strchr(w->at[i], '=')))
			i++;
	}
	return i;
}

/* "aarch64-linux-gnu-gcc-12" compiles for aarch64-linux-gnu. */
static void add_target(const char *compiler, struct words *out)
{
	static const char *const tools[] = { "-gcc", "-cc", "-g++", "-c++", "-clang", "-clang++" };
	const char *name = last_name(compiler);

	for (size_t i = 0; i < ARRAY_LEN(tools); i++) {
		const char *end = strstr(name, tools[i]);
		const char *after = end ? end + strlen(tools[i]) : "";
		char *target;

		if (!end || (*after && *after != '-'))
			continue;
		target = xstrndup(name, (size_t)(end - name));
		if (strchr(target, '-'))
			words_take(out, xasprintf("--target=%s", target));
		free(target);
		return;
	}
}

/* cc1 options that load code or run passes that we do not run. */
static bool is_plugin_option(const char *word)
{
	return strcmp(word, "-load") == 0 || strcmp(word, "-add-plugin") == 0 ||
	       strcmp(word, "-plugin") == 0 || str_starts(word, "-plugin-arg-");
}

/* Copies "-Xclang WORD", both words or none; returns how many words were read. */
static size_t copy_xclang(const struct words *in, size_t i, struct words *out)
{
	const char *word = in->at[i + 1];

	if (!is_plugin_option(word)) {
		words_add(out, in->at[i]);
		words_add(out, word);
		return 2;
	}
	return i + 3 < in->n && strcmp(in->at[i + 2], "-Xclang") == 0 ? 4 : 2;
}

static bool is_optimised(const struct words *w)
{
	bool is = false;

	for (size_t i = 0; i < w->n; i++)
		if (w->at[i][0] == '-' && w->at[i][1] == 'O')
			is = strcmp(w->at[i], "-O0") != 0;
	return is;
}

void compdb_finish_args(struct words *out, const char *source)
{
	static const char *const ours[] = {
		/* Unknown things must not kill a unit; no warning matters here, and none is an error. */
		"-Qunused-arguments", "-Wno-unknown-warning-option", "-w", "-Wno-everything",
		"-g", "-emit-llvm", "-Xclang", "-disable-llvm-passes"
	};
	bool has_optnone = !is_optimised(out);

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		words_add(out, ours[i]);
	if (has_optnone) {
		words_add(out, "-Xclang");
		words_add(out, "-disable-O0-optnone");
	}
	words_add(out, "-c");
	words_add(out, source);
}

void compdb_clang_args(const struct compdb_entry *e, struct words *out, const char **language)
{
	const struct words *in = &e->args;
	size_t i = find_compiler(in);

	*language = NULL;
	add_target(in->at[i], out);
	for (i++; i < in->n; i++) {
		const char *word = in->at[i];
		bool has_next = i + 1 < in->n;

		if (word[0] != '-' || !word[1])
			continue; /* an input; ours comes at the end */
		if (strcmp(word, "-Xclang") == 0 && has_next) {
			i += copy_xclang(in, i, out) - 1;
			continue;
		}
		switch (gcc_option_fate(word)) {
		case OPTION_KEEP:
			words_add(out, word);
			break;
		case OPTION_KEEP_ARG:
			words_add(out, word);
			if (has_next)
				words_add(out, in->at[++i]);
			break;
		case OPTION_DROP:
			break;
		case OPTION_DROP_ARG:
			i++;
			break;
		}
		if (str_starts(word, "-x"))
			*language = word[2] ? word + 2 : has_next ? in->at[i] : NULL;
	}
	compdb_finish_args(out, e->file);
}
