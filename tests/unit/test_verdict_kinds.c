/* SPDX-License-Identifier: MIT */
/* One verdict per statement: every kind, every outcome. */
#include <unistd.h>

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

static const struct verdict_statement *judge(enum rules_kind kind, const char *a, const char *b)
{
	const struct verdict_document *d;

	add_rule(doc, kind, (unsigned)doc->statements.n + 1, a, b);
	d = verdict_check(verdict, doc);
	return &d->statements.at[d->statements.n - 1];
}

static void verdict_is(const struct verdict_statement *s, enum verdict_value value,
		       enum verdict_severity severity, uint32_t seen, uint32_t reversed)
{
	if (s->value != value || s->severity != severity || s->seen != seen ||
	    s->reversed != reversed)
		fail_msg("%s: %s, %s, seen %u, reversed %u, %s", s->rule->text,
			 verdict_value_name(s->value), verdict_severity_name(s->severity), s->seen,
			 s->reversed, s->why);
}

static void test_order(void **state)
{
	const struct verdict_statement *s = judge(RULES_ORDER, "vm->lock", "vm->slots_lock");

	verdict_is(s, VERDICT_UPHELD, VERDICT_NOTE, 1, 0);
	verdict_is(judge(RULES_ORDER, "vm->slots_lock", "dev->lock"), VERDICT_NEVER_EXERCISED,
		   VERDICT_NOTE, 0, 0);
}

static void test_order_both_ways(void **state)
{
	const struct verdict_statement *s = judge(RULES_ORDER, "vm->lock", "cpu->mutex");

	verdict_is(s, VERDICT_CONTRADICTED, VERDICT_ERROR, 1, 1);
	assert_string_equal(s->why,
			    "1 place so, 1 the other way; the code at xen_attr() looks wrong");
	assert_int_not_equal(s->deadlock, LORE_NONE);
	assert_int_equal(s->list.n, 2);
	assert_false(s->list.at[0].is_against);
	assert_true(s->list.at[1].is_against);
}

/* One place against three: the minority is what the sentence describes. */
static void test_order_odd_one_out(void **state)
{
	const struct verdict_statement *s = judge(RULES_ORDER, "vm->srcu", "vm->lock");

	verdict_is(s, VERDICT_CONTRADICTED, VERDICT_ERROR, 1, 3);
	assert_non_null(strstr(s->why, "the code at xen_set() looks wrong"));
}

/* The wait inside vm->lock is no take of vm->srcu inside it. */
static void test_order_is_not_wait(void **state)
{
	const struct verdict_statement *s = judge(RULES_ORDER, "vm->slots_lock", "vm->srcu");

	verdict_is(s, VERDICT_NEVER_EXERCISED, VERDICT_NOTE, 0, 0);
}

static void test_order_harmless(void **state)
{
	add_witness(lore, "dev->lock", "vm->srcu", false, "dev->lock", "a@a.c:1 a@a.c:2");
	add_witness(lore, "vm->srcu", "dev->lock", false, "vm->srcu", "b@b.c:1 b@b.c:2");
	lore_sorted(lore);
	verdict_is(judge(RULES_ORDER, "dev->lock", "vm->srcu"), VERDICT_CONTRADICTED,
		   VERDICT_WARNING, 1, 1);
}

static void test_order_sentence_wrong(void **state)
{
	const struct verdict_statement *s;

	for (unsigned i = 0; i < 3; i++) {
		char chain[64];

		snprintf(chain, sizeof(chain), "f%u@a.c:%u f%u@a.c:%u", i, 10 * i + 1, i,
			 10 * i + 2);
		add_witness(lore, "all_lock", "dev->lock", false, "all_lock", chain);
	}
	lore_sorted(lore);
	s = judge(RULES_ORDER, "dev->lock", "all_lock");
	verdict_is(s, VERDICT_CONTRADICTED, VERDICT_WARNING, 0, 3);
	assert_string_equal(s->why, "0 places so, 3 the other way; the sentence looks wrong");
}

