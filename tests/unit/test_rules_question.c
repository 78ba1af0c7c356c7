/* SPDX-License-Identifier: MIT */
/* The questions that ask takes. */
#include "test_rules.h"

static const struct {
	const char *text, *want;
} questions[] = {
	{ "kvm->lock inside kvm->srcu", "inside kvm->lock kvm->srcu" },
	{ "kvm->lock outside vcpu->mutex", "inside vcpu->mutex kvm->lock" },
	{ "a before b", "inside b a" },
	{ "a after b", "inside a b" },
	{ "* inside kvm->lock", "inside * kvm->lock" },
	{ "kvm->lock inside *", "inside kvm->lock *" },
	{ "anything inside kvm->lock", "inside * kvm->lock" },
	{ "synchronize_srcu(&kvm->srcu) inside *", "inside wait:kvm->srcu *" },
	{ "synchronize_srcu(kvm->srcu) inside kvm->lock", "inside wait:kvm->srcu kvm->lock" },
	{ "wait(kvm->srcu) inside kvm->lock", "inside wait:kvm->srcu kvm->lock" },
	{ "wait(*) inside kvm->lock", "inside wait:* kvm->lock" },
	{ "synchronize_srcu(*) inside kvm->lock", "inside wait:* kvm->lock" },
	{ "kvm->lock outside wait(*)", "inside wait:* kvm->lock" },
	{ "wait(*) inside *", "inside wait:* *" },
	{ "path from vcpu_run to wait(*)", "path wait:* from vcpu_run" },
	{ "synchronize_rcu() inside rtnl_mutex", "inside wait:rcu rtnl_mutex" },
	{ "is kvm->lock taken inside kvm->srcu?", "inside kvm->lock kvm->srcu" },
	{ "tdp_mmu_pages_lock inside mmu_lock", "inside tdp_mmu_pages_lock mmu_lock" },
	{ "a_lock with b_lock", "with a_lock b_lock" },
	{ "path from vcpu_run to kvm->lock", "path kvm->lock from vcpu_run" },
	{ "path from vcpu_run() to wait(kvm->srcu)", "path wait:kvm->srcu from vcpu_run" },
	{ "cpus_read_lock() inside kvm_lock", "inside cpus_read_lock kvm_lock" },
	{ "struct kvm::lock inside kvm_arch::lock", "inside kvm::lock kvm_arch::lock" },
	{ "kvm->lock", NULL },
	{ "", NULL },
	{ "inside", NULL },
	{ "kvm->lock inside", NULL },
	{ "inside kvm->lock", NULL },
	{ "kvm->lock inside wait(kvm->srcu)", NULL },
	{ "path from f", NULL },
	{ "path to a_lock", NULL },
};

static void test_questions(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		struct rules_question q;
		struct diag d = { .text = "" };
		char *got = NULL;

		if (rules_question(questions[i].text, NULL, &q, &d)) {
			const char *wait = q.inner_is_wait ? "wait:" : "";

			if (q.relation == RULES_PATH)
				got = xasprintf("path %s%s from %s", wait, q.inner, q.from);
			else
				got = xasprintf("%s %s%s %s",
						q.relation == RULES_WITH ? "with" : "inside", wait,
						q.inner, q.outer);
			rules_question_free(&q);
		} else {
			assert_non_null(strstr(d.text, "ask in one of these forms"));
		}
		if (!same_string(got, questions[i].want)) {
			print_error("'%s': wanted '%s', got '%s'\n", questions[i].text,
				    show_name(questions[i].want), show_name(got));
			fail();
		}
		free(got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_questions) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
