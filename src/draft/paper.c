/* SPDX-License-Identifier: MIT */
/* A paper: headings, paragraphs, items, literal blocks; and as Markdown, rst or text. */
#include "draft/internal.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 78 };

const char *draft_file_name(enum draft_format f)
{
	return f == DRAFT_MD ? "LOCKING.md" : f == DRAFT_RST ? "locking.rst" : "LOCKING.txt";
}

static struct draft_block *add(struct draft_paper *p, enum draft_block_kind kind, const char *text)
{
	struct draft_block *b = vec_add(p);

	b->kind = (uint8_t)kind;
	b->text = xstrdup(text);
	return b;
}

void draft_heading(struct draft_paper *p, unsigned level, const char *text)
{
	add(p, DRAFT_HEADING, text)->level = (uint8_t)level;
}

void draft_para(struct draft_paper *p, const char *text)
{
	add(p, DRAFT_PARA, text);
}

void draft_literal(struct draft_paper *p, const char *text)
{
	add(p, DRAFT_LITERAL, text);
}

struct draft_block *draft_item(struct draft_paper *p, const char *text)
{
	return add(p, DRAFT_ITEM, text);
}

void draft_expect(struct draft_paper *p, struct draft_block *b, enum rules_kind kind, uint32_t a,
		  uint32_t bb)
{
	vec_push(&b->rules, (struct draft_rule){ (uint8_t)kind, a, bb });
	if (a != LORE_NONE)
		p->is_mentioned[a] = true;
	if (bb != LORE_NONE)
		p->is_mentioned[bb] = true;
}

/* ---- writing ------------------------------------------------------------------------ */

static void write_heading(struct buf *out, enum draft_format f, const struct draft_block *b)
{
	static const char rule[] = "=-~";
	size_t n = strlen(b->text);

	if (f == DRAFT_MD) {
		for (unsigned i = 0; i < b->level; i++)
			buf_addc(out, '#');
		buf_addf(out, " %s\n", b->text);
		return;
	}
	for (size_t i = 0; b->level == 1 && i < n; i++)
		buf_addc(out, '=');
	buf_addf(out, "%s%s\n", b->level == 1 ? "\n" : "", b->text);
	for (size_t i = 0; i < n || i < 4; i++)
		buf_addc(out, rule[b->level - 1]);
	buf_addc(out, '\n');
}

static void write_literal(struct buf *out, enum draft_format f, const char *text)
{
	if (f == DRAFT_MD)
		buf_add(out, "```\n");
	for (const char *s = text; *s;) {
		size_t n = strcspn(s, "\n");

		buf_add(out, f == DRAFT_MD || !n ? "" : "    ");
		buf_addn(out, s, n);
		buf_addc(out, '\n');
		s += n + (s[n] == '\n');
	}
	if (f == DRAFT_MD)
		buf_add(out, "```\n");
}

static void write_block(struct buf *out, enum draft_format f, const struct draft_block *b)
{
	switch ((enum draft_block_kind)b->kind) {
	case DRAFT_HEADING: write_heading(out, f, b); break;
	case DRAFT_PARA: draft_wrap(out, b->text, "", "", WIDTH); break;
	case DRAFT_ITEM: draft_wrap(out, b->text, "- ", "  ", WIDTH); break;
	case DRAFT_LITERAL: write_literal(out, f, b->text); break;
	}
}

/* A heading, not the title, with nothing left below it. */
static bool is_empty(const struct draft_paper *p, size_t i)
{
	if (p->at[i].level == 1)
		return false;
	for (size_t k = i + 1; k < p->n; k++) {
		const struct draft_block *b = &p->at[k];

		if (b->kind == DRAFT_HEADING && b->level <= p->at[i].level)
			return true;
		if (!b->is_dropped && b->kind != DRAFT_HEADING && b->kind != DRAFT_PARA)
			return false;
	}
	return true;
}

void draft_paper_write(struct draft_paper *p, struct buf *out)
{
	bool is_skipped = false;
	unsigned line = 1;

	for (size_t i = 0; i < p->n; i++) {
		struct draft_block *b = &p->at[i];
		bool is_tight = i && b->kind == DRAFT_ITEM && p->at[i - 1].kind == DRAFT_ITEM &&
				p->format != DRAFT_RST;
		size_t from;

		if (b->kind == DRAFT_HEADING)
			is_skipped = is_empty(p, i);
		b->is_dropped |= is_skipped;
		if (b->is_dropped)
			continue;
		if (out->n && !is_tight) {
			buf_addc(out, '\n');
			line++;
		}
		from = out->n;
		b->first = line;
		write_block(out, p->format, b);
		for (size_t k = from; k < out->n; k++)
			line += out->at[k] == '\n';
		b->last = line - 1;
	}
}

void draft_paper_free(struct draft_paper *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->at[i].text);
		vec_free(&p->at[i].rules);
	}
	free(p->is_mentioned);
	vec_free(p);
}
