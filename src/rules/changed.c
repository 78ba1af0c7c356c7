/* SPDX-License-Identifier: MIT */
/*
 * Which sentences of a patch changed.  Lines alone do not tell: a sentence that only loses lines
 * has none that was added, and one that moves or is wrapped anew has nothing but.
 */
#include "rules/internal.h"

#include <string.h>

static uint64_t add(uint64_t h, const char *s)
{
	return s ? hash_bytes(s, strlen(s) + 1, h) : hash_mix(h, 1);
}

/* What it says, in which words and under which heading. */
static uint64_t key_of(const struct rules_statement *s)
{
	uint64_t h = hash_mix(s->kind, s->is_together * 2u + s->is_without);

	h = add(add(h, s->sentence), s->section);
	h = add(add(h, s->locks[0]), s->locks[1]);
	return add(add(add(h, s->wait), s->function), s->context);
}

/* All statements of one sentence are marked alike: it changed if one of them did. */
static void mark_new(struct rules_statement *s, size_t n, const struct map *old)
{
	bool is_known = true;
	uint64_t was;

	for (size_t i = 0; i < n; i++)
		is_known &= map_get(old, key_of(&s[i]), &was);
	for (size_t i = 0; i < n; i++) {
		s[i].is_moved = is_known && s[i].side == '+';
		s[i].side = is_known ? ' ' : '+';
	}
}

void rules_compare_sides(struct rules_document *doc, size_t first, size_t old)
{
	struct map was = { 0 }, is = { 0 };
	size_t keep = old, n = doc->statements.n;
	struct rules_statement *s = doc->statements.at;
	uint64_t known;

	for (size_t i = old; i < n; i++)
		map_put(&was, key_of(&s[i]), 1);
	for (size_t i = first; i < old; i++)
		map_put(&is, key_of(&s[i]), 1);
	for (size_t i = first, end; i < old; i = end) {
		for (end = i + 1; end < old && s[end].sentence_no == s[i].sentence_no;)
			end++;
		mark_new(&s[i], end - i, &was);
	}
	for (size_t i = old; i < n; i++)
		if (!map_get(&is, key_of(&s[i]), &known)) {
			s[i].side = '-';
			s[keep++] = s[i];
		}
	doc->statements.n = keep;
	map_free(&was);
	map_free(&is);
}
