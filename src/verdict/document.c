/* SPDX-License-Identifier: MIT */
/* A whole document: names first, then every statement, then the document against itself. */
#include "verdict/internal.h"

#include <stdlib.h>
#include <string.h>

static const char *like(struct verdict *v, const char *similar)
{
	return *similar ? verdict_say(v, " (like it: %s)", similar) : "";
}

static void note_name(struct verdict *v, struct verdict_document *d,
		      const struct rules_statement *r, unsigned i, struct verdict_name n)
{
	const char *w = r->locks[i];

	switch (n.known) {
	case VERDICT_KNOWN: break;
	case VERDICT_DRIFTED:
		verdict_add_finding(
			v, d, "name-drift", VERDICT_NOTE, r->line,
			verdict_say(
				v,
				"the code has no %s; read as %s, the only lock of that last name",
				w, verdict_class_name(v, n.cls)));
		break;
	case VERDICT_NOT_TAKEN:
		verdict_add_finding(v, d, "never-taken", VERDICT_NOTE, r->line,
				    verdict_say(v, "nothing takes %s", w));
		break;
	case VERDICT_AMBIGUOUS:
		verdict_add_finding(v, d, "ambiguous-lock", VERDICT_NOTE, r->line,
				    verdict_say(v, "%s may be several locks: %s", w, n.similar));
		break;
	case VERDICT_UNKNOWN:
		verdict_add_finding(
			v, d, "unknown-lock", VERDICT_NOTE, r->line,
			verdict_say(v, "the code has no lock %s%s", w, like(v, n.similar)));
		break;
	}
}

/* Sentences that are only recorded name many things that are no locks: no findings of those. */
static bool is_about_locks(const struct rules_statement *r)
{
	return r->kind != RULES_PROTECTS && r->kind != RULES_ADVICE && r->kind != RULES_BROKEN &&
	       r->kind != RULES_NOT_UNDERSTOOD;
}

/* "the call to synchronize_srcu()": of the read side that the document spoke of last. */
static bool is_bare_wait(const struct verdict *v, const char *written)
{
	const struct prim *p = v->prims ? prim_said(v->prims, written) : NULL;

	return p && p->kind == PRIM_WAIT && !p->global;
}

static int domain_of(const struct rules_statement *r)
{
	return r->kind == RULES_WAITS || r->kind == RULES_NEVER_WAITS ? 0
	       : r->kind == RULES_RELEASED			      ? 1
								      : -1;
}

static void resolve(struct verdict *v, struct verdict_document *d, struct verdict_statement *s,
		    struct verdict_name *last_domain)
{
	for (int i = 0; i < 2; i++) {
		const char *written = s->rule->locks[i];
		bool is_wait;

		s->names[i] = (struct verdict_name){ VERDICT_UNKNOWN, LORE_NONE, "" };
		if (!written || !strcmp(written, "*"))
			continue;
		is_wait = is_bare_wait(v, written);
		if (is_wait && last_domain->cls != LORE_NONE)
			s->names[i] = *last_domain;
		else
			s->names[i] = verdict_resolve(v, written);
		if (domain_of(s->rule) == i && s->names[i].cls != LORE_NONE)
			*last_domain = s->names[i];
		if (is_about_locks(s->rule))
			note_name(v, d, s->rule, (unsigned)i, s->names[i]);
		if (s->names[i].known == VERDICT_KNOWN && !is_wait && !d->spelling[s->names[i].cls])
			d->spelling[s->names[i].cls] = verdict_say(v, "%s", written);
	}
}

static bool is_named(const struct verdict_document *d, uint32_t cls)
{
	for (size_t i = 0; i < d->statements.n; i++)
		if (is_about_locks(d->statements.at[i].rule) &&
		    (d->statements.at[i].names[0].cls == cls ||
		     d->statements.at[i].names[1].cls == cls))
			return true;
	return false;
}

static void find_deadlocks(struct verdict *v, struct verdict_document *d)
{
	const struct verdict_deadlocks *dead = verdict_deadlocks(v);

	for (uint32_t i = 0; i < dead->at.n; i++)
		for (uint32_t k = 0; k < dead->at.at[i].n; k++)
			if (is_named(d, dead->at.at[i].edges[k].outer)) {
				vec_push(&d->deadlocks, i);
				break;
			}
}

/* By line; of one line in the order in which they were found. */
static void sort_findings(struct verdict_document *d)
{
	for (size_t i = 1; i < d->findings.n; i++) {
		struct verdict_finding f = d->findings.at[i];
		size_t k = i;

		for (; k > 0 && d->findings.at[k - 1].line > f.line; k--)
			d->findings.at[k] = d->findings.at[k - 1];
		d->findings.at[k] = f;
	}
}

const struct verdict_document *verdict_check(struct verdict *v, const struct rules_document *doc)
{
	struct verdict_document *d = xcalloc(1, sizeof(*d));
	struct verdict_name last_domain = { VERDICT_UNKNOWN, LORE_NONE, "" };
	char **none = xcalloc(v->l->classes.n, sizeof(*none));

	vec_push(&v->docs, d);
	d->doc = doc;
	d->spelling = verdict_keep(v, none, v->l->classes.n * sizeof(*none));
	free(none);
	for (size_t i = 0; i < doc->statements.n; i++)
		vec_add(&d->statements)->rule = &doc->statements.at[i];
	for (size_t i = 0; i < d->statements.n; i++)
		resolve(v, d, &d->statements.at[i], &last_domain);
	for (size_t i = 0; i < d->statements.n; i++)
		verdict_judge_statement(v, d, &d->statements.at[i]);
	verdict_check_itself(v, d);
	sort_findings(d);
	find_deadlocks(v, d);
	return d;
}

enum verdict_severity verdict_worst(const struct verdict_document *d, bool *any)
{
	enum verdict_severity worst = VERDICT_NOTE;

	*any = d->findings.n > 0 || d->deadlocks.n > 0;
	for (size_t i = 0; i < d->statements.n; i++) {
		if (d->statements.at[i].value != VERDICT_CONTRADICTED)
			continue;
		*any = true;
		if (d->statements.at[i].severity > worst)
			worst = d->statements.at[i].severity;
	}
	for (size_t i = 0; i < d->findings.n; i++)
		if (d->findings.at[i].severity > worst)
			worst = d->findings.at[i].severity;
	return d->deadlocks.n ? VERDICT_ERROR : worst;
}
