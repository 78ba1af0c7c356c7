/* SPDX-License-Identifier: MIT */
/*
 * Patches, also inside of mails: each hunk of a text or C file becomes a region with the lines of
 * one side.  A hunk stands at one depth of quoting; what is quoted less deeply between its lines
 * is somebody's reply.  Mailers collapse white space, and then a context line "- item" looks like
 * a removed line "- text": the counts of the hunk's header and the look of a list decide.
 */
#include "rules/internal.h"

#include "mail/mail.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hunk_header {
	unsigned old_first, new_first, old_n, new_n;
	const char *hint;
};

static bool read_header(const char *s, struct hunk_header *h)
{
	unsigned a, b = 1, c, e = 1;
	int n = 0;

	h->old_n = h->new_n = 1;
	if (strncmp(s, "@@ -", 4) != 0)
		return false;
	if (sscanf(s, "@@ -%u,%u +%u,%u @@%n", &a, &b, &c, &e, &n) < 4 || !n) {
		b = e = 1;
		n = 0;
		if (sscanf(s, "@@ -%u +%u,%u @@%n", &a, &c, &e, &n) < 3 || !n) {
			b = e = 1;
			n = 0;
			if (sscanf(s, "@@ -%u,%u +%u @@%n", &a, &b, &c, &n) < 3 || !n) {
				b = 1;
				if (sscanf(s, "@@ -%u +%u @@%n", &a, &c, &n) < 2 || !n)
					return false;
			}
		}
	}
	if (b > 10000000 || e > 10000000)
		return false;
	h->old_first = a;
	h->new_first = c;
	h->old_n = b;
	h->new_n = e;
	h->hint = rules_skip_space(s + n);
	return true;
}

bool rules_is_diff(const struct rules_lines *l)
{
	struct hunk_header h;

	for (size_t i = 0; i < l->n; i++) {
		const char *s = l->at[i].s;

		mail_peel(&s, 99);
		if (*s == '@' && read_header(s, &h))
			return true;
	}
	return false;
}

/* ---- removed, or a list item of the context? ---- */

static bool is_unsure(const char *s)
{
	return s[0] == '-' && s[1] == ' ';
}

static bool is_bare(const char *s)
{
	return !*s || ((*s == '-' || *s == '+' || *s == ' ') && !*rules_skip_space(s + 1));
}

/* Price of calling an unsure line removed, or context, after a line of kind `before`. */
static unsigned price(const struct rules_lines *l, size_t i, char before, char now)
{
	bool is_after_bare = i == 0 || is_bare(l->at[i - 1].s);

	if (now == '-') /* a removed continuation line needs a removed text above it */
		return i == 0 ? 4 : is_after_bare ? 3 : before == '-' ? 0 : 2;
	return before == '-' && !is_after_bare ? 2 : is_after_bare ? 0 : 1;
}

static void guess_greedily(const struct rules_lines *l, char *kind)
{
	for (size_t i = 0; i < l->n; i++)
		if (kind[i] == '?') {
			char before = i ? kind[i - 1] : ' ';

			kind[i] = price(l, i, before, '-') < price(l, i, before, ' ') ? '-' : ' ';
		}
}

/* cost[i][k][b]: cheapest way for lines 0 .. i with k removals, the last line being one (b). */
static bool guess_exactly(const struct rules_lines *l, char *kind, size_t want)
{
	size_t n = l->n, w = want + 1;
	uint32_t *cost = xmalloc((n + 1) * w * 2 * sizeof(*cost));
	uint8_t *from = xcalloc((n + 1) * w * 2, 1);
	bool is_found;

#define AT(i, k, b) (((i)*w + (k)) * 2 + (b))
	memset(cost, 0xff, (n + 1) * w * 2 * sizeof(*cost));
	cost[AT(0, 0, 0)] = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < w; k++)
			for (unsigned b = 0; b < 2; b++) {
				uint32_t c = cost[AT(i, k, b)];

				for (unsigned now = 0; now < 2 && c != UINT32_MAX; now++) {
					size_t to = AT(i + 1, k + now, now);
					uint32_t p = kind[i] == '?' ? price(l, i, b ? '-' : ' ',
									    now ? '-' : ' ')
								    : 0;

					if (kind[i] != '?' && (kind[i] == '-') != now)
						continue;
					if (k + now >= w || c + p >= cost[to])
						continue;
					cost[to] = c + p;
					from[to] = (uint8_t)b;
				}
			}
	unsigned b = cost[AT(n, want, 1)] < cost[AT(n, want, 0)];
	is_found = cost[AT(n, want, b)] != UINT32_MAX;
	for (size_t i = n, k = want; is_found && i > 0; i--) {
		unsigned was = from[AT(i, k, b)];

		if (kind[i - 1] == '?')
			kind[i - 1] = b ? '-' : ' ';
		k -= b;
		b = was;
	}
