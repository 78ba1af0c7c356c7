/* SPDX-License-Identifier: MIT */
/*
 * What the code itself says at a place: a comment in the same function, shortly before it, that
 * speaks of locks.  Of a long comment only the sentence that speaks of them most.
 */
#include "verdict/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINES_BEFORE = 15, MAX_QUOTE = 240 };

/* What a claim about locks is made of: what it says, and of what. */
static const char *const claims[] = {
	"held", "hold", "holding", "holds", "outside", "inside", "nest", "nests", "nesting", "deadlock",
	"deadlocks", "order", "ordering", "without", "under", "before", "protect", "protects", "protected",
};
static const char *const subjects[] = {
	"lock", "mutex", "srcu", "rcu", "semaphore", "read side", "critical section",
};

/* Does the word (or, as a part of a name, the subject) stand in s? */
static bool says(const char *s, size_t n, const char *word, bool is_whole)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= n; i++) {
		bool is_start = i == 0 || !isalnum((unsigned char)s[i - 1]);
		bool is_end = i + len == n || !isalnum((unsigned char)s[i + len]);

		if (!strncasecmp(s + i, word, len) && (!is_whole || (is_start && is_end)))
			return true;
	}
	return false;
}

/* How much a sentence says about locks; 0 where it claims nothing. */
static uint32_t score(const char *s, size_t n)
{
	uint32_t claimed = 0, named = 0;

	for (size_t i = 0; i < ARRAY_LEN(claims); i++)
		claimed += says(s, n, claims[i], true);
	for (size_t i = 0; i < ARRAY_LEN(subjects); i++)
		named += says(s, n, subjects[i], false);
	return claimed && named ? claimed + named : 0;
}

/* Where line `line` (1-based) starts; NULL behind the end. */
static const char *line_start(const char *text, uint32_t line)
{
	for (uint32_t i = 1; text && i < line; i++) {
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return text && *text ? text : NULL;
}

/* Appends a line of comment without its marks; blanks collapsed. */
static void add_plain(struct buf *b, const char *s, const char *end)
{
	for (; s < end; s++) {
		if ((*s == '/' && s + 1 < end && (s[1] == '*' || s[1] == '/')) ||
		    (*s == '*' && s + 1 < end && s[1] == '/')) {
			s++;
			continue;
		}
		if (*s == '*' && (!b->n || isspace((unsigned char)s[-1])))
			continue;
		if (!isspace((unsigned char)*s))
			buf_addc(b, *s);
		else if (b->n && b->at[b->n - 1] != ' ')
			buf_addc(b, ' ');
	}
	if (b->n && b->at[b->n - 1] != ' ')
		buf_addc(b, ' ');
}

/* The sentence of a comment that says most about locks; NULL: none says enough. */
static const char *best_sentence(struct verdict *v, const char *text, uint32_t *points)
{
	const char *best = NULL, *at = text;
	size_t best_n = 0;

	*points = 0;
	while (*at) {
		const char *end = at;
		size_t n;

		while (*end && !(strchr(".!?", *end) && (end[1] == ' ' || !end[1])))
			end++;
		n = (size_t)(end - at) + (*end != '\0');
		if (score(at, n) > *points) {
			*points = score(at, n);
			best = at;
			best_n = n;
		}
		at += n;
		while (*at == ' ')
			at++;
	}
	if (*points < 2) /* "take the lock" says nothing */
		return NULL;
	while (best_n && best[best_n - 1] == ' ')
		best_n--;
	if (best_n > MAX_QUOTE)
		return verdict_say(v, "%.*s ...", MAX_QUOTE, best);
	return verdict_say(v, "%.*s", (int)best_n, best);
}

/* Goes through the comments between two lines: the one with the most to say. */
static const char *scan(struct verdict *v, const char *text, uint32_t from, uint32_t to)
{
	const char *at = line_start(text, from), *best = NULL, *quote;
	bool inside = false;
	uint32_t best_points = 0, points;
	struct buf b = { 0 };

	for (uint32_t line = from; at && line <= to; line++) {
		const char *end = at + strcspn(at, "\n"), *open = at;
		bool is_line;

		while (open < end && isspace((unsigned char)*open))
			open++;
		is_line = open + 1 < end && open[0] == '/' && open[1] == '/';
		if (!inside && open + 1 < end && open[0] == '/' && open[1] == '*')
			inside = true;
		if (inside || is_line)
			add_plain(&b, open, end);
		if (inside && memmem(open, (size_t)(end - open), "*/", 2))
			inside = false;
		if (!inside && !(is_line && line < to) && b.n) {
			quote = best_sentence(v, buf_str(&b), &points);
			if (quote && points >= best_points) { /* of equals the nearer one */
				best = quote;
				best_points = points;
			}
			b.n = 0;
		}
		at = *end ? end + 1 : NULL;
	}
	buf_free(&b);
	return best;
}

const char *verdict_comment_near(struct verdict *v, uint32_t place)
{
	const struct lore_place *p = &v->l->places.at[place];
	const struct lore_func *f = p->func < v->l->funcs.n ? &v->l->funcs.at[p->func] : NULL;
	uint32_t from = p->line > LINES_BEFORE ? p->line - LINES_BEFORE : 1;
	const char *quote;
	struct diag d;
	size_t bytes;
	char *path, *text;
	bool ok;

	if (!p->line)
		return NULL;
	if (f && f->file == p->file && f->line <= p->line && f->line > from)
		from = f->line;
	path = path_join(lore_str(v->l, v->l->root), verdict_place_file(v, place));
	ok = file_read(path, &text, &bytes, &d);
	free(path);
	if (!ok)
		return NULL;
	quote = memchr(text, '\0', bytes) ? NULL : scan(v, text, from, p->line);
	free(text);
	return quote;
}

const char *verdict_comment_bearing(struct verdict *v, const struct verdict_list *list,
				    bool is_against, uint32_t *place)
{
	enum { MAX_LOOKED_AT = 6 }; /* files are read for this */
	size_t looked_at = 0;

	for (size_t i = 0; i < list->n && looked_at < MAX_LOOKED_AT; i++) {
		const struct verdict_evidence *e = &list->at[i];
		uint32_t ends[2] = { e->chain[e->n_chain - 1], e->chain[0] };

		if (e->is_against != is_against)
			continue;
		looked_at++;
		for (size_t k = 0; k < 2; k++) {
			const char *quote = verdict_comment_near(v, ends[k]);

			*place = ends[k];
			if (quote)
				return quote;
		}
	}
	return NULL;
}
