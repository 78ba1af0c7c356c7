/* SPDX-License-Identifier: MIT */
/*
 * statements.c - what the documents say, held against the code of both sides.
 *
 * Every statement is judged against both: "prior to that change, was it true?" is answered for
 * new words too.  Statements of two documents are one where kind and words are the same; the k-th
 * of several equal ones is the k-th there.
 */
#include <string.h>

#include "compare/internal.h"

/* One document, judged against both codes. */
struct judged { const struct verdict_document *by[COMPARE_SIDES]; };

static struct judged judge(const struct compare *c, const struct rules_document *doc)
{
	struct judged j = { { NULL, NULL } };

	for (unsigned s = 0; doc && s < COMPARE_SIDES; s++)
		j.by[s] = verdict_check(c->side[s].v, doc);
	return j;
}

static uint64_t key_of(const struct rules_statement *s)
{
	const char *text = s->text && *s->text ? s->text : s->sentence ? s->sentence : "";
	uint64_t h = hash_mix(HASH_SEED, s->kind);

	return hash_bytes(text, strlen(text), h);
}

/* Keys with the count of equal ones before mixed in. */
static void add_keys(const struct rules_document *doc, struct map *seen, struct map *out,
		     uint64_t *keys)
{
	for (size_t i = 0; doc && i < doc->statements.n; i++) {
		uint64_t key = key_of(&doc->statements.at[i]);

		keys[i] = hash_mix(key, ++*map_slot(seen, key, 0));
		map_put(out, keys[i], i);
	}
}

static void add(struct compare *c, size_t doc, const struct judged *j, size_t i, bool was_said,
		bool is_said)
{
	const struct verdict_statement *then = &j->by[COMPARE_BEFORE]->statements.at[i];
	const struct verdict_statement *now = &j->by[COMPARE_AFTER]->statements.at[i];
	struct compare_statement s = {
		.doc = doc, .in = j->by[COMPARE_AFTER], .at = { then, now },
		.was_said = was_said, .is_said = is_said,
		.is_changed = then->value != now->value,
	};

	if (!now->is_judged)
		return;
	s.is_contradiction = is_said && now->value == VERDICT_CONTRADICTED &&
			     (!was_said || then->value != VERDICT_CONTRADICTED);
	c->n_judged++;
	if (s.is_changed || was_said != is_said)
		vec_push(&c->statements, s);
}

static void compare_doc(struct compare *c, size_t index, const struct compare_doc *d)
{
	const struct rules_document *then = d->at[COMPARE_BEFORE], *now = d->at[COMPARE_AFTER];
	size_t n_then = then ? then->statements.n : 0, n_now = now ? now->statements.n : 0;
	uint64_t *keys_then = xcalloc(n_then + 1, 8), *keys_now = xcalloc(n_now + 1, 8), there;
	struct map seen_then = { 0 }, seen_now = { 0 }, in_then = { 0 }, in_now = { 0 };
	struct judged j = judge(c, now), old = then == now ? j : judge(c, then);

	add_keys(then, &seen_then, &in_then, keys_then);
	add_keys(now, &seen_now, &in_now, keys_now);
	for (size_t i = 0; i < n_now; i++)
		add(c, index, &j, i, map_get(&in_then, keys_now[i], &there), true);
	for (size_t i = 0; i < n_then; i++)
		if (!map_get(&in_now, keys_then[i], &there))
			add(c, index, &old, i, true, false);
	free(keys_then);
	free(keys_now);
	map_free(&seen_then);
	map_free(&seen_now);
	map_free(&in_then);
	map_free(&in_now);
}

void compare_statements(struct compare *c, const struct compare_doc *docs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		compare_doc(c, i, &docs[i]);
}
