/* SPDX-License-Identifier: MIT */
/* Sentences: each form in which people write a rule, read as one rule, to the statements it makes.
 */
#include "test_rules.h"

static const struct {
	const char *name, *text, *want;
} rules[] = {
	{ "rule", "pool->lock is taken outside queue->mutex",
	  "order pool->lock queue->mutex @1\n" },
	{ "rule", "pool->lock is taken outside queue->mutex and stats->lock",
	  "order pool->lock queue->mutex @1\n"
	  "order pool->lock stats->lock @1\n" },
	{ "rule", "pool->lock is taken outside queue->mutex, stats->lock and log_lock",
	  "order pool->lock queue->mutex @1\n"
	  "order pool->lock stats->lock @1\n"
	  "order pool->lock log_lock @1\n" },
	{ "rule", "a is taken inside b", "order b a @1\n" },
	{ "rule", "a nests inside b", "order b a @1\n" },
	{ "rule", "a nests outside of b", "order a b @1\n" },
	{ "rule", "a nests outside b", "order a b @1\n" },
	{ "rule", "a must be taken before b", "order a b @1\n" },
	{ "rule", "a must be taken after b", "order b a @1\n" },
	{ "rule", "a must be acquired after b", "order b a @1\n" },
	{ "rule", "a before b", "order a b @1\n" },
	{ "rule", "take a, then b", "order a b @1\n" },
	{ "rule", "Always take a first, then take b.", "order a b @1\n" },
	{ "rule", "a inside b", "order b a @1\n" },
	{ "rule", "a then b", "order a b @1\n" },
	{ "rule",
	  "pool->lock is taken outside log_lock, though acquiring them together is quite rare.",
	  "order pool->lock log_lock @1 hedged\n" },
	{ "rule", "a cannot be taken inside a b read-side critical section", "never b a @1\n" },
	{ "rule", "a can't be taken inside b", "never b a @1\n" },
	{ "rule", "a must not be taken inside b", "never b a @1\n" },
	{ "rule", "a may not be taken inside b", "never b a @1\n" },
	{ "rule", "a should not be taken inside b", "never b a @1\n" },
	{ "rule", "Do not take a while holding b.", "never b a @1\n" },
	{ "rule", "While holding a, you must not take b.", "never a b @1\n" },
	{ "rule", "Callbacks of type T must not take either a or b.",
	  "context a @1 'Callbacks of type T'\n"
	  "context b @1 'Callbacks of type T'\n" },
	{ "rule", "a can be taken inside b, while c cannot",
	  "may b a @1\n"
	  "never b c @1\n" },
	{ "rule", "a may be taken inside b", "may b a @1\n" },
	{ "rule",
	  "pool->lock is taken outside log_lock. It _can_ therefore be taken inside pool->srcu.",
	  "order pool->lock log_lock @1\n"
	  "may pool->srcu pool->lock @1 so:0\n" },
	{ "rule",
	  "``synchronize_srcu(&pool->srcu)`` is called inside the pool->lock critical section",
	  "waits pool->srcu pool->lock @1 wait=synchronize_srcu\n" },
	{ "rule",
	  "``synchronize_srcu(&pool->srcu)`` is called inside critical sections for pool->lock, "
	  "queue->mutex and log_lock. These locks _cannot_ be taken inside a pool->srcu read-side "
	  "critical section.",
	  "waits pool->srcu pool->lock @1 wait=synchronize_srcu\n"
	  "waits pool->srcu queue->mutex @1 wait=synchronize_srcu\n"
	  "waits pool->srcu log_lock @1 wait=synchronize_srcu\n"
	  "never pool->srcu pool->lock @1\n"
	  "never pool->srcu queue->mutex @1\n"
	  "never pool->srcu log_lock @1\n" },
	{ "rule", "arch_lock is released before ``synchronize_srcu(&pool->srcu)``",
	  "released arch_lock pool->srcu @1 wait=synchronize_srcu\n" },
	{ "rule",
	  "Unlike pool->lock, arch_lock is released before synchronize_srcu(&pool->srcu). "
	  "Therefore arch_lock can be taken inside a pool->srcu read-side critical section, while "
	  "pool->lock cannot.",
	  "released arch_lock pool->srcu @1 wait=synchronize_srcu\n"
	  "waits pool->srcu pool->lock @1 wait=synchronize_srcu\n"
	  "may pool->srcu arch_lock @1 so:0\n"
	  "never pool->srcu pool->lock @1 so:0\n" },
	{ "rule", "arch_lock instead is released before the call to synchronize_srcu(&pool->srcu).",
	  "released arch_lock pool->srcu @1 wait=synchronize_srcu\n" },
	{ "rule",
	  "``synchronize_srcu(&pool->srcu)`` cannot be called inside a pool->lock critical "
	  "section. If you cannot delay the call until after pool->lock is released, use "
	  "``call_srcu``.",
	  "never-waits pool->srcu pool->lock @1 wait=synchronize_srcu\n"
	  "advice pool->lock @1 'If you cannot delay the call until after pool->lock is released, "
	  "use ``call_srcu``.'\n" },
	{ "rule", "b is taken inside a, and cannot be taken without already holding a",
	  "order a b @1\n"
	  "requires b a @1\n" },
	{ "rule", "critical sections for a_lock must also take b_lock",
	  "requires a_lock b_lock @1\n" },
	{ "rule", "a can only be taken while holding b", "requires a b @1\n" },
	{ "rule", "a_lock must be held while taking b_lock", "requires b_lock a_lock @1\n" },
	{ "rule", "a is a leaf", "leaf a @1\n" },
	{ "rule", "a->x is a leaf lock: no other lock is taken inside it", "leaf a->x @1\n" },
	{ "rule", "a->x is taken inside b->y, and outside c->z and d->w",
	  "order b->y a->x @1\n"
	  "order a->x c->z @1\n"
	  "order a->x d->w @1\n" },
	{ "rule", "a->x is taken outside b->y but inside c->z",
	  "order a->x b->y @1\n"
	  "order c->z a->x @1\n" },
	{ "rule", "a, b and c are leaf locks",
	  "leaf a @1\n"
	  "leaf b @1\n"
	  "leaf c @1\n" },
	{ "rule", "neither a_lock nor b_lock may be acquired while c_lock is held",
	  "never c_lock a_lock @1\n"
	  "never c_lock b_lock @1\n" },
	{ "rule", "None of a_lock and b_lock can be taken inside c_lock",
	  "never c_lock a_lock @1\n"
	  "never c_lock b_lock @1\n" },
	{ "rule", "a_lock must under no circumstances be taken inside b_lock",
	  "never b_lock a_lock @1\n" },
	{ "rule", "It is not true that a_lock is taken inside b_lock", "not understood @1\n" },
	{ "rule", "It is true that a_lock is taken inside b_lock", "order b_lock a_lock @1\n" },
	{ "rule", "a_lock is hardly ever taken inside b_lock", "not understood @1\n" },
	{ "rule", "Everything else is a leaf: no other lock is taken inside the critical sections.",
	  "leaf @1\n" },
	{ "rule", "no other lock is taken inside log_lock", "leaf log_lock @1\n" },
	{ "rule", "MMU notifiers must not take pool->lock",
	  "context pool->lock @1 'MMU notifiers'\n" },
	{ "rule", "interrupt handlers must not take a", "context a @1 'interrupt handlers'\n" },
	{ "rule", "the shrinker must not take fs_lock", "context fs_lock @1 'shrinker'\n" },
	{ "rule", "a must not be taken from interrupt context",
	  "context a @1 'interrupt context'\n" },
	{ "rule",
	  "pool->lock and arch_lock are taken on the waiting side in install_slots, so MMU "
	  "notifiers must not take either pool->lock or arch_lock.",
	  "advice pool->lock @1 in=install_slots 'pool->lock is taken on the waiting side in "
	  "install_slots'\n"
	  "advice arch_lock @1 in=install_slots 'arch_lock is taken on the waiting side in "
	  "install_slots'\n"
	  "context pool->lock @1 'MMU notifiers' so:0\n"
	  "context arch_lock @1 'MMU notifiers' so:0\n" },
	{ "rule", "pool->lock protects the list of workers",
	  "protects pool->lock @1 'the list of workers'\n" },
	{ "rule", "pool->lock must be held while accessing pool->workers",
	  "protects pool->lock @1 'accessing pool->workers'\n" },
	{ "rule", "pool->workers is protected by pool->lock",
	  "protects pool->lock @1 'pool->workers'\n" },
	{ "rule", "Never hold a and b together.", "never a b @1 together\n" },
	{ "rule", "a and b are not acquired together", "never a b @1 together\n" },
	{ "rule", "a, b and c must not be held at the same time",
	  "never a b @1 together\n"
	  "never a c @1 together\n"
	  "never b c @1 together\n" },
	{ "rule", "run_pool() is called with pool->lock held",
	  "requires - pool->lock @1 in=run_pool\n" },
	{ "rule", "run_pool() is called without any lock held",
	  "requires - * @1 in=run_pool without\n" },
	{ "rule", "run_pool() must be called with no other lock held",
	  "requires - * @1 in=run_pool without\n" },
	{ "rule", "run_pool() must not be called with pool->lock held",
	  "requires - pool->lock @1 in=run_pool without\n" },
	{ "rule", "run_pool() is called outside of a pool->srcu read-side critical section",
	  "requires - pool->srcu @1 in=run_pool without\n" },
	{ "rule", "Callers of run_pool() must hold pool->lock.",
	  "requires - pool->lock @1 in=run_pool\n" },
	{ "rule", "a before b, therefore synchronize_srcu(&S) cannot be called inside a",
	  "order a b @1\n"
	  "never-waits S a @1 wait=synchronize_srcu so:0\n" },
	{ "rule", "a -> b -> c",
	  "order a b @1\n"
	  "order b c @1\n" },
	{ "rule", "a --> b", "order a b @1\n" },
	{ "rule", "a > b", "order a b @1\n" },
	{ "rule", "Lock order: a, b, c",
	  "order a b @1\n"
	  "order b c @1\n" },
	{ "rule", "lock order a_lock; b_lock; c_lock",
	  "order a_lock b_lock @1\n"
	  "order b_lock c_lock @1\n" },
	{ "rule", "lock ordering: a_lock, b_lock", "order a_lock b_lock @1\n" },
	{ "rule", "1) a, 2) b, 3) c",
	  "order a b @1\n"
	  "order b c @1\n" },
	{ "rule", "Locks must be acquired in this order: 1. a 2. b 3. c",
	  "order a b @1\n"
	  "order b c @1\n" },
	{ "rule", "pool_lock \342\206\222 queue_lock", "order pool_lock queue_lock @1\n" },
	{ "rule", "struct foo::lock nests inside pool_arch::write_lock",
	  "order pool_arch::write_lock foo::lock @1\n" },
	{ "rule", "RTNL is taken outside state_mutex", "order RTNL state_mutex @1\n" },
	{ "rule", "cpus_read_lock() is taken outside pool_lock",
	  "order cpus_read_lock pool_lock @1\n" },
	{ "rule", "inode->i_rwsem is taken outside vma->vm_mm->page_table_lock",
	  "order inode->i_rwsem vma->vm_mm->page_table_lock @1\n" },
	{ "rule", "`pool.lock` must be acquired before `queue.lock`.",
	  "order pool.lock queue.lock @1\n" },
	{ "rule", "a is taken inside b, and c is taken inside d",
	  "order b a @1\n"
	  "order d c @1\n" },
	{ "rule", "drop a before taking b", "never a b @1\n" },
	{ "rule", "synchronize_rcu() must not be called while holding rtnl_mutex",
	  "never-waits rcu rtnl_mutex @1 wait=synchronize_rcu\n" },
	{ "rule", "do not call synchronize_srcu(&S) with a held",
	  "never-waits S a @1 wait=synchronize_srcu\n" },
	{ "rule", "a must not be held across synchronize_srcu(&S)",
	  "never-waits S a @1 wait=synchronize_srcu\n" },
	{ "rule", "flush_work(&w) is called inside a", "waits w a @1 wait=flush_work\n" },
	{ "rule", "wait(S) is called inside a", "waits S a @1 wait=wait\n" },
	{ "rule", "both a and b are taken inside c",
	  "order c a @1\n"
	  "order c b @1\n" },
	{ "rule", "Is a taken inside b?", "order b a @1 asked\n" },
	{ "rule", "a was once taken inside b", "not understood @1\n" },
	{ "rule", "a need not be taken inside b", "not understood @1\n" },
	{ "rule", "a is usually taken inside b", "order b a @1 hedged\n" },
	{ "rule", "who knows what this says", "not understood @1\n" },
};

