/* SPDX-License-Identifier: MIT */
/*
 * ninja.c - the build file, and ninja at work on it.
 *
 * ninja's own output goes into a pipe; what the user sees of it is one line on a terminal.
 * The lock file stays open in ninja, so that after a SIGKILL of ours the next run waits until
 * ninja too is gone.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/index.h"
#include "version.h"

/* ---- names ---------------------------------------------------------------- */

static char *own_program(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	return n > 0 ? xstrndup(path, (size_t)n) : NULL;
}

char *extract_program(void)
{
	static const char *const places[] = {
		"../locklore-extract", "../../libexec/locklore/locklore-extract",
		"../../lib/locklore/locklore-extract"
	};
	char *self = own_program();

	for (size_t i = 0; self && i < ARRAY_LEN(places); i++) {
		char *path = path_join(self, places[i]);

		if (access(path, X_OK) == 0) {
			free(self);
			return path;
		}
		free(path);
	}
	free(self);
	return NULL;
}

/* ---- the build file --------------------------------------------------------- */

/* A word of the command line, quoted for sh and for ninja. */
static void add_word(struct buf *b, const char *s)
{
	buf_addc(b, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_add(b, "'\\''");
		else if (*s == '$')
			buf_add(b, "$$");
		else
			buf_addc(b, *s);
	}
	buf_addc(b, '\'');
}

/* A path in a build line. */
static void add_path(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (strchr("$ :", *s))
			buf_addc(b, '$');
		buf_addc(b, *s);
	}
}

static void add_description(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '$')
			buf_addc(b, '$');
		buf_addc(b, (unsigned char)*s < ' ' ? '?' : *s);
	}
}

static void add_rules(struct buf *b, const char *extract, const struct cli_common *c,
		      uint64_t prim_digest)
{
	char *self = own_program();

	buf_add(b, "# written by locklore index; do not edit\nninja_required_version = 1.5\n");
	buf_add(b, "rule cc\n  command = ");
	add_word(b, self ? self : "locklore");
	buf_add(b, " cc $base\n  depfile = $base.d\n  deps = gcc\n  restat = 1\n");
	buf_add(b, "  description = C $name\n");
	buf_add(b, "rule extract\n  command = ");
	add_word(b, extract);
	/* The digest is there for ninja: other rows, another command, so the facts are made again. */
	buf_addf(b, " --rows %016llx-" LOCKLORE_VERSION, (unsigned long long)prim_digest);
	if (c->config) {
		char *cwd = getcwd(NULL, 0), *path = path_join(cwd ? cwd : "/", c->config);

		buf_add(b, " --config ");
		add_word(b, path);
		free(path);
		free(cwd);
	}
	buf_add(b, " $bitcode $base.facts 2>$base.xerr\n  restat = 1\n  description = X $name\n");
	free(self);
}

static void add_unit(struct buf *b, const struct index_plan *p, const struct index_unit *u,
		     const char *extract)
{
	if (!u->is_bitcode)
		buf_addf(b, "build %s.bc: cc | %s.cmd\n  base = %s\n  name = ", u->base, u->base, u->base);
	if (!u->is_bitcode) {
		add_description(b, p->root ? path_below(p->root, u->file) : u->file);
		buf_addc(b, '\n');
	}
	buf_addf(b, "build %s.facts: extract ", u->base);
	if (u->is_bitcode)
		add_path(b, u->file);
	else
		buf_addf(b, "%s.bc", u->base);
	buf_add(b, " | ");
	add_path(b, extract);
	buf_addf(b, "\n  base = %s\n  bitcode = ", u->base);
	if (u->is_bitcode)
		add_word(b, u->file);
	else
		buf_addf(b, "%s.bc", u->base);
	buf_add(b, "\n  name = ");
	add_description(b, p->root ? path_below(p->root, u->file) : u->file);
	buf_addc(b, '\n');
}

/* The longest first, so that at the end no job waits for one: ninja starts them in this order. */
struct start { size_t unit; int64_t bytes; };

