/* SPDX-License-Identifier: MIT */
/*
 * JSON: objects keep the order in which their keys are set here.  Text that is not UTF-8 (a
 * Latin-1 document) is recoded, so that no string is ever missing.
 */
#include "report/internal.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Longer lists of witnesses are cut without --all. */
enum { MAX_CHECK = 50, MAX_ASK = 1000, MAX_NESTING = 20 };

static json_t *text(const char *s)
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
static void set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		die_memory();
}

static void add(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		die_memory();
}

static json_t *canonical(const struct report *r, uint32_t cls)
{
	return cls < r->lore->classes.n ? text(lore_str(r->lore, r->lore->classes.at[cls].name))
					: json_null();
}

static json_t *step(const struct report *r, uint32_t place)
{
	json_t *j = json_object();

	set(j, "function", text(report_func(r, place)));
	set(j, "file", text(report_file(r, place)));
	set(j, "line", json_integer(report_line(r, place)));
	return j;
}

static json_t *witness(const struct report *r, const struct verdict_evidence *e)
{
	json_t *j = json_object(), *held = json_array(), *chain = json_array();

	set(j, "outer", canonical(r, e->outer));
	set(j, "inner", canonical(r, e->inner));
	set(j, "mode", text(order_mode_name(e->inner_mode)));
	for (uint32_t i = 0; i < e->n_held; i++)
		if (!i || e->held[i].cls != e->held[i - 1].cls)
			add(held, canonical(r, e->held[i].cls));
	set(j, "held", held);
	for (uint32_t i = 0; i < e->n_chain; i++)
		add(chain, step(r, e->chain[i]));
	set(j, "chain", chain);
	set(j, "assumptions", json_integer(e->assumptions));
	if (e->flags & LORE_TRY)
		set(j, "try", json_true());
	return j;
}

/* Sets "witnesses", and "cut" with how many were left out. */
static void set_witnesses(const struct report *r, json_t *object, const struct verdict_list *list,
			  size_t max)
{
	json_t *array = json_array();
	size_t n = r->all || list->n < max ? list->n : max;

	for (size_t i = 0; i < n; i++)
		add(array, witness(r, &list->at[i]));
	set(object, "witnesses", array);
	if (n < list->n)
		set(object, "cut", json_integer((json_int_t)(list->n - n)));
}

static json_t *finding(const struct verdict_finding *f)
{
	json_t *j = json_object();

	set(j, "code", text(f->code));
	set(j, "severity", text(verdict_severity_name(f->severity)));
	set(j, "line", json_integer(f->line));
	set(j, "message", text(f->message));
	set(j, "file", text(f->file));
	return j;
}

static json_t *deadlock(const struct report *r, const struct verdict_deadlock *d)
{
	json_t *j = json_object(), *cycle = json_array(), *edges = json_array(),
	       *mends = json_array();

	for (uint32_t i = 0; i < d->n; i++) {
		add(cycle, canonical(r, d->edges[i].outer));
		add(edges, witness(r, &d->edges[i]));
	}
	for (uint32_t i = 0; i < d->n_mends; i++)
		add(mends, text(d->mends[i].text));
	set(j, "cycle", cycle);
	set(j, "severity", text(verdict_severity_name(VERDICT_ERROR)));
	set(j, "edges", edges);
	set(j, "assumptions", json_integer(d->assumptions));
	set(j, "mends", mends);
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
		add(locks, s->names[i].cls != LORE_NONE ? canonical(r, s->names[i].cls) : text(w));
		add(written, text(w));
	}
	set(j, "locks", locks);
	set(j, "written", written);
}

static json_t *comment(const struct report *r, const struct verdict_statement *s)
{
	json_t *j = json_object();

	set(j, "text", text(s->comment));
	set(j, "file", text(report_file(r, s->comment_place)));
	set(j, "line", json_integer(report_line(r, s->comment_place)));
	return j;
}

