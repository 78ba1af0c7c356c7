/* SPDX-License-Identifier: MIT */
/* "A is a leaf", "everything else is a leaf": one finding, counter-examples counted. */
#include "verdict/internal.h"

#include <stdlib.h>

static bool is_mentioned(const struct verdict_document *d, uint32_t cls)
{
	for (size_t i = 0; i < d->statements.n; i++) {
		const struct verdict_statement *s = &d->statements.at[i];

		if (s->rule->kind != RULES_PROTECTS && s->rule->kind != RULES_BROKEN &&
		    (s->names[0].cls == cls || s->names[1].cls == cls))
			return true;
	}
	return false;
}

/*
 * What is taken inside cls, but for its own class, and RCU and counters: entering those blocks
 * nobody, and nobody calls them locks here.
 */
static bool add_inside(struct verdict *v, struct verdict_list *out, uint32_t cls)
{
	size_t before = out->n, kept = before;

	verdict_evidence_add(v, out, cls, LORE_NONE, WANT_TAKES | WANT_BLOCKING, true);
	for (size_t i = before; i < out->n; i++) {
		uint32_t inner = out->at[i].inner;
		uint8_t kind = v->l->classes.at[inner].kind;

		if (inner != cls && kind != FACTS_KIND_RCU && kind != FACTS_KIND_READSIDE)
			out->at[kept++] = out->at[i];
	}
	out->n = kept;
	return kept > before;
}

/* One of each outer class first: the best examples are of different locks. */
static void spread(struct verdict *v, struct verdict_list *list)
{
	struct verdict_evidence *out = xcalloc(list->n, sizeof(*out));
	bool *has = xcalloc(v->l->classes.n, sizeof(*has)), *done = xcalloc(list->n, sizeof(*done));
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		if (!has[list->at[i].outer]) {
			has[list->at[i].outer] = done[i] = true;
			out[n++] = list->at[i];
		}
	for (size_t i = 0; i < list->n; i++)
		if (!done[i])
			out[n++] = list->at[i];
	for (size_t i = 0; i < n; i++)
		list->at[i] = out[i];
	free(done);
	free(has);
	free(out);
}

void verdict_judge_leaf(struct verdict *v, struct verdict_document *d, struct verdict_statement *s)
{
	bool is_rest = !s->rule->locks[0];
	uint32_t looked_at = 0, broken = 0;

	for (uint32_t cls = 0; cls < v->l->classes.n; cls++) {
		const struct lore_class *c = &v->l->classes.at[cls];

		if (is_rest ? c->is_local || verdict_is_read_side(v, cls) || !c->takes ||
				      is_mentioned(d, cls)
			    : cls != s->names[0].cls)
			continue;
		looked_at++;
		broken += add_inside(v, &s->list, cls);
	}
	verdict_evidence_sort(&s->list);
	spread(v, &s->list);
	s->reversed = verdict_evidence_tally(v, &s->list, true).inner;
	s->seen = looked_at - broken;
	s->unresolved = is_rest ? 0 : verdict_count_unresolved(v, s->names[0].cls, LORE_NONE);
	if (!broken) {
		s->value = looked_at ? VERDICT_UPHELD : VERDICT_NEVER_EXERCISED;
		return;
	}
	s->value = VERDICT_CONTRADICTED;
	s->severity = VERDICT_WARNING;
	s->blame = VERDICT_BLAME_SENTENCE;
	s->why =
		is_rest ? verdict_say(
				  v,
				  "%u of %u other locks have something taken inside, at %u place%s",
				  broken, looked_at, s->reversed, s->reversed == 1 ? "" : "s")
			: verdict_say(v, "something is taken inside at %u place%s", s->reversed,
				      s->reversed == 1 ? "" : "s");
}