#undef AT
	free(cost);
	free(from);
	return is_found;
}

void rules_hunk_guess(const struct rules_lines *l, char *kind, unsigned old_lines,
		      unsigned new_lines)
{
	size_t added = 0, want;

	for (size_t i = 0; i < l->n; i++) {
		const char *s = l->at[i].s;

		kind[i] = *s == '+' ? '+' : is_unsure(s) ? '?' : *s == '-' ? '-' : ' ';
		added += kind[i] == '+';
	}
	/* old side = context + removed, so new side tells how many were removed */
	if (l->n >= added && l->n - added == old_lines && l->n >= new_lines) {
		want = l->n - new_lines;
		if (want <= l->n && (uint64_t)l->n * (want + 1) < 4000000 &&
		    guess_exactly(l, kind, want))
			return;
	}
	guess_greedily(l, kind);
}

/* ---- hunks ---- */

struct walk {
	struct reader *r;
	const struct rules_lines *in;
	enum rules_side side;
	rules_region_fn *fn;
	const char *path;
	unsigned skipped, read;
	bool *taken; /* by line: it belongs to a hunk; may be NULL */
};

/* Columns that a mailer leaves to a line at least, before it breaks it in two. */
enum { WRAP_COLUMNS = 70 };

/*
 * Is this line, which lacks the marks of quoting around it, the end of the quoted line above that
 * a mailer broke?  Then its first word would not have fitted there.
 */
static bool is_wrapped(const struct walk *w, size_t i, unsigned depth)
{
	const char *above, *here = w->in->at[i].s, *below;
	size_t n;

	if (!i || i + 1 >= w->in->n || !*here || mail_peel(&here, depth))
		return false;
	above = w->in->at[i - 1].s;
	below = w->in->at[i + 1].s;
	n = strlen(above) + 1 + strcspn(here, " ");
	return mail_peel(&above, depth) == depth && mail_peel(&below, depth) == depth &&
	       n > WRAP_COLUMNS && *above && strlen(here) + 4 < WRAP_COLUMNS;
}

static bool is_end_of_hunk(const char *s)
{
	struct hunk_header other;

	return str_starts(s, "diff --git ") || read_header(s, &other) || !strcmp(s, "--");
}

/*
 * Have the lines of context kept the blank in front?  Then a line without any mark is the end of
 * the line above it; where white space was lost, it is context itself.
 */
static bool has_marks(const struct walk *w, size_t i, unsigned depth, const struct hunk_header *h)
{
	size_t most = 2 * ((size_t)h->old_n + h->new_n);

	for (size_t n = 0; i < w->in->n && n < most; i++) {
		const char *s = w->in->at[i].s;

		if (mail_peel(&s, depth) < depth)
			continue;
		if (is_end_of_hunk(s))
			break;
		if (s[0] == ' ' && s[1])
			return true;
		n++;
	}
	return false;
}

static void join(struct walk *w, struct rules_line *above, const char *s)
{
	above->s = rules_strf(w->r, "%s %s", above->s, s);
}

/* The hunk's own lines, with their marks; returns the index after the last. */
static size_t collect(struct walk *w, size_t i, unsigned depth, const struct hunk_header *h,
		      struct rules_lines *out)
{
	bool is_marked = has_marks(w, i, depth, h);
	unsigned kept = 0, added = 0, removed = 0;

