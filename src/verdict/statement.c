/* SPDX-License-Identifier: MIT */
/* One statement, one verdict: a function per kind. */
#include "verdict/internal.h"

#include <stdlib.h>
#include <string.h>

uint32_t verdict_count_unresolved(const struct verdict *v, uint32_t a, uint32_t b)
{
	uint32_t n = 0;

	for (size_t i = 0; i < v->l->calls.n; i++) {
		const struct lore_call *c = &v->l->calls.at[i];
		const struct lore_heldlock *may = v->l->helds.at + c->may;

		if (c->callee == LORE_NONE && c->kind == LORE_CALL_POINTER &&
		    ((a != LORE_NONE && verdict_holds(may, c->n_may, a)) ||
		     (b != LORE_NONE && verdict_holds(may, c->n_may, b))))
			n++;
	}
	return n;
}

static void set(struct verdict_statement *s, enum verdict_value value,
		enum verdict_severity severity)
{
	s->value = value;
	s->severity = value == VERDICT_CONTRADICTED ? severity : VERDICT_NOTE;
}

static void count(struct verdict *v, struct verdict_statement *s)
{
	verdict_evidence_sort(&s->list);
	s->seen = verdict_evidence_tally(v, &s->list, false).inner;
	s->reversed = verdict_evidence_tally(v, &s->list, true).inner;
}

static void judge_order(struct verdict *v, struct verdict_statement *s)
{
	uint32_t a = s->names[0].cls, b = s->names[1].cls;

	verdict_evidence_add(v, &s->list, a, b, WANT_TAKES, false);
	if (a != b)
		verdict_evidence_add(v, &s->list, b, a, WANT_TAKES | WANT_BLOCKING, true);
	count(v, s);
	s->unresolved = verdict_count_unresolved(v, a, b);
	if (!s->reversed) {
		set(s, s->seen ? VERDICT_UPHELD : VERDICT_NEVER_EXERCISED, VERDICT_NOTE);
		return;
	}
	s->deadlock = verdict_deadlock_with(v, b, a, false);
	if (s->deadlock == LORE_NONE)
		s->deadlock = verdict_deadlock_with(v, a, b, false);
	set(s, VERDICT_CONTRADICTED, s->deadlock == LORE_NONE ? VERDICT_WARNING : VERDICT_ERROR);
	verdict_blame_pair(v, s);
}

/* b must not be taken inside a.  In the list the forbidden is `against`, as the sentence means it.
 */
static void judge_never(struct verdict *v, struct verdict_statement *s)
{
	uint32_t a = s->names[0].cls, b = s->names[1].cls;
	struct tally good, bad;

	verdict_evidence_add(v, &s->list, a, b, WANT_TAKES | WANT_BLOCKING, true);
	if (a != b)
		verdict_evidence_add(v, &s->list, b, a,
				     WANT_TAKES | (s->rule->is_together ? WANT_BLOCKING : 0),
				     s->rule->is_together);
	verdict_evidence_sort(&s->list);
	good = verdict_evidence_tally(v, &s->list, false);
	bad = verdict_evidence_tally(v, &s->list, true);
	s->seen = bad.inner;
	s->reversed = good.inner;
	s->unresolved = verdict_count_unresolved(v, a, s->rule->is_together ? b : LORE_NONE);
	if (!bad.inner) {
		set(s, VERDICT_UPHELD, VERDICT_NOTE);
		return;
	}
	s->deadlock = verdict_deadlock_with(v, a, b, false);
	set(s, VERDICT_CONTRADICTED, VERDICT_ERROR);
	verdict_blame_pair(v, s);
}

static void judge_may(struct verdict *v, struct verdict_statement *s)
{
	uint32_t a = s->names[0].cls, b = s->names[1].cls;

	verdict_evidence_add(v, &s->list, a, b, WANT_TAKES, false);
	count(v, s);
	s->unresolved = verdict_count_unresolved(v, a, LORE_NONE);
	set(s, s->seen ? VERDICT_UPHELD : VERDICT_NEVER_EXERCISED, VERDICT_NOTE);
	if (!s->seen)
		return;
	s->deadlock = verdict_deadlock_with(v, a, b, false);
	if (s->deadlock == LORE_NONE)
		return;
	set(s, VERDICT_CONTRADICTED, VERDICT_ERROR);
	s->why = verdict_say(v, "%u place%s so, and a deadlock follows", s->seen,
			     s->seen == 1 ? " does" : "s do");
	s->comment = verdict_comment_bearing(v, &s->list, false, &s->comment_place);
}

