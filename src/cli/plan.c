/* SPDX-License-Identifier: MIT */
/* plan.c - which units there are, how each is compiled, and what it is called. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/index.h"

void plan_free(struct index_plan *p)
{
	for (size_t i = 0; i < p->units.n; i++) {
		struct index_unit *u = &p->units.at[i];

		free(u->dir);
		free(u->file);
		free(u->base);
		words_free(&u->args);
	}
	vec_free(&p->units);
	free(p->root);
	free(p->database);
	free(p->build);
	free(p->lock);
	free(p->clang);
	free(p->clang_version);
	free(p->target);
}

static char *absolute(const char *path)
{
	char *cwd = getcwd(NULL, 0), *out = path_join(cwd ? cwd : "/", path);

	free(cwd);
	return out;
}

/* ---- kinds of files ---------------------------------------------------------- */

enum language { C_LIKE, ASSEMBLY, OTHER };

static enum language language_of(const char *file, const char *said)
{
	static const char *const c_like[] = {
		".c", ".i", ".cc", ".cpp", ".cxx", ".c++", ".C", ".CPP", ".ii"
	};
	static const char *const assembly[] = { ".S", ".s", ".sx", ".asm", ".nasm" };

	if (said && str_starts(said, "assembler"))
		return ASSEMBLY;
	if (said && str_starts(said, "c") && !str_starts(said, "cuda"))
		return C_LIKE;
	for (size_t i = 0; i < ARRAY_LEN(assembly); i++)
		if (str_ends(file, assembly[i]))
			return ASSEMBLY;
	for (size_t i = 0; i < ARRAY_LEN(c_like); i++)
		if (str_ends(file, c_like[i]))
			return C_LIKE;
	return OTHER;
}

/* ---- units ---------------------------------------------------------------------- */

