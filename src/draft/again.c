/* SPDX-License-Identifier: MIT */
/* Reads a text back: what is written has to say what was meant, and to be true. */
#include "draft/internal.h"

#include <stdlib.h>
#include <string.h>

void draft_again_open(struct draft_again *a, const struct draft *d)
{
	*a = (struct draft_again){ .v = verdict_new(d->l, d->prims), .d = d };
}

const struct verdict_document *draft_again(struct draft_again *a, const char *name,
					   const char *text, size_t bytes)
{
	struct rules_options opt = { .prims = a->d->prims };
	struct rules_document *doc;
	struct diag d = { "" };

	doc = rules_read(name, text, bytes, &opt, &d);
	if (!doc)
		return NULL;
	vec_push(&a->docs, doc);
	return verdict_check(a->v, doc);
}

void draft_again_close(struct draft_again *a)
{
	verdict_free(a->v);
	for (size_t i = 0; i < a->docs.n; i++)
		rules_free(a->docs.at[i]);
	vec_free(&a->docs);
}

/* ---- a paper against what was read of it ------------------------------------------ */

static struct draft_block *block_at(struct draft_paper *p, unsigned line)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->at[i].is_dropped && line >= p->at[i].first && line <= p->at[i].last)
			return &p->at[i];
	return NULL;
}

static bool is_meant(const struct draft_block *b, const struct verdict_statement *s)
{
	uint32_t a = s->rule->locks[0] ? s->names[0].cls : LORE_NONE,
		 c = s->rule->locks[1] ? s->names[1].cls : LORE_NONE;

	for (size_t i = 0; i < b->rules.n; i++)
		if (b->rules.at[i].kind == s->rule->kind && b->rules.at[i].a == a &&
		    b->rules.at[i].b == c)
			return true;
	return false;
}

static bool is_read(const struct draft_block *b, const struct draft_rule *r,
		    const struct verdict_document *read)
{
	for (size_t i = 0; i < read->statements.n; i++) {
		const struct verdict_statement *s = &read->statements.at[i];
		struct draft_block one = { .rules = { .at = (struct draft_rule *)r, .n = 1 } };

		if (s->rule->line >= b->first && s->rule->line <= b->last && is_meant(&one, s))
			return true;
	}
	return false;
}

unsigned draft_drop_wrong(struct draft_paper *p, const struct verdict_document *read, bool *changed)
{
	unsigned lost = 0;

	*changed = false;
	for (size_t i = 0; i < read->statements.n; i++) {
		const struct verdict_statement *s = &read->statements.at[i];
		struct draft_block *b = block_at(p, s->rule->line);

		if (!b || (!s->is_judged && s->rule->kind != RULES_NOT_UNDERSTOOD) ||
		    (s->value == VERDICT_UPHELD && is_meant(b, s)))
			continue;
		lost += !b->is_tentative && !b->is_dropped;
		b->is_dropped = *changed = true;
	}
	for (size_t i = 0; i < p->n; i++) {
		struct draft_block *b = &p->at[i];

		for (size_t k = 0; k < b->rules.n && !b->is_dropped; k++)
			if (!is_read(b, &b->rules.at[k], read)) {
				lost += !b->is_tentative;
				b->is_dropped = *changed = true;
			}
	}
	return lost;
}
