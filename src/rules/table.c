/* SPDX-License-Identifier: MIT */
/* Ranked tables: Markdown, rst grid and simple ones, and columns set with tabs.  One row is one
 * rank. */
#include "rules/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CELLS 12

struct table_row {
	const char *cell[MAX_CELLS];
	unsigned n;
	const struct rules_line *line;
	long rank;
	struct lock_list locks;
};
struct rows {
	VEC(struct table_row);
};

static const char *trimmed(struct reader *r, const char *s, size_t n)
{
	while (n && strchr(" \t", *s))
		s++, n--;
	while (n && strchr(" \t", s[n - 1]))
		n--;
	return rules_strn(r, s, n);
}

static bool is_rule_line(const char *s)
{
	return strspn(s, "|+-=: \t") == strlen(s);
}

/* | a | b | */
static void split_bars(struct reader *r, const char *s, struct table_row *row)
{
	s = rules_skip_space(s);
	s += *s == '|';
	while (*s && row->n < MAX_CELLS) {
		size_t n = strcspn(s, "|");

		row->cell[row->n++] = trimmed(r, s, n);
		s += n + (s[n] == '|');
		if (!*rules_skip_space(s))
			break;
	}
}

/* Columns at the places where the runs of '=' begin. */
static void split_at(struct reader *r, const char *s, const size_t *start, unsigned n,
		     struct table_row *row)
{
	size_t len = strlen(s);

	for (unsigned i = 0; i < n; i++) {
		size_t a = start[i] < len ? start[i] : len,
		       b = i + 1 < n && start[i + 1] < len ? start[i + 1] : len;

		row->cell[row->n++] = trimmed(r, s + a, b - a);
	}
}

static void split_tabs(struct reader *r, const char *s, struct table_row *row)
{
	while (*s && row->n < MAX_CELLS) {
		size_t n = 0;

		while (s[n] && s[n] != '\t' &&
		       !(s[n] == ' ' && (s[n + 1] == ' ' || s[n + 1] == '\t')))
			n++;
		row->cell[row->n++] = trimmed(r, s, n);
		s += n;
		s = rules_skip_space(s);
	}
}

static unsigned column_starts(const char *s, size_t *start)
{
	unsigned n = 0;

	for (size_t i = 0; s[i] && n < MAX_CELLS; i++)
		if (s[i] == '=' && (!i || s[i - 1] == ' ' || s[i - 1] == '\t'))
			start[n++] = i;
	return n;
}

static bool has_word(const char *cell, const char *set)
{
	for (const char *p = cell; *p;) {
		size_t n = 0;
		char low[24];

		while ((isalpha((unsigned char)p[n]) || p[n] == '#') && n < sizeof(low) - 1) {
			low[n] = (char)tolower((unsigned char)p[n]);
			n++;
		}
		if (n && rules_inn(low, n, set))
			return true;
		p += n ? n : 1;
	}
	return false;
}

static void locks_of(struct reader *r, const char *s, struct lock_list *out)
{
	struct toks t = { 0 };
	const char *name;
	uint8_t shape;

	out->n = 0;
	rules_words(r, s, &t);
	for (unsigned i = 0; i + 1 < t.n;) {
		unsigned n = t.at[i].is_paren ? 0 : rules_one_lock(r, t.at + i, &name, &shape);

		if (n)
			rules_list_add(out, name, shape);
		else if (t.at[i].type == T_FUNC)
			rules_list_add(out, t.at[i].w, SHAPE_EXPR);
		i += n ? n : 1;
	}
	/* a cell that is one plain word is a name all the same */
	if (!out->n && t.n == 2 && t.at[0].type == T_WORD)
		rules_list_add(out, t.at[0].orig, SHAPE_EXPR);
	vec_free(&t);
}

static int pick(const struct table_row *head, const char *set)
{
	for (unsigned i = 0; i < head->n; i++)
		if (has_word(head->cell[i], set))
			return (int)i;
	return -1;
}

