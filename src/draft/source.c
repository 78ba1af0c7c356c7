/* SPDX-License-Identifier: MIT */
/* A document as lines, and the three things that a mend does to it. */
#include "draft/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { WIDEST = 100, NARROWEST = 60 };

/* ---- open, copy, close ------------------------------------------------------------------ */

static void measure(struct draft_source *s)
{
	size_t wide = 0, narrow = 0;

	s->width = NARROWEST;
	for (size_t i = 0; i < s->n; i++) {
		size_t n = strlen(s->at[i].s);

		if (n > s->width && n <= WIDEST && strchr(s->at[i].s, ' '))
			s->width = n;
		for (const char *p = s->at[i].s; (p = strstr(p, ". ")); p++) {
			wide += p[2] == ' ' && isupper((unsigned char)p[3]);
			narrow += isupper((unsigned char)p[2]) != 0;
		}
	}
	s->has_wide_stops = wide > narrow;
}

/* The full stops of text as the document sets them.  Caller frees with free(). */
static char *with_stops(const struct draft_source *s, const char *text)
{
	struct buf b = { 0 };
	char *out;

	for (const char *p = text; *p; p++) {
		buf_addc(&b, *p);
		if (s->has_wide_stops && *p == '.' && p[1] == ' ' && isupper((unsigned char)p[2]))
			buf_addc(&b, ' ');
	}
	out = xstrdup(buf_str(&b));
	buf_free(&b);
	return out;
}

void draft_source_open(struct draft_source *s, const char *name, const char *text, size_t bytes)
{
	size_t line = 0;

	*s = (struct draft_source){ .is_c = str_ends(name, ".c") || str_ends(name, ".h"),
				    .ends_in_newline = bytes && text[bytes - 1] == '\n' };
	for (size_t at = 0; at < bytes;) {
		const char *end = memchr(text + at, '\n', bytes - at);
		size_t n = end ? (size_t)(end - text) - at : bytes - at;

		if (n && text[at + n - 1] == '\r') {
			s->has_cr = true;
			n--;
		}
		line++;
		*vec_add(s) = (struct draft_line){ xstrndup(text + at, n), line, line, false };
		at = end ? (size_t)(end - text) + 1 : bytes;
	}
	s->n_old = s->n;
	s->old = xcalloc(s->n + 1, sizeof(*s->old));
	for (size_t i = 0; i < s->n; i++)
		s->old[i] = xstrdup(s->at[i].s);
	measure(s);
}

void draft_source_copy(struct draft_source *to, const struct draft_source *from)
{
	*to = *from;
	to->at = NULL;
	to->n = to->cap = 0;
	for (size_t i = 0; i < from->n; i++)
		vec_push(to, (struct draft_line){ xstrdup(from->at[i].s), from->at[i].origin,
						  from->at[i].was, from->at[i].is_added });
	to->old = xcalloc(from->n_old + 1, sizeof(*to->old));
	for (size_t i = 0; i < from->n_old; i++)
		to->old[i] = xstrdup(from->old[i]);
}

void draft_source_close(struct draft_source *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->at[i].s);
	for (size_t i = 0; i < s->n_old; i++)
		free(s->old[i]);
	free(s->old);
	vec_free(s);
}

void draft_source_text(const struct draft_source *s, struct buf *out)
{
	for (size_t i = 0; i < s->n; i++) {
		bool is_last = i + 1 == s->n && !s->ends_in_newline;

		buf_addf(out, "%s%s%s", s->at[i].s, s->has_cr && !is_last ? "\r" : "",
			 is_last ? "" : "\n");
	}
}

unsigned draft_source_was(const struct draft_source *s, unsigned line)
{
	while (line > 1 && (line > s->n || !s->at[line - 1].was))
		line--;
	return line && line <= s->n ? (unsigned)s->at[line - 1].was : line;
}

/* Index of a line; SIZE_MAX: there is none. */
static size_t index_of(const struct draft_source *s, unsigned line)
{
	return line && line <= s->n ? line - 1 : SIZE_MAX;
}

/* ---- lines ------------------------------------------------------------------------------ */