static void test_sentences(void **state)
{
	struct rules_options opt = { .format = RULES_PLAIN_RULE };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		expect(rules[i].name, rules[i].text, &opt, rules[i].want);
}

/* Prose that names locks and states no order must give nothing, or "not understood" where order is
 * the topic. */
static const char *const prose[] = {
	"pool->lock is a mutex.",
	"We use pool->lock for many things.",
	"pool->lock was taken inside queue->mutex once.",
	"If pool->lock is taken inside queue->mutex, the program stops.",
	"Lockdep complains that log_lock is taken inside pool->lock.",
	"It would be wrong to take pool->lock inside queue->mutex.",
	"pool->lock need not be taken inside queue->mutex.",
	"See pool_run() before pool->lock, and pool->srcu after queue->mutex.",
	"The lock is taken before the list is walked.",
	"state_idle -> state_busy -> state_done",
	"take the bus before the train, then walk",
	"pool->lock is taken before the list is walked.",
	"Whether pool->lock is taken outside queue->mutex is not known.",
	"The memory ordering of pool->lock and the lock-free queue differ.",
	"We allocate an order 3 page while holding pool->lock.",
	"This is held: pool->lock. And a block, a clock and a deadlock are no locks.",
	"I wonder what pool->lock does.",
	"pool->lock (taken outside queue->mutex)",
};