/* A trylock cannot block: it contradicts nothing. */
static void test_trylock(void **state)
{
	add_witness(lore, "dev->lock", "all_lock", false, "dev->lock", "a@a.c:1 a@a.c:2")->flags =
		LORE_TRY;
	add_witness(lore, "all_lock", "dev->lock", false, "all_lock", "b@a.c:1 b@a.c:9");
	lore_sorted(lore);
	verdict_is(judge(RULES_ORDER, "all_lock", "dev->lock"), VERDICT_UPHELD, VERDICT_NOTE, 1, 0);
	verdict_is(judge(RULES_NEVER, "dev->lock", "all_lock"), VERDICT_UPHELD, VERDICT_NOTE, 0, 1);
	verdict_is(judge(RULES_ORDER, "dev->lock", "all_lock"), VERDICT_CONTRADICTED,
		   VERDICT_WARNING, 1, 1);
}

static void test_never(void **state)
{
	const struct verdict_statement *s = judge(RULES_NEVER, "vm->srcu", "vm->lock");

	verdict_is(s, VERDICT_CONTRADICTED, VERDICT_ERROR, 1, 3);
	assert_string_equal(
		s->why, "1 place does, 3 the other way round; the code at xen_set() looks wrong");
	verdict_is(judge(RULES_NEVER, "vm->srcu", "vm->slots_lock"), VERDICT_UPHELD, VERDICT_NOTE,
		   0, 0);
	verdict_is(judge(RULES_NEVER, "vm->srcu", "vm->gpc_lock"), VERDICT_NEVER_EXERCISED,
		   VERDICT_NOTE, 0, 0);
}

static void test_never_together(void **state)
{
	struct rules_statement *r = add_rule(doc, RULES_NEVER, 1, "vm->slots_lock", "vm->lock");
	const struct verdict_document *d;

	r->is_together = true;
	d = verdict_check(verdict, doc);
	verdict_is(&d->statements.at[0], VERDICT_CONTRADICTED, VERDICT_ERROR, 1, 0);
}

static void test_may(void **state)
{
	add_witness(lore, "all_lock", "dev->lock", false, "all_lock", "a@a.c:1 a@a.c:2");
	lore_sorted(lore);
	verdict_is(judge(RULES_MAY, "all_lock", "dev->lock"), VERDICT_UPHELD, VERDICT_NOTE, 1, 0);
	verdict_is(judge(RULES_MAY, "vm->srcu", "vm->lock"), VERDICT_CONTRADICTED, VERDICT_ERROR, 1,
		   0);
	verdict_is(judge(RULES_MAY, "vm->srcu", "dev->lock"), VERDICT_NEVER_EXERCISED, VERDICT_NOTE,
		   0, 0);
}

static void test_waits(void **state)
{
	const struct verdict_document *d;
	const struct verdict_statement *s = judge(RULES_WAITS, "vm->srcu", "vm->slots_lock");

	verdict_is(s, VERDICT_UPHELD, VERDICT_NOTE, 1, 0);
	d = verdict_check(verdict, doc);
	assert_int_equal(d->findings.n, 1);
	assert_string_equal(d->findings.at[0].code, "also-held");
	assert_non_null(strstr(d->findings.at[0].message, "vm->lock"));
	verdict_is(judge(RULES_WAITS, "vm->srcu", "cpu->mutex"), VERDICT_NEVER_EXERCISED,
		   VERDICT_NOTE, 0, 0);
}

static void test_never_waits(void **state)
{
	verdict_is(judge(RULES_NEVER_WAITS, "vm->srcu", "vm->lock"), VERDICT_CONTRADICTED,
		   VERDICT_ERROR, 2, 0);
	verdict_is(judge(RULES_NEVER_WAITS, "vm->srcu", "cpu->mutex"), VERDICT_UPHELD, VERDICT_NOTE,
		   0, 0);
	verdict_is(judge(RULES_NEVER_WAITS, "rcu", "cpu->mutex"), VERDICT_NEVER_EXERCISED,
		   VERDICT_NOTE, 0, 0);
}

static void test_released(void **state)
{
	struct lore_released r = { cls_of(lore, "vm->arch_lock"), cls_of(lore, "vm->srcu"), 0, 0 };

	verdict_is(judge(RULES_RELEASED, "vm->arch_lock", "vm->srcu"), VERDICT_NEVER_EXERCISED,
		   VERDICT_NOTE, 0, 0);
	r.n_chain = add_chain(lore, "set@main.c:1 swap@main.c:5", &r.chain);
	vec_push(&lore->released, r);
	verdict_is(judge(RULES_RELEASED, "vm->arch_lock", "vm->srcu"), VERDICT_UPHELD, VERDICT_NOTE,
		   1, 0);
	verdict_is(judge(RULES_RELEASED, "vm->lock", "vm->srcu"), VERDICT_CONTRADICTED,
		   VERDICT_ERROR, 0, 2);
}