	for (; i < w->in->n; i++) {
		struct rules_line l = w->in->at[i];
		unsigned now = mail_peel(&l.s, depth);
		bool is_full = kept >= h->old_n && kept - removed + added >= h->new_n;
		bool is_end_of_line =
			is_marked && !is_full && out->n && *l.s && !strchr(" +-\\\t", *l.s);

		if (now < depth && !is_wrapped(w, i, depth))
			continue;
		if (is_end_of_hunk(l.s) || (!depth && str_starts(l.s, "From ") && kept))
			break;
		if (!is_end_of_line && kept >= h->old_n && (*l.s != '+' || added >= h->new_n))
			break;
		if (w->taken)
			w->taken[i] = true;
		if (is_end_of_line)
			join(w, &out->at[out->n - 1], l.s);
		if (is_end_of_line || *l.s == '\\')
			continue;
		added += *l.s == '+';
		removed += *l.s == '-';
		kept += *l.s != '+';
		vec_push(out, l);
	}
	return i;
}

/* Is every line marked, and do the marks add up to the header's counts? */
static bool is_intact(const struct rules_lines *l, const struct hunk_header *h)
{
	unsigned old_n = 0, new_n = 0;

	for (size_t i = 0; i < l->n; i++) {
		char c = l->at[i].s[0];

		if (c && !strchr(" +-\t", c))
			return false;
		old_n += c != '+';
		new_n += c != '-';
	}
	return old_n == h->old_n && new_n == h->new_n;
}

static bool has_stray(const struct rules_lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->at[i].s[0] && !strchr(" +-\t", l->at[i].s[0]))
			return true;
	return false;
}

static void mark(const struct rules_lines *l, const struct hunk_header *h, char *kind,
		 bool *is_collapsed)
{
	*is_collapsed = !is_intact(l, h);
	if (*is_collapsed &&
	    !has_stray(l)) { /* cut short by the one who quotes it, white space intact */
		bool has_blank = false;

		for (size_t i = 0; i < l->n; i++)
			has_blank |= l->at[i].s[0] == ' ' && l->at[i].s[1];
		*is_collapsed = !has_blank;
	}
	if (*is_collapsed) {
		rules_hunk_guess(l, kind, h->old_n, h->new_n);
		return;
	}
	for (size_t i = 0; i < l->n; i++)
		kind[i] = l->at[i].s[0] == '+' || l->at[i].s[0] == '-' ? l->at[i].s[0] : ' ';
}

/* The hunk as it is, for those who look at code. */
static void keep_hunk(struct walk *w, const struct rules_lines *l, const struct hunk_header *h,
		      const char *kind, bool is_collapsed)
{
	struct rules_hunk *k = vec_add(&w->r->doc->pub.hunks);

	k->path = w->path;
	k->hint = h->hint;
	k->old_first = h->old_first;
	k->new_first = h->new_first;
	k->is_collapsed = is_collapsed;
	k->n = l->n;
	k->lines = arena_alloc(&w->r->doc->arena, (l->n + 1) * sizeof(*k->lines));
	for (size_t i = 0; i < l->n; i++) {
		const char *s = l->at[i].s;

		if (kind[i] != ' ' || (!is_collapsed && *s == ' '))
			s++;
		k->lines[i] = (struct rules_hunk_line){ s, l->at[i].no, kind[i] };
	}
}

/* "f" of "static int f(struct x *x"; NULL: it is no function's head. */
static const char *function_of(struct walk *w, const char *hint)
{
	size_t to = strcspn(hint, "("), from;

	while (to && hint[to] && hint[to - 1] == ' ')
		to--;
	for (from = to; from && (isalnum((unsigned char)hint[from - 1]) || hint[from - 1] == '_');)
		from--;
	return hint[to] && from && from < to ? rules_strn(w->r, hint + from, to - from) : NULL;
}

/*
 * The function above a hunk is the one around it where its first line without indentation, labels
 * and directives aside, closes it, or where there is none.
 */
static bool is_in_body(const struct rules_lines *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const char *s = l->at[i].s;

		if (*s && !strchr(" \t#", *s) && !str_ends(s, ":"))
			return *s == '}';
	}
	return true;
}

