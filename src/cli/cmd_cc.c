/* SPDX-License-Identifier: MIT */
/*
 * cmd_cc.c - one unit: `locklore cc BASE`, run by ninja in the build folder.
 *
 * Runs the command in BASE.cmd in its folder, with BASE.bc, BASE.d and BASE.err as its outputs.
 * Options that clang calls unknown are dropped and clang starts again.  BASE.d is then written
 * anew with absolute paths (clang's are relative to the unit's folder, ninja's to the build
 * folder), and BASE.deps keeps a hash of each file: where a file was only touched, the next run
 * finds the same contents and leaves the bitcode as it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/compdb.h"

struct job {
	char *dir;
	struct words args;
	uint64_t command;              /* hash of BASE.cmd */
	char *bc, *dep, *err, *deps;   /* absolute */
};

/* ---- content ------------------------------------------------------------------ */

/* Eight bytes at a time: a thousand headers per unit are hashed here. */
static uint64_t hash_content(const char *data, size_t n)
{
	uint64_t h = HASH_SEED ^ n, w;

	for (; n >= 8; n -= 8, data += 8) {
		memcpy(&w, data, 8);
		h = (h ^ w) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 29;
	}
	return hash_bytes(data, n, h);
}

static bool hash_file(const char *path, uint64_t *hash)
{
	struct diag d;
	char *data;
	size_t n;

	if (!file_read(path, &data, &n, &d))
		return false;
	*hash = hash_content(data, n);
	free(data);
	return true;
}

/* ---- files of the unit ----------------------------------------------------------- */

static void read_command_lines(struct job *j, char *text)
{
	struct buf b = {0};
	bool has_dir = false;

	text += strcspn(text, "\n");
	for (text += *text == '\n'; *text; text++) {
		if (*text == '\\' && text[1]) {
			text++;
			buf_addc(&b, *text == 'n' ? '\n' : *text);
		} else if (*text != '\n') {
			buf_addc(&b, *text);
		} else {
			if (!has_dir)
				j->dir = xstrdup(buf_str(&b));
			else
				words_add(&j->args, buf_str(&b));
			has_dir = true;
			buf_free(&b);
		}
	}
	buf_free(&b);
}

static bool job_read(struct job *j, const char *base)
{
	char *cwd = getcwd(NULL, 0), *stem = path_join(cwd ? cwd : "/", base);
	char *cmd = xasprintf("%s.cmd", stem), *text = NULL;
	struct diag d = { "" };
	size_t n;
	bool ok = file_read(cmd, &text, &n, &d);

	j->bc = xasprintf("%s.bc", stem);
	j->dep = xasprintf("%s.d", stem);
	j->err = xasprintf("%s.err", stem);
	j->deps = xasprintf("%s.deps", stem);
	if (ok) {
		j->command = hash_content(text, n);
		read_command_lines(j, text);
	} else {
		cli_error("%s", d.text);
	}
	free(text);
	free(cmd);
	free(stem);
	free(cwd);
	return ok && j->dir && j->args.n;
}

static void job_free(struct job *j)
{
	free(j->dir);
	free(j->bc);
	free(j->dep);
	free(j->err);
	free(j->deps);
	words_free(&j->args);
}

/* ---- dependencies ------------------------------------------------------------------ */

/* The prerequisites in a make rule as clang writes it. */
static void read_depfile(const char *s, const char *dir, struct words *out)
{
	const char *colon = strstr(s, ": ");
	struct buf b = {0};

	for (s = colon ? colon + 1 : s + strlen(s);; s++) {
		if (*s == '\\' && (s[1] == '\n' || s[1] == '\r')) {
			s++;
		} else if (*s == '\\' && s[1] && strchr(" #\\:", s[1])) {
			buf_addc(&b, *++s);
			continue;
		} else if (*s == '$' && s[1] == '$') {
			buf_addc(&b, *++s);
			continue;
		} else if (*s && !strchr(" \t\r\n", *s)) {
			buf_addc(&b, *s);
			continue;
		}
		if (b.n)
			words_take(out, path_join(dir, b.at));
		buf_free(&b);
		if (!*s)
			return;
	}
}

