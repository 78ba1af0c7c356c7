/* SPDX-License-Identifier: MIT */
/* write.c - rows into a database; after the first failure everything is a no-op. */
#include "store/internal.h"

#include <stdlib.h>

void writer_free(struct writer *s)
{
	buf_free(&s->text);
	map_free(&s->sets);
	map_free(&s->files);
	vec_free(&s->set);
	vec_free(&s->file);
}

/* ---- one row at a time ------------------------------------------------------- */

void writer_sql(struct writer *s, const char *text)
{
	if (s->rc == SQLITE_OK)
		s->rc = sqlite3_exec(s->db, text, NULL, NULL, NULL);
}

void writer_begin(struct writer *s, const char *insert)
{
	s->rows = 0;
	s->col = 0;
	s->st = NULL;
	if (s->rc == SQLITE_OK)
		s->rc = sqlite3_prepare_v2(s->db, insert, -1, &s->st, NULL);
}

void writer_put(struct writer *s, int64_t v)
{
	sqlite3_bind_int64(s->st, ++s->col, v);
}

void writer_put_ref(struct writer *s, uint32_t v)
{
	if (v == LORE_NONE)
		sqlite3_bind_null(s->st, ++s->col);
	else
		writer_put(s, v);
}

void writer_put_text(struct writer *s, const char *v)
{
	sqlite3_bind_text(s->st, ++s->col, v, -1, SQLITE_STATIC);
}

void writer_put_str(struct writer *s, uint32_t id)
{
	writer_put_text(s, lore_str(s->l, id));
}

static void put_number(struct buf *b, uint32_t v)
{
	char digits[10];
	size_t n = sizeof(digits);

	do
		digits[--n] = (char)('0' + v % 10);
	while (v /= 10);
	buf_addn(b, digits + n, sizeof(digits) - n);
}

void writer_put_chain(struct writer *s, uint32_t first, uint32_t n)
{
	struct buf *b = &s->text;

	b->n = 0;
	buf_addc(b, '[');
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			buf_addc(b, ',');
		put_number(b, s->l->steps.at[first + i]);
	}
	buf_addc(b, ']');
	sqlite3_bind_text(s->st, ++s->col, b->at, (int)b->n, SQLITE_STATIC);
}

void writer_row(struct writer *s)
{
	s->col = 0;
	s->rows++;
	if (s->rc != SQLITE_OK)
		return;
	s->rc = sqlite3_step(s->st);
	if (s->rc == SQLITE_DONE)
		s->rc = SQLITE_OK;
	sqlite3_reset(s->st);
}

/* Ends an insert; a table that is loaded whole gets its number of rows noted. */
void writer_end(struct writer *s, const char *table)
{
	size_t rows = s->rows;

	sqlite3_finalize(s->st);
	if (!table)
		return;
	writer_begin(s, "INSERT INTO row_count VALUES(?,?)");
	writer_put_text(s, table);
	writer_put(s, (int64_t)rows);
	writer_row(s);
	writer_end(s, NULL);
}

/* ---- what rows share ---------------------------------------------------------- */

uint32_t writer_file_id(struct writer *s, uint32_t str)
{
	uint64_t *slot = map_slot(&s->files, str, s->file.n);

	if (*slot == s->file.n)
		vec_push(&s->file, str);
	return (uint32_t)*slot;
}

static bool sets_equal(const struct lore *l, struct store_range a, struct store_range b)
{
	for (uint32_t i = 0; a.n == b.n && i < a.n; i++) {
		const struct lore_heldlock *x = &l->helds.at[a.first + i], *y = &l->helds.at[b.first + i];

		if (x->cls != y->cls || x->mode != y->mode)
			return false;
	}
	return a.n == b.n;
}

/* Equal held sets are one: they are few, and nearly every witness has one.  0 is nothing held. */
uint32_t writer_set_id(struct writer *s, uint32_t first, uint32_t n)
{
	struct store_range r = {first, n};
	uint64_t key = HASH_SEED;

	if (!n)
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		const struct lore_heldlock *h = &s->l->helds.at[first + i];

		key = (key ^ ((uint64_t)h->cls << 8 | h->mode)) * 0x9e3779b97f4a7c15ull;
		key ^= key >> 29;
	}
	for (;; key++) {
		uint64_t *slot = map_slot(&s->sets, key, s->set.n + 1);

		if (*slot == s->set.n + 1)
			vec_push(&s->set, r);
		else if (!sets_equal(s->l, s->set.at[*slot - 1], r))
			continue;
		return (uint32_t)*slot;
	}
}
