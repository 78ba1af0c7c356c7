/* SPDX-License-Identifier: MIT */
/* `diff` as JSON: everything, one witness each. */
#include <string.h>

#include "report/diff.h"
#include "report/json.h"

struct printer {
	const struct report_diff *d;
	struct report r[COMPARE_SIDES];
};

static json_t *lock_name(const struct printer *p, uint32_t cls)
{
	return report_json_text(p->d->c->classes.at[cls].name);
}

static json_t *side(const struct printer *p, unsigned s)
{
	const struct lore *l = p->d->c->side[s].l;
	json_t *j = json_object();

	report_json_set(j, "name", report_json_text(p->d->name[s]));
	report_json_set(j, "tree", report_json_text(lore_str(l, l->tree)));
	report_json_set(j, "configuration", report_json_text(lore_str(l, l->configuration)));
	report_json_set(j, "date", report_json_text(lore_str(l, l->date)));
	report_json_set(j, "units", json_integer(l->n_units));
	return j;
}

/* A witness, with who brought it where that is known. */
static json_t *witness(const struct printer *p, enum compare_when when,
		       const struct verdict_evidence *e)
{
	json_t *j = report_json_witness(&p->r[when], e), *o;
	struct report_origin from = { "", "", "" };

	if (when != COMPARE_AFTER || !p->d->origin || !p->d->origin(p->d->ctx, e, &from))
		return j;
	o = json_object();
	report_json_set(o, "commit", report_json_text(from.commit));
	report_json_set(o, "date", report_json_text(from.date));
	report_json_set(o, "subject", report_json_text(from.subject));
	report_json_set(j, "origin", o);
	return j;
}

static json_t *order(const struct printer *p, const struct compare_order *o)
{
	json_t *j = json_object();

	report_json_set(j, "change", report_json_text(compare_what_name(o->what)));
	report_json_set(j, "outer", lock_name(p, o->outer));
	report_json_set(j, "inner", lock_name(p, o->inner));
	report_json_set(j, "wait", json_boolean(o->is_wait));
	report_json_set(j, "mode_only", json_boolean(o->is_mode));
	report_json_set(j, "both_ways", json_boolean(o->is_both));
	report_json_set(j, "places_before", json_integer(o->places[COMPARE_BEFORE]));
	report_json_set(j, "places_after", json_integer(o->places[COMPARE_AFTER]));
	for (int s = 0; s < COMPARE_SIDES; s++)
		if (o->witness[s].n_chain)
			report_json_set(j, s ? "after" : "before",
					witness(p, (enum compare_when)s, &o->witness[s]));
	return j;
}

static json_t *deadlock(const struct printer *p, const struct compare_deadlock *d,
			enum compare_when when)
{
	json_t *j = report_json_deadlock(&p->r[when], d->deadlock), *edges = json_array();

	for (uint32_t i = 0; i < d->deadlock->n; i++)
		report_json_add(edges, witness(p, when, &d->deadlock->edges[i]));
	report_json_set(j, "edges", edges);
	report_json_set(j, "hidden", json_boolean(d->is_hidden));
	return j;
}

static json_t *deadlocks(const struct printer *p, const struct compare_deadlocks *list,
			 enum compare_when when)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->n; i++)
		report_json_add(array, deadlock(p, &list->at[i], when));
	return array;
}

static json_t *judged(const struct printer *p, const struct compare_statement *s,
		      enum compare_when when)
{
	const struct verdict_statement *v = s->at[when];
	json_t *j = json_object(), *witnesses = json_array();
	int last = -1;

	report_json_set(j, "verdict", report_json_text(verdict_value_name(v->value)));
	report_json_set(j, "severity", report_json_text(verdict_severity_name(v->severity)));
	report_json_set(j, "seen", json_integer(v->seen));
	report_json_set(j, "reversed", json_integer(v->reversed));
	if (*v->why)
		report_json_set(j, "why", report_json_text(v->why));
	/* The best for it and the best against it. */
	for (size_t i = 0; i < v->list.n; i++) {
		if (v->list.at[i].is_against == last)
			continue;
		last = v->list.at[i].is_against;
		report_json_add(witnesses, witness(p, when, &v->list.at[i]));
	}
	report_json_set(j, "witnesses", witnesses);
	return j;
}

static json_t *statement(const struct printer *p, const struct compare_statement *s)
{
	const struct rules_statement *rule = s->at[COMPARE_AFTER]->rule;
	json_t *j = json_object();

	report_json_set(j, "document", report_json_text(s->in->doc->name));
	report_json_set(j, "line", json_integer(rule->line));
	report_json_set(j, "text", report_json_text(rule->text && *rule->text ? rule->text
						    : rule->sentence	      ? rule->sentence
									      : ""));
	report_json_set(j, "kind", report_json_text(rules_kind_name(rule->kind)));
	report_json_set(j, "said_before", json_boolean(s->was_said));
	report_json_set(j, "said_after", json_boolean(s->is_said));
	report_json_set(j, "new_contradiction", json_boolean(s->is_contradiction));
	report_json_set(j, "before", judged(p, s, COMPARE_BEFORE));
	report_json_set(j, "after", judged(p, s, COMPARE_AFTER));
	return j;
}

static json_t *renames(const struct compare *c)
{
	json_t *array = json_array();

	for (size_t i = 0; i < c->classes.n; i++) {
		json_t *j;

		if (!c->classes.at[i].was)
			continue;
		j = json_object();
		report_json_set(j, "before", report_json_text(c->classes.at[i].was));
		report_json_set(j, "after", report_json_text(c->classes.at[i].name));
		report_json_add(array, j);
	}
	return array;
}

void report_diff_json(const struct report_diff *d)
{
	json_t *j = json_object(), *orders = json_array(), *statements = json_array();
	struct printer p = { .d = d };

	for (unsigned s = 0; s < COMPARE_SIDES; s++)
		p.r[s] = (struct report){ .out = d->out, .lore = d->c->side[s].l, .all = true,
					  .dead = verdict_deadlocks(d->c->side[s].v) };
	for (size_t i = 0; i < d->c->orders.n; i++)
		report_json_add(orders, order(&p, &d->c->orders.at[i]));
	for (size_t i = 0; i < d->c->statements.n; i++)
		report_json_add(statements, statement(&p, &d->c->statements.at[i]));
	report_json_set(j, "same", json_boolean(compare_is_same(d->c)));
	report_json_set(j, "before", side(&p, COMPARE_BEFORE));
	report_json_set(j, "after", side(&p, COMPARE_AFTER));
	if (d->c->mismatch)
		report_json_set(j, "mismatch", report_json_text(d->c->mismatch));
	report_json_set(j, "renamed", renames(d->c));
	report_json_set(j, "statements", statements);
	report_json_set(j, "opened", deadlocks(&p, &d->c->opened, COMPARE_AFTER));
	report_json_set(j, "closed", deadlocks(&p, &d->c->closed, COMPARE_BEFORE));
	report_json_set(j, "orders", orders);
	report_json_print(&p.r[COMPARE_AFTER], j);
}