static void test_prose(void **state)
{
	struct rules_options opt = { .format = RULES_TEXT };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(prose); i++) {
		char *got = read_as("prose", prose[i], strlen(prose[i]), &opt);

		if (*got && !str_starts(got, "not understood")) {
			print_error("---- %s\n%s", prose[i], got);
			fail();
		}
		free(got);
	}
}

/* The forms that say that both are locks, where both can be names; and what only looks so. */
static void test_plain_names(void **state)
{
	static const struct {
		const char *text, *want, *said;
	} plain[] = {
		{ "m1 is taken outside m2.", "order m1 m2 @1\n", "m1 is taken outside m2" },
		{ "The table has two locks. m1 must be taken before m2, always.",
		  "order m1 m2 @1\n", "m1 is taken outside m2" },
		{ "`m1` is taken outside m2.", "order m1 m2 @1\n", "``m1`` is taken outside m2" },
		{ "tableGuard nests inside B.", "order B tableGuard @1\n",
		  "B is taken outside tableGuard" },
		{ "big_one must be taken before M.", "order big_one M @1\n",
		  "big_one is taken outside M" },
		{ "log is taken inside pool->lock.", "order pool->lock log @1\n",
		  "pool->lock is taken outside log" },
		{ "breakfast is taken before noon.", "", NULL },
		{ "Care must be taken before pool->lock.", "", NULL },
		{ "pool->lock is taken before use.", "", NULL },
		{ "pool->lock must be taken before sleeping.", "", NULL },
		{ "It is taken outside pool->lock.", "", NULL },
		{ "The table1 code is taken outside m2 places.", "", NULL },
		{ "If m1 is taken outside m2, it hangs.", "", NULL },
	};
	struct rules_options opt = { .format = RULES_TEXT };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		struct diag d;
		struct rules_document *doc =
			rules_read("x", plain[i].text, strlen(plain[i].text), &opt, &d);

		expect("prose", plain[i].text, &opt, plain[i].want);
		if (plain[i].said)
			assert_string_equal(doc->statements.at[0].text, plain[i].said);
		rules_free(doc);
	}
}

