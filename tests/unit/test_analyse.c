/* SPDX-License-Identifier: MIT */
/*
 * The analysis on facts in text form, without a compiler.  Each case gives a program and the
 * orders that must be found: all of them, and no others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "analyse/analyse.h"

static struct prim_table *prims;

static struct lore *analyse(const char *const *text, size_t n)
{
	struct facts_unit *units[4] = {0};
	struct analyse_options opt = {.prims = prims, .root = "/src"};
	struct lore *l;
	struct diag d = {0};

	for (size_t i = 0; i < n; i++) {
		units[i] = facts_parse(text[i], "t.facts", &d);
		if (!units[i])
			fail_msg("%s", d.text);
	}
	l = analyse_program(units, n, &opt);
	for (size_t i = 0; i < n; i++)
		facts_free(units[i]);
	return l;
}

static const char *class_name(const struct lore *l, uint32_t c)
{
	return lore_str(l, l->classes.at[c].name);
}

/* "a>b" per order, "!" behind a wait, "?" a try, "=" certainly one instance, "~" asserted; sorted as in the lore. */
static void orders(const struct lore *l, struct buf *out)
{
	for (size_t i = 0; i < l->witnesses.n; i++) {
		const struct lore_witness *w = &l->witnesses.at[i];
		struct buf one = {0};

		buf_addf(&one, "%s>%s%s%s%s%s ", class_name(l, w->outer), class_name(l, w->inner),
			 w->inner_mode == ORDER_WAIT ? "!" : "", w->flags & LORE_TRY ? "?" : "",
			 w->flags & LORE_SAME_INSTANCE ? "=" : "", w->flags & LORE_ASSERTED ? "~" : "");
		if (!strstr(buf_str(out), buf_str(&one)))
			buf_add(out, buf_str(&one));
		buf_free(&one);
	}
	if (out->n)
		out->at[--out->n] = '\0';
}

static void expect_units(const char *const *text, size_t n, const char *want)
{
	struct lore *l = analyse(text, n);
	struct buf got = {0};

	orders(l, &got);
	assert_string_equal(buf_str(&got), want);
	buf_free(&got);
	lore_free(l);
}

static void expect(const char *text, const char *want)
{
	expect_units(&text, 1, want);
}

#define HEAD "unit \"/src/a.c\"\nvar a lock mutex\nvar b lock mutex\nvar c lock mutex\n" \
	     "struct kvm member lock lock mutex; member srcu lock srcu; member flag\n" \
	     "varname kvm kvm 9\n"

static void test_straight(void **state)
{
	expect(HEAD "func f() \"/src/a.c\":1\n take mutex &a @2\n take mutex &b @3\n drop mutex &b @4\n drop mutex &a @5\n ret\n", "a>b");
	/* dropped before the third: no transitive closure */
	expect(HEAD "func f() \"/src/a.c\":1\n take mutex &a @2\n take mutex &b @3\n drop mutex &a @4\n take mutex &c @5\n ret\n", "a>b b>c");
}

static void test_callee(void **state)
{
	expect(HEAD "func f() \"/src/a.c\":1\n take mutex &a @2\n call g() @3\n drop mutex &a @4\n ret\n"
	       "func g() \"/src/a.c\":10\n call h() @11\n ret\n"
	       "func h() \"/src/a.c\":20\n take mutex &b @21\n drop mutex &b @22\n ret\n", "a>b");
}

static void test_callee_takes_and_keeps(void **state)
{
	expect(HEAD "func f() \"/src/a.c\":1\n call g() @3\n take mutex &b @4\n drop mutex &b @5\n call h() @6\n take mutex &c @7\n ret\n"
	       "func g() \"/src/a.c\":10\n call x() @11\n call y() @11\n take mutex &a @12\n ret\n"
	       "func h() \"/src/a.c\":20\n drop mutex &a @22\n ret\n", "a>b");
}