static char *base_name(const char *file)
{
	const char *slash = strrchr(file, '/');
	uint64_t hash = hash_bytes(file, strlen(file), HASH_SEED);
	char *base = xasprintf("%s-%016llx", slash ? slash + 1 : file, (unsigned long long)hash);

	for (char *c = base; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", *c))
			*c = '_';
	return base;
}

static bool is_known(const struct map *seen, const char *file)
{
	uint64_t there;

	return map_get(seen, hash_bytes(file, strlen(file), HASH_SEED), &there);
}

static void remember(struct map *seen, const char *file)
{
	map_put(seen, hash_bytes(file, strlen(file), HASH_SEED), 1);
}

static void add_entry(struct index_plan *p, struct map *seen, const struct compdb_entry *e,
		      const struct index_options *o)
{
	struct index_unit u = {0};
	struct words args = {0};
	const char *said = NULL;
	enum language language;

	for (size_t i = 0; i < o->cflags.n; i++)
		words_add(&args, o->cflags.at[i]);
	compdb_clang_args(e, &args, &said);
	language = language_of(e->file, said);
	if (language == C_LIKE && !is_known(seen, e->file)) {
		remember(seen, e->file);
		u.dir = xstrdup(e->dir);
		u.file = xstrdup(e->file);
		u.args = args;
		vec_push(&p->units, u);
		return;
	}
	if (language == ASSEMBLY)
		p->n_assembly++;
	else if (language == OTHER)
		p->n_other++;
	else
		p->n_repeated++;
	words_free(&args);
}

static void seen_fill(const struct index_plan *p, struct map *seen)
{
	for (size_t i = 0; i < p->units.n; i++)
		remember(seen, p->units.at[i].file);
}

/* ---- from a compilation database --------------------------------------------------- */

char *compdb_find(const char *dir)
{
	static const char *const places[] = { "compile_commands.json", "build/compile_commands.json" };

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		char *path = path_join(dir, places[i]);

		if (access(path, F_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

static bool is_below(const char *dir, const char *path)
{
	return path_below(dir, path) != path;
}

static void common_folder(char **common, const char *file)
{
	char *dir = path_join(file, "..");

	if (!*common) {
		*common = dir;
		return;
	}
	while (strcmp(*common, dir) != 0 && !is_below(*common, dir)) {
		char *up = path_join(*common, "..");

		free(*common);
		*common = up;
	}
	free(dir);
}

/* The common folder of the sources, those in the build folder left out where others are there. */
static char *find_root(const struct index_plan *p, const char *build)
{
	char *root = NULL;
	bool all;

	for (size_t i = 0; i < p->units.n; i++)
		if (!p->units.at[i].is_bitcode && !(build && is_below(build, p->units.at[i].file)))
			common_folder(&root, p->units.at[i].file);
	all = !root; /* built where the sources are */
	for (size_t i = 0; all && i < p->units.n; i++)
		if (!p->units.at[i].is_bitcode)
			common_folder(&root, p->units.at[i].file);
	return root;
}

int plan_from_compdb(struct index_plan *p, const char *path, const struct index_options *o)
{
	struct compdb db = {0};
	struct diag d = { "" };
	struct map seen = {0};
	char *whole, *build;

	if (!compdb_read(path, &db, &d)) {
		cli_error("%s", d.text);
		return CLI_USAGE;
	}
	if (db.n_broken)
		cli_warn("%s: %s; %zu such %s left out", path, db.first_broken, db.n_broken,
			 db.n_broken == 1 ? "entry is" : "entries are");
	seen_fill(p, &seen);
	for (size_t i = 0; i < db.entries.n; i++)
		add_entry(p, &seen, &db.entries.at[i], o);
	p->n_other += db.n_broken;
	map_free(&seen);
	compdb_free(&db);
	whole = absolute(path);
	build = path_join(whole, "..");
	if (!p->root && !o->root)
		p->root = find_root(p, build);
	free(build);
	free(whole);
	return CLI_OK;
}

/* ---- from files and folders ---------------------------------------------------------- */

static void add_source(struct index_plan *p, const char *file, const struct index_options *o,
		       const char *folder)
{
	struct index_unit u = { .dir = absolute(".") };

	u.file = path_join(u.dir, file);
	if (folder) {
		char *top = path_join(u.dir, folder);

		words_take(&u.args, xasprintf("-I%.*s", (int)(strrchr(u.file, '/') - u.file), u.file));
		words_take(&u.args, xasprintf("-I%s", top));
		words_take(&u.args, xasprintf("-I%s/include", top));
		words_add(&u.args, "-D_GNU_SOURCE");
		free(top);
	}
	for (size_t i = 0; i < o->cflags.n; i++)
		words_add(&u.args, o->cflags.at[i]);
	compdb_finish_args(&u.args, u.file);
	vec_push(&p->units, u);
}

static void add_bitcode(struct index_plan *p, const char *file)
{
	struct index_unit u = { .dir = absolute("."), .is_bitcode = true };

	u.file = path_join(u.dir, file);
	vec_push(&p->units, u);
}

static int add_input(struct index_plan *p, struct map *seen, const char *input,
		     const struct index_options *o)
{
	char *whole = absolute(input);
	bool again = is_known(seen, whole);

	if (!again)
		remember(seen, whole);
	free(whole);
	if (again) {
		p->n_repeated++;
		return CLI_OK;
	}
	if (access(input, R_OK) != 0) {
		cli_error("%s: cannot open; index takes .c and .bc files, "
			  "or compile_commands.json with -p", input);
		return CLI_USAGE;
	}
	if (str_ends(input, ".bc")) {
		add_bitcode(p, input);
		return CLI_OK;
	}
	if (language_of(input, NULL) == C_LIKE) {
		add_source(p, input, o, NULL);
		return CLI_OK;
	}
	cli_error("%s: neither C nor bitcode (.c, .bc); a folder goes to -p, or to locklore scan", input);
	return CLI_USAGE;
}

int plan_from_inputs(struct index_plan *p, const struct index_options *o)
{
	struct map seen = {0};
	int status = CLI_OK;

	seen_fill(p, &seen);
	for (size_t i = 0; i < o->inputs.n && status == CLI_OK; i++)
		status = add_input(p, &seen, o->inputs.at[i], o);
	map_free(&seen);
	return status;
}

static int add_folder(struct index_plan *p, const char *dir, const struct index_options *o)
{
	char *compdb = compdb_find(dir);
	struct words files = {0};
	struct map seen = {0};
	int status = CLI_OK;

	if (compdb) {
		status = plan_from_compdb(p, compdb, o);
		free(compdb);
		return status;
	}
	folder_sources(dir, &files);
	seen_fill(p, &seen);
	for (size_t i = 0; i < files.n; i++) {
		char *whole = absolute(files.at[i]);

		if (is_known(&seen, whole))
			p->n_repeated++;
		else
			add_source(p, files.at[i], o, dir);
		remember(&seen, whole);
		free(whole);
	}
	if (files.n == 0) {
		cli_error("%s: no .c file below it and no compile_commands.json in it", dir);
		status = CLI_USAGE;
	}
	map_free(&seen);
	words_free(&files);
	return status;
}

int plan_from_folders(struct index_plan *p, const struct index_options *o)
{
	int status = CLI_OK;

	for (size_t i = 0; i < o->inputs.n && status == CLI_OK; i++) {
		struct index_options one = *o;
		struct stat st;

		one.inputs.at = &o->inputs.at[i];
		one.inputs.n = 1;
		if (stat(o->inputs.at[i], &st) == 0 && S_ISDIR(st.st_mode))
			status = add_folder(p, o->inputs.at[i], o);
		else if (str_ends(o->inputs.at[i], "compile_commands.json"))
			status = plan_from_compdb(p, o->inputs.at[i], o);
		else
			status = plan_from_inputs(p, &one);
	}
	return status;
}

/* ---- the end of planning ----------------------------------------------------------------- */

static int choose_root(struct index_plan *p, const char *wanted)
{
	char *real;

	if (!wanted) {
		if (!p->root)
			p->root = find_root(p, NULL);
		return CLI_OK;
	}
	real = absolute(wanted);
	if (access(real, F_OK) != 0) {
		cli_error("--root %s: there is no such folder", wanted);
		free(real);
		return CLI_USAGE;
	}
	free(p->root);
	p->root = real;
	return CLI_OK;
}

static bool is_wanted(const struct index_plan *p, const struct index_unit *u,
		      const struct index_options *o, bool *used)
{
	const char *path = p->root ? path_below(p->root, u->file) : u->file;
	bool wanted = o->only.n == 0;

	for (size_t i = 0; i < o->only.n; i++)
		if (str_glob(o->only.at[i], path))
			wanted = used[i] = true;
	return wanted;
}

static int by_file(const void *a, const void *b)
{
	return strcmp(((const struct index_unit *)a)->file, ((const struct index_unit *)b)->file);
}

int plan_finish(struct index_plan *p, const struct index_options *o)
{
	bool *used = xcalloc(o->only.n + 1, sizeof(*used));
	int status = choose_root(p, o->root);

	if (p->units.n)
		qsort(p->units.at, p->units.n, sizeof(p->units.at[0]), by_file);
	for (size_t i = 0; i < p->units.n; i++) {
		p->units.at[i].base = base_name(p->units.at[i].file);
		p->units.at[i].is_selected = is_wanted(p, &p->units.at[i], o, used);
	}
	for (size_t i = 0; i < o->only.n && status == CLI_OK; i++)
		if (!used[i]) {
			cli_error("--only '%s': no unit below %s matches it", o->only.at[i],
				  p->root ? p->root : "the root");
			status = CLI_USAGE;
		}
	if (status == CLI_OK && p->units.n == 0) {
		cli_error("there is no C unit to index (%zu assembly, %zu other skipped)",
			  p->n_assembly, p->n_other);
		status = CLI_USAGE;
	}
	free(used);
	return status;
}

/* The build folder: inside .locklore where the database is there, else named after it. */
void plan_place(struct index_plan *p, const char *database)
{
	char *dir, *name;

	p->database = absolute(database);
	dir = path_join(p->database, "..");
	name = strrchr(dir, '/');
	if (name && strcmp(name, "/.locklore") == 0) {
		p->build = path_join(dir, "build");
		p->lock = path_join(dir, "lock");
	} else {
		p->build = xasprintf("%s.build", p->database);
		p->lock = xasprintf("%s.lock", p->database);
	}
	free(dir);
}
