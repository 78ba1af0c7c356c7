/* SPDX-License-Identifier: MIT */
/* A lock as people write it -> class. */
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

static void is(const char *written, enum verdict_known known, const char *name)
{
	struct verdict_name n = verdict_resolve(verdict, written);

	if (n.known != known)
		fail_msg("%s: known is %d", written, n.known);
	if (!name)
		assert_int_equal(n.cls, LORE_NONE);
	else
		assert_string_equal(lore_str(lore, lore->classes.at[n.cls].name), name);
}

static void test_exact(void **state)
{
	is("vm->lock", VERDICT_KNOWN, "vm->lock");
	is("&vm->srcu", VERDICT_KNOWN, "vm->srcu");
	is("``vm->srcu``", VERDICT_KNOWN, "vm->srcu");
	is("all_lock", VERDICT_KNOWN, "all_lock");
}

static void test_members(void **state)
{
	is("cpu->vm->lock", VERDICT_KNOWN, "vm->lock");
	is("vm.lock", VERDICT_KNOWN, "vm->lock");
	is("struct vm::lock", VERDICT_KNOWN, "vm->lock");
	is("vm::slots_lock", VERDICT_KNOWN, "vm->slots_lock");
	is("struct vm's slots_lock", VERDICT_KNOWN, "vm->slots_lock");
	is("vm->arch.hv.hv_lock", VERDICT_KNOWN, "vm->arch.hv.hv_lock");
	is("hv->hv_lock", VERDICT_KNOWN, "vm->arch.hv.hv_lock");
	is("cpu->vm->arch.hv.hv_lock", VERDICT_KNOWN, "vm->arch.hv.hv_lock");
	is("vm_arch::hv.hv_lock", VERDICT_KNOWN, "vm->arch.hv.hv_lock");
	is("cpu mutexes", VERDICT_KNOWN, "cpu->mutex");
}

static void test_bare(void **state)
{
	is("slots_lock", VERDICT_KNOWN, "vm->slots_lock");
	is("lock", VERDICT_AMBIGUOUS, NULL);
	is("ALL", VERDICT_KNOWN, "all_lock");
}

static void test_drift(void **state)
{
	is("vm->arch.mmu_lock", VERDICT_DRIFTED, "vm->mmu_lock");
	is("nobody->slots_lock", VERDICT_DRIFTED, "vm->slots_lock");
	is("nobody->lock", VERDICT_AMBIGUOUS, NULL);
}

static void test_not_taken(void **state)
{
	is("vm->gpc_lock", VERDICT_NOT_TAKEN, NULL);
	is("gpc_lock", VERDICT_NOT_TAKEN, NULL);
}

static void test_unknown(void **state)
{
	struct verdict_name n = verdict_resolve(verdict, "vm->slot_lock");

	assert_int_equal(n.known, VERDICT_UNKNOWN);
	assert_non_null(strstr(n.similar, "vm->slots_lock"));
	is("frobnicate", VERDICT_UNKNOWN, NULL);
	is("", VERDICT_UNKNOWN, NULL);
	is("->", VERDICT_UNKNOWN, NULL);
	is("a - b", VERDICT_UNKNOWN, NULL);
	is("&&&((", VERDICT_UNKNOWN, NULL);
}

/* A function that takes one lock names it. */
static void test_function(void **state)
{
	add_take(lore, "all_lock", false, "", "take_all@all.c:3");
	is("take_all()", VERDICT_KNOWN, "all_lock");
	add_take(lore, "vm->lock", false, "", "take_all@all.c:4");
	is("take_all()", VERDICT_UNKNOWN, NULL);
}

static void test_primitive(void **state)
{
	struct diag d;
	struct prim_table *prims = prim_load(NULL, &d);
	struct verdict *v = verdict_new(lore, prims);

	assert_non_null(prims);
	assert_int_equal(verdict_resolve(v, "rcu_read_lock()").cls, cls_of(lore, "rcu"));
	assert_int_equal(verdict_resolve(v, "synchronize_rcu").cls, cls_of(lore, "rcu"));
	assert_int_equal(verdict_resolve(v, "synchronize_srcu()").cls, cls_of(lore, "vm->srcu"));
	verdict_free(v);
	prim_free(prims);
}

/* The longest input is no danger. */
static void test_long(void **state)
{
	char text[5000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	is(text, VERDICT_UNKNOWN, NULL);
	for (size_t i = 0; i + 1 < sizeof(text); i++)
		text[i] = i % 2 ? '.' : 'x';
	text[240] = '\0';
	is(text, VERDICT_UNKNOWN, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_exact, setup, teardown),
		cmocka_unit_test_setup_teardown(test_members, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bare, setup, teardown),
		cmocka_unit_test_setup_teardown(test_drift, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_function, setup, teardown),
		cmocka_unit_test_setup_teardown(test_primitive, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