static int by_bytes(const void *a, const void *b)
{
	const struct start *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->unit < y->unit ? -1 : x->unit > y->unit;
}

static void add_units(struct buf *b, const struct index_plan *p, const char *extract)
{
	struct { VEC(struct start); } order = {0};

	for (size_t i = 0; i < p->units.n; i++) {
		struct stat st = {0};

		if (p->units.at[i].is_selected) {
			(void)stat(p->units.at[i].file, &st);
			vec_push(&order, (struct start){ i, st.st_size });
		}
	}
	if (order.n)
		qsort(order.at, order.n, sizeof(*order.at), by_bytes);
	for (size_t i = 0; i < order.n; i++)
		add_unit(b, p, &p->units.at[order.at[i].unit], extract);
	vec_free(&order);
}

static bool write_build_file(const struct index_plan *p, const struct cli_common *c,
			     uint64_t prim_digest, struct diag *d)
{
	char *extract = extract_program();
	char *path = path_join(p->build, "build.ninja");
	struct buf b = {0};
	bool ok;

	add_rules(&b, extract ? extract : "locklore-extract", c, prim_digest);
	add_units(&b, p, extract ? extract : "locklore-extract");
	ok = file_write(path, b.at, b.n, d);
	buf_free(&b);
	free(path);
	free(extract);
	return ok;
}

/* ---- command files ------------------------------------------------------------ */

static void add_line(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '\\' || *s == '\n')
			buf_addc(b, '\\');
		buf_addc(b, *s == '\n' ? 'n' : *s);
	}
	buf_addc(b, '\n');
}

/* Writes only what differs: the file's age decides whether clang runs. */
static bool write_if_changed(const char *path, const struct buf *b, struct diag *d)
{
	struct diag ignored;
	char *old = NULL;
	size_t bytes = 0;
	bool same = file_read(path, &old, &bytes, &ignored) && bytes == b->n &&
		    memcmp(old, b->at, bytes) == 0;

	free(old);
	return same || file_write(path, b->at, b->n, d);
}

static bool write_command(const struct index_plan *p, const struct index_unit *u,
			  const struct words *launcher, struct diag *d)
{
	char *path = xasprintf("%s/%s.cmd", p->build, u->base);
	struct buf b = {0};
	bool ok;

	buf_addf(&b, "# %s\n", p->clang_version);
	add_line(&b, u->dir);
	for (size_t i = 0; i < launcher->n; i++)
		add_line(&b, launcher->at[i]);
	add_line(&b, p->clang);
	for (size_t i = 0; i < u->args.n; i++)
		add_line(&b, u->args.at[i]);
	ok = write_if_changed(path, &b, d);
	buf_free(&b);
	free(path);
	return ok;
}

static bool write_all(const struct index_plan *p, const struct cli_common *c,
		      const struct index_options *o, uint64_t prim_digest)
{
	struct diag d = { "" };
	bool ok = true;

	for (size_t i = 0; i < p->units.n && ok; i++)
		if (p->units.at[i].is_selected && !p->units.at[i].is_bitcode)
			ok = write_command(p, &p->units.at[i], &o->launcher, &d);
	ok = ok && write_build_file(p, c, prim_digest, &d);
	if (!ok)
		cli_error("%s", d.text);
	return ok;
}

/* ---- ninja at work --------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;
static pid_t ninja_pid;

static void on_signal(int number)
{
	interrupted = number;
	if (ninja_pid > 0)
		kill(ninja_pid, number);
}

static void child(const struct index_plan *p, const struct index_options *o, int out)
{
	char jobs[16];
	char *args[] = { "ninja", "-C", p->build, "-k", "0", NULL, NULL, NULL };

	snprintf(jobs, sizeof(jobs), "%u", o->jobs);
	if (o->jobs) {
		args[5] = "-j";
		args[6] = jobs;
	}
	/* Where we are killed, ninja goes too and takes its children along. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	setenv("NINJA_STATUS", "\001%f/%t ", 1);
	unsetenv("MAKEFLAGS");
	unsetenv("CLICOLOR_FORCE");
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	execvp("ninja", args);
	printf("ninja: error: cannot run ninja: %s; install ninja-build\n", strerror(errno));
	fflush(stdout);
	_exit(127);
}

struct progress {
	bool shown;          /* on a terminal */
	size_t units;
	struct buf errors;   /* what ninja itself complains of */
};

