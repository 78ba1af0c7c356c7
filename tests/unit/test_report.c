/* SPDX-License-Identifier: MIT */
/* Text that fits 80 columns and says what it must; JSON by the contract. */
#include <jansson.h>

#include "report/report.h"
#include "test_verdict_lore.h"

static struct lore *lore;
static struct verdict *verdict;
static struct rules_document *doc;
static struct report report;
static char *output;
static size_t output_size;

static void say(struct rules_statement *s, const char *text)
{
	free(s->text);
	s->text = xstrdup(text);
}

/* The sentences of the review, and some that are not. */
static struct rules_document *seed_doc(void)
{
	struct rules_document *d = new_doc();

	say(add_rule(d, RULES_ORDER, 12, "vm->lock", "cpu->mutex"),
	    "vm->lock is taken outside cpu->mutex");
	say(add_rule(d, RULES_ORDER, 14, "vm->lock", "vm->slots_lock"),
	    "vm->lock is taken outside vm->slots_lock");
	say(add_rule(d, RULES_ORDER, 16, "vm->slots_lock", "dev->lock"),
	    "vm->slots_lock is taken outside dev->lock, which is a very long sentence that goes "
	    "on");
	say(add_rule(d, RULES_ORDER, 20, "vm->srcu", "cpu->vm->lock"),
	    "cpu->vm->lock is taken inside vm->srcu");
	say(add_rule(d, RULES_NEVER_WAITS, 21, "vm->srcu", "vm->lock"),
	    "synchronize_srcu(&vm->srcu) cannot be called inside vm->lock");
	say(add_rule(d, RULES_LEAF, 30, NULL, NULL), "everything else is a leaf");
	say(add_rule(d, RULES_ORDER, 31, "vm->arch.mmu_lock", "no_such_lock"),
	    "vm->arch.mmu_lock is taken outside no_such_lock");
	add_rule(d, RULES_NOT_UNDERSTOOD, 33, NULL, NULL);
	add_rule(d, RULES_PROTECTS, 40, "vm->lock", NULL);
	return d;
}

static int setup(void **state)
{
	lore = seed_lore();
	verdict = verdict_new(lore, NULL);
	doc = seed_doc();
	output = NULL;
	report = (struct report){ .out = open_memstream(&output, &output_size),
				  .lore = lore,
				  .dead = verdict_deadlocks(verdict) };
	return 0;
}

static int teardown(void **state)
{
	if (report.out)
		fclose(report.out);
	free(output);
	verdict_free(verdict);
	lore_free(lore);
	free_doc(doc);
	return 0;
}

static const char *written(void)
{
	fclose(report.out);
	report.out = NULL;
	if (getenv("SHOW"))
		fputs(output, stderr);
	return output;
}

