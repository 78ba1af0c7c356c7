/* SPDX-License-Identifier: MIT */
/* stale.c - which sources changed since the database was made. */
#include <stdlib.h>
#include <sys/stat.h>

#include "store/internal.h"

/* mtime and size, as `make` looks at files: contents are not read. */
static bool is_changed(const char *path, int64_t mtime_ns, int64_t size)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return true;
	return st.st_mtim.tv_sec * 1000000000ll + st.st_mtim.tv_nsec != mtime_ns ||
	       st.st_size != size;
}

size_t store_stale(const char *path, char **example, struct diag *d)
{
	struct reader r = {.path = path, .d = d};
	size_t changed = 0, rows = 0;
	sqlite3_stmt *st;

	*example = NULL;
	d->text[0] = '\0';
	r.db = store_open(path, d);
	if (!r.db)
		return 0;
	st = reader_begin(&r, "SELECT path, mtime_ns, size FROM source_file ORDER BY rowid");
	for (; reader_row(&r, st); rows++) {
		const char *file = (const char *)sqlite3_column_text(st, 0);

		if (!file)
			reader_fail(&r, "a text is missing");
		else if (is_changed(file, sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2)) &&
			 !changed++)
			*example = xstrdup(file);
	}
	reader_end(&r, st, "source_file", rows);
	sqlite3_close(r.db);
	if (!r.failed)
		return changed;
	free(*example);
	*example = NULL;
	return 0;
}