static void test_requires_lock(void **state)
{
	add_take(lore, "dev->lock", false, "vm->mmu_lock", "f@a.c:1 f@a.c:2");
	verdict_is(judge(RULES_REQUIRES, "dev->lock", "vm->mmu_lock"), VERDICT_UPHELD, VERDICT_NOTE,
		   1, 0);
	add_take(lore, "dev->lock", false, "", "g@a.c:12");
	verdict_is(judge(RULES_REQUIRES, "dev->lock", "vm->mmu_lock"), VERDICT_CONTRADICTED,
		   VERDICT_WARNING, 1, 1);
	verdict_is(judge(RULES_REQUIRES, "all_lock", "vm->mmu_lock"), VERDICT_NEVER_EXERCISED,
		   VERDICT_NOTE, 0, 0);
}

static const struct verdict_statement *judge_function(const char *function, const char *lock,
						      bool is_without)
{
	struct rules_statement *r =
		add_rule(doc, RULES_REQUIRES, (unsigned)doc->statements.n + 1, NULL, lock);
	const struct verdict_document *d;

	r->function = xstrdup(function);
	r->is_without = is_without;
	d = verdict_check(verdict, doc);
	return &d->statements.at[d->statements.n - 1];
}

static void test_requires_function(void **state)
{
	add_call(lore, "main", "step", "main@a.c:3", "vm->lock", "");
	verdict_is(judge_function("step", "vm->lock", false), VERDICT_UPHELD, VERDICT_NOTE, 1, 0);
	verdict_is(judge_function("step", "dev->lock", true), VERDICT_UPHELD, VERDICT_NOTE, 1, 0);
	verdict_is(judge_function("step", "vm->lock", true), VERDICT_CONTRADICTED, VERDICT_WARNING,
		   0, 1);
	verdict_is(judge_function("step", NULL, true), VERDICT_CONTRADICTED, VERDICT_WARNING, 0, 1);
	add_call(lore, "other", "step", "other@a.c:33", "", "");
	verdict_is(judge_function("step", "vm->lock", false), VERDICT_CONTRADICTED, VERDICT_WARNING,
		   1, 1);
	verdict_is(judge_function("main", "vm->lock", false), VERDICT_NEVER_EXERCISED, VERDICT_NOTE,
		   0, 0);
}

static void test_unknown_function(void **state)
{
	const struct verdict_document *d;

	judge_function("handle_exits", "vm->lock", false);
	d = verdict_check(verdict, doc);
	assert_int_equal(d->findings.n, 1);
	assert_string_equal(d->findings.at[0].code, "unknown-function");
	assert_non_null(strstr(d->findings.at[0].message, "handle_exit"));
}

static void test_leaf(void **state)
{
	const struct verdict_statement *s;

	verdict_is(judge(RULES_LEAF, "dev->lock", NULL), VERDICT_UPHELD, VERDICT_NOTE, 1, 0);
	s = judge(RULES_LEAF, "vm->lock", NULL);
	verdict_is(s, VERDICT_CONTRADICTED, VERDICT_WARNING, 0, 5);
	verdict_is(judge(RULES_LEAF, "vm->gpc_lock", NULL), VERDICT_NEVER_EXERCISED, VERDICT_NOTE,
		   0, 0);
}

/* Everything that the document does not speak of: once, with all counter-examples. */
static void test_everything_else(void **state)
{
	const struct verdict_statement *s;

	add_rule(doc, RULES_ORDER, 1, "cpu->mutex", "vm->slots_lock");
	s = judge(RULES_LEAF, NULL, NULL);
	assert_int_equal(s->value, VERDICT_CONTRADICTED);
	for (size_t i = 0; i < s->list.n; i++)
		assert_int_equal(s->list.at[i].outer, cls_of(lore, "vm->lock"));
	add_rule(doc, RULES_MAY, 3, "vm->lock", "vm->srcu");
	s = judge(RULES_LEAF, NULL, NULL);
	verdict_is(s, VERDICT_UPHELD, VERDICT_NOTE, 5, 0);
}