static bool write_depfile(const struct job *j, const struct words *files, struct diag *d)
{
	const char *name = strrchr(j->bc, '/');
	struct buf b = {0};
	bool ok;

	buf_addf(&b, "%s:", name ? name + 1 : j->bc);
	for (size_t i = 0; i < files->n; i++) {
		buf_add(&b, " \\\n ");
		for (const char *s = files->at[i]; *s; s++) {
			if (strchr(" #\\", *s))
				buf_addc(&b, '\\');
			else if (*s == '$')
				buf_addc(&b, '$');
			buf_addc(&b, *s);
		}
	}
	buf_addc(&b, '\n');
	ok = file_write(j->dep, b.at, b.n, d);
	buf_free(&b);
	return ok;
}

/* Last changed well before `start`?  The clock of file systems lags behind by a few milliseconds. */
static bool is_older(const struct stat *st, const struct timespec *start)
{
	int64_t change = st->st_mtim.tv_sec * 1000000000ll + st->st_mtim.tv_nsec;

	return change + 20000000 < start->tv_sec * 1000000000ll + start->tv_nsec;
}

/* BASE.deps: the command's hash, then "HASH PATH" per file.  Hash 0: changed while clang ran. */
static bool write_deps(const struct job *j, const struct words *files, const struct timespec *start,
		       struct diag *d)
{
	struct buf b = {0};
	bool ok;

	buf_addf(&b, "%016llx\n", (unsigned long long)j->command);
	for (size_t i = 0; i < files->n; i++) {
		struct stat st;
		uint64_t hash = 0;

		if (stat(files->at[i], &st) == 0 && is_older(&st, start))
			hash_file(files->at[i], &hash);
		buf_addf(&b, "%016llx %s\n", (unsigned long long)hash, files->at[i]);
	}
	ok = file_write(j->deps, b.at, b.n, d);
	buf_free(&b);
	return ok;
}

static bool line_is_current(char *line, struct words *files)
{
	uint64_t then = strtoull(line, NULL, 16), now;

	if (strlen(line) < 18 || !then || !hash_file(line + 17, &now) || now != then)
		return false;
	words_add(files, line + 17);
	return true;
}

/* Is the bitcode that is there still what clang would make? */
static bool is_current(const struct job *j)
{
	char *text = NULL, *save = NULL, *line;
	struct words files = {0};
	struct diag d;
	size_t n;
	bool same;

	if (access(j->bc, F_OK) != 0 || !file_read(j->deps, &text, &n, &d))
		return false;
	line = strtok_r(text, "\n", &save);
	same = line && strtoull(line, NULL, 16) == j->command;
	while (same && (line = strtok_r(NULL, "\n", &save)))
		same = line_is_current(line, &files);
	same = same && files.n && write_depfile(j, &files, &d);
	words_free(&files);
	free(text);
	return same;
}

/* ---- clang --------------------------------------------------------------------------- */

