/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cli/index.h"
#include "store/store.h"

/* ---- options ------------------------------------------------------------------ */

static const char *const option_names[] = {
	"--only", "--root", "--launcher", "--jobs", "--no-wait", "-p", NULL
};

static int bad_jobs(const char *command, const char *value)
{
	return cli_usage(command, "%s: -j %s: a number of jobs is needed", command, value ? value : "");
}

static int parse_one(struct index_options *o, const char *command, int argc, char **argv, int *i)
{
	const char *arg = argv[*i], *v = NULL;
	char *end = NULL;
	unsigned long n;

	if (strcmp(arg, "--no-wait") == 0) {
		o->no_wait = true;
		return CLI_OK;
	}
	if (cli_option_value(argc, argv, i, "--jobs", 'j', &v)) {
		n = v ? strtoul(v, &end, 10) : 0;
		if (!n || n > 10000 || *end)
			return bad_jobs(command, v);
		o->jobs = (unsigned)n;
		return CLI_OK;
	}
	if (cli_option_value(argc, argv, i, "--only", 0, &v) && v)
		words_add(&o->only, v);
	else if (cli_option_value(argc, argv, i, "--root", 0, &v) && v)
		o->root = v;
	else if (cli_option_value(argc, argv, i, "--launcher", 0, &v) && v)
		words_split(v, &o->launcher);
	else if (strcmp(command, "scan") != 0 && cli_option_value(argc, argv, i, "-p", 'p', &v) && v)
		o->compdb = v;
	else if (arg[0] == '-' && *i + 1 >= argc && cli_nearest(arg, option_names) &&
		 strcmp(cli_nearest(arg, option_names), arg) == 0)
		return cli_usage(command, "%s: %s needs a value", command, arg);
	else if (arg[0] == '-' && arg[1])
		return cli_unknown_option(command, arg, option_names);
	else
		words_add(&o->inputs, arg);
	return CLI_OK;
}

int index_options_parse(struct index_options *o, const char *command, int argc, char **argv)
{
	int status = CLI_OK, i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0 && status == CLI_OK; i++)
		status = parse_one(o, command, argc, argv, &i);
	for (i++; i < argc && status == CLI_OK; i++)
		words_add(&o->cflags, argv[i]);
	return status;
}

void index_options_free(struct index_options *o)
{
	words_free(&o->only);
	words_free(&o->inputs);
	words_free(&o->cflags);
	words_free(&o->launcher);
}

/* ---- what is needed ---------------------------------------------------------------- */