static json_t *statement(const struct report *r, const struct verdict_statement *s)
{
	const struct rules_statement *rule = s->rule;
	json_t *j = json_object();

	set(j, "line", json_integer(rule->line));
	set(j, "text",
	    text(rule->text && *rule->text ? rule->text
		 : rule->sentence	   ? rule->sentence
					   : ""));
	set(j, "kind", text(rules_kind_name(rule->kind)));
	set_locks(r, j, s);
	set(j, "verdict", text(verdict_value_name(s->value)));
	set(j, "severity", text(verdict_severity_name(s->severity)));
	set(j, "seen", json_integer(s->seen));
	set(j, "reversed", json_integer(s->reversed));
	set(j, "unresolved", json_integer(s->unresolved));
	set_witnesses(r, j, &s->list, MAX_CHECK);
	set(j, "judged", json_boolean(s->is_judged));
	set(j, "sentence", text(rule->sentence ? rule->sentence : ""));
	if (*s->why)
		set(j, "why", text(s->why));
	if (s->comment)
		set(j, "comment", comment(r, s));
	if (s->deadlock != LORE_NONE)
		set(j, "deadlock", json_integer((json_int_t)s->deadlock + 1));
	return j;
}

static json_t *document(const struct report *r, const struct verdict_document *d)
{
	json_t *j = json_object(), *statements = json_array(), *findings = json_array();
	json_t *deadlocks = json_array();

	for (size_t i = 0; i < d->statements.n; i++)
		add(statements, statement(r, &d->statements.at[i]));
	for (size_t i = 0; i < d->findings.n; i++)
		add(findings, finding(&d->findings.at[i]));
	for (size_t i = 0; i < d->deadlocks.n; i++)
		add(deadlocks, deadlock(r, &r->dead->at.at[d->deadlocks.at[i]]));
	set(j, "document", text(d->doc->name));
	set(j, "tree", text(lore_str(r->lore, r->lore->tree)));
	set(j, "configuration", text(lore_str(r->lore, r->lore->configuration)));
	set(j, "statements", statements);
	set(j, "findings", findings);
	set(j, "deadlocks", deadlocks);
	return j;
}

static void print(const struct report *r, json_t *j)
{
	if (json_dumpf(j, r->out, JSON_INDENT(1)) == 0)
		fputc('\n', r->out);
	json_decref(j);
}

void report_check_json(const struct report *r, const struct verdict_document *const *docs, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		add(array, document(r, docs[i]));
	print(r, array);
}

/* ---- ask, deadlocks ------------------------------------------------------------------- */

void report_ask_json(const struct report *r, const char *question, const struct rules_question *q,
		     const struct verdict_answer *a)
{
	json_t *j = json_object();

	(void)q;
	set(j, "question", text(question));
	set(j, "answer", text(a->is_yes ? "yes" : "no"));
	set(j, "count", json_integer(a->count));
	set(j, "sites", json_integer(a->sites));
	set_witnesses(r, j, &a->list, MAX_ASK);
	set(j, "reversed", json_integer(a->other_sites));
	if (*a->note)
		set(j, "note", text(a->note));
	print(r, j);
}

static json_t *nesting(const struct report *r, const struct verdict_nesting *n)
{
	json_t *j = json_object();

	set(j, "class", canonical(r, n->cls));
	set(j, "annotated", json_boolean(n->is_annotated));
	set_witnesses(r, j, &n->list, MAX_NESTING);
	return j;
}

void report_deadlocks_json(const struct report *r, size_t only)
{
	json_t *j = json_object(), *deadlocks = json_array(), *nest = json_array(),
	       *findings = json_array();

	for (size_t i = 0; i < r->dead->at.n; i++)
		if (!only || i + 1 == only)
			add(deadlocks, deadlock(r, &r->dead->at.at[i]));
	for (size_t i = 0; i < r->dead->nesting.n; i++)
		add(nest, nesting(r, &r->dead->nesting.at[i]));
	for (size_t i = 0; i < r->dead->findings.n; i++)
		add(findings, finding(&r->dead->findings.at[i]));
	set(j, "deadlocks", deadlocks);
	set(j, "nesting", nest);
	set(j, "findings", findings);
	print(r, j);
}