static void test_callee_drops_callers_lock(void **state)
{
	static const char text[] = HEAD
	       "func f(kvm: kvm) \"/src/a.c\":1\n %1 = field %kvm kvm.lock\n take mutex %1 @2\n call g(%kvm) @3\n ret\n"
	       "func g(kvm: kvm) \"/src/a.c\":10\n %1 = field %kvm kvm.lock\n %2 = field %kvm kvm.srcu\n"
	       " take mutex &b @11\n drop mutex &b @11\n drop mutex %1 @12\n wait %2 @13 srcu\n ret\n";
	const char *t = text;
	struct lore *l = analyse(&t, 1);
	struct buf got = {0};

	orders(l, &got);
	assert_string_equal(buf_str(&got), "kvm->lock>b");
	assert_int_equal(l->released.n, 2); /* b as well, which g() itself took */
	assert_string_equal(class_name(l, l->released.at[1].cls), "kvm->lock");
	assert_string_equal(class_name(l, l->released.at[1].wait), "kvm->srcu");
	buf_free(&got);
	lore_free(l);
}

static void test_release_and_retake(void **state)
{
	expect(HEAD "func f(kvm: kvm) \"/src/a.c\":1\n %1 = field %kvm kvm.srcu\n take shared-recursive srcu %1 @2\n call g(%kvm) @3\n"
	       " take mutex &c @4\n drop mutex &c @4\n drop srcu %1 @5\n ret\n"
	       "func g(kvm: kvm) \"/src/a.c\":10\n %1 = field %kvm kvm.srcu\n"
	       " drop srcu %1 @11\n take mutex &b @12\n drop mutex &b @13\n take shared-recursive srcu %1 @14\n call q() @15\n ret\n", "kvm->srcu>c");
}

static void test_trylock(void **state)
{
	expect(HEAD "func f() \"/src/a.c\":1\n take mutex &a @2\n %r = take mutex try if-nonzero &b @3\n br %r got out\n"
	       "got:\n take mutex &c @5\n drop mutex &b @6\n jump out\nout:\n drop mutex &a @7\n ret\n", "a>b? a>c b>c");
}

static void test_killable(void **state)
{
	/* the error path returns without the lock */
	expect(HEAD "func g() \"/src/a.c\":10\n %r = take mutex if-zero &a @11\n %c = cmp ne %r 0\n br %c bad ok\n"
	       "bad:\n ret -4\nok:\n call x() @12\n ret 0\n"
	       "func f() \"/src/a.c\":1\n %r = call g() @2\n %c = cmp ne %r 0\n br %c bad ok\n"
	       "bad:\n take mutex &b @3\n drop mutex &b @3\n ret\nok:\n take mutex &c @4\n drop mutex &c @4\n drop mutex &a @5\n ret\n", "a>c");
}

static void test_flag_parameter(void **state)
{
	/* if (flag) lock; ... if (flag) unlock; */
	expect(HEAD "func f(flag) \"/src/a.c\":1\n br %flag l1 n1\nl1:\n take mutex &a @2\n jump n1\n"
	       "n1:\n call x() @3\n br %flag l2 n2\nl2:\n drop mutex &a @4\n jump n2\nn2:\n take mutex &b @5\n drop mutex &b @5\n ret\n", "");
	/* a constant at the call site decides */
	expect(HEAD "func g(locked) \"/src/a.c\":10\n br %locked n1 l1\nl1:\n take mutex &b @12\n drop mutex &b @13\n jump n1\nn1:\n ret\n"
	       "func f() \"/src/a.c\":1\n take mutex &a @2\n call g(1) @3\n drop mutex &a @4\n take mutex &c @5\n call g(0) @6\n drop mutex &c @7\n ret\n", "c>b");
}

static void test_flag_in_memory(void **state)
{
	expect(HEAD "func f(kvm: kvm) \"/src/a.c\":1\n %p = field %kvm kvm.flag\n %1 = deref %p\n br %1 l1 n1\nl1:\n take mutex &a @2\n jump n1\n"
	       "n1:\n call x() @3\n %2 = deref %p\n br %2 l2 n2\nl2:\n drop mutex &a @4\n jump n2\nn2:\n take mutex &b @5\n drop mutex &b @5\n ret\n", "");
}

static void test_parameter_lock(void **state)
{
	/* both known only by parameters: callers know */
	expect(HEAD "func two(x, y) \"/src/a.c\":10\n take mutex %x @11\n take mutex %y @12\n drop mutex %y @13\n drop mutex %x @14\n ret\n"
	       "func f() \"/src/a.c\":1\n call two(&a, &b) @2\n ret\n"
	       "func g() \"/src/a.c\":5\n call two(&b, &c) @6\n ret\n", "a>b b>c");
}

