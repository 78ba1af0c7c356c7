/* SPDX-License-Identifier: MIT */
/*
 * Comparisons of pairs of facts in text form.  What changed is written down as words, sorted as
 * in the comparison: "+a>b" an order that is new, "-" gone, "~" reversed, "!" behind a wait, "?" a
 * try; "D+" and "D-" deadlocks, in brackets where hidden; "S" statements; "x=y" renames.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyse/analyse.h"
#include "compare/compare.h"

static struct prim_table *prims;

struct pair {
	struct lore *l[COMPARE_SIDES];
	struct verdict *v[COMPARE_SIDES];
	struct rules_document *doc[COMPARE_SIDES];
	struct compare *c;
};

static struct lore *analyse(const char *text)
{
	struct analyse_options opt = { .prims = prims, .root = "/src" };
	struct diag d = { "" };
	struct facts_unit *unit = facts_parse(text, "t.facts", &d);
	struct lore *l;

	if (!unit)
		fail_msg("%s", d.text);
	l = analyse_program(&unit, 1, &opt);
	facts_free(unit);
	return l;
}

static struct rules_document *document(const char *text)
{
	struct rules_options opt = { .prims = prims };
	struct diag d = { "" };

	return text ? rules_read("LOCKING.md", text, strlen(text), &opt, &d) : NULL;
}

static void open_pair(struct pair *p, const char *before, const char *after, const char *doc_before,
		      const char *doc_after)
{
	struct compare_side side[COMPARE_SIDES];
	struct compare_doc doc;

	memset(p, 0, sizeof(*p));
	p->l[0] = analyse(before);
	p->l[1] = analyse(after);
	p->doc[1] = document(doc_after);
	p->doc[0] = doc_before == doc_after ? p->doc[1] : document(doc_before);
	doc = (struct compare_doc){ { p->doc[0], p->doc[1] } };
	for (int s = 0; s < COMPARE_SIDES; s++) {
		p->v[s] = verdict_new(p->l[s], prims);
		side[s] = (struct compare_side){ p->l[s], p->v[s] };
	}
	p->c = compare_new(&side[0], &side[1], &doc, doc_before || doc_after ? 1 : 0);
}

static void close_pair(struct pair *p)
{
	compare_free(p->c);
	for (int s = 0; s < COMPARE_SIDES; s++) {
		verdict_free(p->v[s]);
		lore_free(p->l[s]);
	}
	if (p->doc[0] != p->doc[1])
		rules_free(p->doc[0]);
	rules_free(p->doc[1]);
}

static void add_orders(const struct compare *c, struct buf *out)
{
	static const char marks[] = "~+-";

	for (size_t i = 0; i < c->orders.n; i++) {
		const struct compare_order *o = &c->orders.at[i];
		const struct verdict_evidence *e = &o->witness[o->what != COMPARE_GONE];

		assert_true(e->n_chain > 0);
		buf_addf(out, "%c%s>%s%s%s%s ", marks[o->what], c->classes.at[o->outer].name,
			 c->classes.at[o->inner].name, o->is_wait ? "!" : "",
			 e->flags & LORE_TRY ? "?" : "", o->is_mode ? "(mode)" : "");
	}
}

static void add_deadlocks(const struct compare *c, const struct compare_deadlocks *list, bool after,
			  struct buf *out)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct compare_deadlock *d = &list->at[i];
		const struct lore *l = c->side[after].l;

		buf_addf(out, "D%c%s", after ? '+' : '-', d->is_hidden ? "(" : "");
		for (uint32_t k = 0; k < d->deadlock->n; k++)
			buf_addf(out, "%s%s", k ? "," : "",
				 lore_str(l, l->classes.at[d->deadlock->edges[k].outer].name));
		buf_addf(out, "%s ", d->is_hidden ? ")" : "");
	}
}

static char *say(const struct compare *c)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < c->classes.n; i++)
		if (c->classes.at[i].was)
			buf_addf(&b, "%s=%s ", c->classes.at[i].was, c->classes.at[i].name);
	add_orders(c, &b);
	add_deadlocks(c, &c->opened, true, &b);
	add_deadlocks(c, &c->closed, false, &b);
	for (size_t i = 0; i < c->statements.n; i++) {
		const struct compare_statement *s = &c->statements.at[i];

		buf_addf(&b, "S%u%s:%s>%s%s ", s->at[1]->rule->line,
			 !s->was_said ? "+" : !s->is_said ? "-" : "", verdict_value_name(s->at[0]->value),
			 verdict_value_name(s->at[1]->value), s->is_contradiction ? "!" : "");
	}
	if (b.n)
		b.at[--b.n] = '\0';
	else
		buf_add(&b, "");
	return b.at ? b.at : xstrdup("");
}

static void expect_docs(const char *before, const char *after, const char *doc_before,
			const char *doc_after, const char *want)
{
	struct pair p;
	char *got;

	open_pair(&p, before, after, doc_before, doc_after);
	got = say(p.c);
	assert_string_equal(got, want);
	assert_int_equal(compare_is_same(p.c), !*want);
	free(got);
	close_pair(&p);
}

static void expect(const char *before, const char *after, const char *want)
{
	expect_docs(before, after, NULL, NULL, want);
}

#define UNIT "unit \"/src/a.c\"\n"
#define VARS UNIT "var a lock mutex\nvar b lock mutex\nvar c lock mutex\nvar s lock srcu\n"
#define NEST(f, x, y) "func " f "() \"/src/a.c\":1\n take mutex &" x " @2\n take mutex &" y " @3\n drop mutex &" y \
		      " @4\n drop mutex &" x " @5\n ret\n"

/* The same program, further down in another file: no change. */
static void test_same(void **state)
{
	expect(VARS NEST("f", "a", "b"), VARS NEST("f", "a", "b"), "");
	expect(VARS NEST("f", "a", "b"),
	       "unit \"/src/b.c\"\nvar a lock mutex\nvar b lock mutex\n"
	       "func f() \"/src/b.c\":71\n take mutex &a @72\n take mutex &b @73\n ret\n", "");
	/* one more place for an order that is known */
	expect(VARS NEST("f", "a", "b"), VARS NEST("f", "a", "b") NEST("g", "a", "b"), "");
}

