/* SPDX-License-Identifier: MIT */
/* cmd_explain.c - `locklore explain`: a lockdep report, held against the code and a document. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "lockdep/lockdep.h"
#include "rules/rules.h"
#include "verdict/verdict.h"

struct options {
	const char *report, *document;
};

struct session {
	const struct lore *l;
	struct verdict *v;
	const struct verdict_document *doc; /* or NULL */
	unsigned n_unseen;		    /* edges of the report that the code does not show */
};

static int parse(struct options *o, int argc, char **argv)
{
	static const char *const known[] = { "--doc", NULL };

	for (int i = 1; i < argc; i++) {
		if (cli_option_value(argc, argv, &i, "--doc", 0, &o->document)) {
			if (!o->document)
				return cli_usage("explain", "explain: --doc needs a document");
		} else if (argv[i][0] == '-' && argv[i][1]) {
			return cli_unknown_option("explain", argv[i], known);
		} else if (o->report) {
			return cli_usage("explain", "explain: one report at a time");
		} else {
			o->report = argv[i];
		}
	}
	if (!o->report)
		return cli_usage("explain",
				 "explain: name a file with a report, or - for standard input");
	return CLI_OK;
}

/* ---- what the code says -------------------------------------------------------------------- */

static const char *name_of(const struct session *s, const struct verdict_name *n,
			   const char *written)
{
	return n->cls == LORE_NONE ? written : lore_str(s->l, s->l->classes.at[n->cls].name);
}

static void print_place(const struct session *s, const char *what, uint32_t place)
{
	const struct lore_place *p = &s->l->places.at[place];

	printf("       %-6s %s() at %s:%u\n", what, lore_str(s->l, s->l->funcs.at[p->func].name),
	       lore_str(s->l, p->file), p->line);
}

static bool goes_through(const struct session *s, const struct lore_witness *w,
			 const struct lockdep_edge *e)
{
	const char *last =
		lore_str(s->l, s->l->funcs.at[s->l->places.at[w->inner_place].func].name);

	return e->frames.n && !strcmp(e->frames.at[0], last);
}

/* The witness that ends in the report's function, else the shortest; *n: how many there are. */
static const struct lore_witness *witness_of(const struct session *s, uint32_t outer,
					     uint32_t inner, const struct lockdep_edge *e,
					     uint32_t *n)
{
	const struct lore_witness *best = NULL;
	uint32_t first, all = lore_witnesses(s->l, outer, inner, &first);

	*n = 0;
	for (uint32_t i = first; i < first + all; i++) {
		const struct lore_witness *w = &s->l->witnesses.at[i];

		if ((w->inner_mode == ORDER_WAIT) != e->is_wait || !w->n_chain)
			continue;
		++*n;
		if (!best || (goes_through(s, w, e) && !goes_through(s, best, e)))
			best = w;
	}
	return best;
}

static void print_code(struct session *s, const struct verdict_name *outer,
		       const struct verdict_name *inner, const struct lockdep_edge *e)
{
	const struct lore_witness *w;
	uint32_t n;

	if (outer->cls == LORE_NONE || inner->cls == LORE_NONE) {
		s->n_unseen++;
		printf("     the code   knows no %s\n",
		       outer->cls == LORE_NONE ? e->outer : e->inner);
		return;
	}
	w = witness_of(s, outer->cls, inner->cls, e, &n);
	if (!w) {
		s->n_unseen++;
		puts("     the code   does not show this order: a call that could not be followed, "
		     "or code "
		     "that is not indexed");
		return;
	}
	printf("     the code   has it too, %u way%s%s\n", n, n == 1 ? "" : "s",
	       goes_through(s, w, e) ? ", in this function" : ", by other functions");
	print_place(s, "from", s->l->steps.at[w->chain]);
	print_place(s, "to", s->l->steps.at[w->chain + w->n_chain - 1]);
}

