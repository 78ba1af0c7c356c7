/* SPDX-License-Identifier: MIT */
/*
 * Changed lines of code: which orders pass through them, which of those break a sentence, and
 * which deadlocks go over them.
 *
 * The tree that was read may be the one before the patch or the one after it: whichever side of
 * the hunk stands in the file says which, and gives the lines.
 */
#include "review/internal.h"

#include <stdlib.h>
#include <string.h>

/* Lines of the tree's file. */
struct lines {
	char *text;
	struct {
		VEC(const char *);
	} at; /* not terminated; end at '\n' or the text's end */
};

static bool read_lines(const struct review *r, const char *path, struct lines *out)
{
	const struct lore *l = desk_of(r)->l;
	char *full = path_join(lore_str(l, l->root), path);
	size_t bytes;
	struct diag d;
	bool ok = file_read(full, &out->text, &bytes, &d);

	free(full);
	for (char *p = out->text; ok && *p;) {
		char *end = strchr(p, '\n');

		vec_push(&out->at, p);
		if (!end)
			break;
		*end = '\0';
		p = end + 1;
	}
	return ok;
}

/* Equal but for white space, which mails do not keep. */
static bool same_line(const char *a, const char *b)
{
	for (;;) {
		while (*a && strchr(" \t\r\f", *a))
			a++;
		while (*b && strchr(" \t\r\f", *b))
			b++;
		if (*a != *b)
			return false;
		if (!*a)
			return true;
		a++;
		b++;
	}
}

/* Does the side of the hunk that has no `drop` stand at line `first`? */
static bool stands_at(const struct lines *f, const struct rules_hunk *h, char drop, size_t first)
{
	size_t at = first - 1;

	for (size_t i = 0; i < h->n; i++) {
		if (h->lines[i].mark == drop)
			continue;
		if (at >= f->at.n || !same_line(f->at.at[at], h->lines[i].s))
			return false;
		at++;
	}
	return true;
}

/* The line of the file where that side begins, near where the header says; 0: it is not there. */
static size_t find_side(const struct lines *f, const struct rules_hunk *h, char drop, size_t want)
{
	enum { FAR = 2000 };

	for (size_t off = 0; off < FAR; off++) {
		if (want + off <= f->at.n && stands_at(f, h, drop, want + off))
			return want + off;
		if (off && want > off && stands_at(f, h, drop, want - off))
			return want - off;
	}
	return 0;
}

/* ---- which lines ---- */

struct touched {
	uint32_t file; /* string of the lore */
	struct {
		VEC(uint32_t);
	} lines;
	struct {
		VEC(uint32_t);
	} gaps; /* before this line something was let go of, and is not any more */
};

/* Does the line call something that drops a lock? */
static bool lets_go(const struct prim_table *prims, const char *s)
{
	while (*s) {
		size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
		char *word = xstrndup(s, n);
		const struct prim *p = n && s[n] == '(' && prims ? prim_find(prims, word) : NULL;
		bool is = (p && p->kind == PRIM_DROP) || (n && s[n] == '(' && strstr(word, "unlock"));

		free(word);
		if (is)
			return true;
		s += n ? n : 1;
	}
	return false;
}

static void touch_lines(struct touched *t, const struct prim_table *prims,
			const struct rules_hunk *h, char mine, char other, size_t first)
{
	size_t at = first;
	bool any = false;

	for (size_t i = 0; i < h->n; i++)
		any |= h->lines[i].mark == mine;
	for (size_t i = 0; i < h->n; i++) {
		if (h->lines[i].mark == other && mine == '+' && lets_go(prims, h->lines[i].s))
			vec_push(&t->gaps, (uint32_t)at);
		if (h->lines[i].mark == other)
			continue;
		/* where this side has no line of its own, what stands around is all there is */
		if (h->lines[i].mark == mine || !any)
			vec_push(&t->lines, (uint32_t)at);
		at++;
	}
}

static bool is_touched(const struct lore *l, const struct touched *t, uint32_t place)
{
	if (l->places.at[place].file != t->file)
		return false;
	for (size_t i = 0; i < t->lines.n; i++)
		if (t->lines.at[i] == l->places.at[place].line)
			return true;
	return false;
}

/* Was a lock let go of between these two places of one function? */
static bool is_over_gap(const struct lore *l, const struct touched *t, uint32_t from, uint32_t to)
{
	const struct lore_place *a = &l->places.at[from], *b = &l->places.at[to];

	if (a->func != b->func || a->file != t->file || b->file != t->file)
		return false;
	for (size_t i = 0; i < t->gaps.n; i++)
		if (a->line < t->gaps.at[i] && t->gaps.at[i] <= b->line)
			return true;
	return false;
}

static bool passes(const struct lore *l, const struct touched *t, const uint32_t *chain, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (is_touched(l, t, chain[i]) ||
		    (i && is_over_gap(l, t, chain[i - 1], chain[i])))
			return true;
	return false;
}

/* ---- what they carry ---- */

static bool passes_any(const struct lore *l, const struct touched *t, size_t n,
		       const struct lore_witness *w)
{
	for (size_t i = 0; i < n; i++)
		if (passes(l, &t[i], l->steps.at + w->chain, w->n_chain))
			return true;
	return false;
}

