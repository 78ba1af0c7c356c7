/* SPDX-License-Identifier: MIT */
/* Lookups of a lore against a plain scan, and a check that sees every kind of broken index. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "test_store_random.h"

static const struct random_size small = {
	.classes = 9, .funcs = 7, .places = 20, .sets = 5, .witnesses = 60, .steps = 4, .takes = 20,
	.calls = 12, .names = 5,
};

static void lookups_agree_with_a_scan(void **state)
{
	struct lore *l = random_lore(7, &small);

	(void)state;
	for (uint32_t o = 0; o < l->classes.n; o++)
		for (uint32_t i = 0; i < l->classes.n; i++) {
			uint32_t first, n = lore_witnesses(l, o, i, &first), seen = 0;

			for (uint32_t w = 0; w < l->witnesses.n; w++) {
				bool is = l->witnesses.at[w].outer == o && l->witnesses.at[w].inner == i;

				seen += is;
				assert_int_equal(is, w >= first && w < first + n);
			}
			assert_int_equal(n, seen);
		}
	for (uint32_t c = 0; c < l->classes.n; c++)
		assert_int_equal(lore_class_find(l, lore_str(l, l->classes.at[c].name)), c);
	assert_int_equal(lore_class_find(l, ""), LORE_NONE);
	assert_int_equal(lore_class_find(l, "obj->lock_00003x"), LORE_NONE);
	assert_int_equal(lore_class_find(l, "~"), LORE_NONE);
	lore_free(l);
}

static void empty_lore_has_nothing(void **state)
{
	struct lore *l = lore_new();
	struct diag d;
	uint32_t first;

	(void)state;
	assert_int_equal(lore_witnesses(l, 0, 0, &first), 0);
	assert_int_equal(lore_witnesses(l, LORE_NONE, LORE_NONE, &first), 0);
	assert_int_equal(lore_class_find(l, "kvm->lock"), LORE_NONE);
	assert_string_equal(lore_str(l, 0), "");
	assert_true(lore_check(l, "x", &d));
	lore_free(l);
	lore_free(NULL);
}

/* Writes a bad value to one field, wants the check to name the table and row, and puts it back. */
#define BREAK(l, field, value, fault) do { \
	__typeof__(field) was = field; \
	struct diag d_; \
	field = (__typeof__(field))(value); \
	assert_false(lore_check(l, "x", &d_)); \
	assert_string_equal(d_.text, "x: " fault); \
	field = was; \
	assert_true(lore_check(l, "x", &d_)); \
} while (0)

static void check_sees_broken_strings_and_classes(void **state)
{
	struct lore *l = random_lore(8, &small);

	(void)state;
	BREAK(l, l->date, 9999999, "meta 0 has no such string");
	BREAK(l, l->classes.at[2].owner, LORE_NONE, "class 2 has no such string");
	BREAK(l, l->classes.at[2].kind, FACTS_LOCK_KINDS, "class 2 has an unknown kind of lock");
	BREAK(l, l->classes.at[3].name, l->classes.at[2].name,
	      "class 3 is not sorted by name, or is there twice");
	BREAK(l, l->funcs.at[1].file, LORE_NONE, "function 1 has no such string");
	BREAK(l, l->places.at[4].func, l->funcs.n, "place 4 names a function that is not there");
	BREAK(l, l->steps.at[5], l->places.n, "step 5 names a place that is not there");
	BREAK(l, l->helds.at[6].cls, l->classes.n, "held 6 names a class that is not there");
	BREAK(l, l->helds.at[6].mode, ORDER_MODES, "held 6 has an unknown mode");
	lore_free(l);
}

static void check_sees_broken_events(void **state)
{
	struct lore *l = random_lore(9, &small);
	struct lore_witness *w = &l->witnesses.at[1];

	(void)state;
	BREAK(l, w->inner, l->classes.n, "witness 1 names a class that is not there");
	BREAK(l, w->inner_mode, ORDER_MODES, "witness 1 has an unknown mode");
	BREAK(l, w->outer_place, LORE_NONE, "witness 1 names a place that is not there");
	BREAK(l, w->entry_place, l->places.n, "witness 1 names a place that is not there");
	BREAK(l, w->n_chain, 0, "witness 1 has an empty chain");
	BREAK(l, w->chain, LORE_NONE, "witness 1 has a chain that ends outside of the steps");
	BREAK(l, w->n_chain, LORE_NONE, "witness 1 has a chain that ends outside of the steps");
	BREAK(l, w->n_held, LORE_NONE, "witness 1 has a held set that ends outside of the sets");
	BREAK(l, w->thread, l->funcs.n + 1, "witness 1 names a thread that is not there");
	BREAK(l, l->witnesses.at[0].outer, l->classes.n - 1, "witness 1 is not sorted by its classes");
	BREAK(l, l->takes.at[3].bare, LORE_NONE,
	      "take 3 has a chain that ends outside of the steps");
	BREAK(l, l->takes.at[3].cls, LORE_NONE, "take 3 names a class that is not there");
	BREAK(l, l->released.at[1].wait, LORE_NONE, "released 1 names a class that is not there");
	BREAK(l, l->calls.at[2].caller, LORE_NONE, "call 2 names a function that is not there");
	BREAK(l, l->calls.at[2].callee, l->funcs.n, "call 2 names a function that is not there");
	BREAK(l, l->calls.at[2].kind, 9, "call 2 has an unknown kind of call");
	BREAK(l, l->calls.at[2].may, LORE_NONE,
	      "call 2 has a held set that ends outside of the sets");
	lore_free(l);
}

static void check_sees_broken_names(void **state)
{
	struct lore *l = random_lore(10, &small);

	(void)state;
	BREAK(l, l->slots.at[2].func, LORE_NONE, "slot 2 names a function that is not there");
	BREAK(l, l->slots.at[2].table, LORE_NONE, "slot 2 has no such string");
	BREAK(l, l->members.at[2].type, LORE_NONE, "member 2 has no such string");
	BREAK(l, l->varnames.at[2].name, LORE_NONE, "varname 2 has no such string");
	BREAK(l, l->globals.at[2].lock_kind, 99, "global 2 has an unknown kind of lock");
	BREAK(l, l->findings.at[2].place, l->places.n, "finding 2 names a place that is not there");
	lore_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lookups_agree_with_a_scan),
		cmocka_unit_test(empty_lore_has_nothing),
		cmocka_unit_test(check_sees_broken_strings_and_classes),
		cmocka_unit_test(check_sees_broken_events),
		cmocka_unit_test(check_sees_broken_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
