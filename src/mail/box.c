/* SPDX-License-Identifier: MIT */
/* A file to messages: mbox separators, or one mail, or no mail at all. */
#include "mail/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_SEARCH = 40 };

char *mail_strn(struct mail_box *b, const char *s, size_t n)
{
	char *p = arena_alloc(b->memory, n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

void mail_note(struct mail_box *b, unsigned line, const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		die_memory();
	va_end(ap);
	for (size_t i = 0; i < b->notes.n; i++)
		if (!strcmp(b->notes.at[i].text, s)) {
			free(s);
			return;
		}
	vec_push(&b->notes, (struct mail_note){ line, mail_strn(b, s, strlen(s)) });
	free(s);
}

unsigned mail_peel(const char **s, unsigned max)
{
	unsigned depth = 0;

	while (depth < max && **s == '>') {
		depth++;
		++*s;
		if (**s == ' ')
			++*s;
	}
	return depth;
}

/* ---- lines of the file ---- */

struct raw_list {
	VEC(struct raw);
};

static void split(const char *text, size_t bytes, struct raw_list *out)
{
	unsigned no = 0;

	for (size_t i = 0; i < bytes;) {
		const char *end = memchr(text + i, '\n', bytes - i);
		size_t n = end ? (size_t)(end - text) - i : bytes - i;
		size_t keep = n && text[i + n - 1] == '\r' ? n - 1 : n;

		vec_push(out, (struct raw){ text + i, keep, ++no });
		i += n + 1;
	}
}

static bool starts(const struct raw *l, const char *prefix)
{
	size_t n = strlen(prefix);

	return l->n >= n && !memcmp(l->s, prefix, n);
}

/* "From somebody Mon Jan ...": only where the header of a mail follows. */
static bool is_separator(struct raws l, size_t i)
{
	if (!starts(&l.at[i], "From ") || i + 1 >= l.n)
		return false;
	if (i && l.at[i - 1].n && mail_is_header(&l.at[i - 1]))
		return false;
	return mail_is_header(&l.at[i + 1]);
}

/* The first header line, behind what a web page puts above it; l.n where there is no header. */
static size_t find_header(struct raws l)
{
	size_t first = l.n, known = 0;

	for (size_t i = 0; i < l.n && i < HEADER_SEARCH; i++) {
		if (starts(&l.at[i], "diff ") || starts(&l.at[i], "@@ "))
			break;
		if (!mail_is_known(&l.at[i]))
			continue;
		if (!known++)
			first = i;
	}
	return known >= 2 ? first : l.n;
}

bool mail_is(const char *text, size_t bytes)
{
	struct raw_list l = { 0 };
	size_t end = 0;
	bool is_mail;

	for (unsigned lines = 0; end < bytes && lines <= HEADER_SEARCH; end++)
		lines += text[end] == '\n';
	split(text, end, &l);
	is_mail = find_header((struct raws){ l.at, l.n }) < l.n;
	vec_free(&l);
	return is_mail;
}

/* ---- messages ---- */

static struct mail_message *add_message(struct mail_box *b, const struct header *h, unsigned line)
{
	struct mail_message *m = vec_add(&b->messages);

	m->from = h->from;
	m->date = h->date;
	m->subject = h->subject;
	m->id = h->id;
	m->line = line;
	return m;
}

void mail_message(struct mail_box *b, struct raws l, unsigned depth)
{
	struct header h = { .from = "", .date = "", .subject = "", .id = "", .type = "" };
	size_t first, used = 0;

	if (l.n && starts(&l.at[0], "From ")) {
		l.at++;
		l.n--;
	}
	h.line = l.n ? l.at[0].no : 1;
	first = find_header(l);
	if (first < l.n) {
		/* a page that shows a mail has its subject as a headline */
		if (first)
			h.subject = mail_words(b, l.at[0].s, l.at[0].n);
		used = first + mail_header(b, (struct raws){ l.at + first, l.n - first }, &h);
	}
	add_message(b, &h, h.line);
	mail_part(b, b->messages.n - 1, (struct raws){ l.at + used, l.n - used }, &h, depth);
}

/* ">From " of the mbox form; a quoted mail has a blank behind its mark. */
static void unescape(struct raw_list *l, size_t from)
{
	for (size_t i = from; i < l->n; i++) {
		struct raw *r = &l->at[i];
		size_t marks = 0;

		while (marks < r->n && r->s[marks] == '>')
			marks++;
		if (marks && r->n >= marks + 5 && !memcmp(r->s + marks, "From ", 5)) {
			r->s++;
			r->n--;
		}
	}
}

struct mail_box *mail_read(const char *text, size_t bytes)
{
	struct mail_box *b = xcalloc(1, sizeof(*b));
	struct raw_list l = { 0 };
	struct raws all;
	size_t from = 0;
	bool is_box;

	b->memory = xcalloc(1, sizeof(struct arena));
	arena_heap(b->memory);
	split(text, bytes, &l);
	all = (struct raws){ l.at, l.n };
	is_box = l.n && is_separator(all, 0);
	for (size_t i = 1; i <= l.n; i++) {
		if (i < l.n && !(is_box && is_separator(all, i)))
			continue;
		if (is_box)
			unescape(&l, from + 1);
		mail_message(b, (struct raws){ l.at + from, i - from }, 0);
		from = i;
	}
	if (!b->messages.n)
		mail_message(b, (struct raws){ NULL, 0 }, 0);
	vec_free(&l);
	return b;
}

void mail_free(struct mail_box *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->messages.n; i++)
		vec_free(&b->messages.at[i].lines);
	vec_free(&b->messages);
	vec_free(&b->notes);
	arena_heap_free(b->memory);
	free(b->memory);
	free(b);
}