static void test_pointer_by_member(void **state)
{
	expect(HEAD "var ops type my_ops\ninit ops.my_ops.run = g\nfunc f(o: my_ops) \"/src/a.c\":1\n take mutex &a @2\n %p = field %o my_ops.run\n %1 = deref %p\n"
	       " call *%1() @3\n drop mutex &a @4\n ret\n"
	       "func g() \"/src/a.c\":10\n take mutex &b @11\n drop mutex &b @12\n ret\n", "a>b");
}

static void test_callback_parameter(void **state)
{
	expect(HEAD "func apply(fn) \"/src/a.c\":20\n call *%fn() @21\n ret\n"
	       "func g() \"/src/a.c\":10\n take mutex &b @11\n drop mutex &b @12\n ret\n"
	       "func x() \"/src/a.c\":15\n call nothing() @16\n ret\n"
	       "func f() \"/src/a.c\":1\n take mutex &a @2\n call apply(&g) @3\n drop mutex &a @4\n ret\n"
	       "func h() \"/src/a.c\":5\n take mutex &c @6\n call apply(&x) @7\n drop mutex &c @8\n ret\n", "a>b");
}

static void test_callback_in_a_struct_on_the_stack(void **state)
{
	expect(HEAD "func g() \"/src/a.c\":10\n take mutex &b @11\n drop mutex &b @12\n ret\n"
	       "func x() \"/src/a.c\":15\n call nothing() @16\n ret\n"
	       "func walk(w: walk) \"/src/a.c\":20\n %p = field %w walk.fn\n %1 = deref %p\n call *%1() @21\n ret\n"
	       "func f() \"/src/a.c\":1\n %w = local w\n %p = field %w walk.fn\n take mutex &a @2\n store &g -> %p @3\n call walk(%w) @3\n drop mutex &a @4\n ret\n"
	       "func h() \"/src/a.c\":5\n %w = local w\n %p = field %w walk.fn\n take mutex &c @6\n store &x -> %p @7\n call walk(%w) @7\n drop mutex &c @8\n ret\n",
	       "a>b");
}

static void test_condition_wait_in_a_callee(void **state)
{
	expect(HEAD "func w(m) \"/src/a.c\":10\n rewait %m @11\n ret\n"
	       "func f() \"/src/a.c\":1\n take mutex &a @2\n take mutex &b @3\n call w(&b) @4\n drop mutex &b @5\n drop mutex &a @6\n ret\n", "a>b");
}

static void test_self(void **state)
{
	expect(HEAD "func f(kvm: kvm) \"/src/a.c\":1\n %1 = field %kvm kvm.lock\n take mutex %1 @2\n call g(%kvm) @3\n drop mutex %1 @4\n ret\n"
	       "func g(kvm: kvm) \"/src/a.c\":10\n %1 = field %kvm kvm.lock\n take mutex %1 @11\n drop mutex %1 @12\n ret\n", "kvm->lock>kvm->lock=");
	expect(HEAD "func f(kvm: kvm, o: kvm) \"/src/a.c\":1\n %1 = field %kvm kvm.lock\n %2 = field %o kvm.lock\n take mutex %1 @2\n take mutex %2 @3\n"
	       " drop mutex %2 @4\n drop mutex %1 @4\n ret\n", "kvm->lock>kvm->lock");
}

static void test_assertion(void **state)
{
	expect(HEAD "func f() \"/src/a.c\":1\n assert exclusive &a @2\n take mutex &b @3\n drop mutex &b @4\n ret\n", "a>b~");
	/* a caller was seen: its chain stands, not the claim */
	expect(HEAD "func f() \"/src/a.c\":1\n assert exclusive &a @2\n take mutex &b @3\n drop mutex &b @4\n ret\n"
	       "func g() \"/src/a.c\":9\n take mutex &a @10\n call f() @11\n drop mutex &a @12\n ret\n", "a>b");
}

static void test_loop_takes_all(void **state)
{
	/* each round another object: same-class nesting, instance unknown */
	expect(HEAD "func f(kvm: kvm) \"/src/a.c\":1\n jump head\nhead:\n %k = call next() @2\n %t = field %k kvm.lock\n br %k body out\n"
	       "body:\n take mutex %t @3\n jump head\nout:\n ret\n", "kvm->lock>kvm->lock");
}

