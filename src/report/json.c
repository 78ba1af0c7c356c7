/* SPDX-License-Identifier: MIT */
/*
 * JSON: objects keep the order in which their keys are set here.  Text that is not UTF-8 (a
 * Latin-1 document) is recoded, so that no string is ever missing.
 */
#include "report/json.h"

#include <stdlib.h>
#include <string.h>

/* Longer lists of witnesses are cut without --all. */
enum { MAX_CHECK = 50, MAX_ASK = 1000, MAX_NESTING = 20 };

json_t *report_json_text(const char *s)
{
	json_t *j = json_string(s);
	struct buf b = { 0 };

	if (j)
		return j;
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x80) {
			buf_addc(&b, (char)c);
		} else {
			buf_addc(&b, (char)(0xc0 | c >> 6));
			buf_addc(&b, (char)(0x80 | (c & 0x3f)));
		}
	}
	j = json_string(buf_str(&b));
	buf_free(&b);
	return j;
}

/* Sets and gives the reference away; out of memory ends the program, as everywhere. */
void report_json_set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		die_memory();
}

void report_json_add(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		die_memory();
}

static json_t *canonical(const struct report *r, uint32_t cls)
{
	if (cls >= r->lore->classes.n)
		return json_null();
	return report_json_text(lore_str(r->lore, r->lore->classes.at[cls].name));
}

static json_t *step(const struct report *r, uint32_t place)
{
	json_t *j = json_object();

	report_json_set(j, "function", report_json_text(report_func(r, place)));
	report_json_set(j, "file", report_json_text(report_file(r, place)));
	report_json_set(j, "line", json_integer(report_line(r, place)));
	return j;
}

json_t *report_json_witness(const struct report *r, const struct verdict_evidence *e)
{
	json_t *j = json_object(), *held = json_array(), *chain = json_array();

	report_json_set(j, "outer", canonical(r, e->outer));
	report_json_set(j, "inner", canonical(r, e->inner));
	report_json_set(j, "mode", report_json_text(order_mode_name(e->inner_mode)));
	for (uint32_t i = 0; i < e->n_held; i++)
		if (!i || e->held[i].cls != e->held[i - 1].cls)
			report_json_add(held, canonical(r, e->held[i].cls));
	report_json_set(j, "held", held);
	for (uint32_t i = 0; i < e->n_chain; i++)
		report_json_add(chain, step(r, e->chain[i]));
	report_json_set(j, "chain", chain);
	report_json_set(j, "assumptions", json_integer(e->assumptions));
	if (e->flags & LORE_TRY)
		report_json_set(j, "try", json_true());
	return j;
}

/* Sets "witnesses", and "cut" with how many were left out. */
static void set_witnesses(const struct report *r, json_t *object, const struct verdict_list *list,
			  size_t max)
{
	json_t *array = json_array();
	size_t n = r->all || list->n < max ? list->n : max;

	for (size_t i = 0; i < n; i++)
		report_json_add(array, report_json_witness(r, &list->at[i]));
	report_json_set(object, "witnesses", array);
	if (n < list->n)
		report_json_set(object, "cut", json_integer((json_int_t)(list->n - n)));
}

json_t *report_json_finding(const struct verdict_finding *f)
{
	json_t *j = json_object();

	report_json_set(j, "code", report_json_text(f->code));
	report_json_set(j, "severity", report_json_text(verdict_severity_name(f->severity)));
	report_json_set(j, "line", json_integer(f->line));
	report_json_set(j, "message", report_json_text(f->message));
	report_json_set(j, "file", report_json_text(f->file));
	return j;
}

json_t *report_json_deadlock(const struct report *r, const struct verdict_deadlock *d)
{
	json_t *j = json_object(), *cycle = json_array(), *edges = json_array(),
	       *mends = json_array();

	for (uint32_t i = 0; i < d->n; i++) {
		report_json_add(cycle, canonical(r, d->edges[i].outer));
		report_json_add(edges, report_json_witness(r, &d->edges[i]));
	}
	for (uint32_t i = 0; i < d->n_mends; i++)
		report_json_add(mends, report_json_text(d->mends[i].text));
	report_json_set(j, "cycle", cycle);
	report_json_set(j, "severity", report_json_text(verdict_severity_name(VERDICT_ERROR)));
	report_json_set(j, "edges", edges);
	report_json_set(j, "assumptions", json_integer(d->assumptions));
	report_json_set(j, "mends", mends);
	return j;
}

/* ---- check --------------------------------------------------------------------------- */

static void set_locks(const struct report *r, json_t *j, const struct verdict_statement *s)
{
	json_t *locks = json_array(), *written = json_array();

	for (unsigned i = 0; i < 2; i++) {
		const char *w = s->rule->locks[i];

		if (!w)
			continue;
		report_json_add(locks, s->names[i].cls != LORE_NONE
					       ? canonical(r, s->names[i].cls)
					       : report_json_text(w));
		report_json_add(written, report_json_text(w));
	}
	report_json_set(j, "locks", locks);
	report_json_set(j, "written", written);
}