static void test_orders(void **state)
{
	expect(VARS NEST("f", "a", "b"), VARS NEST("f", "a", "b") NEST("g", "b", "c"), "+b>c");
	expect(VARS NEST("f", "a", "b") NEST("g", "b", "c"), VARS NEST("f", "a", "b"), "-b>c");
	expect(VARS NEST("f", "a", "b"), VARS NEST("f", "b", "a"), "~a>b");
	/* both orders now: new, and a deadlock */
	expect(VARS NEST("f", "a", "b"), VARS NEST("f", "a", "b") NEST("g", "b", "a"), "+b>a D+a,b");
	expect(VARS NEST("f", "a", "b") NEST("g", "b", "a"), VARS NEST("f", "a", "b"), "-b>a D-a,b");
	/* same class twice */
	expect(VARS "func f() \"/src/a.c\":1\n take mutex &a @2\n ret\n", VARS NEST("f", "a", "b"), "+a>b");
}

#define RW UNIT "var a lock rwsem\nvar b lock mutex\n"
#define HOLD(mode, f) "func " f "() \"/src/a.c\":1\n take " mode " rwsem &a @2\n take mutex &b @3\n drop mutex &b @4\n drop rwsem &a @5\n ret\n"

/* A weaker way of a known order is no change; a stronger one is. */
static void test_modes(void **state)
{
	expect(RW HOLD("exclusive", "f"), RW HOLD("exclusive", "f") HOLD("shared", "g"), "");
	expect(RW HOLD("shared", "f"), RW HOLD("shared", "f") HOLD("exclusive", "g"), "+a>b(mode)");
	expect(RW HOLD("shared", "f") HOLD("exclusive", "g"), RW HOLD("shared", "f"), "-a>b(mode)");
	expect(VARS "func f() \"/src/a.c\":1\n take mutex &a @2\n %r = take mutex try if-nonzero &b @3\n"
	       " br %r y n\ny:\n drop mutex &b @4\nn:\n drop mutex &a @5\n ret\n",
	       VARS NEST("f", "a", "b"), "+a>b(mode)");
	expect(VARS "func f() \"/src/a.c\":1\n ret\n",
	       VARS "func f() \"/src/a.c\":1\n take mutex &a @2\n %r = take mutex try if-nonzero &b @3\n"
		    " br %r y n\ny:\n drop mutex &b @4\nn:\n drop mutex &a @5\n ret\n", "+a>b?");
}