static void test_undecided_exit_is_not_passed_on(void **state)
{
	const char *t = HEAD "func g() \"/src/a.c\":10\n %r = call ask() @11\n br %r l n\nl:\n take mutex &a @12\n jump n\nn:\n ret\n"
	       "func f() \"/src/a.c\":1\n call g() @2\n take mutex &b @3\n drop mutex &b @4\n ret\n";
	struct lore *l = analyse(&t, 1);

	assert_int_equal(l->witnesses.n, 0);
	assert_int_equal(l->n_imprecise, 1);
	lore_free(l);
}

static void test_statics_of_two_units(void **state)
{
	static const char *const two[] = {
		"unit \"/src/a.c\"\nvar l static lock mutex\nvar m lock mutex\nfunc f() \"/src/a.c\":1\n take mutex &l @2\n take mutex &m @3\n drop mutex &m\n drop mutex &l\n ret\n",
		"unit \"/src/b.c\"\nvar l static lock mutex\nvar m lock mutex\nfunc g() \"/src/b.c\":1\n take mutex &m @2\n take mutex &l @3\n drop mutex &l\n drop mutex &m\n ret\n",
	};
	static const char *const swapped[] = {two[1], two[0]};

	expect_units(two, 2, "l>m m>b.c:l");
	expect_units(swapped, 2, "l>m m>b.c:l");
}

static void test_two_programs_of_one_build(void **state)
{
	static const char *const two[] = {
		"unit \"/src/a.c\"\nvar l static lock mutex\nvar m static lock mutex\nfunc main() \"/src/a.c\":1\n take mutex &l @2\n take mutex &m @3\n drop mutex &m\n drop mutex &l\n ret\n",
		"unit \"/src/b.c\"\nvar x static lock mutex\nvar y static lock mutex\nfunc main() \"/src/b.c\":1\n take mutex &x @2\n take mutex &y @3\n drop mutex &y\n drop mutex &x\n ret\n",
	};

	expect_units(two, 2, "l>m x>y");
}

static void test_member_by_offset(void **state)
{
	static const char *const two[] = {
		"unit \"/src/a.c\"\nvar b lock mutex\nvar it type box\nfunc f() \"/src/a.c\":1\n"
		" %1 = field &it box.\"box@8\"\n take mutex &b @2\n take mutex %1 @3\n drop mutex %1\n drop mutex &b\n ret\n",
		"unit \"/src/b.c\"\nvar it type box\nstruct box member m lock mutex\nvarname box box 1\noffset box 8 m\n",
	};
	static const char *const differ[] = {two[0], two[1], "unit \"/src/c.c\"\noffset box 8 other\n"};

	expect_units(two, 1, "b>it.+8"); /* nobody says what is there */
	expect_units(two, 2, "b>box->m");
	expect_units(differ, 3, "b>box->+8"); /* two structs of one name */
}

static int setup(void **state)
{
	struct diag d;

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
		cmocka_unit_test(test_straight),
		cmocka_unit_test(test_callee),
		cmocka_unit_test(test_callee_takes_and_keeps),
		cmocka_unit_test(test_callee_drops_callers_lock),
		cmocka_unit_test(test_release_and_retake),
		cmocka_unit_test(test_trylock),
		cmocka_unit_test(test_killable),
		cmocka_unit_test(test_flag_parameter),
		cmocka_unit_test(test_flag_in_memory),
		cmocka_unit_test(test_parameter_lock),
		cmocka_unit_test(test_pointer_by_member),
		cmocka_unit_test(test_callback_parameter),
		cmocka_unit_test(test_callback_in_a_struct_on_the_stack),
		cmocka_unit_test(test_condition_wait_in_a_callee),
		cmocka_unit_test(test_self),
		cmocka_unit_test(test_assertion),
		cmocka_unit_test(test_loop_takes_all),
		cmocka_unit_test(test_undecided_exit_is_not_passed_on),
		cmocka_unit_test(test_statics_of_two_units),
		cmocka_unit_test(test_two_programs_of_one_build),
		cmocka_unit_test(test_member_by_offset),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