static json_t *comment(const struct report *r, const struct verdict_statement *s)
{
	json_t *j = json_object();

	report_json_set(j, "text", report_json_text(s->comment));
	report_json_set(j, "file", report_json_text(report_file(r, s->comment_place)));
	report_json_set(j, "line", json_integer(report_line(r, s->comment_place)));
	return j;
}

json_t *report_json_statement(const struct report *r, const struct verdict_statement *s)
{
	const struct rules_statement *rule = s->rule;
	json_t *j = json_object();

	report_json_set(j, "line", json_integer(rule->line));
	report_json_set(j, "text",
	    report_json_text(rule->text && *rule->text ? rule->text
		 : rule->sentence	   ? rule->sentence
					   : ""));
	report_json_set(j, "kind", report_json_text(rules_kind_name(rule->kind)));
	set_locks(r, j, s);
	report_json_set(j, "verdict", report_json_text(verdict_value_name(s->value)));
	report_json_set(j, "severity", report_json_text(verdict_severity_name(s->severity)));
	report_json_set(j, "seen", json_integer(s->seen));
	report_json_set(j, "reversed", json_integer(s->reversed));
	report_json_set(j, "unresolved", json_integer(s->unresolved));
	set_witnesses(r, j, &s->list, MAX_CHECK);
	report_json_set(j, "judged", json_boolean(s->is_judged));
	report_json_set(j, "sentence", report_json_text(rule->sentence ? rule->sentence : ""));
	if (*s->why)
		report_json_set(j, "why", report_json_text(s->why));
	if (s->comment)
		report_json_set(j, "comment", comment(r, s));
	if (s->deadlock != LORE_NONE)
		report_json_set(j, "deadlock", json_integer((json_int_t)s->deadlock + 1));
	return j;
}

static json_t *document(const struct report *r, const struct verdict_document *d)
{
	json_t *j = json_object(), *statements = json_array(), *findings = json_array();
	json_t *deadlocks = json_array();

	for (size_t i = 0; i < d->statements.n; i++)
		report_json_add(statements, report_json_statement(r, &d->statements.at[i]));
	for (size_t i = 0; i < d->findings.n; i++)
		report_json_add(findings, report_json_finding(&d->findings.at[i]));
	for (size_t i = 0; i < d->deadlocks.n; i++)
		report_json_add(deadlocks, report_json_deadlock(r, &r->dead->at.at[d->deadlocks.at[i]]));
	report_json_set(j, "document", report_json_text(d->doc->name));
	report_json_set(j, "tree", report_json_text(lore_str(r->lore, r->lore->tree)));
	report_json_set(j, "configuration", report_json_text(lore_str(r->lore, r->lore->configuration)));
	report_json_set(j, "statements", statements);
	report_json_set(j, "findings", findings);
	report_json_set(j, "deadlocks", deadlocks);
	return j;
}

void report_json_print(const struct report *r, json_t *j)
{
	if (json_dumpf(j, r->out, JSON_INDENT(1)) == 0)
		fputc('\n', r->out);
	json_decref(j);
}

void report_check_json(const struct report *r, const struct verdict_document *const *docs, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		report_json_add(array, document(r, docs[i]));
	report_json_print(r, array);
}

/* ---- ask, deadlocks ------------------------------------------------------------------- */

void report_ask_json(const struct report *r, const char *question, const struct rules_question *q,
		     const struct verdict_answer *a)
{
	json_t *j = json_object();

	(void)q;
	report_json_set(j, "question", report_json_text(question));
	report_json_set(j, "answer", report_json_text(a->is_yes ? "yes" : "no"));
	report_json_set(j, "count", json_integer(a->count));
	report_json_set(j, "sites", json_integer(a->sites));
	set_witnesses(r, j, &a->list, MAX_ASK);
	report_json_set(j, "reversed", json_integer(a->other_sites));
	if (*a->note)
		report_json_set(j, "note", report_json_text(a->note));
	report_json_print(r, j);
}

static json_t *nesting(const struct report *r, const struct verdict_nesting *n)
{
	json_t *j = json_object();

	report_json_set(j, "class", canonical(r, n->cls));
	report_json_set(j, "annotated", json_boolean(n->is_annotated));
	set_witnesses(r, j, &n->list, MAX_NESTING);
	return j;
}

void report_deadlocks_json(const struct report *r, size_t only)
{
	json_t *j = json_object(), *deadlocks = json_array(), *nest = json_array(),
	       *findings = json_array();

	for (size_t i = 0; i < r->dead->at.n; i++)
		if (!only || i + 1 == only)
			report_json_add(deadlocks, report_json_deadlock(r, &r->dead->at.at[i]));
	for (size_t i = 0; i < r->dead->nesting.n; i++)
		report_json_add(nest, nesting(r, &r->dead->nesting.at[i]));
	for (size_t i = 0; i < r->dead->findings.n; i++)
		report_json_add(findings, report_json_finding(&r->dead->findings.at[i]));
	report_json_set(j, "deadlocks", deadlocks);
	report_json_set(j, "nesting", nest);
	report_json_set(j, "findings", findings);
	report_json_print(r, j);
}
