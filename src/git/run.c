/* SPDX-License-Identifier: MIT */
/* run.c - one run of the git program: arguments in, both outputs and the exit status back. */
#include "git/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What of the user's settings would change what we read. */
static const char *const fixed[] = {
	"git", "--no-pager", "--literal-pathspecs",
	"-c", "core.quotePath=false", "-c", "core.fsmonitor=false", "-c", "color.ui=false",
	"-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false", "-c", "diff.context=3",
	"-c", "diff.renameLimit=4000", "-c", "diff.orderFile=/dev/null", "-c", "diff.relative=false",
	"-c", "blame.ignoreRevsFile=", "-c", "log.showSignature=false",
	"-c", "format.encodeEmailHeaders=false", "-c", "i18n.logOutputEncoding=UTF-8",
};

static void child(const char *index, const char *dir, char *const *argv, int out, int err, int failed)
{
	int null = open("/dev/null", O_RDONLY), error;

	/* Nobody is asked for a password, nothing is written, and messages can be recognised. */
	setenv("GIT_TERMINAL_PROMPT", "0", 1);
	setenv("GIT_OPTIONAL_LOCKS", "0", 1);
	setenv("LC_ALL", "C", 1);
	unsetenv("GIT_EXTERNAL_DIFF");
	unsetenv("GIT_TRACE");
	if (index)
		setenv("GIT_INDEX_FILE", index, 1);
	signal(SIGPIPE, SIG_DFL);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	if (chdir(dir) == 0)
		execvp("git", argv);
	error = errno;
	if (write(failed, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

/* Reads both ends until both are closed, whichever speaks first. */
static void drain(int out, int err, struct git_run *r)
{
	struct pollfd fds[2] = { { .fd = out, .events = POLLIN }, { .fd = err, .events = POLLIN } };
	struct buf *to[2] = { &r->out, &r->err };
	char block[65536];
	int open_ends = 2;

	while (open_ends && (poll(fds, 2, -1) >= 0 || errno == EINTR)) {
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			n = read(fds[i].fd, block, sizeof(block));
			if (n > 0) {
				buf_addn(to[i], block, (size_t)n);
			} else if (n == 0 || errno != EINTR) {
				fds[i].fd = -1;
				open_ends--;
			}
		}
	}
}

static char **make_argv(const char *const *args)
{
	size_t n = 0;
	char **argv;

	while (args[n])
		n++;
	argv = xcalloc(ARRAY_LEN(fixed) + n + 1, sizeof(*argv));
	memcpy(argv, fixed, sizeof(fixed));
	memcpy(argv + ARRAY_LEN(fixed), args, n * sizeof(*argv));
	return argv;
}

static bool make_pipes(int p[3][2])
{
	for (int i = 0; i < 3; i++)
		if (pipe2(p[i], O_CLOEXEC) != 0) {
			while (i--) {
				close(p[i][0]);
				close(p[i][1]);
			}
			return false;
		}
	return true;
}

static bool say_why(const char *dir, int error, struct diag *d)
{
	if (error == ENOENT && access(dir, F_OK) == 0)
		return diag_set(d, "git", 0, "it is not installed, and revisions need it: "
				"apt-get install git");
	if (error == ENOENT || error == ENOTDIR || error == EACCES)
		return diag_set(d, dir, 0, "cannot enter or run git there: %s", strerror(error));
	return diag_set(d, "git", 0, "cannot run it: %s", strerror(error));
}

bool git_run_on(const char *index, const char *dir, const char *const *args, struct git_run *r,
		struct diag *d)
{
	int p[3][2], error = 0, status = -1;
	char **argv;
	pid_t pid;

	*r = (struct git_run){ .status = -1 };
	if (!make_pipes(p))
		return diag_set(d, "git", 0, "cannot run it: %s", strerror(errno));
	argv = make_argv(args);
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child(index, dir, argv, p[0][1], p[1][1], p[2][1]);
	if (pid < 0)
		error = errno;
	for (int i = 0; i < 3; i++)
		close(p[i][1]);
	drain(p[0][0], p[1][0], r);
	if (pid > 0 && read(p[2][0], &error, sizeof(error)) != (ssize_t)sizeof(error))
		error = 0;
	for (int i = 0; i < 3; i++)
		close(p[i][0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	free(argv);
	if (error)
		return say_why(dir, error, d);
	r->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
	return true;
}

bool git_run(const char *dir, const char *const *args, struct git_run *r, struct diag *d)
{
	return git_run_on(NULL, dir, args, r, d);
}

void git_run_free(struct git_run *r)
{
	buf_free(&r->out);
	buf_free(&r->err);
}

bool git_complain(const struct git_run *r, const char *about, struct diag *d)
{
	const char *text = r->err.n ? r->err.at : "";
	const char *line = strstr(text, "fatal: ");

	line = line ? line + 7 : text;
	if (!*line)
		return diag_set(d, about, 0, "git failed (exit status %d) and said nothing", r->status);
	return diag_set(d, about, 0, "git says: %.*s", (int)strcspn(line, "\n"), line);
}
