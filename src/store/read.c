/* SPDX-License-Identifier: MIT */
/* read.c - rows of a database into arrays; the first fault ends the reading. */
#include "store/internal.h"

#include <stdlib.h>
#include <string.h>

void reader_free(struct reader *r)
{
	vec_free(&r->files);
	vec_free(&r->held);
}

void reader_fail(struct reader *r, const char *what)
{
	if (!r->failed)
		store_damaged(r->d, r->path, what);
	r->failed = true;
}

static void sql_fail(struct reader *r, int rc)
{
	if (rc == SQLITE_NOMEM)
		die_memory();
	reader_fail(r, sqlite3_errmsg(r->db));
}

sqlite3_stmt *reader_begin(struct reader *r, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int rc;

	if (r->failed)
		return NULL;
	rc = sqlite3_prepare_v2(r->db, sql, -1, &st, NULL);
	if (rc != SQLITE_OK)
		sql_fail(r, rc);
	return st;
}

bool reader_row(struct reader *r, sqlite3_stmt *st)
{
	int rc;

	if (r->failed)
		return false;
	rc = sqlite3_step(st);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		sql_fail(r, rc);
	return rc == SQLITE_ROW;
}

static void check_count(struct reader *r, const char *table, size_t rows)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT rows FROM row_count WHERE name = ?");
	bool is_same = false;

	if (!st)
		return;
	sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
	if (reader_row(r, st))
		is_same = sqlite3_column_int64(st, 0) == (int64_t)rows;
	if (!is_same)
		reader_fail(r, "rows are missing");
	sqlite3_finalize(st);
}

void reader_end(struct reader *r, sqlite3_stmt *st, const char *table, size_t rows)
{
	sqlite3_finalize(st);
	if (table && !r->failed)
		check_count(r, table, rows);
}

/* ---- columns -------------------------------------------------------------------- */

uint32_t reader_u32(struct reader *r, sqlite3_stmt *st, int col)
{
	int64_t v = sqlite3_column_int64(st, col);

	if (v < 0 || v >= LORE_NONE) {
		reader_fail(r, "a number is out of range");
		return 0;
	}
	return (uint32_t)v;
}

uint32_t reader_ref(struct reader *r, sqlite3_stmt *st, int col)
{
	return sqlite3_column_type(st, col) == SQLITE_NULL ? LORE_NONE : reader_u32(r, st, col);
}

uint8_t reader_u8(struct reader *r, sqlite3_stmt *st, int col)
{
	int64_t v = sqlite3_column_int64(st, col);

	if (v < 0 || v > UINT8_MAX)
		reader_fail(r, "a number is out of range");
	return (uint8_t)v;
}

uint32_t reader_str(struct reader *r, sqlite3_stmt *st, int col)
{
	const char *text = (const char *)sqlite3_column_text(st, col);

	if (!text) {
		reader_fail(r, "a text is missing");
		return 0;
	}
	return strtab_id(r->l->str, text);
}

uint32_t reader_file(struct reader *r, sqlite3_stmt *st, int col)
{
	uint32_t id = reader_u32(r, st, col);

	if (id < r->files.n)
		return r->files.at[id];
	reader_fail(r, "a file is missing");
	return 0;
}

void reader_id(struct reader *r, sqlite3_stmt *st, size_t want)
{
	if (sqlite3_column_int64(st, 0) != (int64_t)want)
		reader_fail(r, "rows are missing");
}

/* One number of a chain; NULL: none there, or too large. */
static const char *number(const char *c, uint32_t *v)
{
	uint64_t n = 0;
	const char *first = c;

	for (; *c >= '0' && *c <= '9' && n < LORE_NONE; c++)
		n = n * 10 + (uint64_t)(*c - '0');
	*v = (uint32_t)n;
	return c == first || n >= LORE_NONE ? NULL : c;
}

uint32_t reader_chain(struct reader *r, sqlite3_stmt *st, int col)
{
	const char *c = (const char *)sqlite3_column_text(st, col);
	size_t first = r->l->steps.n;
	uint32_t v = 0;

	if (c && strcmp(c, "[]") == 0)
		return 0;
	while (c && (*c == '[' || *c == ',')) {
		c = number(c + 1, &v);
		if (c)
			vec_push(&r->l->steps, v);
	}
	if (!c || strcmp(c, "]") != 0 || r->l->steps.n >= LORE_NONE) {
		reader_fail(r, "a chain is broken");
		return 0;
	}
	return (uint32_t)(r->l->steps.n - first);
}

void reader_witness(struct reader *r, sqlite3_stmt *st, struct lore_witness *w)
{
	w->outer = reader_u32(r, st, 1);
	w->inner = reader_u32(r, st, 2);
	w->outer_mode = reader_u8(r, st, 3);
	w->inner_mode = reader_u8(r, st, 4);
	w->flags = reader_u8(r, st, 5);
	w->assumptions = reader_u8(r, st, 6);
	w->outer_place = reader_u32(r, st, 7);
	w->inner_place = reader_u32(r, st, 8);
	w->entry_place = reader_ref(r, st, 9);
	w->chain = (uint32_t)r->l->steps.n;
	w->n_chain = reader_chain(r, st, 10);
	w->held = reader_u32(r, st, 11);
	w->gates = reader_u32(r, st, 12);
	w->thread = reader_u32(r, st, 13);
}
