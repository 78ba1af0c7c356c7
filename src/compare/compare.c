/* SPDX-License-Identifier: MIT */
#include "compare/compare.h"

#include <string.h>

#include "compare/internal.h"

static const char *say_of(const struct compare_side *s, uint32_t id)
{
	return lore_str(s->l, id);
}

/* "linux 6.1.192" and "linux 6.12.3", "pool 0f3a..." and "pool 77b1...": one tree, two states. */
static bool is_one_tree(const char *a, const char *b)
{
	size_t n = strcspn(a, " ");

	return n == strcspn(b, " ") && strncmp(a, b, n) == 0;
}

static char *find_mismatch(const struct compare_side *b, const struct compare_side *a)
{
	const char *tree_b = say_of(b, b->l->tree), *tree_a = say_of(a, a->l->tree);
	const char *conf_b = say_of(b, b->l->configuration), *conf_a = say_of(a, a->l->configuration);

	if (!is_one_tree(tree_b, tree_a))
		return xasprintf("these may be two programs: %s before, %s after", tree_b, tree_a);
	if (strcmp(conf_b, conf_a) != 0)
		return xasprintf("the configurations differ (before: %s, %u units; after: %s, %u units): "
				 "what only one of them compiles shows as a change",
				 conf_b, b->l->n_units, conf_a, a->l->n_units);
	return NULL;
}

struct compare *compare_new(const struct compare_side *before, const struct compare_side *after,
			    const struct compare_doc *docs, size_t n_docs)
{
	struct compare *c = xcalloc(1, sizeof(*c));
	struct compare_table *t;
	struct compare_ids ids;

	c->side[COMPARE_BEFORE] = *before;
	c->side[COMPARE_AFTER] = *after;
	c->mismatch = find_mismatch(before, after);
	compare_classes(c, &ids);
	t = compare_orders(c, &ids);
	compare_deadlocks(c, &ids, t);
	compare_statements(c, docs, n_docs);
	compare_table_free(t);
	for (unsigned s = 0; s < COMPARE_SIDES; s++)
		free(ids.of[s]);
	return c;
}

void compare_free(struct compare *c)
{
	if (!c)
		return;
	vec_free(&c->classes);
	vec_free(&c->orders);
	vec_free(&c->opened);
	vec_free(&c->closed);
	vec_free(&c->statements);
	free(c->mismatch);
	free(c);
}

bool compare_is_same(const struct compare *c)
{
	return !c->orders.n && !c->opened.n && !c->closed.n && !c->statements.n && !c->n_renamed;
}

bool compare_fails(const struct compare *c, const char *level)
{
	if (c->n_opened && verdict_fails(VERDICT_ERROR, level))
		return true;
	for (size_t i = 0; i < c->statements.n; i++)
		if (c->statements.at[i].is_contradiction &&
		    verdict_fails(c->statements.at[i].at[COMPARE_AFTER]->severity, level))
			return true;
	return false;
}