static void give(struct walk *w, struct rules_lines *l, const struct hunk_header *h)
{
	struct rules_region g = { .format = rules_format_of(w->path, RULES_TEXT) };
	struct rules_document *doc = &w->r->doc->pub;
	size_t first = doc->statements.n;
	char *kind = xcalloc(l->n + 1, 1), drop = w->side == RULES_OLD ? '+' : '-';
	bool is_collapsed = false;

	if (l->n)
		mark(l, h, kind, &is_collapsed);
	if (w->r->opt->voices && w->side != RULES_OLD)
		keep_hunk(w, l, h, kind, is_collapsed);
	for (size_t i = 0; i < l->n; i++) {
		struct rules_line line = l->at[i];

		if (kind[i] == drop)
			continue;
		line.side = kind[i];
		if (kind[i] != ' ' || (!is_collapsed && line.s[0] == ' '))
			line.s++;
		vec_push(&g.lines, line);
	}
	g.is_ordering = g.format != RULES_C && (rules_speaks_of_order(h->hint) ||
						(!*h->hint && strcasestr(w->path, "lock")));
	g.starts_in_comment = h->hint[0] == '*';
	if (g.format == RULES_C && !is_collapsed && is_in_body(&g.lines))
		g.scope.function = function_of(w, h->hint);
	w->fn(w->r, &g);
	for (size_t i = first; i < doc->statements.n; i++)
		doc->statements.at[i].path = *w->path ? (char *)w->path : NULL;
	vec_free(&g.lines);
	free(kind);
}

static bool is_readable(const char *path)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	return rules_format_of(path, RULES_AUTO) != RULES_AUTO || !strchr(base, '.');
}

/* git quotes a name with odd characters as C does: "b/n\\303\\244me.rst".  Caller frees. */
static char *unquoted(const char *s)
{
	struct buf b = { 0 };
	char *name;

	if (*s != '"') {
		buf_addn(&b, s, strcspn(s, "\t"));
	} else {
		for (s++; *s && *s != '"'; s++) {
			unsigned c;

			if (*s == '\\' && strspn(s + 1, "01234567") >= 3) {
				sscanf(s + 1, "%3o", &c);
				buf_addc(&b, (char)c);
				s += 3;
			} else {
				s += *s == '\\' && s[1];
				buf_addc(&b, *s);
			}
		}
	}
	name = xstrdup(buf_str(&b));
	buf_free(&b);
	return name;
}

static void set_path(struct walk *w, const char *line)
{
	char *name = unquoted(line);
	const char *s = name;

	if (!str_starts(s, "/dev/null")) { /* the other side has the name */
		if ((s[0] == 'a' || s[0] == 'b') && s[1] == '/')
			s += 2;
		w->path = rules_str(w->r, s);
	}
	free(name);
}

void rules_diff(struct reader *r, const struct rules_lines *in, enum rules_side side,
		rules_region_fn *fn)
{
	struct walk w = { .r = r, .in = in, .side = side, .fn = fn, .path = "" };

	for (size_t i = 0; i < in->n;) {
		const char *s = in->at[i].s;
		unsigned depth = mail_peel(&s, 99);
		struct hunk_header h;
		struct rules_lines l = { 0 };

		if (str_starts(s, "--- ") || str_starts(s, "+++ "))
			set_path(&w, s + 4);
		if (*s != '@' || !read_header(s, &h)) {
			i++;
			continue;
		}
		i = collect(&w, i + 1, depth, &h, &l);
		if (is_readable(w.path)) {
			give(&w, &l, &h);
			w.read++;
		} else {
			w.skipped++;
		}
		vec_free(&l);
	}
	if (!w.read && w.skipped && side == (r->opt->side == RULES_OLD ? RULES_OLD : RULES_NEW))
		rules_note(r, 0, "no hunk of this patch touches a text or a C file");
}

bool rules_diff_lines(struct reader *r, const struct rules_lines *in, bool *taken, unsigned *depth)
{
	struct walk w = { .r = r, .in = in, .path = "", .taken = taken };
	bool any = false;

	for (size_t i = 0; i < in->n;) {
		const char *s = in->at[i].s;
		unsigned now = mail_peel(&s, 99);
		struct hunk_header h;
		struct rules_lines l = { 0 };

		if (*s != '@' || !read_header(s, &h)) {
			i++;
			continue;
		}
		if (!any)
			*depth = now;
		any = taken[i] = true;
		i = collect(&w, i + 1, now, &h, &l);
		vec_free(&l);
	}
	return any;
}