static void child(const struct job *j, char **argv)
{
	int fd = open(j->err, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	/* The index's lock is among what we inherited; a launcher's daemon must not keep it. */
	for (int other = 3; other < 64; other++)
		if (other != fd)
			close(other);
	if (fd >= 0)
		dup2(fd, STDERR_FILENO);
	if (chdir(j->dir) != 0) {
		fprintf(stderr, "error: cannot enter %s: %s\n", j->dir, strerror(errno));
		_exit(127);
	}
	setenv("PWD", j->dir, 1);
	setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 0); /* fewer page faults */
	setenv("LC_ALL", "C", 1);
	execvp(argv[0], argv);
	fprintf(stderr, "error: cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* A clang that ended in silence: says at least how. */
static void note_end(const struct job *j, int status)
{
	char *line = WIFSIGNALED(status) ? xasprintf("error: %s was killed by signal %d (%s)\n",
						     j->args.at[0], WTERMSIG(status),
						     strsignal(WTERMSIG(status)))
					 : xasprintf("error: %s ended with exit status %d\n",
						     j->args.at[0], WEXITSTATUS(status));
	int fd = open(j->err, O_WRONLY | O_APPEND | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && (WIFSIGNALED(status) || (fstat(fd, &st) == 0 && st.st_size == 0)))
		if (write(fd, line, strlen(line)) < 0)
			cli_error("%s: cannot write: %s", j->err, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(line);
}

static bool run_clang(const struct job *j)
{
	const char *outputs[] = { "-o", j->bc, "-MD", "-MF", j->dep };
	size_t n = j->args.n, extra = ARRAY_LEN(outputs);
	char **argv = xcalloc(n + extra + 1, sizeof(*argv));
	int status = -1;
	pid_t pid;

	memcpy(argv, j->args.at, n * sizeof(*argv));
	memcpy(argv + n, outputs, sizeof(outputs));
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child(j, argv);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	free(argv);
	if (pid > 0 && status != 0)
		note_end(j, status);
	return pid > 0 && status == 0;

}

static bool drop_arg(struct words *args, const char *option, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < args->n; i++) {
		if (strncmp(args->at[i], option, n) == 0 && (args->at[i][n] == '\0' || option[n - 1] == '='))
			free(args->at[i]);
		else
			args->at[kept++] = args->at[i];
	}
	if (kept == args->n)
		return false;
	args->n = kept;
	return true;
}

/* Drops -march=NAME and the like. */
static bool drop_cpu(struct words *args, const char *name, size_t n)
{
	static const char *const options[] = { "-march=", "-mcpu=", "-mtune=" };
	bool dropped = false;

	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		char *option = xasprintf("%s%.*s", options[i], (int)n, name);

		dropped = drop_arg(args, option, strlen(option)) || dropped;
		free(option);
	}
	return dropped;
}

/* One line of clang's driver: the option that it refuses goes. */
static bool drop_by_line(struct words *args, const char *line)
{
	static const char *const forms[] = {
		"error: unknown argument: '", "error: unknown argument '", "error: unsupported option '",
		"error: unsupported argument '", "error: invalid value '",
	};
	const char *cpu = strstr(line, "error: unknown target CPU '");

	if (cpu) {
		cpu = strchr(cpu, '\'') + 1;
		return drop_cpu(args, cpu, strcspn(cpu, "'"));
	}
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		const char *option = strstr(line, forms[i]);

		option = option ? strstr(option, "'-") : NULL; /* the option's own name may come second */
		if (option && drop_arg(args, option + 1, strcspn(option + 1, "'")))
			return true;
	}
	return false;
}

/* True: something that clang refused is gone, so another try makes sense. */
static bool drop_refused(struct job *j)
{
	char *text = NULL, *save = NULL;
	struct diag d;
	bool dropped = false;
	size_t bytes;

	if (!file_read(j->err, &text, &bytes, &d))
		return false;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		dropped = drop_by_line(&j->args, line) || dropped;
	free(text);
	return dropped;
}

static bool compile(struct job *j)
{
	bool ok;

	unlink(j->bc);
	ok = run_clang(j);
	for (int again = 0; !ok && again < 4 && drop_refused(j); again++)
		ok = run_clang(j);
	if (!ok)
		unlink(j->bc);
	return ok;
}

static bool record(const struct job *j, const struct timespec *start)
{
	struct words files = {0};
	struct diag d = { "" };
	char *text;
	size_t n;
	bool ok = file_read(j->dep, &text, &n, &d);

	if (ok) {
		read_depfile(text, j->dir, &files);
		free(text);
		ok = write_depfile(j, &files, &d) && write_deps(j, &files, start, &d);
	}
	if (!ok) {
		struct diag ignored;
		char *line = xasprintf("error: %s\n", d.text);

		unlink(j->bc);
		file_write(j->err, line, strlen(line), &ignored);
		free(line);
	}
	words_free(&files);
	return ok;
}

int cmd_cc(struct cli_common *c, int argc, char **argv)
{
	struct timespec start;
	struct job j = {0};
	bool ok;

	(void)c;
	if (argc != 2)
		return cli_usage("index", "cc needs the name of one unit");
	clock_gettime(CLOCK_REALTIME, &start);
	ok = job_read(&j, argv[1]);
	if (ok && !is_current(&j))
		ok = compile(&j) && record(&j, &start);
	job_free(&j);
	return ok ? CLI_OK : CLI_FINDINGS;
}
