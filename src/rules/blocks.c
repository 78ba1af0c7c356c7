/* SPDX-License-Identifier: MIT */
/* A region to blocks: headings, paragraphs, list items, literal blocks, tables, fields. */
#include "rules/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct cutter {
	struct reader *r;
	const struct rules_region *g;
	struct blocks *out;
	size_t at;
	bool is_after_blank;
	char style[16][2]; /* heading styles in order of appearance: character, overlined? */
	unsigned styles;
	unsigned base; /* indent of the last paragraph or item */
	bool wants_literal;
};

size_t rules_marker(const char *s, bool *is_numbered)
{
	size_t n = 0;

	*is_numbered = false;
	if ((*s == '-' || *s == '*' || *s == '+') && s[1] == ' ')
		return 1 + strspn(s + 1, " ");
	n = *s == '(';
	if (isdigit((unsigned char)s[n])) {
		while (isdigit((unsigned char)s[n]) && n < 5)
			n++;
	} else if (s[n] == '#' || (isalpha((unsigned char)s[n]) && s[n + 1] == ')')) {
		n++;
	} else {
		return 0;
	}
	if ((s[n] != ')' && (s[n] != '.' || *s == '(')) || s[n + 1] != ' ')
		return 0;
	*is_numbered = true;
	return n + 1 + strspn(s + n + 1, " ");
}

static const char *line_at(const struct cutter *c, size_t i)
{
	return i < c->g->lines.n ? c->g->lines.at[i].s : "";
}

static bool is_blank(const struct cutter *c, size_t i)
{
	return !*rules_skip_space(line_at(c, i));
}

static struct block *open_block(struct cutter *c, enum block_kind kind)
{
	struct block *b = vec_add(&c->out->list);

	b->kind = (uint8_t)kind;
	b->first = c->out->lines.n;
	b->is_after_blank = c->is_after_blank;
	b->indent = c->at < c->g->lines.n ? rules_indent(&c->g->lines.at[c->at]) : 0;
	c->is_after_blank = false;
	return b;
}

static void take_line(struct cutter *c)
{
	vec_push(&c->out->lines, c->g->lines.at[c->at++]);
	c->out->list.at[c->out->list.n - 1].n++;
}

/* One character of punctuation, at least three times. */
static bool is_underline(const char *s, char *ch)
{
	size_t n;

	*ch = *s;
	if (!*s || !strchr("=-~^\"'`#*+.:_<>", *s))
		return false;
	n = strspn(s, (char[]){ *s, 0 });
	return n >= 3 && !s[n];
}

static uint8_t heading_level(struct cutter *c, char ch, bool is_over)
{
	unsigned i = 0;

	while (i < c->styles && !(c->style[i][0] == ch && c->style[i][1] == is_over))
		i++;
	if (i == c->styles && c->styles < ARRAY_LEN(c->style)) {
		c->style[i][0] = ch;
		c->style[i][1] = is_over;
		c->styles++;
	}
	return (uint8_t)(i + 1);
}

static bool heading(struct cutter *c)
{
	const char *s = line_at(c, c->at), *text = s;
	char ch, over;
	bool is_over = is_underline(s, &over);
	uint8_t level = 0;
	size_t skip = 0, after = 0;

	if (c->g->is_comment || c->g->format == RULES_C)
		return false;
	if (c->g->format != RULES_RST && c->g->format != RULES_PLAIN_RULE && *s == '#') {
		level = (uint8_t)strspn(s, "#");
		if (level > 6 || s[level] != ' ')
			return false;
	} else if (is_over && is_underline(line_at(c, c->at + 2), &ch) && ch == over &&
		   !is_blank(c, c->at + 1)) {
		skip = after = 1;
		level = heading_level(c, ch, true);
	} else if (!is_over && is_underline(line_at(c, c->at + 1), &ch) &&
		   !isspace((unsigned char)*text) && (c->is_after_blank || !c->at) &&
		   strlen(s) <= strlen(line_at(c, c->at + 1)) + 8 && *s != '|') {
		after = 1;
		level = c->g->format == RULES_MD ? (ch == '=' ? 1 : 2)
						 : heading_level(c, ch, false);
	}
	if (!level)
		return false;
	c->at += skip;
	open_block(c, BLOCK_HEADING)->level = level;
	take_line(c);
	c->at += after;
	c->is_after_blank = true;
	c->wants_literal = false;
	return true;
}