static int by_rank(const void *a, const void *b)
{
	const struct table_row *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static bool is_number(const char *s)
{
	return isdigit((unsigned char)*s) || (*s == '-' && isdigit((unsigned char)s[1]));
}

/* Orders between neighbouring ranks, outermost first where direction is positive. */
static bool emit_ranks(struct reader *r, const struct rows *rows, int direction)
{
	unsigned before = r->next_sentence;

	for (size_t i = 0; i < rows->n; i++) {
		size_t next = i + 1;

		while (next < rows->n && rows->at[next].rank == rows->at[i].rank)
			next++;
		for (size_t k = next; k < rows->n && rows->at[k].rank == rows->at[next].rank; k++) {
			const struct table_row *a = &rows->at[i], *b = &rows->at[k];
			const struct rules_line *l = b->line;

			rules_sentence_begin(r, rules_skip_space(l->s), l->no, l->no, l->side);
			for (unsigned x = 0; x < a->locks.n; x++)
				for (unsigned y = 0; y < b->locks.n; y++)
					rules_order(
						r,
						direction < 0 ? b->locks.name[y] : a->locks.name[x],
						direction < 0 ? a->locks.name[x] : b->locks.name[y],
						NULL);
			rules_sentence_end(r);
		}
	}
	return r->next_sentence > before;
}

static bool rank(struct reader *r, struct rows *rows, int direction, bool is_said)
{
	int lock, order;
	bool is_numeric = true;
	size_t keep = 0, sure = 0;

	if (rows->n < 2)
		return false;
	lock = pick(&rows->at[0], "lock locks mutex mutexes name spinlock");
	order = pick(&rows->at[0], "order rank level priority # position no");
	for (unsigned i = 0; i < rows->at[0].n; i++)
		is_said |= rules_says_order(rows->at[0].cell[i]);
	if (lock < 0 || !is_said)
		return false; /* pairs of anything */
	if (order == lock)
		order = -1;
	for (size_t i = 1; i < rows->n; i++) {
		struct table_row row = rows->at[i];

		if ((unsigned)lock >= row.n || !*row.cell[lock])
			continue;
		locks_of(r, row.cell[lock], &row.locks);
		if (!row.locks.n)
			continue;
		is_numeric &= order >= 0 && (unsigned)order < row.n && is_number(row.cell[order]);
		row.rank = is_numeric ? strtol(row.cell[order], NULL, 10) : (long)i;
		rows->at[keep++] = row;
	}
	for (size_t i = 0; i < keep; i++) {
		const struct lock_list *locks = &rows->at[i].locks;

		sure += locks->shape[0] == SHAPE_LOCK;
		for (size_t k = 0; order < 0 && k < i; k++)
			if (!strcmp(rows->at[k].locks.name[0], locks->name[0]))
				return false; /* a table of facts, not of ranks */
	}
	/* names that are no locks by their look need a column of ranks */
	if (order < 0 && sure * 2 < keep)
		return false;
	rows->n = keep;
	for (size_t i = 0; i < keep && !is_numeric; i++)
		rows->at[i].rank = (long)i;
	if (keep)
		qsort(rows->at, keep, sizeof(*rows->at), by_rank);
	return emit_ranks(r, rows, direction);
}

/* ---- tables of pairs ---- */

/* Which columns hold the outer and the inner lock of a row. */
static bool find_pair(const struct table_row *head, int *outer, int *inner)
{
	int lock = pick(head, "lock locks mutex mutexes name spinlock");
	int inside = pick(head, "inside within under after"),
	    outside = pick(head, "outside before");

	*outer = pick(head, "outer first holding");
	*inner = pick(head, "inner second then");
	if (*outer >= 0 && *inner >= 0)
		return *outer != *inner;
	*outer = inside >= 0 ? inside : lock;
	*inner = inside >= 0 ? lock : outside;
	return (inside < 0) != (outside < 0) && lock >= 0 && *outer >= 0 && *outer != *inner;
}

static bool is_nothing(const char *cell)
{
	return !*cell || !strcmp(cell, "-") || has_word(cell, "none nothing no any");
}

/* "lock | taken inside": each row is a sentence of its own. */
static bool pairs(struct reader *r, const struct rows *rows)
{
	unsigned before = r->next_sentence;
	int outer, inner;

	if (rows->n < 2 || !find_pair(&rows->at[0], &outer, &inner))
		return false;
	for (size_t i = 1; i < rows->n; i++) {
		const struct table_row *row = &rows->at[i];
		struct lock_list a, b;

		if ((unsigned)outer >= row->n || (unsigned)inner >= row->n ||
		    is_nothing(row->cell[outer]) || is_nothing(row->cell[inner]))
			continue;
		locks_of(r, row->cell[outer], &a);
		locks_of(r, row->cell[inner], &b);
		rules_sentence_begin(r, rules_skip_space(row->line->s), row->line->no,
				     row->line->no, row->line->side);
		for (unsigned x = 0; x < a.n; x++)
			for (unsigned y = 0; y < b.n; y++)
				rules_order(r, a.name[x], b.name[y], NULL);
		rules_sentence_end(r);
	}
	return r->next_sentence > before;
}

/* Of a table that nobody can read, the rows that name two locks. */
static void list_unread(struct reader *r, const struct rows *rows)
{
	for (size_t i = 1; i < rows->n; i++) {
		const struct table_row *row = &rows->at[i];
		const char *first = NULL;
		struct lock_list l;
		bool two = false;

		for (unsigned c = 0; c < row->n; c++) {
			locks_of(r, row->cell[c], &l);
			for (unsigned k = 0; k < l.n; k++) {
				if (l.shape[k] != SHAPE_LOCK)
					continue;
				two |= first && strcmp(first, l.name[k]) != 0;
				first = l.name[k];
			}
		}
		if (!two)
			continue;
		rules_sentence_begin(r, rules_skip_space(row->line->s), row->line->no,
				     row->line->no, row->line->side);
		rules_emit(r, RULES_NOT_UNDERSTOOD, NULL, NULL);
		rules_sentence_end(r);
	}
}

static bool read_rows(struct reader *r, struct rows *rows, int direction, bool is_said)
{
	struct rows whole = { 0 };
	bool found = pairs(r, rows);

	for (size_t i = 0; i < rows->n; i++)
		vec_push(&whole, rows->at[i]); /* ranking sorts them */
	found = found || rank(r, rows, direction, is_said);
	if (!found && is_said)
		list_unread(r, &whole);
	vec_free(&whole);
	return found;
}

bool rules_table(struct reader *r, const struct rules_line *l, size_t n, int direction,
		 bool is_said)
{
	struct rows rows = { 0 };
	size_t start[MAX_CELLS];
	unsigned columns = 0;
	bool found;

	for (size_t i = 0; i < n; i++) {
		struct table_row row = { .line = &l[i] };
		const char *s = rules_skip_space(l[i].s);

		if (strspn(s, "= \t") == strlen(s) && *s) {
			columns = column_starts(l[i].s, start);
			continue;
		}
		if (is_rule_line(s))
			continue;
		if (*s == '|' || (strchr(s, '|') && !columns))
			split_bars(r, s, &row);
		else if (columns > 1)
			split_at(r, l[i].s, start, columns, &row);
		vec_push(&rows, row);
	}
	found = read_rows(r, &rows, direction, is_said);
	vec_free(&rows);
	return found;
}

/* Columns set with tabs or blanks between two rules of "====": the first column is the lock. */
bool rules_columns(struct reader *r, const struct rules_line *l, size_t n, int direction,
		   bool is_said)
{
	struct rows rows = { 0 };
	const char *half = NULL;
	bool found;

	for (size_t i = 0; i < n; i++) {
		struct table_row row = { .line = &l[i] };
		const char *s = rules_skip_space(l[i].s);

		if (is_rule_line(s) || (rows.n && l[i].s[0] &&
					rules_indent(&l[i]) > rules_indent(rows.at[0].line) + 4))
			continue; /* a rule, or more of the other columns */
		split_tabs(r, s, &row);
		if (!row.n)
			continue;
		if (half)
			row.cell[0] = rules_strf(r, "%s%s", half, row.cell[0]);
		half = str_ends(row.cell[0], "->") ? row.cell[0] : NULL;
		if (!half)
			vec_push(&rows, row);
	}
	found = read_rows(r, &rows, direction, is_said);
	vec_free(&rows);
	return found;
}