/* Blanks, and the stars or slashes of a comment. */
static size_t prefix(const struct draft_source *s, const char *line)
{
	size_t n = strspn(line, " \t");

	if (!s->is_c)
		return n;
	if (str_starts(line + n, "/*"))
		n += 2;
	else if (str_starts(line + n, "//"))
		n += 2;
	else if (line[n] == '*' && line[n + 1] != '/')
		n += 1;
	return n + strspn(line + n, " \t*");
}

static size_t marker(const char *s)
{
	size_t n = 0;

	if (strchr("-*+", *s) && *s && s[1] == ' ')
		return 1 + strspn(s + 1, " ");
	while (isdigit((unsigned char)s[n]))
		n++;
	if (n && (s[n] == '.' || s[n] == ')') && s[n + 1] == ' ')
		return n + 1 + strspn(s + n + 1, " ");
	return 0;
}

static bool is_blank(const struct draft_source *s, size_t i)
{
	const char *line = s->at[i].s;
	size_t n = prefix(s, line);

	return !line[n] || (s->is_c && !strcmp(line + n, "/"));
}

/* Lines first .. first + n give way to those of text; what stays the same keeps its origin. */
static void splice(struct draft_source *s, size_t first, size_t n, const char *text, bool is_added)
{
	struct {
		VEC(struct draft_line);
	} fresh = { 0 }, tail = { 0 };
	size_t looked = first;

	for (const char *p = text; *p;) {
		size_t k = strcspn(p, "\n");
		struct draft_line line = { xstrndup(p, k), 0, n ? s->at[first].was : 0, is_added };

		for (size_t i = looked; i < first + n && !line.origin; i++)
			if (!strcmp(s->at[i].s, line.s)) {
				line.origin = s->at[i].origin;
				line.was = s->at[i].was;
				looked = i + 1;
			}
		vec_push(&fresh, line);
		p += k + (p[k] == '\n');
	}
	for (size_t i = first + n; i < s->n; i++)
		vec_push(&tail, s->at[i]);
	for (size_t i = first; i < first + n; i++)
		free(s->at[i].s);
	s->n = first;
	for (size_t i = 0; i < fresh.n; i++)
		vec_push(s, fresh.at[i]);
	for (size_t i = 0; i < tail.n; i++)
		vec_push(s, tail.at[i]);
	vec_free(&fresh);
	vec_free(&tail);
}

/* ---- replace ------------------------------------------------------------------------------ */

struct spot {
	size_t line, at;
};
struct joined {
	struct buf text; /* white space collapsed, prefixes and the marker left out */
	struct {
		VEC(struct spot);
	} from; /* of each byte */
};

static void join(const struct draft_source *s, size_t first, size_t last, struct joined *j)
{
	for (size_t i = first; i <= last; i++) {
		const char *line = s->at[i].s;
		size_t k = prefix(s, line);

		k += i == first ? marker(line + k) : 0;
		for (; line[k]; k++) {
			bool is_space = isspace((unsigned char)line[k]);

			if (is_space && (!j->text.n || j->text.at[j->text.n - 1] == ' '))
				continue;
			buf_addc(&j->text, is_space ? ' ' : line[k]);
			vec_push(&j->from, (struct spot){ i, k });
		}
		if (j->text.n && j->text.at[j->text.n - 1] != ' ') {
			buf_addc(&j->text, ' ');
			vec_push(&j->from, (struct spot){ i, k });
		}
	}
}

/* What continuation lines of the text at this line begin with. */
static char *continuation(const struct draft_source *s, size_t i, size_t last)
{
	size_t n = prefix(s, s->at[i].s), m = marker(s->at[i].s + n);
	struct buf b = { 0 };
	char *out;

	if (i < last) {
		const char *next = s->at[i + 1].s;

		return xstrndup(next, prefix(s, next));
	}
	buf_addn(&b, s->at[i].s, n);
	for (size_t k = 0; k < m; k++)
		buf_addc(&b, ' ');
	if (str_starts(buf_str(&b) + strspn(buf_str(&b), " \t"), "/*"))
		b.at[strspn(b.at, " \t")] = ' ';
	out = xstrdup(buf_str(&b));
	buf_free(&b);
	return out;
}