/* ---- what the document says ------------------------------------------------------------------ */

static const char *relation(const struct verdict_statement *k, uint32_t outer, uint32_t inner,
			    bool is_wait)
{
	uint32_t a = k->names[0].cls, b = k->names[1].cls;
	bool is_so = a == outer && b == inner, is_reverse = a == inner && b == outer;

	switch ((enum rules_kind)k->rule->kind) {
	case RULES_ORDER:
		return is_wait ? NULL : is_so ? "says so" : is_reverse ? "says the opposite" : NULL;
	case RULES_MAY: return !is_wait && is_so ? "allows it" : NULL;
	case RULES_NEVER:
		return !is_wait && (is_so || (k->rule->is_together && is_reverse)) ? "forbids it"
										   : NULL;
	case RULES_WAITS: return is_wait && is_reverse ? "says so" : NULL;
	case RULES_NEVER_WAITS: return is_wait && is_reverse ? "forbids it" : NULL;
	case RULES_RELEASED: return is_wait && is_so ? "says the opposite" : NULL;
	default: return NULL;
	}
}

static void print_document(const struct session *s, uint32_t outer, uint32_t inner, bool is_wait)
{
	bool any = false;

	if (!s->doc || outer == LORE_NONE || inner == LORE_NONE)
		return;
	for (size_t i = 0; i < s->doc->statements.n; i++) {
		const struct verdict_statement *k = &s->doc->statements.at[i];
		const char *how = relation(k, outer, inner, is_wait);

		if (!how)
			continue;
		printf("     %s:%u %s: %s\n", s->doc->doc->name, k->rule->line, how, k->rule->text);
		any = true;
	}
	if (!any)
		printf("     %s  does not speak of it\n", s->doc->doc->name);
}

/* ---- a report ----------------------------------------------------------------------------------
 */

static bool has_class(const struct verdict_deadlock *k, uint32_t cls)
{
	for (uint32_t i = 0; i < k->n; i++)
		if (k->edges[i].outer == cls)
			return true;
	return false;
}

/* The most certain deadlock over exactly the report's locks. */
static size_t deadlock_of(struct session *s, const struct lockdep_report *r)
{
	const struct verdict_deadlocks *dead = verdict_deadlocks(s->v);

	for (size_t i = 0; i < dead->at.n; i++) {
		const struct verdict_deadlock *k = &dead->at.at[i];
		size_t same = 0;

		for (size_t e = 0; e < r->edges.n; e++)
			same += has_class(k, verdict_resolve(s->v, r->edges.at[e].outer).cls);
		if (same == r->edges.n && k->n == r->edges.n)
			return i;
	}
	return SIZE_MAX;
}

static void print_nesting(struct session *s, const struct lockdep_report *r)
{
	const struct verdict_deadlocks *dead = verdict_deadlocks(s->v);
	uint32_t cls = verdict_resolve(s->v, r->edges.at[0].outer).cls;

	for (size_t i = 0; i < dead->nesting.n; i++)
		if (dead->nesting.at[i].cls == cls) {
			puts("  locklore deadlocks lists it under \"two locks of one class\": "
			     "whether they are one "
			     "lock is not known there");
			return;
		}
	puts("  none of the deadlocks found in the code is this one");
}

static void print_conclusion(struct session *s, const struct lockdep_report *r)
{
	size_t i = deadlock_of(s, r);

	if (i != SIZE_MAX)
		printf("  it is deadlock %zu of the code (locklore deadlocks %zu)\n", i + 1, i + 1);
	else if (r->kind == LOCKDEP_RECURSIVE)
		print_nesting(s, r);
	else if (s->n_unseen)
		printf("  the code shows %zu of these %zu orders: no deadlock of its own is this "
		       "one\n",
		       r->edges.n - s->n_unseen, r->edges.n);
	else
		puts("  the code has all of these orders, and they do not block one another: a "
		     "read side does "
		     "not wait, or a lock outside of all keeps them apart");
}