/* In an ordering section nothing that relates a lock to others is skipped in silence. */
static void test_not_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(prose); i++) {
		char *text = xasprintf("Lock order\n----------\n\n%s\n", prose[i]), *got;
		struct rules_options opt = { .format = RULES_RST };
		bool names = strstr(prose[i], "pool->lock") || strstr(prose[i], "log_lock");
		bool relates = strstr(prose[i], "tak") || strstr(prose[i], "hold") ||
			       strstr(prose[i], "held");

		got = read_as("section", text, strlen(text), &opt);
		if (names && relates && !*got) {
			print_error("skipped in silence: %s\n", prose[i]);
			fail();
		}
		free(got);
		free(text);
	}
}

/* A mention is no statement that failed: no verb, a type, a heading. */
static void test_mentions(void **state)
{
	static const char text[] = "Lock types and their rules\n"
				   "==========================\n\n"
				   " - raw_spinlock_t\n - foo_lock\n\n"
				   "foo_lock and bar_lock\n---------------------\n\n"
				   "The foo_lock maps to something of its own.\n"
				   "spinlock_t is held by nobody in particular, odd as that is.\n\n"
				   "Order of foo_lock\n\n"
				   "I wonder who takes foo_lock.\n";

	(void)state;
	expect("types.rst", text, NULL, "not understood @15 asked\n");
}

