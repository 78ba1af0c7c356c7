/* SPDX-License-Identifier: MIT */
/*
 * store.h - a lore in one SQLite file (schema: doc/database.md).
 *
 * Writing goes to a temporary file beside the database, which then takes its name: a killed run
 * or a full disk leaves the database as it was.  Reading checks the version and the integrity
 * that it relies on, and never trusts an index.
 */
#ifndef LOCKLORE_STORE_H
#define LOCKLORE_STORE_H

#include "base/base.h"
#include "lore/lore.h"

#define STORE_VERSION 1

/* A source file that the lore depends on, for "the database is older than its sources". */
struct store_file { const char *path; int64_t mtime_ns; int64_t size; };

bool store_save(const char *path, const struct lore *l, const struct store_file *files, size_t n_files, struct diag *d);

/*
 * May a new database take this name?  Only where nothing is, or an empty file, or a database of
 * locklore in whatever state; else false with d.  store_save() asks this itself.
 */
bool store_replaceable(const char *path, struct diag *d);

enum store_parts {
	STORE_BASE = 1,      /* meta, classes, members, names of variables, globals: always loaded */
	STORE_WITNESSES = 2, STORE_TAKES = 4, STORE_CALLS = 8,
	STORE_ALL = 15
};
/*
 * NULL with d: missing, empty, not a database, cut short, damaged, of another version.  Any part
 * but STORE_BASE brings functions, places, held sets, slots and findings along; TAKES brings
 * released.  Ranges have their contents, not the offsets they were saved with.
 */
struct lore *store_load(const char *path, unsigned parts, struct diag *d);

/*
 * For one question: adds to a lore that store_load(path, STORE_BASE) made (and to which nothing
 * was added yet) the witnesses with this outer and inner class, and only the functions, places
 * and held sets that these need; the arrays are small, and their indexes are not those of a full
 * load.  LORE_NONE is any class.  Where both are given, the witnesses of (inner, outer) come too.
 * False with d: base is still to be freed, and good for nothing else.
 */
bool store_add_order(const char *path, struct lore *base, uint32_t outer, uint32_t inner,
		     struct diag *d);
/* Both in one call, by canonical names; NULL is any.  NULL with d also where a name is unknown. */
struct lore *store_load_order(const char *path, const char *outer, const char *inner,
			      struct diag *d);

/*
 * How many of the recorded source files changed or are gone since; *example (caller frees) is the
 * first of them, or NULL.  0 with a text in d where the database cannot be read; else d is empty.
 */
size_t store_stale(const char *path, char **example, struct diag *d);

#endif