static void print_edge(struct session *s, size_t no, const struct lockdep_edge *e)
{
	struct verdict_name outer = verdict_resolve(s->v, e->outer),
			    inner = verdict_resolve(s->v, e->inner);

	printf("\n  %zu  %s -> %s%s%s\n", no, name_of(s, &outer, e->outer),
	       e->is_wait ? "wait(" : "", name_of(s, &inner, e->inner), e->is_wait ? ")" : "");
	if (e->frames.n) {
		printf("     lockdep    saw it in %s()", e->frames.at[0]);
		for (size_t i = 1; i < e->frames.n && i < 4; i++)
			printf("%s %s()", i == 1 ? ", called by" : ",", e->frames.at[i]);
		putchar('\n');
	}
	print_code(s, &outer, &inner, e);
	print_document(s, outer.cls, inner.cls, e->is_wait);
}

static void print_report(struct session *s, const char *name, const struct lockdep_report *r)
{
	printf("%s:%u: %s\n", name, r->line,
	       r->kind == LOCKDEP_CIRCULAR ? "these orders go in a circle"
					   : "a lock is asked for while one of its class is held");
	s->n_unseen = 0;
	for (size_t i = 0; i < r->edges.n; i++)
		print_edge(s, i + 1, &r->edges.at[i]);
	putchar('\n');
	print_conclusion(s, r);
}

/* ---- the command
 * ---------------------------------------------------------------------------------- */

static struct rules_document *read_document(const char *path, const struct prim_table *prims)
{
	struct rules_options opt = { .side = RULES_NEW, .prims = prims };
	struct rules_document *doc = NULL;
	struct diag d = { "" };
	char *text = NULL;
	size_t bytes;

	if (file_read(path, &text, &bytes, &d))
		doc = rules_read(path, text, bytes, &opt, &d);
	if (!doc)
		cli_error("%s", d.text);
	free(text);
	return doc;
}

static int explain(const struct options *o, const struct lockdep_reports *r, const struct lore *l,
		   const struct prim_table *prims)
{
	struct rules_document *doc = o->document ? read_document(o->document, prims) : NULL;
	struct session s = { .l = l };

	if (o->document && !doc)
		return CLI_USAGE;
	s.v = verdict_new(l, prims);
	s.doc = doc ? verdict_check(s.v, doc) : NULL;
	for (size_t i = 0; i < r->n; i++) {
		if (i)
			putchar('\n');
		print_report(&s, strcmp(o->report, "-") ? o->report : "<stdin>", &r->at[i]);
	}
	verdict_free(s.v);
	rules_free(doc);
	return CLI_OK;
}

static bool read_reports(const char *path, struct lockdep_reports *out)
{
	struct diag d = { "" };
	char *text = NULL;
	size_t bytes;
	bool ok = file_read(path, &text, &bytes, &d) &&
		  lockdep_read(strcmp(path, "-") ? path : "<stdin>", text, bytes, out, &d);

	if (!ok)
		cli_error("%s", d.text);
	else if (out->n_cut)
		cli_warn("%s%s", out->cut.text, out->n_cut > 1 ? "; and others" : "");
	free(text);
	return ok;
}

int cmd_explain(struct cli_common *c, int argc, char **argv)
{
	struct options o = { 0 };
	struct lockdep_reports reports = { 0 };
	struct prim_table *prims = NULL;
	struct lore *l = NULL;
	int status = parse(&o, argc, argv);

	if (status == CLI_OK && !read_reports(o.report, &reports))
		status = CLI_USAGE;
	if (status == CLI_OK) {
		prims = cli_prims(c);
		l = prims ? cli_lore(c) : NULL;
		status = l ? explain(&o, &reports, l, prims) : CLI_USAGE;
	}
	lore_free(l);
	prim_free(prims);
	lockdep_free(&reports);
	return status;
}
