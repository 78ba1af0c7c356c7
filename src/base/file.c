/* SPDX-License-Identifier: MIT */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_all(int fd, const char *name, char **data, size_t *bytes, struct diag *d)
{
	struct buf b = {0};
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		return diag_set(d, name, 0, "is a directory, a file is needed");
	for (;;) {
		char chunk[65536];
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			buf_free(&b);
			return diag_set(d, name, 0, "cannot read: %s", strerror(errno));
		}
		if (n == 0)
			break;
		buf_addn(&b, chunk, (size_t)n);
	}
	*bytes = b.n;
	*data = b.at ? b.at : xcalloc(1, 1);
	return true;
}

bool file_read(const char *path, char **data, size_t *bytes, struct diag *d)
{
	bool ok;
	int fd;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", data, bytes, d);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return diag_set(d, path, 0, "cannot open: %s", strerror(errno));
	ok = read_all(fd, path, data, bytes, d);
	close(fd);
	return ok;
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

bool file_write(const char *path, const void *data, size_t bytes, struct diag *d)
{
	char *tmp = xasprintf("%s.%ld.tmp", path, (long)getpid());
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	bool ok = fd >= 0;

	if (ok)
		ok = write_all(fd, data, bytes);
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	if (ok)
		ok = rename(tmp, path) == 0;
	if (!ok) {
		int err = errno;

		unlink(tmp);
		diag_set(d, path, 0, "cannot write: %s%s", strerror(err),
			 err == ENOSPC ? "; free some space and run it again" : "");
	}
	free(tmp);
	return ok;
}

bool dir_make(const char *path, struct diag *d)
{
	char *p = xstrdup(path);
	bool ok = true;

	for (char *c = p + 1; ok; c++) {
		char was = *c;

		if (was != '/' && was != '\0')
			continue;
		*c = '\0';
		if (mkdir(p, 0777) != 0 && errno != EEXIST)
			ok = diag_set(d, p, 0, "cannot make this folder: %s", strerror(errno));
		*c = was;
		if (was == '\0')
			break;
	}
	free(p);
	return ok;
}

char *path_join(const char *dir, const char *path)
{
	char *raw = path[0] == '/' || !dir || !*dir ? xstrdup(path) : xasprintf("%s/%s", dir, path);
	char *out = xmalloc(strlen(raw) + 2), *w = out;
	bool rooted = raw[0] == '/';
	char *save = NULL;

	*w = '\0';
	for (char *part = strtok_r(raw, "/", &save); part; part = strtok_r(NULL, "/", &save)) {
		char *slash = strrchr(out, '/');
		const char *last = slash ? slash + 1 : out;

		if (strcmp(part, ".") == 0)
			continue;
		if (strcmp(part, "..") == 0 && w != out && strcmp(last, "..") != 0) {
			w = slash ? slash : out;
			*w = '\0';
			continue;
		}
		if (strcmp(part, "..") == 0 && rooted)
			continue;
		if (w != out || rooted)
			*w++ = '/';
		w = stpcpy(w, part);
	}
	if (w == out)
		strcpy(out, rooted ? "/" : ".");
	free(raw);
	return out;
}

const char *path_below(const char *root, const char *path)
{
	size_t n = strlen(root);

	while (n > 1 && root[n - 1] == '/')
		n--;
	if (n == 0 || strncmp(path, root, n) != 0)
		return path;
	if (n == 1 && root[0] == '/')
		return path + 1;
	return path[n] == '/' ? path + n + 1 : path;
}
