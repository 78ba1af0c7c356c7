/* SPDX-License-Identifier: MIT */
/* The questions of `ask`. */
#include "verdict/internal.h"

#include <stdlib.h>
#include <string.h>

/* False with d: a name that nothing knows.  "*" is any class. */
static bool resolve(struct verdict *v, const char *written, uint32_t *cls, const char **note,
		    struct diag *d)
{
	struct verdict_name n;

	*cls = LORE_NONE;
	if (!written || !strcmp(written, "*"))
		return true;
	n = verdict_resolve(v, written);
	*cls = n.cls;
	if (n.known == VERDICT_DRIFTED)
		*note = verdict_say(v, "the code has no %s; read as %s", written,
				    verdict_class_name(v, n.cls));
	if (n.known == VERDICT_NOT_TAKEN)
		*note = verdict_say(v, "nothing takes %s", written);
	if (n.known == VERDICT_AMBIGUOUS)
		return diag_set(d, NULL, 0, "\"%s\" may be several locks: %s; name one of them",
				written, n.similar);
	if (n.known == VERDICT_UNKNOWN)
		return diag_set(d, NULL, 0, "nothing knows a lock \"%s\"%s%s%s", written,
				*n.similar ? "; did you mean " : "", n.similar,
				*n.similar ? "?" : "");
	return true;
}

static void count(struct verdict *v, struct verdict_answer *a)
{
	struct tally t;

	verdict_evidence_sort(&a->list);
	t = verdict_evidence_tally(v, &a->list, false);
	a->count = t.pairs;
	a->sites = t.inner;
	a->is_yes = a->list.n > 0;
}

/* Places that wait for cls (LORE_NONE: for anything) with nothing held. */
static uint32_t count_alone(const struct verdict *v, uint32_t cls)
{
	uint32_t n = 0;

	for (size_t i = 0; i < v->l->takes.n; i++) {
		const struct lore_take *t = &v->l->takes.at[i];

		n += (cls == LORE_NONE || t->cls == cls) && t->mode == ORDER_WAIT && !t->n_must;
	}
	return n;
}

static void ask_inside(struct verdict *v, const struct rules_question *q, struct verdict_answer *a,
		       bool outer_is_known, bool inner_is_known)
{
	bool is_any = q->inner && !strcmp(q->inner, "*");
	unsigned want = q->inner_is_wait ? WANT_WAITS
			: is_any	 ? WANT_WAITS | WANT_TAKES
					 : WANT_TAKES;
	struct verdict_list other = { 0 };
	struct tally t;

	if (outer_is_known && inner_is_known)
		verdict_evidence_add(v, &a->list, a->outer, a->inner, want, false);
	count(v, a);
	if (q->inner_is_wait && inner_is_known)
		a->alone = count_alone(v, a->inner);
	if (a->outer == LORE_NONE || a->inner == LORE_NONE || q->inner_is_wait ||
	    a->outer == a->inner)
		return;
	verdict_evidence_add(v, &other, a->inner, a->outer, WANT_TAKES, false);
	t = verdict_evidence_tally(v, &other, false);
	a->other_count = t.pairs;
	a->other_sites = t.inner;
	vec_free(&other);
}

static void ask_with(struct verdict *v, const struct rules_question *q, struct verdict_answer *a)
{
	if (q->inner_is_wait) { /* a wait holds nothing: there is one way only */
		verdict_evidence_add(v, &a->list, a->outer, a->inner, WANT_WAITS, false);
	} else if (a->inner != LORE_NONE || a->outer != LORE_NONE) {
		verdict_evidence_add(v, &a->list, a->outer, a->inner, WANT_TAKES, false);
		if (a->outer != a->inner)
			verdict_evidence_add(v, &a->list, a->inner, a->outer, WANT_TAKES, false);
	}
	count(v, a);
}

static bool ask_path(struct verdict *v, const struct rules_question *q, struct verdict_answer *a,
		     struct diag *d)
{
	struct reach_result reached = { 0 };
	struct funcs funcs = { 0 };
	const char *near;

	if (!verdict_find_functions(v, q->from, &funcs)) {
		near = verdict_functions_like(v, q->from);
		return diag_set(d, NULL, 0, "nothing knows a function \"%s\"%s%s%s", q->from,
				*near ? "; did you mean " : "", near, *near ? "?" : "");
	}
	if (a->inner != LORE_NONE || !strcmp(q->inner, "*"))
		verdict_reach_from(v, funcs.at, funcs.n, a->inner, q->inner_is_wait, &reached);
	for (size_t i = 0; i < reached.takes.n; i++)
		vec_push(&a->list, reached.takes.at[i].e);
	count(v, a);
	vec_free(&reached.takes);
	vec_free(&funcs);
	return true;
}

const struct verdict_answer *verdict_ask(struct verdict *v, const struct rules_question *q,
					 struct diag *d)
{
	struct verdict_answer *a = xcalloc(1, sizeof(*a));
	bool inner_any, outer_any;

	vec_push(&v->answers, a);
	a->note = "";
	if (!resolve(v, q->inner, &a->inner, &a->note, d) ||
	    !resolve(v, q->outer, &a->outer, &a->note, d))
		return NULL;
	inner_any = q->inner && !strcmp(q->inner, "*");
	outer_any = q->outer && !strcmp(q->outer, "*");
	switch (q->relation) {
	case RULES_INSIDE:
		ask_inside(v, q, a, outer_any || a->outer != LORE_NONE,
			   inner_any || a->inner != LORE_NONE);
		break;
	case RULES_WITH:
		if ((outer_any || a->outer != LORE_NONE) && (inner_any || a->inner != LORE_NONE))
			ask_with(v, q, a);
		break;
	case RULES_PATH:
		if (!ask_path(v, q, a, d))
			return NULL;
		break;
	}
	if (a->is_yes && a->inner != LORE_NONE && a->outer != LORE_NONE)
		a->comment = verdict_comment_bearing(v, &a->list, false, &a->comment_place);
	return a;
}