static char *first_line_of(const char *program, const char *option)
{
	char *command = xasprintf("'%s' %s 2>/dev/null", program, option), *line = NULL;
	FILE *f = popen(command, "r");
	size_t cap = 0;
	ssize_t n = f ? getline(&line, &cap, f) : -1;

	free(command);
	if (f && pclose(f) != 0)
		n = -1;
	if (n <= 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}

#ifdef LOCKLORE_HAVE_LLVM
static bool is_program(const char *name)
{
	const char *path = getenv("PATH");
	bool found = false;

	if (strchr(name, '/'))
		return access(name, X_OK) == 0;
	while (path && *path && !found) {
		size_t n = strcspn(path, ":");
		char *file = xasprintf("%.*s/%s", (int)n, path, name);

		found = access(file, X_OK) == 0;
		free(file);
		path += n + (path[n] == ':');
	}
	return found;
}

/* Finds clang, ninja and our own reader of bitcode; false after an error line. */
static bool find_tools(struct index_plan *p)
{
	const char *clang = getenv("LOCKLORE_CLANG");
	char *extract = extract_program();

	if (!extract) {
		cli_error("the program locklore-extract is not beside this one: install both");
		return false;
	}
	free(extract);
	p->clang = xstrdup(clang && *clang ? clang : LOCKLORE_CLANG);
	if (!is_program("ninja")) {
		cli_error("ninja is not here, and it runs the indexing: apt-get install ninja-build");
		return false;
	}
	p->clang_version = first_line_of(p->clang, "--version");
	p->target = first_line_of(p->clang, "-dumpmachine");
	if (!p->clang_version || !p->target) {
		cli_error("%s does not run: install clang (apt-get install clang), "
			  "or name another in LOCKLORE_CLANG", p->clang);
		return false;
	}
	return true;
}
#else
static bool find_tools(struct index_plan *p)
{
	(void)p;
	(void)first_line_of;
	cli_error("this locklore was built without LLVM and cannot read C code: "
		  "install LLVM 16 or newer (llvm-dev, clang) and build again");
	return false;
}
#endif

/* "x86_64, clang 19.1.7, commands 3f2a9c1d" */
char *index_configuration(const struct index_plan *p)
{
	const char *target = p->target, *version = strstr(p->clang_version, "version ");
	uint64_t hash = HASH_SEED;
	size_t n;

	version = version ? version + 8 : "?";
	n = strcspn(version, " -+(");
	for (size_t i = 0; i < p->units.n; i++) {
		const struct index_unit *u = &p->units.at[i];

		/* Without the source's own path: the same commands in another folder are the same. */
		for (size_t j = 0; u->is_selected && j + 1 < u->args.n; j++) {
			hash = hash_bytes(u->args.at[j], strlen(u->args.at[j]) + 1, hash);
			if (str_starts(u->args.at[j], "--target="))
				target = u->args.at[j] + 9;
		}
	}
	return xasprintf("%.*s, clang %.*s, commands %08x", (int)strcspn(target, "-"), target, (int)n,
			 version, (unsigned)(hash ^ hash >> 32));
}

/* ---- one at a time ------------------------------------------------------------------ */

/* The lock's descriptor, or -1 after an error line. */
static int take_lock(const struct index_plan *p, bool no_wait)
{
	struct diag d = { "" };
	int fd = -1;

	if (!dir_make(p->build, &d))
		cli_error("%s", d.text);
	else if ((fd = open(p->lock, O_RDWR | O_CREAT, 0666)) < 0)
		cli_error("%s: cannot open: %s", p->lock, strerror(errno));
	else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (no_wait) {
			cli_error("another locklore index is at work on %s; run it again later", p->database);
			close(fd);
			fd = -1;
		} else {
			fprintf(stderr, "locklore: another locklore index is at work on %s; waiting for it\n",
				p->database);
			while (flock(fd, LOCK_EX) != 0 && errno == EINTR)
				;
		}
	}
	return fd;
}

/* ---- after ninja ------------------------------------------------------------------------ */

static char *unit_file(const struct index_plan *p, const struct index_unit *u, const char *ending)
{
	return xasprintf("%s/%s%s", p->build, u->base, ending);
}

