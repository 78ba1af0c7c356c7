/* SPDX-License-Identifier: MIT */
/* internal.h - shared by the files of store/ and by nobody else. */
#ifndef LOCKLORE_STORE_INTERNAL_H
#define LOCKLORE_STORE_INTERNAL_H

#include <sqlite3.h>

#include "store/store.h"

#define STORE_APPLICATION_ID 0x6c6f7265 /* "lore" */
#define STORE_PAGE_BYTES 8192

/* schema.c: tables with their fixed rows; indexes and views, which go in after the rows. */
extern const char store_tables[];
extern const char store_views[];

/*
 * open.c: a connection for reading, after a look at the file's header (is it ours, is it whole,
 * is it of this version).  NULL with d.  Caller closes with sqlite3_close().
 */
sqlite3 *store_open(const char *path, struct diag *d);
/* "PATH: is damaged (WHAT): ..." into d; returns false. */
bool store_damaged(struct diag *d, const char *path, const char *what);

/* ---- reading rows (read.c) -------------------------------------------------- */

struct store_range { uint32_t first, n; };

struct reader {
	sqlite3 *db;
	const char *path;
	struct diag *d;
	struct lore *l;
	bool failed;                             /* d is set; every call below is then a no-op */
	struct { VEC(uint32_t); } files;         /* file id -> string */
	struct { VEC(struct store_range); } held; /* held set id -> helds[] */
};

void reader_free(struct reader *r); /* not the database, not the lore */
/* NULL where r failed.  Finish with reader_end(). */
sqlite3_stmt *reader_begin(struct reader *r, const char *sql);
bool reader_row(struct reader *r, sqlite3_stmt *st); /* false: no more, or failed */
/* Finalizes.  `table` says whose number of rows `rows` must be (NULL: any). */
void reader_end(struct reader *r, sqlite3_stmt *st, const char *table, size_t rows);
void reader_fail(struct reader *r, const char *what);

uint32_t reader_u32(struct reader *r, sqlite3_stmt *st, int col);
uint32_t reader_ref(struct reader *r, sqlite3_stmt *st, int col); /* NULL is LORE_NONE */
uint8_t reader_u8(struct reader *r, sqlite3_stmt *st, int col);
uint32_t reader_str(struct reader *r, sqlite3_stmt *st, int col); /* interned */
uint32_t reader_file(struct reader *r, sqlite3_stmt *st, int col); /* by file id */
/* "[3,7,9]" appended to l->steps; returns how many. */
uint32_t reader_chain(struct reader *r, sqlite3_stmt *st, int col);
/* Column 0 must be the row's number: references are indexes. */
void reader_id(struct reader *r, sqlite3_stmt *st, size_t want);
/* Reads one witness row (columns of WITNESS_COLUMNS); w->held and w->gates are still ids of sets. */
void reader_witness(struct reader *r, sqlite3_stmt *st, struct lore_witness *w);
#define WITNESS_COLUMNS "id, \"outer\", \"inner\", outer_mode, inner_mode, flags, assumptions, " \
	"outer_place, inner_place, entry_place, chain, held, gates, thread"

/* ---- writing rows (write.c) ------------------------------------------------- */

struct writer {
	sqlite3 *db;
	const struct lore *l;
	int rc;           /* first failure; every call below is then a no-op */
	sqlite3_stmt *st; /* the insert in progress */
	int col;          /* columns bound so far */
	size_t rows;
	struct buf text;  /* chain of the row in progress */
	struct map sets;  /* digest of a held set -> its id */
	struct { VEC(struct store_range); } set; /* id - 1 -> an example in helds[] */
	struct map files; /* string -> file id */
	struct { VEC(uint32_t); } file; /* file id -> string */
};

void writer_free(struct writer *s); /* not the database, not the lore */
void writer_sql(struct writer *s, const char *text);
void writer_begin(struct writer *s, const char *insert);
/* The next column of the row; texts must live until writer_row(). */
void writer_put(struct writer *s, int64_t v);
void writer_put_ref(struct writer *s, uint32_t v); /* LORE_NONE is NULL */
void writer_put_text(struct writer *s, const char *v);
void writer_put_str(struct writer *s, uint32_t id);
void writer_put_chain(struct writer *s, uint32_t first, uint32_t n); /* of steps[]; one per row */
void writer_row(struct writer *s);
/* Ends an insert, and notes how many rows `table` has (NULL: not). */
void writer_end(struct writer *s, const char *table);
uint32_t writer_file_id(struct writer *s, uint32_t str);
uint32_t writer_set_id(struct writer *s, uint32_t first, uint32_t n); /* of helds[] */

/* load.c: what STORE_BASE is: meta, classes, members, names of variables, globals. */
void load_base(struct reader *r);

#endif