static void test_lines_and_premises(void **state)
{
	struct rules_document *doc;
	struct diag d;
	static const char text[] = "Lock order\n----------\n\n- a_lock is released before\n  "
				   "synchronize_srcu(&s_srcu).  "
				   "Therefore a_lock\n  can be taken inside s_srcu.\n";

	(void)state;
	doc = rules_read("x.rst", text, strlen(text), NULL, &d);
	assert_non_null(doc);
	assert_int_equal(doc->statements.n, 2);
	assert_int_equal(doc->statements.at[0].line, 4);
	assert_int_equal(doc->statements.at[0].last_line, 5);
	assert_int_equal(doc->statements.at[1].line, 5);
	assert_int_equal(doc->statements.at[1].last_line, 6);
	assert_int_equal(doc->statements.at[1].premise, doc->statements.at[0].sentence_no);
	assert_true(doc->statements.at[1].is_conclusion);
	assert_string_equal(doc->statements.at[0].sentence,
			    "a_lock is released before synchronize_srcu(&s_srcu).");
	assert_string_equal(doc->statements.at[0].text,
			    "a_lock is released before synchronize_srcu(&s_srcu)");
	rules_free(doc);
}

/* The table of primitives knows more waits than the words here do. */
static void test_primitives(void **state)
{
	struct diag d;
	struct prim_table *prims = prim_load(NULL, &d);
	struct rules_options opt = { .format = RULES_PLAIN_RULE, .prims = prims };

	(void)state;
	assert_non_null(prims);
	expect("rule", "synchronize_rcu() is called inside pool->lock", &opt,
	       "waits rcu pool->lock @1 wait=synchronize_rcu\n");
	expect("rule", "synchronize_srcu(&pool->srcu) cannot be called inside pool->lock", &opt,
	       "never-waits pool->srcu pool->lock @1 wait=synchronize_srcu\n");
	prim_free(prims);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences),      cmocka_unit_test(test_prose),
		cmocka_unit_test(test_not_understood), cmocka_unit_test(test_lines_and_premises),
		cmocka_unit_test(test_primitives),
		cmocka_unit_test(test_plain_names),    cmocka_unit_test(test_mentions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