static bool has_file(const struct index_plan *p, const struct index_unit *u, const char *ending)
{
	char *path = unit_file(p, u, ending);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

/* The first line with "error" in it, else the first one.  Caller frees with free(). */
static char *first_error(const struct index_plan *p, const struct index_unit *u, const char *ending)
{
	char *path = unit_file(p, u, ending), *text = NULL, *found;
	struct diag d;
	size_t n;

	if (access(path, F_OK) != 0) {
		free(path);
		return xstrdup("it was not compiled: ninja ended before it");
	}
	if (!file_read(path, &text, &n, &d) || !*text) {
		free(text);
		free(path);
		return xstrdup("no reason was given");
	}
	free(path);
	found = strstr(text, "error:");
	while (found && found > text && found[-1] != '\n')
		found--;
	found = found ? found : text;
	found = xstrndup(found, strcspn(found, "\n"));
	free(text);
	return found;
}

static void add_sources(const struct index_plan *p, const struct index_unit *u, struct words *out)
{
	char *path = unit_file(p, u, ".deps"), *text = NULL, *save = NULL;
	struct diag d;
	size_t n;

	words_add(out, u->file);
	if (!u->is_bitcode && file_read(path, &text, &n, &d)) {
		strtok_r(text, "\n", &save);
		for (char *line; (line = strtok_r(NULL, "\n", &save));)
			if (strlen(line) > 17)
				words_add(out, line + 17);
	}
	free(text);
	free(path);
}

/* Sorts units into those with facts and those that failed; failures go to `failed` as lines. */
void index_collect(const struct index_plan *p, struct link_input *in, struct words *failed)
{
	for (size_t i = 0; i < p->units.n; i++) {
		const struct index_unit *u = &p->units.at[i];
		bool has_bc, has_facts;
		char *error;

		if (!u->is_selected)
			continue;
		has_bc = u->is_bitcode || has_file(p, u, ".bc");
		has_facts = has_file(p, u, ".facts");
		if (has_bc && has_facts) {
			words_take(&in->facts, unit_file(p, u, ".facts"));
			add_sources(p, u, &in->sources);
			continue;
		}
		error = first_error(p, u, has_bc ? ".xerr" : ".err");
		words_take(failed, xasprintf("%s: %s", p->root ? path_below(p->root, u->file) : u->file,
					     error));
		free(error);
	}
	in->n_failed = failed->n;
	in->n_skipped = p->n_assembly + p->n_other;
}

/* ---- stale outputs ------------------------------------------------------------------------ */

/* Is name "SOURCE-0123456789abcdef.ENDING", one of ours? */
static bool is_unit_file(const char *name, uint64_t *stem)
{
	const char *dot = strrchr(name, '.');

	if (!dot || dot - name < 18 || dot[-17] != '-' ||
	    strspn(dot - 16, "0123456789abcdef") != 16)
		return false;
	*stem = hash_bytes(name, (size_t)(dot - name), HASH_SEED);
	return true;
}

static void remove_stale(const struct index_plan *p)
{
	struct map kept = {0};
	DIR *dir = opendir(p->build);
	struct dirent *e;
	uint64_t stem, there;

	for (size_t i = 0; i < p->units.n; i++) {
		const char *base = p->units.at[i].base;

		map_put(&kept, hash_bytes(base, strlen(base), HASH_SEED), 1);
	}
	while (dir && (e = readdir(dir)))
		if (is_unit_file(e->d_name, &stem) && !map_get(&kept, stem, &there))
			unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		closedir(dir);
	map_free(&kept);
}

/* ---- the summary ----------------------------------------------------------------------------- */

static const char *s(size_t n)
{
	return n == 1 ? "" : "s";
}

static void print_failed(FILE *to, const struct words *failed)
{
	for (size_t i = 0; i < failed->n; i++)
		fprintf(to, "failed: %s\n", failed->at[i]);
}

static void print_summary(const struct index_plan *p, const struct link_result *r,
			  const struct words *failed, const char *database)
{
	printf("%zu unit%s, %zu function%s, %zu lock class%s, %zu unresolved indirect call%s\n",
	       r->n_units, s(r->n_units), r->n_funcs, s(r->n_funcs), r->n_classes,
	       r->n_classes == 1 ? "" : "es", r->n_unresolved, s(r->n_unresolved));
	if (p->n_assembly || p->n_repeated || p->n_other)
		printf("skipped: %zu assembly, %zu repeated, %zu other\n", p->n_assembly, p->n_repeated,
		       p->n_other);
	if (failed->n)
		printf("failed units: %zu\n", failed->n);
	print_failed(stdout, failed);
	printf("database: %s\n", database);
}

/* ---- the whole way ------------------------------------------------------------------------------ */

static int link_what_worked(struct index_plan *p, const struct cli_common *c, bool summary,
			    size_t *n_failed)
{
	struct link_input in = { .database = p->database, .root = p->root };
	struct link_result r = {0};
	struct words failed = {0};
	char *config = index_configuration(p);
	int status = CLI_OK;

	in.configuration = config;
	index_collect(p, &in, &failed);
	*n_failed = failed.n;
	if (in.facts.n == 0) {
		print_failed(stderr, &failed);
		cli_error("no unit could be indexed; the database stays as it was");
		status = CLI_USAGE;
	} else if (!link_run(&in, c, &r)) {
		status = CLI_USAGE;
	} else {
		if (summary && !c->quiet)
			print_summary(p, &r, &failed, c->db);
		else
			print_failed(stderr, &failed);
		status = failed.n ? CLI_FINDINGS : CLI_OK;
	}
	free(config);
	words_free(&failed);
	words_free(&in.facts);
	words_free(&in.sources);
	return status;
}

static int interrupted(void)
{
	cli_error("interrupted; the database stays as it was");
	return 128 + SIGINT;
}

static int build_locked(struct index_plan *p, const struct cli_common *c,
			const struct index_options *o)
{
	struct prim_table *prims = cli_prims(c);
	uint64_t digest;

	if (!prims)
		return CLI_USAGE;
	digest = prim_digest(prims);
	prim_free(prims);
	switch (ninja_run(p, c, o, digest)) {
	case NINJA_ERROR:
		return CLI_USAGE;
	case NINJA_INTERRUPTED:
		return interrupted();
	case NINJA_DONE:
		break;
	}
	if (p->is_whole)
		remove_stale(p);
	return CLI_OK;
}

int index_build(struct index_plan *p, const struct cli_common *c, const struct index_options *o,
		int *lock)
{
	int status;

	*lock = -1;
	if (!find_tools(p))
		return CLI_USAGE;
	*lock = take_lock(p, o->no_wait);
	if (*lock < 0)
		return CLI_USAGE;
	status = build_locked(p, c, o);
	if (status != CLI_OK) {
		close(*lock);
		*lock = -1;
	}
	return status;
}

struct index_outcome index_run(struct index_plan *p, const struct cli_common *c,
			       const struct index_options *o, bool summary)
{
	struct index_outcome out = { .status = CLI_USAGE };
	struct diag d = { "" };
	int lock;

	if (!store_replaceable(c->db, &d)) {
		cli_error("%s", d.text);
		return out;
	}
	out.status = index_build(p, c, o, &lock);
	if (out.status != CLI_OK)
		return out;
	out.status = link_what_worked(p, c, summary, &out.n_failed);
	close(lock);
	return out;
}

static int no_compdb(const char *dir)
{
	if (dir)
		cli_error("%s: no compile_commands.json there", dir);
	else
		cli_error("no compile_commands.json here or in ./build; name its folder with -p");
	fputs("make one with: cmake -DCMAKE_EXPORT_COMPILE_COMMANDS=ON, meson setup, bear -- make,\n"
	      "or in a kernel tree scripts/clang-tools/gen_compile_commands.py\n", stderr);
	return CLI_USAGE;
}

int index_plan_compdb(struct index_plan *p, const struct index_options *o)
{
	char *path;
	int status;

	if (o->compdb && str_ends(o->compdb, ".json"))
		path = xstrdup(o->compdb);
	else
		path = compdb_find(o->compdb ? o->compdb : ".");
	if (!path)
		return no_compdb(o->compdb);
	status = plan_from_compdb(p, path, o);
	p->is_whole = true;
	free(path);
	return status;
}

int cmd_index(struct cli_common *c, int argc, char **argv)
{
	struct index_options o = {0};
	struct index_plan p = {0};
	int status = index_options_parse(&o, "index", argc, argv);

	if (status == CLI_OK && o.inputs.n && o.compdb)
		status = cli_usage("index", "index: files and -p exclude one another");
	if (status == CLI_OK)
		status = o.inputs.n ? plan_from_inputs(&p, &o) : index_plan_compdb(&p, &o);
	if (status == CLI_OK)
		status = plan_finish(&p, &o);
	if (status == CLI_OK) {
		plan_place(&p, c->db);
		status = index_run(&p, c, &o, true).status;
	}
	plan_free(&p);
	index_options_free(&o);
	return status;
}