static bool fence(struct cutter *c)
{
	const char *s = rules_skip_space(line_at(c, c->at));
	char mark[4] = { 0 };

	if (c->g->format == RULES_RST || (!str_starts(s, "```") && !str_starts(s, "~~~")))
		return false;
	memcpy(mark, s, 3);
	if (*mark == '`' && strchr(s + 3, '`'))
		return false;
	c->at++;
	open_block(c, BLOCK_LITERAL);
	while (c->at < c->g->lines.n && !str_starts(rules_skip_space(line_at(c, c->at)), mark))
		take_line(c);
	c->at++;
	return true;
}

/* Lines more deeply indented than base, blank ones between them included. */
static void take_indented(struct cutter *c, unsigned base)
{
	while (c->at < c->g->lines.n &&
	       (is_blank(c, c->at) || rules_indent(&c->g->lines.at[c->at]) > base))
		take_line(c);
}

static bool literal(struct cutter *c)
{
	if (!c->wants_literal || is_blank(c, c->at))
		return false;
	c->wants_literal = false;
	if (rules_indent(&c->g->lines.at[c->at]) <= c->base)
		return false;
	open_block(c, BLOCK_LITERAL)->is_after_colon2 = true;
	take_indented(c, c->base);
	c->is_after_blank = true;
	return true;
}

/* .. directives and comments of rst */
static bool directive(struct cutter *c)
{
	const char *s = rules_skip_space(line_at(c, c->at));
	unsigned indent = c->at < c->g->lines.n ? rules_indent(&c->g->lines.at[c->at]) : 0;

	if (c->g->format != RULES_RST || (!str_starts(s, ".. ") && strcmp(s, "..") != 0))
		return false;
	rules_context_decl(c->r, &c->g->lines.at[c->at]);
	c->at++;
	if (strstr(s, "::") && !str_starts(s, ".. code") && !str_starts(s, ".. sourcecode") &&
	    !str_starts(s, ".. parsed-literal") && !str_starts(s, ".. literalinclude") &&
	    !str_starts(s, ".. math"))
		return true; /* a note: its content is read as text */
	open_block(c, BLOCK_LITERAL)->is_after_colon2 = strstr(s, "::") != NULL;
	take_indented(c, indent);
	c->is_after_blank = true;
	return true;
}

static bool is_table_start(const struct cutter *c, size_t i)
{
	const char *s = rules_skip_space(line_at(c, i));
	const char *bar = *s == '|' ? strchr(s + 1, '|') : NULL;

	if (bar && (rules_skip_space(bar + 1)[0] || i + 1 < c->g->lines.n))
		return rules_skip_space(line_at(c, i + 1))[0] == '|' ||
		       rules_skip_space(line_at(c, i + 1))[0] == '+';
	if (str_starts(s, "+--") || str_starts(s, "+=="))
		return strspn(s, "+-= ") == strlen(s);
	return str_starts(s, "==") && strspn(s, "= \t") == strlen(s) && strpbrk(s, " \t");
}

/* "Name | Lock" over "---|---": a Markdown table without outer bars */
static bool is_bare_table(const struct cutter *c, size_t i)
{
	const char *next = line_at(c, i + 1);

	return strchr(line_at(c, i), '|') && strchr(next, '|') && strstr(next, "--") &&
	       strspn(next, "|-: ") == strlen(next);
}

