/* SPDX-License-Identifier: MIT */
/* Documented orders as code: which they are, that they do not go in a circle. */
#include "draft/internal.h"

#include <stdlib.h>
#include <string.h>

struct export
{
	const struct draft *d;
	const struct verdict_document *doc;
	struct draft_orders orders; /* of locks, sorted */
	struct draft_edges edges;   /* what is exported */
};

void draft_type(struct buf *b, const char *type)
{
	buf_addf(b, "%s%s", str_ends(type, "_t") ? "" : "struct ", *type ? type : "mutex");
}

/* ---- collecting -------------------------------------------------------------------------- */

static void add_order(struct export *x, uint32_t outer, uint32_t inner)
{
	for (size_t i = 0; i < x->orders.n; i++)
		if (x->orders.at[i].outer == outer && x->orders.at[i].inner == inner)
			return;
	if (outer != inner)
		vec_push(&x->orders, (struct draft_order){ .outer = outer, .inner = inner });
}

static int by_pair(const void *a, const void *b)
{
	const struct draft_order *x = a, *y = b;

	if (x->outer != y->outer)
		return x->outer < y->outer ? -1 : 1;
	return x->inner < y->inner ? -1 : x->inner > y->inner;
}

/* The line of the statement that orders these two, or 0. */
static unsigned line_of(const struct export *x, uint32_t outer, uint32_t inner)
{
	for (size_t i = 0; x->doc && i < x->doc->statements.n; i++) {
		const struct verdict_statement *s = &x->doc->statements.at[i];
		unsigned k = s->rule->kind == RULES_REQUIRES;

		if ((s->rule->kind == RULES_ORDER || s->rule->kind == RULES_REQUIRES) &&
		    s->names[k].cls == outer && s->names[!k].cls == inner)
			return s->rule->line;
	}
	return 0;
}

static void collect_document(struct export *x)
{
	for (size_t i = 0; i < x->doc->statements.n; i++) {
		const struct verdict_statement *s = &x->doc->statements.at[i];
		uint32_t a = s->names[0].cls, b = s->names[1].cls;

		if (a == LORE_NONE || b == LORE_NONE || s->rule->is_question)
			continue;
		if (s->rule->kind == RULES_ORDER)
			add_order(x, a, b);
		else if (s->rule->kind == RULES_REQUIRES)
			add_order(x, b, a);
		else if (s->rule->kind == RULES_WAITS &&
			 x->d->l->classes.at[a].kind == FACTS_KIND_SRCU)
			vec_push(&x->edges, (struct draft_edge){ b, a, s->rule->line, true });
	}
	if (x->orders.n)
		qsort(x->orders.at, x->orders.n, sizeof(*x->orders.at), by_pair);
}

static void collect_code(struct export *x)
{
	struct draft_pairs pairs = { 0 };
	struct draft_orders all = { 0 };

	draft_pairs_find(x->d, &pairs);
	draft_orders_find(x->d, &pairs, &all);
	for (size_t i = 0; i < all.n; i++)
		if (!all.at[i].is_circular)
			add_order(x, all.at[i].outer, all.at[i].inner);
	for (size_t i = 0; i < pairs.n; i++)
		if (pairs.at[i].waits &&
		    x->d->l->classes.at[pairs.at[i].inner].kind == FACTS_KIND_SRCU &&
		    draft_is_lock(x->d->l, pairs.at[i].outer) && !pairs.at[i].is_dead_wait)
			vec_push(&x->edges, (struct draft_edge){ pairs.at[i].outer,
								 pairs.at[i].inner, 0, true });
	draft_orders_free(&all);
	vec_free(&pairs);
}

/* ---- circles ------------------------------------------------------------------------------ */

/* A way from `at` to `to`, appended to path; false: there is none. */
static bool way(const struct export *x, uint32_t at, uint32_t to, bool *seen,
		struct draft_list *path)
{
	seen[at] = true;
	vec_push(path, at);
	if (at == to)
		return true;
	for (size_t i = 0; i < x->orders.n; i++)
		if (x->orders.at[i].outer == at && !seen[x->orders.at[i].inner] &&
		    !draft_is_read_side(x->d->l, x->orders.at[i].inner) &&
		    way(x, x->orders.at[i].inner, to, seen, path))
			return true;
	path->n--;
	return false;
}

static void say_circle(const struct export *x, const struct draft_list *path, struct diag *err)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < path->n; i++) { /* begun with the last one: its name sorts first */
		uint32_t at = path->at[(i + path->n - 1) % path->n], next = path->at[i];
		unsigned line = line_of(x, at, next);

		buf_addf(&b, "%s -> ", draft_class(x->d->l, at));
		if (line)
			buf_addf(&b, "(line %u) ", line);
	}
	buf_add(&b, draft_class(x->d->l, path->at[path->n - 1]));
	diag_set(err, x->doc ? x->doc->doc->name : "", 0,
		 "the orders go in a circle: %s; mend one of them first", buf_str(&b));
	buf_free(&b);
}

static bool has_circle(const struct export *x, struct diag *err)
{
	bool found = false;

	for (size_t i = 0; i < x->orders.n && !found; i++) {
		bool *seen = xcalloc(x->d->l->classes.n + 1, sizeof(*seen));
		struct draft_list path = { 0 };

		if (!draft_is_read_side(x->d->l, x->orders.at[i].outer) &&
		    !draft_is_read_side(x->d->l, x->orders.at[i].inner))
			found = way(x, x->orders.at[i].inner, x->orders.at[i].outer, seen, &path);
		if (found)
			say_circle(x, &path, err);
		vec_free(&path);
		free(seen);
	}
	return found;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void keep_direct(struct export *x)
{
	for (size_t i = 0; i < x->orders.n; i++) {
		const struct draft_order *o = &x->orders.at[i];

		if (!draft_reaches(x->d->l, &x->orders, o->outer, o->inner, i))
			vec_push(&x->edges,
				 (struct draft_edge){ o->outer, o->inner,
						      line_of(x, o->outer, o->inner), false });
	}
}

bool draft_export(const struct draft *d, const struct verdict_document *doc, enum draft_export what,
		  struct buf *out, struct diag *err)
{
	struct export x = { .d = d, .doc = doc };
	bool ok;

	if (doc)
		collect_document(&x);
	else
		collect_code(&x);
	ok = !has_circle(&x, err);
	if (ok)
		keep_direct(&x);
	if (ok && !x.edges.n)
		ok = diag_set(
			err, doc ? doc->doc->name : "", 0,
			"no order between locks that the code has: there is nothing to export");
	if (ok && what == DRAFT_CLANG)
		draft_export_clang(d, &x.edges, out);
	else if (ok)
		draft_export_lockdep(d, &x.edges, out);
	draft_orders_free(&x.orders);
	vec_free(&x.edges);
	return ok;
}