static const struct verdict_statement *judge_context(const char *words, const char *lock)
{
	struct rules_statement *r =
		add_rule(doc, RULES_CONTEXT, (unsigned)doc->statements.n + 1, lock, NULL);
	const struct verdict_document *d;

	r->context = xstrdup(words);
	d = verdict_check(verdict, doc);
	return &d->statements.at[d->statements.n - 1];
}

static void add_slot(const char *owner, const char *member, const char *func)
{
	struct lore_slot s = { id_of(lore, owner), id_of(lore, member), func_of(lore, func, "a.c"),
			       0 };

	vec_push(&lore->slots, s);
}

static void test_context(void **state)
{
	const struct verdict_statement *s;

	add_slot("mmu_notifier_ops", "start", "mn_start");
	add_slot("mmu_notifier_ops", "end", "mn_end");
	add_call(lore, "mn_start", "mn_work", "mn_start@a.c:10", "", "");
	add_take(lore, "dev->lock", false, "", "mn_work@a.c:20");
	add_take(lore, "all_lock", false, "", "outside@a.c:30");
	s = judge_context("MMU notifiers", "dev->lock");
	verdict_is(s, VERDICT_CONTRADICTED, VERDICT_ERROR, 1, 0);
	assert_int_equal(s->list.at[0].n_chain, 2);
	verdict_is(judge_context("MMU notifiers", "all_lock"), VERDICT_UPHELD, VERDICT_NOTE, 0, 0);
	verdict_is(judge_context("struct mmu_notifier_ops", "dev->lock"), VERDICT_CONTRADICTED,
		   VERDICT_ERROR, 1, 0);
	verdict_is(judge_context("the gremlins", "dev->lock"), VERDICT_NEVER_EXERCISED,
		   VERDICT_NOTE, 0, 0);
	verdict_is(judge_context("MMU notifiers", "nothing"), VERDICT_NEVER_EXERCISED, VERDICT_NOTE,
		   0, 0);
}

/* What was inlined is only in the chains of the takes. */
static void test_context_inlined(void **state)
{
	add_slot("shrinker", "scan", "scan");
	add_take(lore, "dev->lock", false, "", "scan@a.c:10 inline_lock@a.h:3");
	verdict_is(judge_context("the shrinker", "dev->lock"), VERDICT_CONTRADICTED, VERDICT_ERROR,
		   1, 0);
}

static void test_context_declared(void **state)
{
	struct rules_context_decl decl = { xstrdup("gremlins"), xstrdup("struct gremlin_table"),
					   NULL, 1 };

	vec_push(&doc->contexts, decl);
	add_slot("gremlin_table", "bite", "bite");
	add_take(lore, "dev->lock", false, "", "bite@a.c:10");
	verdict_is(judge_context("the gremlins", "dev->lock"), VERDICT_CONTRADICTED, VERDICT_ERROR,
		   1, 0);
}

static void test_recorded(void **state)
{
	const struct verdict_statement *s = judge(RULES_PROTECTS, "vm->lock", NULL);

	assert_false(s->is_judged);
	s = judge(RULES_NOT_UNDERSTOOD, "vm->lock", NULL);
	assert_true(s->is_judged);
	assert_int_equal(s->value, VERDICT_NOT_UNDERSTOOD);
}

static void test_question_is_no_error(void **state)
{
	add_rule(doc, RULES_ORDER, 1, "vm->srcu", "vm->lock")->is_question = true;
	verdict_is(&verdict_check(verdict, doc)->statements.at[0], VERDICT_CONTRADICTED,
		   VERDICT_NOTE, 1, 3);
}

static void test_unresolved(void **state)
{
	add_call(lore, "f", NULL, "f@a.c:7", "", "vm->lock vm->srcu");
	assert_int_equal(judge(RULES_ORDER, "vm->lock", "vm->slots_lock")->unresolved, 1);
	assert_int_equal(judge(RULES_NEVER, "dev->lock", "vm->slots_lock")->unresolved, 0);
	assert_int_equal(judge(RULES_NEVER, "vm->srcu", "vm->slots_lock")->unresolved, 1);
}