/* Locks held around wait(S) that no waits-sentence of the document names. */
static void note_omitted(struct verdict *v, struct verdict_document *d, struct verdict_statement *s)
{
	struct verdict_list all = { 0 };
	struct { VEC(uint32_t); } omitted = { 0 };
	struct buf b = { 0 };

	verdict_evidence_add(v, &all, LORE_NONE, s->names[0].cls, WANT_WAITS, false);
	for (size_t i = 0; i < all.n; i++) {
		bool known = v->l->classes.at[all.at[i].outer].is_local;

		for (size_t k = 0; k < omitted.n; k++)
			known |= omitted.at[k] == all.at[i].outer;
		for (size_t k = 0; k < d->statements.n; k++) {
			const struct verdict_statement *o = &d->statements.at[k];

			known |= (o->rule->kind == RULES_WAITS ||
				  o->rule->kind == RULES_NEVER_WAITS) &&
				 o->names[0].cls == s->names[0].cls &&
				 o->names[1].cls == all.at[i].outer;
		}
		if (!known)
			vec_push(&omitted, all.at[i].outer);
	}
	for (size_t i = 0; i < omitted.n; i++)
		verdict_add_listed(&b, verdict_class_name(v, omitted.at[i]), i, omitted.n);
	if (omitted.n)
		verdict_add_finding(v, d, "also-held", VERDICT_NOTE, s->rule->line,
				    verdict_say(v, "the wait for %s is also called inside %s",
						verdict_class_name(v, s->names[0].cls),
						buf_str(&b)));
	buf_free(&b);
	vec_free(&omitted);
	vec_free(&all);
}

static void judge_waits(struct verdict *v, struct verdict_document *d, struct verdict_statement *s)
{
	verdict_evidence_add(v, &s->list, s->names[1].cls, s->names[0].cls, WANT_WAITS, false);
	count(v, s);
	s->unresolved = verdict_count_unresolved(v, s->names[1].cls, LORE_NONE);
	set(s, s->seen ? VERDICT_UPHELD : VERDICT_NEVER_EXERCISED, VERDICT_NOTE);
	note_omitted(v, d, s);
}

/* Places that wait for the class. */
static uint32_t count_waits(const struct verdict *v, uint32_t cls)
{
	uint32_t n = 0;

	for (size_t i = 0; i < v->l->takes.n; i++) {
		bool known = false;

		if (v->l->takes.at[i].cls != cls || v->l->takes.at[i].mode != ORDER_WAIT)
			continue;
		for (size_t k = 0; k < i; k++)
			known |= v->l->takes.at[k].cls == cls &&
				 v->l->takes.at[k].mode == ORDER_WAIT &&
				 verdict_same_place(v, v->l->takes.at[k].place,
						    v->l->takes.at[i].place);
		n += !known;
	}
	return n > v->l->classes.at[cls].waits ? n : v->l->classes.at[cls].waits;
}

static void judge_never_waits(struct verdict *v, struct verdict_statement *s)
{
	uint32_t domain = s->names[0].cls, waits = count_waits(v, domain);

	verdict_evidence_add(v, &s->list, s->names[1].cls, domain, WANT_WAITS, true);
	verdict_evidence_sort(&s->list);
	s->seen = verdict_evidence_tally(v, &s->list, true).inner;
	s->unresolved = verdict_count_unresolved(v, s->names[1].cls, LORE_NONE);
	if (!s->seen) {
		set(s, waits ? VERDICT_UPHELD : VERDICT_NEVER_EXERCISED, VERDICT_NOTE);
		return;
	}
	s->deadlock = verdict_deadlock_with(v, s->names[1].cls, domain, true);
	set(s, VERDICT_CONTRADICTED, VERDICT_ERROR);
	verdict_blame_share(v, s, waits > s->seen ? waits - s->seen : 0,
			    s->seen == 1 ? "waits with it held" : "wait with it held");
}