static void show(const struct progress *pr, size_t done, size_t total, const char *name)
{
	size_t units = total > pr->units ? (total + 1) / 2 : total;
	struct winsize w = {0};
	char line[512];
	int columns = 80, n;

	if (units > pr->units)
		units = pr->units;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 10)
		columns = w.ws_col;
	n = snprintf(line, sizeof(line), "[%zu/%zu] %s", total ? (done * units + total - 1) / total : 0,
		     units, name);
	if (n >= columns)
		n = columns - 1;
	if (n >= (int)sizeof(line))
		n = (int)sizeof(line) - 1;
	fprintf(stderr, "\r\033[K%.*s", n, line);
	fflush(stderr);
}

/* One line of ninja: "\001DONE/TOTAL C NAME", a complaint of its own, or chatter. */
static void read_line(struct progress *pr, char *line)
{
	size_t done, total;
	int at = 0;

	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '\001') {
		if (pr->shown && sscanf(line, "\001%zu/%zu %*c %n", &done, &total, &at) == 2 && at)
			show(pr, done, total, line + at);
	} else if (str_starts(line, "ninja: error:") || str_starts(line, "ninja: fatal:")) {
		if (pr->errors.n)
			buf_addc(&pr->errors, '\n');
		buf_add(&pr->errors, line);
	}
}

static int follow(struct progress *pr, int in)
{
	FILE *f = fdopen(in, "r");
	char *line = NULL;
	size_t cap = 0;
	int status = -1;

	while (f && getline(&line, &cap, f) >= 0)
		read_line(pr, line);
	free(line);
	if (f)
		fclose(f);
	while (waitpid(ninja_pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pr->shown) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	return status;
}

static enum ninja_result start_and_follow(struct progress *pr, const struct index_plan *p,
					  const struct index_options *o)
{
	struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART }, old_int, old_term;
	int fds[2], status;

	if (pipe(fds) != 0) {
		cli_error("cannot make a pipe: %s", strerror(errno));
		return NINJA_ERROR;
	}
	fflush(NULL);
	interrupted = 0;
	ninja_pid = fork();
	if (ninja_pid == 0) {
		close(fds[0]);
		child(p, o, fds[1]);
	}
	close(fds[1]);
	if (ninja_pid < 0) {
		close(fds[0]);
		cli_error("cannot start ninja: %s", strerror(errno));
		return NINJA_ERROR;
	}
	sigaction(SIGINT, &act, &old_int);
	sigaction(SIGTERM, &act, &old_term);
	status = follow(pr, fds[0]);
	ninja_pid = 0;
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGTERM, &old_term, NULL);
	if (interrupted || (WIFEXITED(status) && WEXITSTATUS(status) == 130))
		return NINJA_INTERRUPTED;
	/* Failed units also give an exit status; only a complaint of ninja's own stops us. */
	if (pr->errors.n || !WIFEXITED(status)) {
		cli_error("%s", pr->errors.n ? pr->errors.at : "ninja died");
		return NINJA_ERROR;
	}
	return NINJA_DONE;
}

enum ninja_result ninja_run(const struct index_plan *p, const struct cli_common *c,
			    const struct index_options *o, uint64_t prim_digest)
{
	struct progress pr = { .shown = !c->quiet && isatty(STDERR_FILENO) };
	enum ninja_result result;

	for (size_t i = 0; i < p->units.n; i++)
		pr.units += p->units.at[i].is_selected;
	if (!write_all(p, c, o, prim_digest))
		return NINJA_ERROR;
	result = start_and_follow(&pr, p, o);
	buf_free(&pr.errors);
	return result;
}
