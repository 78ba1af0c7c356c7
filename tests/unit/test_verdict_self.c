/* SPDX-License-Identifier: MIT */
/* The document against itself. */
#include "test_verdict_lore.h"

static struct lore *lore;
static struct verdict *verdict;
static struct rules_document *doc;

static int setup(void **state)
{
	lore = seed_lore();
	verdict = verdict_new(lore, NULL);
	doc = new_doc();
	return 0;
}

static int teardown(void **state)
{
	verdict_free(verdict);
	lore_free(lore);
	free_doc(doc);
	return 0;
}

static const struct verdict_finding *find(const char *code)
{
	const struct verdict_document *d = verdict_check(verdict, doc);

	for (size_t i = 0; i < d->findings.n; i++)
		if (!strcmp(d->findings.at[i].code, code))
			return &d->findings.at[i];
	return NULL;
}

static void test_no_cycle(void **state)
{
	add_rule(doc, RULES_ORDER, 1, "vm->lock", "vm->slots_lock");
	add_rule(doc, RULES_ORDER, 2, "vm->slots_lock", "dev->lock");
	add_rule(doc, RULES_ORDER, 3, "vm->lock", "dev->lock");
	assert_null(find("document-cycle"));
}

static void test_cycle(void **state)
{
	const struct verdict_finding *f;

	add_rule(doc, RULES_ORDER, 1, "vm->lock", "vm->slots_lock");
	add_rule(doc, RULES_ORDER, 2, "vm->slots_lock", "dev->lock");
	add_rule(doc, RULES_ORDER, 3, "dev->lock", "vm->lock");
	f = find("document-cycle");
	assert_non_null(f);
	assert_int_equal(f->line, 3);
	assert_int_equal(f->severity, VERDICT_WARNING);
	assert_non_null(strstr(f->message, "(line 1)"));
	assert_non_null(strstr(f->message, "(line 2)"));
}

/* Names that the code does not know are names all the same. */
static void test_cycle_of_unknown(void **state)
{
	add_rule(doc, RULES_ORDER, 1, "foo_lock", "bar_lock");
	add_rule(doc, RULES_ORDER, 2, "bar_lock", "foo_lock");
	assert_non_null(find("document-cycle"));
}

static void test_cycle_with_read_side(void **state)
{
	add_rule(doc, RULES_ORDER, 1, "vm->lock", "vm->srcu");
	add_rule(doc, RULES_ORDER, 2, "vm->srcu", "vm->lock");
	assert_int_equal(find("document-cycle")->severity, VERDICT_NOTE);
}

static void test_tension(void **state)
{
	const struct verdict_finding *f;

	add_rule(doc, RULES_ORDER, 14, "vm->lock", "vm->slots_lock");
	add_rule(doc, RULES_WAITS, 23, "vm->srcu", "vm->slots_lock");
	add_rule(doc, RULES_NEVER_WAITS, 30, "vm->srcu", "cpu->mutex");
	assert_null(find("tension"));
	add_rule(doc, RULES_NEVER_WAITS, 31, "vm->srcu", "vm->lock");
	f = find("tension");
	assert_non_null(f);
	assert_int_equal(f->line, 31);
	assert_int_equal(f->severity, VERDICT_WARNING); /* the code does it */
	assert_non_null(strstr(f->message, "(line 31)"));
	assert_non_null(strstr(f->message, "(line 14)"));
	assert_non_null(strstr(f->message, "(line 23)"));
}

static void test_tension_that_never_meets(void **state)
{
	add_rule(doc, RULES_ORDER, 14, "cpu->mutex", "vm->slots_lock");
	add_rule(doc, RULES_WAITS, 23, "vm->srcu", "vm->slots_lock");
	add_rule(doc, RULES_NEVER_WAITS, 30, "vm->srcu", "cpu->mutex");
	assert_int_equal(find("tension")->severity, VERDICT_NOTE);
}

static void test_contradiction(void **state)
{
	add_rule(doc, RULES_MAY, 1, "vm->lock", "dev->lock");
	add_rule(doc, RULES_NEVER, 2, "vm->lock", "dev->lock");
	assert_int_equal(find("document-contradiction")->severity, VERDICT_WARNING);
}

static void test_together(void **state)
{
	add_rule(doc, RULES_ORDER, 1, "vm->lock", "dev->lock");
	add_rule(doc, RULES_NEVER, 2, "dev->lock", "vm->lock");
	assert_null(find("document-contradiction"));
	add_rule(doc, RULES_NEVER, 3, "dev->lock", "vm->lock")->is_together = true;
	assert_non_null(find("document-contradiction"));
}

static void conclude(struct rules_statement *s, int premise)
{
	s->is_conclusion = true;
	s->premise = premise;
}

static void test_therefore(void **state)
{
	add_rule(doc, RULES_WAITS, 1, "vm->srcu", "vm->slots_lock");
	conclude(add_rule(doc, RULES_NEVER, 2, "vm->srcu", "vm->slots_lock"), 1);
	add_rule(doc, RULES_ORDER, 3, "vm->srcu", "vm->lock");
	conclude(add_rule(doc, RULES_NEVER_WAITS, 4, "vm->srcu", "vm->lock"), 3);
	add_rule(doc, RULES_RELEASED, 5, "vm->arch_lock", "vm->srcu");
	conclude(add_rule(doc, RULES_MAY, 6, "vm->srcu", "vm->arch_lock"), 5);
	assert_null(find("does-not-follow"));
	assert_int_equal(find("premise-contradicted")->line, 4);
}

/* Taking a read side blocks nobody: the converse order forbids nothing. */
static void test_not_therefore(void **state)
{
	add_rule(doc, RULES_ORDER, 1, "vm->lock", "vm->srcu");
	conclude(add_rule(doc, RULES_NEVER, 2, "vm->srcu", "vm->lock"), 1);
	assert_int_equal(find("does-not-follow")->line, 2);
}

static void test_may_not_therefore(void **state)
{
	add_rule(doc, RULES_WAITS, 1, "vm->srcu", "vm->slots_lock");
	conclude(add_rule(doc, RULES_MAY, 2, "vm->srcu", "vm->slots_lock"), 1);
	assert_int_equal(find("does-not-follow")->line, 2);
}

/* "Unlike vm->slots_lock, vm->arch_lock is released before the wait": so the first one is not. */
static void test_unlike(void **state)
{
	struct rules_statement *s = add_rule(doc, RULES_RELEASED, 1, "vm->arch_lock", "vm->srcu");

	free(s->sentence);
	s->sentence = xstrdup("Unlike vm->slots_lock, vm->arch_lock is released before the wait.");
	conclude(add_rule(doc, RULES_NEVER, 2, "vm->srcu", "vm->slots_lock"), 1);
	assert_null(find("does-not-follow"));
	conclude(add_rule(doc, RULES_NEVER, 3, "vm->srcu", "dev->lock"), 1);
	assert_int_equal(find("does-not-follow")->line, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_no_cycle),	   T(test_cycle),
		T(test_cycle_of_unknown),  T(test_cycle_with_read_side),
		T(test_tension),	   T(test_tension_that_never_meets),
		T(test_contradiction),	   T(test_together),
		T(test_therefore),	   T(test_not_therefore),
		T(test_may_not_therefore), T(test_unlike),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