/* In comments: a rule of "====", a line of titles, another rule. */
static bool is_ruled(const struct cutter *c, size_t i)
{
	char a, b;

	return is_underline(rules_skip_space(line_at(c, i)), &a) && a == '=' &&
	       is_underline(rules_skip_space(line_at(c, i + 2)), &b) && b == '=';
}

static bool table(struct cutter *c)
{
	bool is_ruled_one = c->g->is_comment && is_ruled(c, c->at);

	if (!is_table_start(c, c->at) && !is_bare_table(c, c->at) && !is_ruled_one)
		return false;
	open_block(c, BLOCK_TABLE)->is_numbered = is_ruled_one;
	while (c->at < c->g->lines.n && !is_blank(c, c->at))
		take_line(c);
	return true;
}

static bool is_field(const char *s)
{
	size_t n = 1;

	if (*s != ':' || !isupper((unsigned char)s[1]))
		return false;
	while (isalpha((unsigned char)s[n]))
		n++;
	return s[n] == ':' && n < 24;
}

static bool field(struct cutter *c)
{
	unsigned indent;

	if (!is_field(line_at(c, c->at)))
		return false;
	indent = rules_indent(&c->g->lines.at[c->at]);
	open_block(c, BLOCK_FIELD);
	take_line(c);
	while (c->at < c->g->lines.n && !is_blank(c, c->at) && !is_field(line_at(c, c->at)) &&
	       rules_indent(&c->g->lines.at[c->at]) > indent)
		take_line(c);
	return true;
}

/* Does a line that begins like an item begin one, in the middle of a paragraph? */
static bool interrupts(const struct cutter *c, size_t i)
{
	bool is_numbered;
	const char *s = rules_skip_space(line_at(c, i)), *before = line_at(c, i - 1);

	if (!rules_marker(s, &is_numbered))
		return false;
	return !is_numbered || str_ends(before, ":") || *s == '1' || s[1] == '1' ||
	       c->out->list.at[c->out->list.n - 1].kind == BLOCK_ITEM;
}

static bool ends_text(const struct cutter *c, size_t i)
{
	const char *s = line_at(c, i);

	return is_blank(c, i) || interrupts(c, i) || is_table_start(c, i) || is_bare_table(c, i) ||
	       is_field(s) ||
	       (c->g->format == RULES_MD &&
		(str_starts(s, "#") || str_starts(rules_skip_space(s), "```"))) ||
	       (c->g->is_comment && (rules_skip_space(s)[0] == '@' || is_ruled(c, i)));
}

static void text(struct cutter *c)
{
	bool is_numbered;
	const char *s = rules_skip_space(line_at(c, c->at));
	size_t marker = rules_marker(s, &is_numbered);
	struct block *b;
	const char *last;

	/* "1) a, 2) b": a list in one line */
	if (marker && is_numbered && (strstr(s + marker, " 2) ") || strstr(s + marker, " 2. ")))
		marker = 0;
	b = open_block(c, marker ? BLOCK_ITEM : BLOCK_TEXT);

	b->is_numbered = is_numbered;
	c->base = b->indent;
	do
		take_line(c);
	while (c->at < c->g->lines.n && !ends_text(c, c->at));
	last = line_at(c, c->at - 1);
	c->wants_literal = c->g->format != RULES_MD && str_ends(last, "::");
}

void rules_blocks(struct reader *r, const struct rules_region *g, struct blocks *out)
{
	struct cutter c = { .r = r, .g = g, .out = out, .is_after_blank = true };

	while (c.at < g->lines.n) {
		size_t before = c.at;

		if (is_blank(&c, c.at)) {
			c.is_after_blank = true;
			c.at++;
		} else if (!literal(&c) && !fence(&c) && !heading(&c) && !directive(&c) &&
			   !table(&c) && !field(&c)) {
			text(&c);
		}
		BUG_ON(c.at == before);
	}
}

void rules_blocks_free(struct blocks *b)
{
	vec_free(&b->list);
	vec_free(&b->lines);
}
