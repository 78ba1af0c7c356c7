/* SPDX-License-Identifier: MIT */
/* Paragraphs to sentences: lines joined with one blank, and where each character came from. */
#include "rules/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void text_add(struct text *t, const struct rules_line *l, const char *s)
{
	s = rules_skip_space(s);
	if (!*s)
		return;
	if (t->buf.n)
		buf_addc(&t->buf, ' ');
	vec_push(&t->spans, (struct text_span){ .at = t->buf.n, .line = l->no, .side = l->side });
	for (; *s; s++) {
		bool is_space = *s == ' ' || *s == '\t';

		if (!is_space || buf_str(&t->buf)[t->buf.n - 1] != ' ')
			buf_addc(&t->buf, is_space ? ' ' : *s);
	}
}

void text_free(struct text *t)
{
	buf_free(&t->buf);
	vec_free(&t->spans);
}

/* The span that holds character `at`, from hint on (spans only grow). */
static size_t span_of(const struct text *t, size_t at, size_t hint)
{
	while (hint + 1 < t->spans.n && t->spans.at[hint + 1].at <= at)
		hint++;
	return hint;
}

unsigned text_line(const struct text *t, size_t at)
{
	return t->spans.n ? t->spans.at[span_of(t, at, 0)].line : 0;
}

static bool is_abbreviation(const char *s, size_t at)
{
	static const char known[] =
		"e.g i.e etc vs cf w.r.t a.k.a approx incl no fig resp Mr Dr St";
	size_t from = at;

	while (from && (isalnum((unsigned char)s[from - 1]) || s[from - 1] == '.'))
		from--;
	if (rules_inn(s + from, at - from, known))
		return true;
	while (from < at && isdigit((unsigned char)s[from]))
		from++;
	return from == at && from && isdigit((unsigned char)s[at - 1]); /* "1. first" */
}

/* Does the bracket at s close in sight?  Where it does, no sentence ends in it. */
static size_t bracket(const char *s)
{
	unsigned depth = 0;

	for (size_t i = 0; s[i] && i < 400; i++) {
		depth += s[i] == '(';
		if (s[i] == ')' && --depth == 0)
			return i;
	}
	return 0;
}

/* Index after the sentence that begins at `from`. */
size_t text_sentence(const char *s, size_t from)
{
	size_t i = from;

	for (; s[i]; i++) {
		size_t next = i + 1;

		if (s[i] == '(')
			i += bracket(s + i);
		if (s[i] != '.' && s[i] != '!' && s[i] != '?')
			continue;
		next = i + 1;
		while (s[next] && strchr("\"'`)*_", s[next]))
			next++;
		if ((!s[next] || s[next] == ' ') && !(s[i] == '.' && is_abbreviation(s, i)))
			return next;
	}
	return i;
}

bool text_read(struct reader *r, const struct text *t)
{
	const char *s = t->buf.n ? t->buf.at : "";
	size_t first = 0;
	bool found = false;

	for (size_t from = 0; s[from];) {
		size_t to = text_sentence(s, from), last;
		char side = 0;
		char *one = xstrndup(s + from, to - from);

		first = span_of(t, from, first);
		last = span_of(t, to ? to - 1 : 0, first);
		for (size_t k = first; k <= last; k++)
			side = !side || t->spans.at[k].side == '+' || t->spans.at[k].side == '-'
				       ? t->spans.at[k].side
				       : side;
		found |= rules_sentence(r, one, t->spans.at[first].line, t->spans.at[last].line,
					side);
		free(one);
		from = to + strspn(s + to, " ");
	}
	return found;
}