static uint32_t count_orders(const struct lore *l, const struct touched *t, size_t n_touched)
{
	uint32_t n = 0;
	const struct lore_witness *counted = NULL;

	for (size_t i = 0; i < l->witnesses.n; i++) {
		const struct lore_witness *w = &l->witnesses.at[i];

		if (counted && counted->outer == w->outer && counted->inner == w->inner)
			continue;
		if (passes_any(l, t, n_touched, w)) {
			counted = w;
			n++;
		}
	}
	return n;
}

/* The side that breaks the sentence. */
static bool is_culprit(const struct verdict_statement *s, const struct verdict_evidence *e)
{
	return s->rule->kind == RULES_MAY ? !e->is_against : e->is_against;
}

static void find_touches(struct review *r, struct review_code *c, const struct touched *t)
{
	const struct desk *k = desk_of(r);

	for (size_t i = 0; i < k->whole.d->statements.n; i++) {
		const struct verdict_statement *s = &k->whole.d->statements.at[i];

		if (s->value != VERDICT_CONTRADICTED || s->rule->side == '+')
			continue;
		for (size_t e = 0; e < s->list.n; e++)
			if (is_culprit(s, &s->list.at[e]) &&
			    passes(k->l, t, s->list.at[e].chain, s->list.at[e].n_chain)) {
				vec_push(&c->touches,
					 (struct review_touch){ s, s->deadlock, &s->list.at[e] });
				break;
			}
	}
	for (uint32_t i = 0; i < r->dead->at.n; i++) {
		const struct verdict_deadlock *d = &r->dead->at.at[i];
		bool is_told = false;

		for (size_t e = 0; e < c->touches.n; e++)
			is_told |= c->touches.at[e].deadlock == i;
		for (uint32_t e = 0; e < d->n && !is_told; e++)
			if (passes(k->l, t, d->edges[e].chain, d->edges[e].n_chain)) {
				vec_push(&c->touches,
					 (struct review_touch){ NULL, i, &d->edges[e] });
				is_told = true;
			}
	}
}

/* The lore's name of a file: its root may lie above or below that of the patch. */
static uint32_t find_file(const struct lore *l, const char *path)
{
	uint32_t found = 0;

	for (size_t i = 0; i < l->places.n; i++) {
		const char *have = lore_str(l, l->places.at[i].file);
		size_t n = strlen(have), m = strlen(path);

		if (!strcmp(have, path))
			return l->places.at[i].file;
		if ((m > n && path[m - n - 1] == '/' && !strcmp(path + m - n, have)) ||
		    (n > m && have[n - m - 1] == '/' && !strcmp(have + n - m, path)))
			found = l->places.at[i].file;
	}
	return found;
}

static bool is_changed(const struct rules_hunk *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->lines[i].mark != ' ' && !same_line(h->lines[i].s, ""))
			return true;
	return false;
}

static void read_hunk(struct review *r, const struct rules_hunk *h, struct touched *t)
{
	const struct lore *l = desk_of(r)->l;
	struct review_code c = { .path = lore_str(l, t->file), .hunk = h, .state = REVIEW_UNKNOWN };
	struct lines f = { 0 };
	size_t first;

	if (read_lines(r, c.path, &f)) {
		if ((first = find_side(&f, h, '-', h->new_first ? h->new_first : 1))) {
			c.state = REVIEW_APPLIED;
			touch_lines(t, desk_of(r)->prims, h, '+', '-', first);
		} else if ((first = find_side(&f, h, '+', h->old_first ? h->old_first : 1))) {
			c.state = REVIEW_NOT_APPLIED;
			touch_lines(t, desk_of(r)->prims, h, '-', '+', first);
		}
	}
	c.orders = count_orders(l, t, 1);
	r->n_code_hunks++;
	r->n_code_unknown += c.state == REVIEW_UNKNOWN;
	find_touches(r, &c, t);
	vec_push(&r->code, c);
	free(f.text);
	vec_free(&f.at);
}

/* A thread quotes its patch again. */
static bool is_again(const struct rules_document *doc, size_t i)
{
	const struct rules_hunk *h = &doc->hunks.at[i];

	for (size_t k = 0; k < i; k++)
		if (!strcmp(doc->hunks.at[k].path, h->path) &&
		    doc->hunks.at[k].new_first == h->new_first && doc->hunks.at[k].n >= h->n)
			return true;
	return false;
}

void review_code(struct review *r)
{
	const struct rules_document *doc = desk_of(r)->patch;
	const struct lore *l = desk_of(r)->l;
	struct {
		VEC(struct touched);
	} all = { 0 };

	for (size_t i = 0; i < doc->hunks.n; i++) {
		const struct rules_hunk *h = &doc->hunks.at[i];
		uint32_t file =
			*h->path && is_changed(h) && !is_again(doc, i) ? find_file(l, h->path) : 0;
		struct touched *t;

		if (!file)
			continue;
		t = vec_add(&all);
		t->file = file;
		read_hunk(r, h, t);
	}
	if (all.n)
		r->n_code_orders = count_orders(l, all.at, all.n);
	for (size_t i = 0; i < all.n; i++) {
		vec_free(&all.at[i].lines);
		vec_free(&all.at[i].gaps);
	}
	vec_free(&all);
}