bool draft_source_replace(struct draft_source *s, unsigned first, unsigned last,
			  const char *sentence, const char *text)
{
	size_t i = index_of(s, first), k = index_of(s, last);
	struct joined j = { 0 };
	const char *found = NULL;

	if (i != SIZE_MAX && k != SIZE_MAX && k >= i) {
		join(s, i, k, &j);
		found = strstr(buf_str(&j.text), sentence);
	}
	if (found && *sentence) {
		size_t at = (size_t)(found - j.text.at), end = at + strlen(sentence) - 1;
		size_t from = j.from.at[at].line, to = j.from.at[end].line;
		char *head = xstrndup(s->at[from].s, j.from.at[at].at);
		const char *tail = s->at[to].s + j.from.at[end].at + 1;
		char *rest = continuation(s, from, to);
		char *set = with_stops(s, text), *all;
		struct buf b = { 0 };

		all = xasprintf("%s%s", set, tail);
		free(set);
		draft_wrap(&b, all, head, rest, s->width);
		splice(s, from, to - from + 1, buf_str(&b), false);
		buf_free(&b);
		free(all);
		free(rest);
		free(head);
	}
	buf_free(&j.text);
	vec_free(&j.from);
	return found != NULL;
}

/* ---- rename ------------------------------------------------------------------------------- */

static bool is_whole(const char *line, const char *at, size_t n)
{
	char before = at > line ? at[-1] : ' ', after = at[n];

	return !isalnum((unsigned char)before) && !strchr("_.>:", before) &&
	       !isalnum((unsigned char)after) && after != '_';
}

unsigned draft_source_rename(struct draft_source *s, const char *from, const char *to)
{
	size_t n = strlen(from);
	unsigned done = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct buf b = { 0 };
		const char *line = s->at[i].s, *p = line, *at;
		unsigned before = done;

		while ((at = strstr(p, from))) {
			bool is_it = is_whole(line, at, n);

			buf_addn(&b, p, (size_t)(at - p));
			buf_add(&b, is_it ? to : from);
			done += is_it;
			p = at + n;
		}
		buf_add(&b, p);
		if (done > before) {
			free(s->at[i].s);
			s->at[i].s = xstrdup(buf_str(&b));
			s->at[i].origin = 0;
		}
		buf_free(&b);
	}
	return done;
}

/* ---- append ------------------------------------------------------------------------------- */

/* The first line of the item or paragraph that line i is in. */
static size_t block_start(const struct draft_source *s, size_t i)
{
	while (i && !marker(s->at[i].s + prefix(s, s->at[i].s)) && !is_blank(s, i - 1))
		i--;
	return i;
}

static size_t block_end(const struct draft_source *s, size_t first, size_t i)
{
	size_t indent = prefix(s, s->at[first].s);

	while (i + 1 < s->n && !is_blank(s, i + 1)) {
		size_t n = prefix(s, s->at[i + 1].s);

		if (marker(s->at[i + 1].s + n) && n <= indent)
			break;
		if (s->is_c && strstr(s->at[i].s, "*/"))
			break;
		i++;
	}
	return i;
}

bool draft_source_append(struct draft_source *s, unsigned line, const char *text)
{
	size_t at = index_of(s, line), first, last, n, m;
	struct buf b = { 0 };
	char *head, *rest, *set;
	bool is_spaced;

	if (at == SIZE_MAX)
		return false;
	first = block_start(s, at);
	last = block_end(s, first, at);
	n = prefix(s, s->at[first].s);
	m = marker(s->at[first].s + n);
	if (isdigit((unsigned char)s->at[first].s[n]) || strstr(s->at[last].s, "*/"))
		return false; /* a rank says more than its text, and a comment that ends here has no
				 room */
	head = xstrndup(s->at[first].s, n + m);
	rest = continuation(s, first, first);
	is_spaced =
		!m || (last + 1 < s->n && is_blank(s, last + 1) && first && is_blank(s, first - 1));
	if (is_spaced) /* the empty line of a comment has its star */
		buf_addf(&b, "%s\n",
			 last + 1 < s->n && is_blank(s, last + 1) ? s->at[last + 1].s : "");
	set = with_stops(s, text);
	draft_wrap(&b, set, head, rest, s->width);
	free(set);
	while (last + 1 < s->n && s->at[last + 1].is_added)
		last++;
	splice(s, last + 1, 0, buf_str(&b), true);
	buf_free(&b);
	free(rest);
	free(head);
	return true;
}
