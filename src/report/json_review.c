/* SPDX-License-Identifier: MIT */
/* `review` as JSON: all that the text says, and what it leaves out. */
#include "report/json.h"
#include "report/review.h"

static json_t *where(const struct rules_statement *s)
{
	struct buf b = { 0 };
	json_t *j;

	review_where(s, &b);
	j = report_json_text(buf_str(&b));
	buf_free(&b);
	return j;
}

static json_t *mend(const struct review_mend *m)
{
	json_t *j = json_object();

	report_json_set(j, "text", report_json_text(m->mend->text));
	report_json_set(j, "places", json_integer(m->places));
	report_json_set(j, "deadlocks_left", json_integer(m->left));
	if (m->against) {
		report_json_set(j, "against", report_json_text(m->against->rule->text));
		report_json_set(j, "against_at", where(m->against->rule));
	}
	return j;
}

static json_t *knot(const struct report *r, const struct review *v, const struct review_knot *k)
{
	json_t *j = report_json_deadlock(r, &v->dead->at.at[k->deadlock]);
	json_t *others = json_array(), *mends = json_array();

	report_json_set(j, "number", json_integer((json_int_t)k->deadlock + 1));
	for (size_t i = 0; i < k->others.n; i++)
		report_json_add(others, json_integer((json_int_t)k->others.at[i] + 1));
	for (size_t i = 0; i < k->mends.n; i++)
		report_json_add(mends, mend(&k->mends.at[i]));
	report_json_set(j, "same_orders", others);
	report_json_set(j, "guessed", json_integer(k->n_guessed));
	report_json_set(j, "mends", mends);
	return j;
}

static json_t *held(const struct report *r, const struct review_claim *c)
{
	json_t *array = json_array();

	for (size_t i = 0; i < c->held.n; i++) {
		const struct review_held *h = &c->held.at[i];
		json_t *j = json_object(), *at = json_array();

		report_json_set(j, "lock",
				h->outer == LORE_NONE
					? json_null()
					: report_json_text(lore_str(
						  r->lore, r->lore->classes.at[h->outer].name)));
		for (size_t k = 0; k < h->at.n; k++) {
			json_t *place = json_object();

			report_json_set(place, "function",
					report_json_text(report_func(r, h->at.at[k])));
			report_json_set(place, "file",
					report_json_text(report_file(r, h->at.at[k])));
			report_json_set(place, "line", json_integer(report_line(r, h->at.at[k])));
			report_json_add(at, place);
		}
		report_json_set(j, "places", at);
		report_json_add(array, j);
	}
	return array;
}

static json_t *claims(const struct report *r, const struct review_claim *c, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *j = report_json_statement(r, c[i].s);

		report_json_set(j, "why", report_json_text(c[i].why));
		if (c[i].held.n)
			report_json_set(j, "held_around_waits", held(r, &c[i]));
		if (c[i].origin)
			report_json_set(j, "origin", report_json_text(c[i].origin));
		if (c[i].premise)
			report_json_set(j, "rests_on_contradicted",
					report_json_text(c[i].premise->rule->text));
		report_json_add(array, j);
	}
	return array;
}

static json_t *tension(const struct report *r, const struct review_tension *t)
{
	json_t *j = report_json_finding(t->finding), *about = json_array();

	for (uint32_t i = 0; i < t->finding->n_about; i++) {
		json_t *s = json_object();

		report_json_set(s, "text", report_json_text(t->finding->about[i]->rule->text));
		report_json_set(s, "at", where(t->finding->about[i]->rule));
		report_json_add(about, s);
	}
	report_json_set(j, "about", about);
	if (t->meet)
		report_json_set(j, "meet", report_json_witness(r, t->meet));
	return j;
}

static json_t *block(const struct report *r, const struct review *v, const struct review_block *b)
{
	json_t *j = json_object(), *quote = json_array(), *findings = json_array(),
	       *tensions = json_array();

	report_json_set(j, "line", json_integer(b->line));
	if (b->path)
		report_json_set(j, "path", report_json_text(b->path));
	for (size_t i = 0; i < b->quote.n; i++)
		report_json_add(quote, report_json_text(b->quote.at[i]));
	for (size_t i = 0; i < b->findings.n; i++)
		report_json_add(findings, report_json_finding(b->findings.at[i]));
	for (size_t i = 0; i < b->tensions.n; i++)
		report_json_add(tensions, tension(r, &b->tensions.at[i]));
	report_json_set(j, "quote", quote);
	report_json_set(j, "statements", claims(r, b->claims.at, b->claims.n));
	report_json_set(j, "findings", findings);
	report_json_set(j, "tensions", tensions);
	if (b->knot != LORE_NONE)
		report_json_set(j, "deadlock",
				json_integer((json_int_t)v->knots.at[b->knot].deadlock + 1));
	if (b->instead)
		report_json_set(j, "instead", report_json_text(b->instead));
	if (b->condition)
		report_json_set(j, "condition", report_json_text(b->condition));
	return j;
}

