/* SPDX-License-Identifier: MIT */
/* text.h - a paragraph: its lines joined, with the line each character came from. */
#ifndef LOCKLORE_RULES_TEXT_H
#define LOCKLORE_RULES_TEXT_H

#include "rules/internal.h"

struct text_span {
	size_t at;
	unsigned line;
	char side;
};
struct text {
	struct buf buf;
	struct {
		VEC(struct text_span);
	} spans;
};
/* Adds s, a part of line l, behind a blank.  Caller frees with text_free(). */
void text_add(struct text *t, const struct rules_line *l, const char *s);
/* The line that the character at `at` came from. */
unsigned text_line(const struct text *t, size_t at);
/* Every sentence of it through rules_sentence(); true: some gave statements. */
bool text_read(struct reader *r, const struct text *t);
/* Index after the sentence of s that begins at `from`. */
size_t text_sentence(const char *s, size_t from);
void text_free(struct text *t);

#endif
