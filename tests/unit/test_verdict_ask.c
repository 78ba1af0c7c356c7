/* SPDX-License-Identifier: MIT */
/* Questions. */
#include "test_verdict_lore.h"

static struct lore *lore;
static struct verdict *verdict;

static int setup(void **state)
{
	lore = seed_lore();
	verdict = verdict_new(lore, NULL);
	return 0;
}

static int teardown(void **state)
{
	verdict_free(verdict);
	lore_free(lore);
	return 0;
}

static const struct verdict_answer *ask(enum rules_relation relation, char *inner, char *outer)
{
	struct rules_question q = { .relation = relation, .inner = inner, .outer = outer };
	struct diag d;
	const struct verdict_answer *a = verdict_ask(verdict, &q, &d);

	assert_non_null(a);
	return a;
}

/* One place, two places of the read side: two pairs. */
static void test_inside(void **state)
{
	const struct verdict_answer *a = ask(RULES_INSIDE, "vm->lock", "vm->srcu");

	assert_true(a->is_yes);
	assert_int_equal(a->count, 2);
	assert_int_equal(a->sites, 1);
	assert_int_equal(a->list.n, 2);
	assert_int_equal(a->other_sites, 3);
}

static void test_no(void **state)
{
	const struct verdict_answer *a = ask(RULES_INSIDE, "vm->slots_lock", "vm->srcu");

	assert_false(a->is_yes);
	assert_int_equal(a->count, 0);
	assert_int_equal(a->other_sites, 0); /* the wait is no take */
	assert_false(ask(RULES_INSIDE, "vm->gpc_lock", "*")->is_yes);
}

static void test_wait(void **state)
{
	struct rules_question q = {
		.relation = RULES_INSIDE, .inner = "vm->srcu", .outer = "*", .inner_is_wait = true
	};
	const struct verdict_answer *a;
	struct diag d;

	add_take(lore, "vm->srcu", true, "", "alone@a.c:3");
	a = verdict_ask(verdict, &q, &d);
	assert_int_equal(a->sites, 2);
	assert_int_equal(a->count, 3);
	assert_int_equal(a->alone, 1);
}

/* Any wait: waits of each class, and no takes. */
static void test_any_wait(void **state)
{
	struct rules_question q = {
		.relation = RULES_INSIDE, .inner = "*", .outer = "vm->lock", .inner_is_wait = true
	};
	const struct verdict_answer *a;
	struct diag d;

	add_witness(lore, "vm->lock", "rcu", true, "vm->lock", "free@a.c:8 free@a.c:9");
	lore_sorted(lore);
	add_take(lore, "rcu", true, "", "alone@a.c:3");
	for (unsigned i = 0; i < 2; i++) {
		a = verdict_ask(verdict, &q, &d);
		assert_non_null(a);
		assert_int_equal(a->list.n, 3);
		assert_int_equal(a->sites, 3);
		for (size_t k = 0; k < a->list.n; k++)
			assert_int_equal(a->list.at[k].inner_mode, ORDER_WAIT);
		assert_int_equal(a->alone, i ? 0 : 1);
		q.relation = RULES_WITH;
	}
	q.relation = RULES_INSIDE;
	q.outer = "vm->srcu";
	assert_false(verdict_ask(verdict, &q, &d)->is_yes); /* it has takes inside */
}

static void test_any_inner(void **state)
{
	const struct verdict_answer *a = ask(RULES_INSIDE, "*", "vm->lock");

	assert_int_equal(a->sites, 7); /* takes and waits */
}

static void test_with(void **state)
{
	const struct verdict_answer *a = ask(RULES_WITH, "vm->lock", "cpu->mutex");

	assert_int_equal(a->sites, 2);
	assert_false(ask(RULES_WITH, "dev->lock", "cpu->mutex")->is_yes);
}

static void test_path(void **state)
{
	struct rules_question q = { .relation = RULES_PATH, .inner = "dev->lock", .from = "main" };
	const struct verdict_answer *a;
	struct diag d;

	add_call(lore, "main", "middle", "main@a.c:5", "", "");
	add_call(lore, "middle", "deep", "middle@a.c:15", "", "");
	add_call(lore, "main", "other", "main@a.c:6", "", "");
	add_take(lore, "dev->lock", false, "", "deep@a.c:25");
	a = verdict_ask(verdict, &q, &d);
	assert_non_null(a);
	assert_true(a->is_yes);
	assert_int_equal(a->list.at[0].n_chain, 3);
	q.from = "other";
	assert_false(verdict_ask(verdict, &q, &d)->is_yes);
	q.from = "mian";
	assert_null(verdict_ask(verdict, &q, &d));
	assert_non_null(strstr(d.text, "did you mean main"));
}

static void test_unknown(void **state)
{
	struct rules_question q = { .relation = RULES_INSIDE,
				    .inner = "vm->slot_lock",
				    .outer = "*" };
	struct diag d;

	assert_null(verdict_ask(verdict, &q, &d));
	assert_non_null(strstr(d.text, "did you mean vm->slots_lock"));
	q.inner = "lock";
	assert_null(verdict_ask(verdict, &q, &d));
	assert_non_null(strstr(d.text, "may be several locks"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_inside), T(test_no),   T(test_wait), T(test_any_wait),    T(test_any_inner),
		T(test_with),	T(test_path), T(test_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