#define READ "func r() \"/src/a.c\":1\n take shared-recursive srcu &s @2\n take mutex &a @3\n drop mutex &a @4\n drop srcu &s @5\n ret\n"
#define WAIT "func w() \"/src/a.c\":11\n take mutex &a @12\n wait &s @13 srcu\n drop mutex &a @14\n ret\n"
#define FREE "func w() \"/src/a.c\":11\n take mutex &a @12\n drop mutex &a @13\n wait &s @14 srcu\n ret\n"

static void test_waits(void **state)
{
	expect(VARS READ FREE, VARS READ WAIT, "+a>s! D+a,s");
	expect(VARS READ WAIT, VARS READ FREE, "-a>s! D-a,s");
	expect(VARS FREE, VARS READ FREE, "+s>a");
}

#define FOUR VARS "var d lock mutex\n"

/* What only stood behind a shorter deadlock was possible all the time. */
static void test_hidden_deadlocks(void **state)
{
	static const char round[] = FOUR NEST("f", "a", "b") NEST("g", "b", "c") NEST("h", "c", "d")
				    NEST("i", "d", "a");
	static const char chord[] = FOUR NEST("f", "a", "b") NEST("g", "b", "c") NEST("h", "c", "d")
				    NEST("i", "d", "a") NEST("k", "c", "a");
	struct pair p;

	expect(round, chord, "+c>a D+a,b,c D-(a,b,c,d)");
	expect(chord, round, "-c>a D+(a,b,c,d) D-a,b,c");
	open_pair(&p, chord, round, NULL, NULL);
	assert_int_equal(p.c->n_opened, 0);
	assert_false(compare_fails(p.c, "warning"));
	close_pair(&p);
	open_pair(&p, round, chord, NULL, NULL);
	assert_int_equal(p.c->n_opened, 1);
	assert_true(compare_fails(p.c, "error"));
	assert_false(compare_fails(p.c, "never"));
	close_pair(&p);
	expect(FOUR NEST("f", "a", "b") NEST("g", "b", "c") NEST("h", "c", "d"), round,
	       "+d>a D+a,b,c,d");
}

#define POOL(s, var, m, n) UNIT "struct " s " member " m " lock mutex; member " n " lock mutex\nvarname " s " " var " 9\n"
#define USE(f, s, m, n) "func " f "(p: " s ") \"/src/a.c\":1\n %1 = field %p " s "." m "\n %2 = field %p " s "." n "\n" \
			" take mutex %1 @2\n take mutex %2 @3\n drop mutex %2 @4\n drop mutex %1 @5\n ret\n"

static void test_renames(void **state)
{
	/* the pointers have another name: one class */
	expect(POOL("pool", "pool", "m", "n") USE("f", "pool", "m", "n"),
	       POOL("pool", "p", "m", "n") USE("f", "pool", "m", "n"), "pool->m=p->m pool->n=p->n");
	/* a member, in the functions that took the old one */
	expect(POOL("pool", "pool", "m", "n") USE("f", "pool", "m", "n"),
	       POOL("pool", "pool", "k", "n") USE("f", "pool", "k", "n"), "pool->m=pool->k");
	/* the struct and all of its functions */
	expect(POOL("pool", "pool", "m", "n") USE("pool_f", "pool", "m", "n"),
	       POOL("tank", "tank", "m", "n") USE("tank_f", "tank", "m", "n"),
	       "pool->m=tank->m pool->n=tank->n");
	/* two at once in one function: which is which cannot be told */
	expect(POOL("pool", "pool", "m", "n") USE("f", "pool", "m", "n"),
	       POOL("pool", "pool", "k", "l") USE("f", "pool", "k", "l"),
	       "+pool->k>pool->l -pool->m>pool->n");
	/* a lock that went and one that came elsewhere */
	expect(VARS NEST("f", "a", "b"), UNIT "var a lock mutex\nvar d lock mutex\n" NEST("g", "a", "d"),
	       "+a>d -a>b");
	/* a leaf of its own in place of one that stays */
	expect(VARS NEST("f", "a", "b") NEST("g", "b", "a"),
	       VARS "var leaf lock mutex\n" NEST("f", "a", "b") NEST("g", "b", "leaf"),
	       "+b>leaf -b>a D-a,b");
}

#define TRUE_DOC "# Locking\n\npool_lock is taken outside tank_lock.\n"
#define BOTH_DOC TRUE_DOC "\npool_lock is taken inside tank_lock.\n"
#define NAMED UNIT "var pool_lock lock mutex\nvar tank_lock lock mutex\n"

