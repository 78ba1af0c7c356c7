/* SPDX-License-Identifier: MIT */
/* Cycles from witnesses: which are found, in which order, with which mends. */
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

static const struct verdict_deadlock *find(const char *a, const char *b)
{
	const struct verdict_deadlocks *dead = verdict_deadlocks(verdict);

	for (size_t i = 0; i < dead->at.n; i++)
		if (dead->at.at[i].n == 2 && dead->at.at[i].edges[0].outer == cls_of(lore, a) &&
		    dead->at.at[i].edges[1].outer == cls_of(lore, b))
			return &dead->at.at[i];
	return NULL;
}

static void test_seed(void **state)
{
	const struct verdict_deadlock *d = find("vm->lock", "vm->srcu");

	assert_non_null(d);
	assert_int_equal(d->edges[0].inner_mode, ORDER_WAIT);
	assert_int_equal(d->edges[0].inner, cls_of(lore, "vm->srcu"));
	assert_int_equal(d->edges[1].inner, cls_of(lore, "vm->lock"));
	assert_int_equal(d->edges[0].n_chain, 2); /* the shorter of two witnesses */
	assert_non_null(find("cpu->mutex", "vm->lock"));
	/* and the one through vm->slots_lock, which stays where vm->lock is dropped before the wait
	 */
	assert_int_equal(verdict_deadlocks(verdict)->at.n, 3);
}

static void test_fewest_guesses_first(void **state)
{
	for (size_t i = 0; i < lore->witnesses.n; i++)
		if (lore->witnesses.at[i].outer == cls_of(lore, "cpu->mutex"))
			lore->witnesses.at[i].assumptions = 3;
	assert_ptr_equal(find("vm->lock", "vm->srcu"), verdict_deadlocks(verdict)->at.at);
}

static void test_certain_witness_is_chosen(void **state)
{
	for (size_t i = 0; i < lore->witnesses.n; i++)
		if (lore->witnesses.at[i].inner_mode == ORDER_WAIT &&
		    lore->witnesses.at[i].n_chain == 2)
			lore->witnesses.at[i].assumptions = 2;
	assert_int_equal(find("vm->lock", "vm->srcu")->edges[0].n_chain, 3);
}

static bool has_mend(const struct verdict_deadlock *d, const char *text)
{
	for (uint32_t i = 0; i < d->n_mends; i++)
		if (strstr(d->mends[i].text, text))
			return true;
	return false;
}

static void test_mends(void **state)
{
	struct diag diag;
	struct prim_table *prims = prim_load(NULL, &diag);
	const struct verdict_deadlock *d;

	verdict_free(verdict);
	verdict = verdict_new(lore, prims);
	d = find("vm->lock", "vm->srcu");
	assert_true(has_mend(d, "drop vm->lock before the wait in filter() at x86.c:60"));
	assert_true(has_mend(d, "take vm->lock first, outside of the vm->srcu read side"));
	assert_true(has_mend(d, "use a leaf lock of its own instead of vm->lock in xen_set()"));
	assert_true(has_mend(d, "use call_srcu() instead of the wait"));
	assert_true(has_mend(d, "if nothing after the wait relies on"));
	d = find("cpu->mutex", "vm->lock");
	assert_false(has_mend(d, "wait"));
	verdict_free(verdict);
	prim_free(prims);
	verdict = verdict_new(lore, NULL);
	assert_false(has_mend(find("vm->lock", "vm->srcu"), "call_srcu"));
}

/* A lock of its own takes over what is taken inside of that place, and says so. */
static void test_leaf_says_what_is_inside(void **state)
{
	add_witness(lore, "vm->lock", "dev->lock", false, "vm->lock",
		    "xen_set@xen.c:30 fast@xen.c:9");
	lore_sorted(lore);
	assert_true(has_mend(find("vm->lock", "vm->srcu"),
			     "xen_set() at xen.c:30, inside which only dev->lock is taken, as now"));
}

/* Something is waited for there: another lock would be in the way of the same readers. */
static void test_no_leaf_around_a_wait(void **state)
{
	add_witness(lore, "vm->lock", "vm->srcu", true, "vm->lock",
		    "xen_set@xen.c:30 xen_set@xen.c:33");
	lore_sorted(lore);
	assert_false(has_mend(find("vm->lock", "vm->srcu"), "leaf lock of its own"));
}

/* A gate that both sides hold keeps them apart. */
static void test_gate(void **state)
{
	add_witness(lore, "dev->lock", "vm->arch_lock", false, "all_lock dev->lock",
		    "a@a.c:1 a@a.c:2");
	add_witness(lore, "vm->arch_lock", "dev->lock", false, "all_lock vm->arch_lock",
		    "b@b.c:1 b@b.c:2");
	lore_sorted(lore);
	assert_null(find("dev->lock", "vm->arch_lock"));
}