static void fits_80_columns(const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n > 80)
			fail_msg("%zu columns: %.*s", n, (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void test_check(void **state)
{
	const char *text;

	report_check_text(&report, verdict_check(verdict, doc));
	text = written();
	fits_80_columns(text);
	has(text, "locks.rst   seed 1.0, x86_64, clang, 3 units, 2026-01-02\n");
	has(text, "  12  vm->lock is taken outside cpu->mutex\n      CONTRADICTED  1 place so, 1 "
		  "the other");
	has(text, "cpu->mutex    cpu_ioctl()");
	has(text, "  14  vm->lock is taken outside vm->slots_lock           upheld  1 place\n");
	has(text, "never exercised\n");
	has(text, "not understood\n");
	has(text, "the code has no vm->arch.mmu_lock");
	has(text, "can deadlock with ");
	has(text, "8 statements: 2 upheld, 3 contradicted, 2 never exercised, 1 not understood\n");
	has(text, "1 more is recorded, not judged (--all lists them)\n");
	has(text, "3 deadlocks involve these locks (locklore deadlocks)\n");
	assert_null(strstr(text, "\033"));
}

/* Locks are called what the document calls them. */
static void test_spelling(void **state)
{
	const char *text;

	free(doc->statements.at[0].locks[0]);
	doc->statements.at[0].locks[0] = xstrdup("cpu->vm->lock");
	report_check_text(&report, verdict_check(verdict, doc));
	text = written();
	has(text, "         cpu->vm->lock");
	assert_null(strstr(text, "         vm->lock  "));
}

static void test_color_and_all(void **state)
{
	const char *text;

	report.color = report.all = true;
	report.verbose = 1;
	report_check_text(&report, verdict_check(verdict, doc));
	text = written();
	has(text, "\033[1;31mCONTRADICTED\033[0m");
	has(text, "recorded, not judged");
}

static void test_ask(void **state)
{
	struct rules_question q = { .relation = RULES_INSIDE,
				    .inner = "vm->lock",
				    .outer = "vm->srcu" };
	const char *text;
	struct diag d;

	report_ask_text(&report, &q, verdict_ask(verdict, &q, &d));
	text = written();
	fits_80_columns(text);
	has(text, "yes: 1 place takes vm->lock inside a vm->srcu read side, in 2 ways\n");
	has(text, "    1  vm->srcu (read)  cpu_run()");
	has(text, "the other way round: 3 places (locklore ask 'vm->srcu inside vm->lock')\n");
}

static void test_ask_star(void **state)
{
	struct rules_question q = {
		.relation = RULES_INSIDE, .inner = "vm->srcu", .outer = "*", .inner_is_wait = true
	};
	const char *text;
	struct diag d;

	report_ask_text(&report, &q, verdict_ask(verdict, &q, &d));
	text = written();
	fits_80_columns(text);
	has(text, "yes: 2 places wait for the readers of vm->srcu inside any lock");
	has(text, "  vm->lock        2 places");
	has(text, "  vm->slots_lock  1 place ");
}

static void test_ask_no(void **state)
{
	struct rules_question q = { .relation = RULES_INSIDE,
				    .inner = "vm->slots_lock",
				    .outer = "vm->srcu" };
	struct diag d;

	report_ask_text(&report, &q, verdict_ask(verdict, &q, &d));
	assert_string_equal(written(),
			    "no: no place takes vm->slots_lock inside a vm->srcu read side\n"
			    "the other way round: nowhere\n");
}

static void test_deadlocks(void **state)
{
	const char *text;

	report_deadlocks_text(&report, 0);
	text = written();
	fits_80_columns(text);
	has(text, "deadlock 1: ");
	has(text, "vm->lock -> wait(vm->srcu) -> vm->lock");
	has(text, "  holds vm->lock\n");
	has(text, "holds vm->srcu (read)\n");
	has(text, "  waits for readers of vm->srcu\n");
	has(text, "what would mend it, one of:\n");
	has(text, "3 deadlocks in seed 1.0, x86_64, clang, 3 units, 2026-01-02\n");
}

static void test_one_deadlock(void **state)
{
	const char *text;

	report_deadlocks_text(&report, 3);
	text = written();
	has(text, "deadlock 3: ");
	assert_null(strstr(text, "deadlock 1"));
}

/* ---- JSON ------------------------------------------------------------------------ */

static json_t *parsed(void)
{
	json_error_t e;
	json_t *j = json_loads(written(), 0, &e);

	if (!j)
		fail_msg("%s", e.text);
	return j;
}

static const char *str(json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

static json_int_t num(json_t *j, const char *key)
{
	assert_true(json_is_integer(json_object_get(j, key)));
	return json_integer_value(json_object_get(j, key));
}

static void is_witness(json_t *w)
{
	json_t *chain = json_object_get(w, "chain"), *step;
	size_t i;

	assert_true(json_is_string(json_object_get(w, "outer")));
	assert_true(json_is_string(json_object_get(w, "inner")));
	assert_true(json_is_string(json_object_get(w, "mode")));
	assert_true(json_is_array(json_object_get(w, "held")));
	assert_true(json_array_size(chain) > 0);
	json_array_foreach (chain, i, step) {
		assert_non_null(str(step, "function"));
		assert_non_null(str(step, "file"));
		assert_true(num(step, "line") > 0);
	}
}

static void test_check_json(void **state)
{
	const struct verdict_document *d = verdict_check(verdict, doc);
	json_t *all, *j, *s, *w;
	size_t i;

	report_check_json(&report, &d, 1);
	all = parsed();
	assert_int_equal(json_array_size(all), 1);
	j = json_array_get(all, 0);
	assert_string_equal(str(j, "document"), "locks.rst");
	assert_string_equal(str(j, "tree"), "seed 1.0");
	assert_string_equal(str(j, "configuration"), "x86_64, clang");
	assert_int_equal(json_array_size(json_object_get(j, "statements")), 9);
	s = json_array_get(json_object_get(j, "statements"), 3);
	assert_int_equal(num(s, "line"), 20);
	assert_string_equal(str(s, "kind"), "order");
	assert_string_equal(str(s, "verdict"), "contradicted");
	assert_string_equal(str(s, "severity"), "error");
	assert_int_equal(num(s, "seen"), 1);
	assert_int_equal(num(s, "reversed"), 3);
	assert_int_equal(num(s, "unresolved"), 0);
	assert_string_equal(json_string_value(json_array_get(json_object_get(s, "locks"), 1)),
			    "vm->lock");
	assert_string_equal(json_string_value(json_array_get(json_object_get(s, "written"), 1)),
			    "cpu->vm->lock");
	json_array_foreach (json_object_get(s, "witnesses"), i, w)
		is_witness(w);
	assert_int_equal(i, 5);
	assert_int_equal(json_array_size(json_object_get(j, "deadlocks")), 3);
	assert_true(json_array_size(json_object_get(j, "findings")) > 0);
	json_decref(all);
}

static void test_ask_json(void **state)
{
	struct rules_question q = { .relation = RULES_INSIDE,
				    .inner = "vm->lock",
				    .outer = "vm->srcu" };
	struct diag d;
	json_t *j, *w;

	report_ask_json(&report, "vm->lock inside vm->srcu", &q, verdict_ask(verdict, &q, &d));
	j = parsed();
	assert_string_equal(str(j, "question"), "vm->lock inside vm->srcu");
	assert_string_equal(str(j, "answer"), "yes");
	assert_int_equal(num(j, "count"), 2);
	assert_int_equal(num(j, "sites"), 1);
	w = json_array_get(json_object_get(j, "witnesses"), 0);
	is_witness(w);
	assert_string_equal(str(w, "outer"), "vm->srcu");
	assert_string_equal(str(w, "mode"), "exclusive");
	assert_int_equal(json_array_size(json_object_get(w, "held")), 2);
	assert_int_equal(json_array_size(json_object_get(w, "chain")), 3);
	json_decref(j);
}

static void test_deadlocks_json(void **state)
{
	json_t *j, *d, *edges;
	bool found = false;
	size_t i;

	report_deadlocks_json(&report, 0);
	j = parsed();
	json_array_foreach (json_object_get(j, "deadlocks"), i, d) {
		edges = json_object_get(d, "edges");
		assert_string_equal(str(d, "severity"), "error");
		assert_int_equal(json_array_size(edges),
				 json_array_size(json_object_get(d, "cycle")));
		found |= !strcmp(str(json_array_get(edges, 0), "mode"), "wait") &&
			 !strcmp(str(json_array_get(edges, 0), "inner"), "vm->srcu");
	}
	assert_true(found);
	assert_true(json_is_array(json_object_get(j, "nesting")));
	assert_true(json_is_array(json_object_get(j, "findings")));
	json_decref(j);
}

/* A place without an outer lock, and text that is no UTF-8. */
static void test_json_odd(void **state)
{
	const struct verdict_document *d;
	json_t *j, *s;

	add_take(lore, "dev->lock", false, "", "g@a.c:12");
	say(add_rule(doc, RULES_REQUIRES, 50, "dev->lock", "all_lock"), "na\xefve");
	d = verdict_check(verdict, doc);
	report_check_json(&report, &d, 1);
	j = parsed();
	s = json_array_get(json_object_get(json_array_get(j, 0), "statements"), 9);
	assert_string_equal(str(s, "text"), "na\xc3\xafve");
	s = json_array_get(json_object_get(s, "witnesses"), 0);
	assert_true(json_is_null(json_object_get(s, "outer")));
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_check),	    T(test_spelling), T(test_color_and_all),  T(test_ask),
		T(test_ask_star),   T(test_ask_no),   T(test_deadlocks),      T(test_one_deadlock),
		T(test_check_json), T(test_ask_json), T(test_deadlocks_json), T(test_json_odd),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
