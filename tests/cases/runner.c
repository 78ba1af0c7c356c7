/* SPDX-License-Identifier: MIT */
/*
 * runner.c - holds locklore against programs that carry their verdict in their own source.
 *
 *   run_cases [-j N] [-v] LOCKLORE PATH...      PATH: a case (.c), or a folder of cases
 *
 * The language of the verdicts is described in README.md beside this file.  Every case runs in a
 * process group of its own, with a database of its own, and is killed after a minute.  Output is
 * in the order of the cases, whatever finishes first.
 *
 * Exit status: 0 all passed, 1 some failed, 2 a case or the command line is wrong.
 */
#include "runner.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct job {
	struct run_case c;
	pid_t pid;
	int status;
	FILE *out;
	bool is_done;
};

static struct { VEC(char *); } paths;

static int path_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The .c files directly in a folder; folders in it hold what is no case of its own. */
static void add_folder(const char *dir)
{
	size_t first = paths.n;
	DIR *d = opendir(dir);

	if (!d) {
		fprintf(stderr, "run_cases: %s: %s\n", dir, strerror(errno));
		exit(2);
	}
	for (struct dirent *e; (e = readdir(d));)
		if (str_ends(e->d_name, ".c"))
			vec_push(&paths, path_join(dir, e->d_name));
	closedir(d);
	if (paths.n > first)
		qsort(paths.at + first, paths.n - first, sizeof(*paths.at), path_order);
}

static void add_path(const char *path)
{
	struct stat st;

	if (stat(path, &st)) {
		fprintf(stderr, "run_cases: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	if (S_ISDIR(st.st_mode))
		add_folder(path);
	else
		vec_push(&paths, xstrdup(path));
}

/*
 * Whatever the case started (ninja, clang) is in its group: it is asked to go, so that the case
 * can say what hung and clean up, and killed with the case where it does not.
 */
static void on_timeout(int sig)
{
	static volatile sig_atomic_t was_asked;

	if (was_asked)
		kill(0, SIGKILL);
	was_asked = 1;
	alarm(5);
	kill(0, SIGTERM);
}

static void on_term(int sig)
{
}

static void start(struct job *j, const char *locklore)
{
	fflush(stdout);
	j->out = tmpfile();
	j->pid = j->out ? fork() : -1;
	if (j->pid < 0) {
		perror("run_cases: fork");
		exit(2);
	}
	if (j->pid)
		return;
	setpgid(0, 0);
	signal(SIGALRM, on_timeout);
	signal(SIGTERM, on_term); /* a handler, not SIG_IGN: programs that are started do not inherit it */
	alarm(CASE_SECONDS);
	int failed = case_run(&j->c, locklore, j->out);

	fflush(j->out);
	_exit(failed ? 1 : 0);
}

static void reap(struct job *jobs, size_t n)
{
	int status;
	pid_t pid = wait(&status);

	for (size_t i = 0; i < n; i++)
		if (jobs[i].pid == pid) {
			jobs[i].status = status;
			jobs[i].is_done = true;
		}
}

/* One line where it passed; where it failed, one per verdict that is not so. */
static bool show(struct job *j, bool is_verbose)
{
	char line[4096];
	bool is_first = true;

	if (WIFSIGNALED(j->status)) {
		printf("not ok %s: killed by signal %d%s\n", j->c.name, WTERMSIG(j->status),
		       WTERMSIG(j->status) == SIGKILL ? " (timeout?)" : "");
		return false;
	}
	if (WEXITSTATUS(j->status) == 0) {
		printf("ok %s\n", j->c.name);
		if (is_verbose)
			printf("    %zu verdicts\n", j->c.expects.n);
		return true;
	}
	rewind(j->out);
	while (fgets(line, sizeof(line), j->out)) {
		if (is_first)
			printf("not ok %s: %s", j->c.name, line);
		else
			printf("    %s", line);
		is_first = false;
	}
	if (is_first)
		printf("not ok %s: exit status %d\n", j->c.name, WEXITSTATUS(j->status));
	return false;
}

static size_t run_all(struct job *jobs, size_t n, unsigned parallel, const char *locklore, bool is_verbose)
{
	size_t next = 0, shown = 0, running = 0, failed = 0;

	while (shown < n) {
		while (next < n && running < parallel) {
			start(&jobs[next++], locklore);
			running++;
		}
		if (!jobs[shown].is_done) {
			reap(jobs, next);
			running--;
		}
		while (shown < n && jobs[shown].is_done) {
			failed += !show(&jobs[shown], is_verbose);
			fclose(jobs[shown++].out);
		}
	}
	return failed;
}

static size_t count_known(const struct job *jobs, size_t n, enum want want)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < jobs[i].c.expects.n; k++)
			sum += jobs[i].c.expects.at[k].want == want;
	return sum;
}

int main(int argc, char **argv)
{
	unsigned parallel = 2;
	bool is_verbose = false;
	int opt;

	while ((opt = getopt(argc, argv, "j:v")) != -1) {
		if (opt == 'j')
			parallel = (unsigned)strtoul(optarg, NULL, 10);
		else if (opt == 'v')
			is_verbose = true;
		else
			return 2;
	}
	if (argc - optind < 2 || parallel < 1) {
		fprintf(stderr, "usage: run_cases [-j N] [-v] LOCKLORE PATH...\n");
		return 2;
	}
	for (int i = optind + 1; i < argc; i++)
		add_path(argv[i]);
	struct job *jobs = xcalloc(paths.n + 1, sizeof(*jobs));
	struct diag d;
	bool is_wrong = false;

	for (size_t i = 0; i < paths.n; i++)
		if (!case_read(&jobs[i].c, paths.at[i], &d)) {
			fprintf(stderr, "run_cases: %s\n", d.text);
			is_wrong = true;
		}
	if (is_wrong)
		return 2;
	size_t failed = run_all(jobs, paths.n, parallel, argv[optind], is_verbose);

	printf("%zu known misses, %zu known false alarms\n", count_known(jobs, paths.n, KNOWN_MISS),
	       count_known(jobs, paths.n, KNOWN_FALSE_ALARM));
	printf("%zu passed, %zu failed\n", paths.n - failed, failed);
	for (size_t i = 0; i < paths.n; i++) {
		case_free(&jobs[i].c);
		free(paths.at[i]);
	}
	free(jobs);
	vec_free(&paths);
	return failed ? 1 : 0;
}
