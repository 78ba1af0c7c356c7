/* SPDX-License-Identifier: MIT */
/* Bytes to lines: encoding, folded punctuation, and which kind of text it is. */
#include "rules/internal.h"

#include "mail/mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *rules_strn(struct reader *r, const char *s, size_t n)
{
	char *p = arena_alloc(&r->doc->arena, n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *rules_str(struct reader *r, const char *s)
{
	return s ? rules_strn(r, s, strlen(s)) : NULL;
}

char *rules_strf(struct reader *r, const char *fmt, ...)
{
	char *s = NULL, *p;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		die_memory();
	va_end(ap);
	p = rules_str(r, s);
	free(s);
	return p;
}

void rules_note(struct reader *r, unsigned line, const char *fmt, ...)
{
	struct rules_document *doc = &r->doc->pub;
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		die_memory();
	va_end(ap);
	vec_add(&doc->notes);
	doc->notes.at[doc->notes.n - 1].line = line;
	doc->notes.at[doc->notes.n - 1].text = rules_str(r, s);
	free(s);
}

bool rules_inn(const char *w, size_t n, const char *set)
{
	if (!n)
		return false;
	for (const char *p = set;; p++) {
		if (*p == *w && !strncmp(p, w, n) && (p[n] == ' ' || !p[n]))
			return true;
		while (*p != ' ')
			if (!*p++)
				return false;
	}
}

bool rules_in(const char *w, const char *set)
{
	size_t n = strlen(w);

	/* asked of every word many times: let the library find it */
	for (const char *p = set; n && (p = strstr(p, w)); p++)
		if ((p == set || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
			return true;
	return false;
}

bool rules_has(const char *s, size_t n, const char *what)
{
	size_t k = strlen(what);

	for (size_t i = 0; i + k <= n; i++)
		if (!memcmp(s + i, what, k))
			return true;
	return false;
}

/* ---- encoding ---- */

/* Length of the UTF-8 sequence at s, 0: none; *cp is the character. */
static size_t utf8_at(const unsigned char *s, size_t n, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = s[0] < 0x80    ? 1
		     : s[0] >= 0xf5 ? 0
		     : s[0] >= 0xf0 ? 4
		     : s[0] >= 0xe0 ? 3
		     : s[0] >= 0xc2 ? 2
				    : 0;

	if (!len || len > n)
		return 0;
	*cp = len == 1 ? s[0] : s[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (s[i] & 0x3f);
	}
	return *cp < least[len] || (*cp >= 0xd800 && *cp < 0xe000) || *cp > 0x10ffff ? 0 : len;
}

/* What the sentence forms read instead of a typographic character; NULL: keep it. */
static const char *fold(uint32_t cp)
{
	static const struct {
		uint32_t from, to;
		const char *as;
	} table[] = {
		{ 0x00a0, 0x00a0, " " },    { 0x00ad, 0x00ad, "" },    { 0x200b, 0x200d, "" },
		{ 0x2002, 0x200a, " " },    { 0x2010, 0x2011, "-" },   { 0x2012, 0x2013, "-" },
		{ 0x2014, 0x2015, " -- " }, { 0x2018, 0x201b, "'" },   { 0x201c, 0x201f, "\"" },
		{ 0x2022, 0x2022, "*" },    { 0x2026, 0x2026, "..." }, { 0x2192, 0x2192, "->" },
		{ 0x21d2, 0x21d2, "->" },   { 0x27f6, 0x27f6, "->" },  { 0x2794, 0x2794, "->" },
		{ 0x2500, 0x257f, " " },    { 0xfeff, 0xfeff, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (cp >= table[i].from && cp <= table[i].to)
			return table[i].as;
	return NULL;
}

static void add_utf8(struct buf *b, uint32_t cp)
{
	if (cp < 0x80) {
		buf_addc(b, (char)cp);
		return;
	}
	buf_addc(b, (char)(0xc0 | cp >> 6)); /* only Latin-1 comes here */
	buf_addc(b, (char)(0x80 | (cp & 0x3f)));
}

static unsigned line_at(const char *text, size_t n)
{
	unsigned line = 1;

	for (size_t i = 0; i < n; i++)
		line += text[i] == '\n';
	return line;
}

static bool is_text(struct reader *r, const char *text, size_t bytes, bool *is_latin,
		    struct diag *d)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t odd = 0, high = 0;
	uint32_t cp;

	if (bytes >= 2 && ((s[0] == 0xff && s[1] == 0xfe) || (s[0] == 0xfe && s[1] == 0xff)))
		return diag_set(d, r->name, 1,
				"UTF-16 text; convert it with: iconv -f UTF-16 -t UTF-8");
	*is_latin = false;
	for (size_t i = 0; i < bytes;) {
		size_t len = utf8_at(s + i, bytes - i, &cp);

		if (!s[i])
			return diag_set(d, r->name, line_at(text, i),
					"a NUL byte: this is binary data, not a document");
		odd += s[i] < 0x20 && !strchr("\t\n\r\f\v\b\033", s[i]);
		high += s[i] >= 0x80 && !len;
		*is_latin |= !len;
		i += len ? len : 1;
	}
	if (odd > bytes / 100 + 2 || high > bytes / 4 + 16)
		return diag_set(d, r->name, 0,
				"neither UTF-8 nor Latin-1 text: convert it to UTF-8 first");
	return true;
}

bool rules_decode(struct reader *r, const char *text, size_t bytes, char **out, size_t *n,
		  struct diag *d)
{
	struct buf b = { 0 };
	bool is_latin = false;

	if (!is_text(r, text, bytes, &is_latin, d))
		return false;
	for (size_t i = 0; i < bytes;) {
		uint32_t cp = (unsigned char)text[i];
		size_t len =
			is_latin ? 1 : utf8_at((const unsigned char *)text + i, bytes - i, &cp);
		const char *as = cp < 0x80 ? NULL : fold(cp);

		if (as)
			buf_add(&b, as);
		else if (is_latin)
			add_utf8(&b, cp);
		else
			buf_addn(&b, text + i, len);
		i += len;
	}
	if (is_latin)
		rules_note(r, 0, "not UTF-8: read as Latin-1");
	*out = xstrdup(buf_str(&b));
	*n = b.n;
	buf_free(&b);
	return true;
}

void rules_split(struct reader *r, const char *text, size_t n, struct rules_lines *out)
{
	unsigned no = 0;

	for (size_t i = 0; i < n;) {
		const char *end = memchr(text + i, '\n', n - i);
		size_t len = end ? (size_t)(end - text - i) : n - i, keep = len;
		char *s;

		while (keep && strchr(" \t\r\f\v", text[i + keep - 1]))
			keep--;
		/* one blank may be the mark of an empty context line */
		if (!keep && len && text[i] == ' ')
			keep = 1;
		s = rules_strn(r, text + i, keep);
		for (char *p = s; *p; p++)
			if (*p == '\r' || *p == '\f' || *p == '\v')
				*p = ' ';
		vec_push(out, (struct rules_line){ .s = s, .no = ++no });
		i += len + 1;
	}
}

/* ---- lines ---- */

const char *rules_skip_space(const char *s)
{
	return s + strspn(s, " \t");
}

unsigned rules_indent(const struct rules_line *l)
{
	unsigned col = l->col;

	for (const char *p = l->s; *p == ' ' || *p == '\t'; p++)
		col = *p == '\t' ? (col / 8 + 1) * 8 : col + 1;
	return col - l->col;
}

enum rules_format rules_format_of(const char *path, enum rules_format otherwise)
{
	static const struct {
		const char *end;
		enum rules_format format;
	} table[] = {
		{ ".rst", RULES_RST },	   { ".rest", RULES_RST }, { ".md", RULES_MD },
		{ ".markdown", RULES_MD }, { ".txt", RULES_TEXT }, { ".c", RULES_C },
		{ ".h", RULES_C },	   { ".cc", RULES_C },	   { ".cpp", RULES_C },
		{ ".cxx", RULES_C },	   { ".hpp", RULES_C },	   { ".hh", RULES_C },
		{ ".m", RULES_C },	   { ".inc", RULES_C },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (str_ends(path, table[i].end))
			return table[i].format;
	return otherwise;
}

/* A text without a telling name: Markdown has "# " headings or fences, C has comments and code. */
static enum rules_format format_by_content(const struct rules_lines *l)
{
	unsigned md = 0, rst = 0, c = 0;

	for (size_t i = 0; i < l->n && i < 400; i++) {
		const char *s = rules_skip_space(l->at[i].s);

		md += str_starts(s, "# ") || str_starts(s, "## ") || str_starts(s, "```") ||
		      str_starts(s, "|--");
		rst += str_starts(s, ".. ") || str_ends(s, "::");
		c += str_starts(s, "/*") || str_starts(s, "#include ") || str_starts(s, "#define ");
	}
	if (c && c > md)
		return RULES_C;
	return md > rst ? RULES_MD : rst ? RULES_RST : RULES_TEXT;
}

static void read_whole(struct reader *r, struct rules_lines *lines)
{
	struct rules_region g = { .lines = *lines, .format = r->opt->format };

	if (g.format == RULES_AUTO)
		g.format = rules_format_of(r->name, RULES_AUTO);
	if (g.format == RULES_AUTO)
		g.format = format_by_content(lines);
	g.is_ordering = g.format == RULES_PLAIN_RULE;
	r->trust = g.is_ordering ? TRUST_RULE : TRUST_PROSE;
	if (g.format == RULES_C)
		rules_read_c(r, &g);
	else
		rules_read_region(r, &g);
}

static void read_hunk(struct reader *r, struct rules_region *g)
{
	r->trust = TRUST_PROSE;
	if (g->format == RULES_C)
		rules_read_c(r, g);
	else
		rules_read_region(r, g);
}

/* All of the new side; with both, what changed of the old one is marked against it. */
static void read_diff(struct reader *r, const struct rules_lines *lines)
{
	struct rules_document *doc = &r->doc->pub;
	size_t first = doc->statements.n, old;

	doc->is_diff = true;
	if (r->opt->side != RULES_OLD)
		rules_diff(r, lines, RULES_NEW, read_hunk);
	old = doc->statements.n;
	if (r->opt->side != RULES_NEW)
		rules_diff(r, lines, RULES_OLD, read_hunk);
	if (r->opt->side == RULES_BOTH)
		rules_compare_sides(doc, first, old);
}

void rules_read_message(struct reader *r, struct rules_lines *lines, bool is_patch)
{
	struct rules_lines body = { 0 };
	size_t first = r->doc->pub.statements.n;

	if (is_patch) {
		if (rules_is_diff(lines))
			read_diff(r, lines);
		if (r->opt->voices)
			rules_voices(r, lines);
		return;
	}
	rules_mail_body(r, lines, &body);
	read_whole(r, &body);
	vec_free(&body);
	for (size_t i = first; r->opt->voices && i < r->doc->pub.statements.n; i++)
		r->doc->pub.statements.at[i].voice = 'r';
}

static void read_text(struct reader *r, const char *text, size_t bytes, bool can_be_diff)
{
	struct rules_lines lines = { 0 };

	rules_split(r, text, bytes, &lines);
	if (can_be_diff && rules_is_diff(&lines))
		rules_read_message(r, &lines, true);
	else
		read_whole(r, &lines);
	vec_free(&lines);
}

struct numbered {
	struct rules_statement s;
	size_t no;
};

static int by_line(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->s.line != y->s.line)
		return x->s.line < y->s.line ? -1 : 1;
	if (x->s.sentence_no != y->s.sentence_no)
		return x->s.sentence_no < y->s.sentence_no ? -1 : 1;
	return x->no < y->no ? -1 : x->no > y->no;
}

/* Statements of one sentence stay in the order in which they were found. */
static void sort_statements(struct rules_document *doc)
{
	struct numbered *all = xcalloc(doc->statements.n + 1, sizeof(*all));

	for (size_t i = 0; i < doc->statements.n; i++)
		all[i] = (struct numbered){ doc->statements.at[i], i };
	qsort(all, doc->statements.n, sizeof(*all), by_line);
	for (size_t i = 0; i < doc->statements.n; i++)
		doc->statements.at[i] = all[i].s;
	free(all);
}

struct rules_document *rules_read(const char *name, const char *text, size_t bytes,
				  const struct rules_options *opt, struct diag *d)
{
	static const struct rules_options none;
	struct document *doc = xcalloc(1, sizeof(*doc));
	struct reader r = { .doc = doc, .opt = opt ? opt : &none, .name = name ? name : "" };
	bool is_rule = r.opt->format == RULES_PLAIN_RULE, is_latin;
	bool is_code = r.opt->format == RULES_C || rules_format_of(r.name, RULES_AUTO) == RULES_C;
	char *clean = NULL;
	size_t n;
	bool ok;

	arena_heap(&doc->arena);
	doc->pub.name = rules_str(&r, r.name);
	if (!is_rule && !is_code && mail_is(text, bytes)) {
		ok = is_text(&r, text, bytes, &is_latin, d);
		if (ok)
			rules_mail(&r, text, bytes);
	} else {
		ok = rules_decode(&r, text, bytes, &clean, &n, d);
		if (ok)
			read_text(&r, clean, n, !is_rule && !is_code);
	}
	free(clean);
	if (!ok) {
		rules_free(&doc->pub);
		return NULL;
	}
	if (doc->pub.is_diff && (r.opt->side == RULES_BOTH || r.opt->voices))
		sort_statements(&doc->pub);
	for (size_t i = 0; i < doc->pub.statements.n; i++) {
		char *said = rules_say(&doc->pub.statements.at[i]);

		doc->pub.statements.at[i].text = rules_str(&r, said);
		free(said);
	}
	return &doc->pub;
}

void rules_free(struct rules_document *pub)
{
	struct document *doc = (struct document *)pub;

	if (!pub)
		return;
	vec_free(&pub->statements);
	vec_free(&pub->contexts);
	vec_free(&pub->hunks);
	vec_free(&pub->notes);
	arena_heap_free(&doc->arena);
	free(doc);
}