static json_t *code(const struct report *r, const struct review_code *c)
{
	static const char *const states[] = { "applied", "not applied", "unknown" };
	json_t *j = json_object(), *touches = json_array();

	report_json_set(j, "path", report_json_text(c->path));
	report_json_set(j, "old_line", json_integer(c->hunk->old_first));
	report_json_set(j, "new_line", json_integer(c->hunk->new_first));
	report_json_set(j, "state", report_json_text(states[c->state]));
	report_json_set(j, "orders", json_integer(c->orders));
	for (size_t i = 0; i < c->touches.n; i++) {
		const struct review_touch *t = &c->touches.at[i];
		json_t *k = json_object();

		if (t->s) {
			report_json_set(k, "text", report_json_text(t->s->rule->text));
			report_json_set(k, "at", where(t->s->rule));
		}
		if (t->deadlock != LORE_NONE)
			report_json_set(k, "deadlock", json_integer((json_int_t)t->deadlock + 1));
		report_json_set(k, "witness", report_json_witness(r, t->way));
		report_json_add(touches, k);
	}
	report_json_set(j, "touches", touches);
	return j;
}

static json_t *counts(const struct review *v)
{
	json_t *j = json_object();

	report_json_set(j, "changed", json_integer(v->n_changed));
	for (unsigned i = 0; i < VERDICT_VALUES; i++)
		report_json_set(j, verdict_value_name(i), json_integer(v->n_of[i]));
	report_json_set(j, "recorded", json_integer(v->n_recorded));
	report_json_set(j, "removed", json_integer(v->n_removed));
	report_json_set(j, "moved", json_integer(v->n_moved));
	report_json_set(j, "moved_contradicted", json_integer(v->n_moved_wrong));
	report_json_set(j, "replies", json_integer(v->n_talk));
	report_json_set(j, "code_hunks", json_integer(v->n_code_hunks));
	report_json_set(j, "code_orders", json_integer(v->n_code_orders));
	return j;
}

void report_review_json(const struct report *r, const struct review *v)
{
	json_t *j = json_object(), *blocks = json_array(), *talk = json_array(),
	       *knots = json_array(), *codes = json_array(), *lost = json_array(),
	       *unread = json_array();

	for (size_t i = 0; i < v->blocks.n; i++)
		report_json_add(blocks, block(r, v, &v->blocks.at[i]));
	for (size_t i = 0; i < v->talk.n; i++) {
		json_t *t = json_object();

		report_json_set(t, "line", json_integer(v->talk.at[i].line));
		report_json_set(t, "sentence", report_json_text(v->talk.at[i].sentence));
		report_json_set(t, "is_reply", json_boolean(v->talk.at[i].is_reply));
		report_json_set(t, "asks_of_above", json_boolean(v->talk.at[i].is_question));
		report_json_set(t, "statements",
				claims(r, v->talk.at[i].claims.at, v->talk.at[i].claims.n));
		report_json_add(talk, t);
	}
	for (size_t i = 0; i < v->knots.n; i++)
		report_json_add(knots, knot(r, v, &v->knots.at[i]));
	for (size_t i = 0; i < v->code.n; i++)
		report_json_add(codes, code(r, &v->code.at[i]));
	for (size_t i = 0; i < v->unread.n; i++)
		report_json_add(unread, report_json_text(v->unread.at[i]->rule->sentence));
	for (size_t i = 0; i < v->lost.n; i++)
		report_json_add(lost, report_json_text(v->lost.at[i]->rule->text));
	report_json_set(j, "review", report_json_text(v->name));
	report_json_set(j, "subject", report_json_text(v->subject));
	report_json_set(j, "from", report_json_text(v->from));
	report_json_set(j, "tree", report_json_text(lore_str(r->lore, r->lore->tree)));
	report_json_set(j, "configuration",
			report_json_text(lore_str(r->lore, r->lore->configuration)));
	report_json_set(j, "counts", counts(v));
	report_json_set(j, "sentences", blocks);
	report_json_set(j, "not_understood", unread);
	report_json_set(j, "removed_and_true", lost);
	report_json_set(j, "talk", talk);
	report_json_set(j, "code", codes);
	report_json_set(j, "deadlocks", knots);
	report_json_print(r, j);
}
