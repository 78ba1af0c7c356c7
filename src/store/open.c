/* SPDX-License-Identifier: MIT */
/*
 * open.c - opens a database for reading, after a look at its first hundred bytes.
 *
 * The header of an SQLite file (https://www.sqlite.org/fileformat2.html) says whose file it is,
 * of which version and how many pages long: enough to tell "cut short" from "not ours" before
 * SQLite sees it, and in plain words.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/internal.h"

#define HEADER_BYTES 100
#define AGAIN "run `locklore index` again"

bool store_damaged(struct diag *d, const char *path, const char *what)
{
	return diag_set(d, path, 0, "the database is damaged (%s): " AGAIN, what);
}

static uint32_t big_endian(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool has_magic(const unsigned char *h, size_t n)
{
	static const char magic[16] = "SQLite format 3";

	return memcmp(h, magic, n < sizeof(magic) ? n : sizeof(magic)) == 0;
}

static bool check_header(const unsigned char *h, size_t n, uint64_t bytes, const char *path,
			 struct diag *d)
{
	uint32_t page, version;

	if (bytes == 0)
		return diag_set(d, path, 0, "the database is empty: " AGAIN);
	if (!has_magic(h, n))
		return diag_set(d, path, 0, "is not a database: give another --db, or move it away and "
				"run `locklore index`");
	if (n < HEADER_BYTES)
		return diag_set(d, path, 0, "the database is cut short: " AGAIN);
	if (big_endian(h + 68) != STORE_APPLICATION_ID)
		return diag_set(d, path, 0, "is a database, but not one of locklore: give another --db");
	version = big_endian(h + 60);
	if (version != STORE_VERSION)
		return diag_set(d, path, 0, "the database is of version %u, %s than this program's %d: "
				AGAIN, version, version < STORE_VERSION ? "older" : "newer",
				STORE_VERSION);
	page = (uint32_t)h[16] << 8 | h[17];
	if (bytes < (uint64_t)big_endian(h + 28) * (page == 1 ? 65536 : page))
		return diag_set(d, path, 0, "the database is cut short: " AGAIN);
	return true;
}

/* The first bytes of a file that may be a database; < 0 with d. */
static ssize_t read_header(const char *path, unsigned char *header, struct stat *st,
			   struct diag *d)
{
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0) {
		diag_set(d, path, 0, "cannot open the database: %s", strerror(errno));
		return -1;
	}
	if (fstat(fd, st) != 0 || !S_ISREG(st->st_mode)) {
		close(fd);
		diag_set(d, path, 0, "is not a file, a database is needed: give another --db");
		return -1;
	}
	n = pread(fd, header, HEADER_BYTES, 0);
	if (n < 0)
		diag_set(d, path, 0, "cannot read the database: %s", strerror(errno));
	close(fd);
	return n;
}

static bool look(const char *path, struct diag *d)
{
	unsigned char header[HEADER_BYTES];
	struct stat st;
	ssize_t n;

	if (access(path, F_OK) != 0 && errno == ENOENT)
		return diag_set(d, path, 0, "there is no database: run `locklore index` first, or name "
				"one with --db");
	n = read_header(path, header, &st, d);
	return n >= 0 && check_header(header, (size_t)n, (uint64_t)st.st_size, path, d);
}

bool store_replaceable(const char *path, struct diag *d)
{
	unsigned char header[HEADER_BYTES];
	struct stat st;
	ssize_t n;

	if (access(path, F_OK) != 0 && errno == ENOENT)
		return true;
	n = read_header(path, header, &st, d);
	if (n < 0)
		return false;
	/* Ours may be cut short or of any version: that is what a new index is for. */
	if (has_magic(header, (size_t)n) &&
	    (n < HEADER_BYTES || big_endian(header + 68) == STORE_APPLICATION_ID))
		return true;
	return diag_set(d, path, 0, "is not a database of locklore, and stays as it is: "
			"give another --db");
}

/* A path as SQLite's URI; absolute, so that no path looks like an option or a host. */
static char *uri_of(const char *path)
{
	struct buf b = {0};
	char *cwd = path[0] == '/' ? NULL : getcwd(NULL, 0);
	char *full = path_join(cwd, path);

	buf_add(&b, "file://");
	for (const char *c = full; *c; c++) {
		if (strchr("%?#", *c))
			buf_addf(&b, "%%%02X", (unsigned char)*c);
		else
			buf_addc(&b, *c);
	}
	/* Never written in place, so there is nothing to lock and no journal to look for. */
	buf_add(&b, "?immutable=1");
	free(cwd);
	free(full);
	return b.at;
}

sqlite3 *store_open(const char *path, struct diag *d)
{
	static const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
	sqlite3 *db = NULL;
	char *uri;
	int rc;

	if (!look(path, d))
		return NULL;
	uri = uri_of(path);
	rc = sqlite3_open_v2(uri, &db, flags, NULL);
	free(uri);
	if (rc == SQLITE_OK) {
		sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		rc = sqlite3_exec(db, "PRAGMA cell_size_check=ON", NULL, NULL, NULL);
	}
	if (rc == SQLITE_OK)
		return db;
	store_damaged(d, path, sqlite3_errstr(rc));
	sqlite3_close(db);
	return NULL;
}
