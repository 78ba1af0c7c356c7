/* SPDX-License-Identifier: MIT */
/* "Critical sections for A must also take B", "f() is called with B held", "without B". */
#include "verdict/internal.h"

#include <stdlib.h>
#include <string.h>

bool verdict_find_functions(struct verdict *v, const char *name, struct funcs *out)
{
	size_t n = strcspn(name, "( ");

	for (uint32_t i = 0; i < v->l->funcs.n; i++) {
		const char *own = lore_str(v->l, v->l->funcs.at[i].name);

		if (!strncmp(own, name, n) && !own[n])
			vec_push(out, i);
	}
	return out->n > 0;
}

static bool is_called(const struct verdict *v, const char *name)
{
	size_t n = strcspn(name, "( ");

	for (size_t i = 0; i < v->l->calls.n; i++) {
		const char *what = lore_str(v->l, v->l->calls.at[i].what);

		if (v->l->calls.at[i].callee == LORE_NONE && !strncmp(what, name, n) && !what[n])
			return true;
	}
	return v->prims && prim_find(v->prims, name);
}

void verdict_check_function(struct verdict *v, struct verdict_document *d,
			    const struct verdict_statement *s)
{
	struct funcs funcs = { 0 };
	const char *name = s->rule->function, *near;

	if (!verdict_find_functions(v, name, &funcs) && !is_called(v, name)) {
		near = verdict_functions_like(v, name);
		verdict_add_finding(v, d, "unknown-function", VERDICT_NOTE, s->rule->line,
				    verdict_say(v, "the code has no function %s()%s%s%s", name,
						*near ? " (like it: " : "", near,
						*near ? ")" : ""));
	}
	vec_free(&funcs);
}

/* ---- a lock that is only taken under another ---------------------------------------- */

static bool known_take(const struct verdict *v, const struct verdict_list *list, uint32_t place)
{
	for (size_t i = 0; i < list->n; i++)
		if (verdict_same_place(v, list->at[i].chain[list->at[i].n_chain - 1], place))
			return true;
	return false;
}

static void add_takes(struct verdict *v, struct verdict_statement *s, uint32_t a, uint32_t b)
{
	const struct lore *l = v->l;

	for (size_t i = 0; i < l->takes.n; i++) {
		const struct lore_take *t = &l->takes.at[i];
		bool with = verdict_holds(l->helds.at + t->must, t->n_must, b);
		bool has_way = t->n_bare > 0;

		if (t->cls != a || t->mode == ORDER_WAIT ||
		    (with && known_take(v, &s->list, t->place)))
			continue;
		vec_push(&s->list, (struct verdict_evidence){
					   .outer = with ? b : LORE_NONE,
					   .inner = a,
					   .inner_mode = t->mode,
					   .flags = t->flags,
					   .is_against = !with,
					   .chain = has_way ? l->steps.at + t->bare : &t->place,
					   .n_chain = has_way ? t->n_bare : 1,
					   .held = l->helds.at + t->must,
					   .n_held = t->n_must });
	}
}

static void judge_lock(struct verdict *v, struct verdict_statement *s)
{
	uint32_t a = s->names[0].cls, b = s->names[1].cls;

	verdict_evidence_add(v, &s->list, b, a, WANT_TAKES, false);
	/* a place that is also reached without b is no place in favour */
	for (size_t i = 0; i < v->l->takes.n; i++) {
		const struct lore_take *t = &v->l->takes.at[i];
		size_t kept = 0;

		if (t->cls != a || t->mode == ORDER_WAIT ||
		    verdict_holds(v->l->helds.at + t->must, t->n_must, b))
			continue;
		for (size_t k = 0; k < s->list.n; k++) {
			const struct verdict_evidence *e = &s->list.at[k];

			if (!verdict_same_place(v, e->chain[e->n_chain - 1], t->place))
				s->list.at[kept++] = *e;
		}
		s->list.n = kept;
	}
	add_takes(v, s, a, b);
}

/* ---- a function that is called with or without a lock --------------------------------- */

static bool is_callee(const struct verdict *v, const struct lore_call *c, const struct funcs *funcs,
		      const char *name)
{
	const char *what = lore_str(v->l, c->what);
	size_t n = strcspn(name, "( ");

	if (c->kind == LORE_CALL_SPAWN || c->kind == LORE_CALL_DEFER)
		return false;
	for (size_t i = 0; i < funcs->n; i++)
		if (c->callee == funcs->at[i])
			return true;
	return c->callee == LORE_NONE && !strncmp(what, name, n) && !what[n];
}

/* Held on some way, as far as that is known: b, or with LORE_NONE any lock but a read side. */
static bool may_hold(const struct verdict *v, const struct lore_call *c, uint32_t b)
{
	const struct lore_heldlock *sets[2] = { v->l->helds.at + c->must, v->l->helds.at + c->may };
	uint32_t sizes[2] = { c->n_must, c->n_may };

	for (size_t k = 0; k < 2; k++)
		for (uint32_t i = 0; i < sizes[k]; i++)
			if (b == LORE_NONE ? !verdict_is_read_side(v, sets[k][i].cls)
					   : sets[k][i].cls == b)
				return true;
	return false;
}

static void add_calls(struct verdict *v, struct verdict_statement *s, uint32_t b)
{
	const struct lore *l = v->l;
	struct funcs funcs = { 0 };

	verdict_find_functions(v, s->rule->function, &funcs);
	for (size_t i = 0; i < l->calls.n; i++) {
		const struct lore_call *c = &l->calls.at[i];
		bool with, good;

		if (!is_callee(v, c, &funcs, s->rule->function))
			continue;
		with = s->rule->is_without ? may_hold(v, c, b)
					   : verdict_holds(l->helds.at + c->must, c->n_must, b);
		good = with != s->rule->is_without;
		vec_push(&s->list, (struct verdict_evidence){ .outer = with ? b : LORE_NONE,
							      .inner = LORE_NONE,
							      .is_against = !good,
							      .chain = &c->place,
							      .n_chain = 1,
							      .held = l->helds.at + c->must,
							      .n_held = c->n_must });
	}
	vec_free(&funcs);
}

void verdict_judge_requires(struct verdict *v, struct verdict_document *d,
			    struct verdict_statement *s)
{
	bool is_lock = s->rule->locks[0] != NULL;

	(void)d;
	s->value = VERDICT_NEVER_EXERCISED;
	if (is_lock && s->names[0].cls == LORE_NONE) {
		s->why = verdict_say(v, "the code knows no %s", s->rule->locks[0]);
		return;
	}
	if (is_lock)
		judge_lock(v, s);
	else if (s->rule->function)
		add_calls(v, s, s->names[1].cls);
	verdict_evidence_sort(&s->list);
	s->seen = verdict_evidence_tally(v, &s->list, false).inner;
	s->reversed = verdict_evidence_tally(v, &s->list, true).inner;
	if (s->reversed) {
		s->value = VERDICT_CONTRADICTED;
		s->severity = VERDICT_WARNING;
		verdict_blame_share(v, s, s->seen,
				    s->rule->is_without ? "with it held" : "without it");
	} else if (s->seen) {
		s->value = VERDICT_UPHELD;
	} else if (!is_lock && s->rule->function) {
		s->why = verdict_say(v, "nobody is seen to call %s()", s->rule->function);
	}
}