static void test_no_gate(void **state)
{
	add_witness(lore, "dev->lock", "vm->arch_lock", false, "all_lock dev->lock",
		    "a@a.c:1 a@a.c:2");
	add_witness(lore, "vm->arch_lock", "dev->lock", false, "vm->arch_lock", "b@b.c:1 b@b.c:2");
	lore_sorted(lore);
	assert_non_null(find("dev->lock", "vm->arch_lock"));
}

static void test_trylock(void **state)
{
	add_witness(lore, "dev->lock", "vm->arch_lock", false, "dev->lock", "a@a.c:1 a@a.c:2")
		->flags = LORE_TRY;
	add_witness(lore, "vm->arch_lock", "dev->lock", false, "vm->arch_lock", "b@b.c:1 b@b.c:2");
	lore_sorted(lore);
	assert_null(find("dev->lock", "vm->arch_lock"));
}

/* Both orders of a read side and a lock, and nobody waits. */
static void test_harmless(void **state)
{
	add_witness(lore, "dev->lock", "vm->srcu", false, "dev->lock", "a@a.c:1 a@a.c:2");
	add_witness(lore, "vm->srcu", "dev->lock", false, "vm->srcu", "b@b.c:1 b@b.c:2");
	lore_sorted(lore);
	assert_null(find("dev->lock", "vm->srcu"));
}

static void test_self(void **state)
{
	const struct verdict_deadlocks *dead;

	add_witness(lore, "dev->lock", "dev->lock", false, "dev->lock", "a@a.c:1 a@a.c:2")->flags =
		LORE_SAME_INSTANCE;
	add_witness(lore, "vm->srcu", "vm->srcu", true, "vm->srcu", "b@a.c:11 b@a.c:12")->flags =
		LORE_SAME_INSTANCE;
	add_witness(lore, "rcu", "rcu", false, "rcu", "c@a.c:21 c@a.c:22")->flags =
		LORE_SAME_INSTANCE;
	lore_sorted(lore);
	dead = verdict_deadlocks(verdict);
	assert_int_equal(dead->at.n, 5);
	assert_int_equal(dead->at.at[0].n, 1);
	assert_int_equal(dead->at.at[1].n, 1);
	assert_int_equal(dead->nesting.n, 0);
	assert_true(has_mend(&dead->at.at[0], "again"));
	assert_true(has_mend(&dead->at.at[1], "leave"));
}

static void test_nesting(void **state)
{
	const struct verdict_deadlocks *dead;

	add_witness(lore, "dev->lock", "dev->lock", false, "dev->lock", "a@a.c:1 a@a.c:2")->flags =
		LORE_NESTED;
	add_witness(lore, "all_lock", "all_lock", false, "all_lock", "b@a.c:1 b@a.c:2");
	add_witness(lore, "rcu", "rcu", false, "rcu", "c@a.c:21 c@a.c:22");
	lore_sorted(lore);
	dead = verdict_deadlocks(verdict);
	assert_int_equal(dead->at.n, 3); /* those of the seed */
	assert_int_equal(dead->nesting.n, 2);
	assert_int_equal(dead->nesting.at[0].cls, cls_of(lore, "all_lock"));
	assert_false(dead->nesting.at[0].is_annotated);
	assert_true(dead->nesting.at[1].is_annotated);
}

static void test_findings(void **state)
{
	const struct verdict_deadlocks *dead;
	struct lore_finding f = { id_of(lore, "leak"), VERDICT_WARNING, place_of(lore, "f@a.c:9"),
				  id_of(lore, "returns with a lock held") };

	vec_push(&lore->findings, f);
	lore->n_caps_hit = 2;
	dead = verdict_deadlocks(verdict);
	assert_int_equal(dead->findings.n, 2);
	assert_string_equal(dead->findings.at[0].code, "leak");
	assert_int_equal(dead->findings.at[0].line, 9);
	assert_string_equal(dead->findings.at[1].code, "cap-hit");
}

static void test_empty(void **state)
{
	struct lore *l = lore_new();
	struct verdict *v = verdict_new(l, NULL);

	assert_int_equal(verdict_deadlocks(v)->at.n, 0);
	verdict_free(v);
	lore_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_seed),
		T(test_fewest_guesses_first),
		T(test_certain_witness_is_chosen),
		T(test_mends),
		T(test_no_leaf_around_a_wait),
		T(test_leaf_says_what_is_inside),
		T(test_gate),
		T(test_no_gate),
		T(test_trylock),
		T(test_harmless),
		T(test_self),
		T(test_nesting),
		T(test_findings),
		T(test_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