static void test_findings_of_names(void **state)
{
	const struct verdict_document *d;

	judge(RULES_ORDER, "vm->arch.mmu_lock", "vm->slot_lock");
	judge(RULES_PROTECTS, "no_such_thing", NULL);
	d = verdict_check(verdict, doc);
	assert_int_equal(d->findings.n, 2);
	assert_string_equal(d->findings.at[0].code, "name-drift");
	assert_string_equal(d->findings.at[1].code, "unknown-lock");
}

/* "the call to synchronize_srcu()" is about the read side that was spoken of before. */
static void test_bare_wait(void **state)
{
	struct prim_table *prims;
	const struct verdict_statement *s;
	struct diag d;

	verdict_free(verdict);
	prims = prim_load(NULL, &d);
	add_class(lore, "zone->srcu", "zone", "srcu", FACTS_KIND_SRCU);
	lore->classes.at[cls_of(lore, "zone->srcu")].waits = 1;
	verdict = verdict_new(lore, prims);
	s = judge(RULES_RELEASED, "vm->arch_lock", "synchronize_srcu");
	assert_int_equal(s->names[1].cls, LORE_NONE);
	judge(RULES_WAITS, "vm->srcu", "vm->slots_lock");
	s = judge(RULES_RELEASED, "vm->arch_lock", "synchronize_srcu");
	assert_int_equal(s->names[1].cls, cls_of(lore, "vm->srcu"));
	verdict_free(verdict);
	verdict = verdict_new(lore, NULL);
	prim_free(prims);
}

static void test_worst(void **state)
{
	bool any;

	judge(RULES_ORDER, "all_lock", "dev->lock");
	assert_int_equal(verdict_worst(verdict_check(verdict, doc), &any), VERDICT_NOTE);
	assert_false(any);
	judge(RULES_NEVER, "vm->srcu", "vm->lock");
	assert_int_equal(verdict_worst(verdict_check(verdict, doc), &any), VERDICT_ERROR);
	assert_true(any);
	assert_true(verdict_fails(VERDICT_ERROR, "warning"));
	assert_false(verdict_fails(VERDICT_NOTE, "warning"));
	assert_false(verdict_fails(VERDICT_ERROR, "never"));
}

/* The comment at the odd one's place is quoted, the one that speaks of locks. */
static void test_comment(void **state)
{
	static const char code[] = "void xen_set(void)\n{\n\t/* counts things */\n\tint n = "
				   "1;\n\n\t/*\n\t * This is fast.  It runs with no\n"
				   "\t * other lock held, outside of srcu.  Later it may "
				   "change.\n\t */\n\tmutex_lock(&vm->lock);\n";
	char dir[] = "/tmp/locklore-test-XXXXXX", *path;
	const struct verdict_statement *s;
	struct diag d;

	assert_non_null(mkdtemp(dir));
	path = path_join(dir, "comment.c");
	assert_true(file_write(path, code, strlen(code), &d));
	lore->root = id_of(lore, dir);
	add_witness(lore, "vm->srcu", "dev->lock", false, "vm->srcu",
		    "run@run.c:1 note@comment.c:10");
	lore_sorted(lore);
	s = judge(RULES_NEVER, "vm->srcu", "dev->lock");
	assert_non_null(s->comment);
	assert_string_equal(s->comment, "It runs with no other lock held, outside of srcu.");
	unlink(path);
	rmdir(dir);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_order),
		T(test_order_both_ways),
		T(test_order_odd_one_out),
		T(test_order_is_not_wait),
		T(test_order_harmless),
		T(test_order_sentence_wrong),
		T(test_trylock),
		T(test_never),
		T(test_never_together),
		T(test_may),
		T(test_waits),
		T(test_never_waits),
		T(test_released),
		T(test_requires_lock),
		T(test_requires_function),
		T(test_unknown_function),
		T(test_leaf),
		T(test_everything_else),
		T(test_context),
		T(test_context_inlined),
		T(test_context_declared),
		T(test_recorded),
		T(test_question_is_no_error),
		T(test_unresolved),
		T(test_findings_of_names),
		T(test_worst), T(test_bare_wait),
		T(test_comment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