static void judge_released(struct verdict *v, struct verdict_statement *s)
{
	uint32_t a = s->names[0].cls, domain = s->names[1].cls, held;

	for (size_t i = 0; i < v->l->released.n; i++) {
		const struct lore_released *r = &v->l->released.at[i];

		if (r->cls == a && r->wait == domain && r->n_chain)
			vec_push(&s->list,
				 (struct verdict_evidence){ .outer = a,
							    .inner = domain,
							    .inner_mode = ORDER_WAIT,
							    .chain = v->l->steps.at + r->chain,
							    .n_chain = r->n_chain });
	}
	held = verdict_evidence_add(v, &s->list, a, domain, WANT_WAITS, true);
	count(v, s);
	s->unresolved = verdict_count_unresolved(v, a, LORE_NONE);
	if (!held) {
		set(s, s->seen ? VERDICT_UPHELD : VERDICT_NEVER_EXERCISED, VERDICT_NOTE);
		return;
	}
	s->deadlock = verdict_deadlock_with(v, a, domain, true);
	set(s, VERDICT_CONTRADICTED, s->deadlock == LORE_NONE ? VERDICT_WARNING : VERDICT_ERROR);
	verdict_blame_share(v, s, s->seen,
			    s->reversed == 1 ? "waits with it held" : "wait with it held");
}

/* Which of the two names must be classes before the kind can be judged; says so where one is not.
 */
static bool has_names(struct verdict *v, struct verdict_statement *s)
{
	static const uint8_t needs[RULES_KINDS] = {
		[RULES_ORDER] = 3,    [RULES_NEVER] = 3,       [RULES_MAY] = 3,
		[RULES_WAITS] = 3,    [RULES_NEVER_WAITS] = 3, [RULES_RELEASED] = 3,
		[RULES_REQUIRES] = 2, [RULES_CONTEXT] = 1,
	};
	const char *b = s->rule->locks[1];

	if (s->rule->kind == RULES_REQUIRES && s->rule->is_without && (!b || !strcmp(b, "*")))
		return true; /* without any lock */
	for (unsigned i = 0; i < 2; i++) {
		const char *written = s->rule->locks[i];

		if (!(needs[s->rule->kind] & (1u << i)) || s->names[i].cls != LORE_NONE)
			continue;
		set(s, VERDICT_NEVER_EXERCISED, VERDICT_NOTE);
		s->why = !written ? "the sentence names too few locks"
			 : s->names[i].known == VERDICT_NOT_TAKEN
				 ? verdict_say(v, "nothing takes %s", written)
			 : s->names[i].known == VERDICT_AMBIGUOUS
				 ? verdict_say(v, "%s may be several locks", written)
				 : verdict_say(v, "the code knows no %s", written);
		return false;
	}
	return true;
}

static void judge_kind(struct verdict *v, struct verdict_document *d, struct verdict_statement *s)
{
	switch ((enum rules_kind)s->rule->kind) {
	case RULES_ORDER: judge_order(v, s); break;
	case RULES_NEVER: judge_never(v, s); break;
	case RULES_MAY: judge_may(v, s); break;
	case RULES_WAITS: judge_waits(v, d, s); break;
	case RULES_NEVER_WAITS: judge_never_waits(v, s); break;
	case RULES_RELEASED: judge_released(v, s); break;
	case RULES_REQUIRES: verdict_judge_requires(v, d, s); break;
	case RULES_LEAF: verdict_judge_leaf(v, d, s); break;
	case RULES_CONTEXT: verdict_judge_context(v, d, s); break;
	case RULES_NOT_UNDERSTOOD: set(s, VERDICT_NOT_UNDERSTOOD, VERDICT_NOTE); break;
	case RULES_PROTECTS:
	case RULES_ADVICE:
	case RULES_BROKEN:
	case RULES_KINDS:
		s->is_judged = false;
		set(s, VERDICT_NEVER_EXERCISED, VERDICT_NOTE);
		break;
	}
}

void verdict_judge_statement(struct verdict *v, struct verdict_document *d,
			     struct verdict_statement *s)
{
	s->is_judged = true;
	s->why = "";
	s->deadlock = LORE_NONE;
	if (s->rule->function)
		verdict_check_function(v, d, s);
	if (has_names(v, s))
		judge_kind(v, d, s);
	if (s->rule->is_question && s->severity > VERDICT_NOTE)
		s->severity = VERDICT_NOTE; /* who asks has claimed nothing */
}