static void test_statements(void **state)
{
	static const char good[] = NAMED NEST("f", "pool_lock", "tank_lock");
	static const char bad[] = NAMED NEST("f", "pool_lock", "tank_lock")
				  NEST("g", "tank_lock", "pool_lock");
	static const char doc[] = TRUE_DOC;
	struct pair p;

	expect_docs(good, good, doc, doc, "");
	expect_docs(good, bad, doc, doc, "+tank_lock>pool_lock D+pool_lock,tank_lock S3:upheld>contradicted!");
	expect_docs(bad, good, doc, doc, "-tank_lock>pool_lock D-pool_lock,tank_lock S3:contradicted>upheld");
	/* words that are added: was it true before? */
	expect_docs(good, good, doc, BOTH_DOC, "S5+:contradicted>contradicted!");
	expect_docs(good, bad, NULL, doc, "+tank_lock>pool_lock D+pool_lock,tank_lock S3+:upheld>contradicted!");
	/* words that go accuse nobody */
	expect_docs(bad, bad, BOTH_DOC, TRUE_DOC, "S5-:contradicted>contradicted");
	/* sentences that only moved are the same */
	expect_docs(good, good, doc, "# Locking\n\nSome words.\n\npool_lock is taken outside tank_lock.\n", "");
	open_pair(&p, good, good, doc, BOTH_DOC);
	assert_true(compare_fails(p.c, "warning"));
	close_pair(&p);
	open_pair(&p, bad, bad, BOTH_DOC, TRUE_DOC);
	assert_false(compare_fails(p.c, "note"));
	close_pair(&p);
}

static void test_mismatch(void **state)
{
	static const char text[] = VARS NEST("f", "a", "b");
	struct lore *b = analyse(text), *a = analyse(text);
	struct verdict *vb = verdict_new(b, prims), *va = verdict_new(a, prims);
	struct compare_side before = { b, vb }, after = { a, va };
	struct compare *c;

	b->tree = strtab_id(b->str, "pool 0123456789ab");
	a->tree = strtab_id(a->str, "pool 77b1c0d5aa00");
	c = compare_new(&before, &after, NULL, 0);
	assert_null(c->mismatch);
	compare_free(c);
	a->configuration = strtab_id(a->str, "aarch64");
	c = compare_new(&before, &after, NULL, 0);
	assert_non_null(strstr(c->mismatch, "aarch64"));
	compare_free(c);
	a->tree = strtab_id(a->str, "cache 77b1c0d5aa00");
	c = compare_new(&before, &after, NULL, 0);
	assert_non_null(strstr(c->mismatch, "two programs"));
	compare_free(c);
	verdict_free(vb);
	verdict_free(va);
	lore_free(b);
	lore_free(a);
}

enum { MANY = 1500 };

/* MANY locks under one, in MANY functions; `mark` is part of every name. */
static char *many(const char *mark)
{
	struct buf b = { 0 };

	buf_add(&b, UNIT "var top lock mutex\n");
	for (int i = 0; i < MANY; i++)
		buf_addf(&b, "var %s%d lock mutex\n", mark, i);
	for (int i = 0; i < MANY; i++)
		buf_addf(&b, "func f%d() \"/src/a.c\":%d\n take mutex &top @%d\n take mutex &%s%d @%d\n ret\n",
			 i, i * 9 + 1, i * 9 + 2, mark, i, i * 9 + 3);
	return b.at;
}

/* Nothing is quadratic: all locks are renamed, or all are others. */
static void test_many(void **state)
{
	char *before = many("x"), *after = many("y");
	struct pair p;
	clock_t start;

	open_pair(&p, before, after, NULL, NULL);
	assert_int_equal(p.c->n_renamed, MANY);
	assert_int_equal(p.c->orders.n, 0);
	compare_free(p.c);
	start = clock();
	p.c = compare_new(&(struct compare_side){ p.l[0], p.v[0] }, &(struct compare_side){ p.l[1], p.v[1] },
			  NULL, 0);
	assert_true(clock() - start < CLOCKS_PER_SEC);
	close_pair(&p);
	free(before);
	free(after);
}

static int setup(void **state)
{
	struct diag d = { "" };

	prims = prim_load(NULL, &d);
	return prims ? 0 : -1;
}

static int teardown(void **state)
{
	prim_free(prims);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),	   cmocka_unit_test(test_orders),
		cmocka_unit_test(test_modes),	   cmocka_unit_test(test_waits),
		cmocka_unit_test(test_hidden_deadlocks), cmocka_unit_test(test_renames),
		cmocka_unit_test(test_statements), cmocka_unit_test(test_mismatch),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
