/* SPDX-License-Identifier: MIT */
/* Documents: sections, lists, tables, trees, chains, comments beside locks, machine forms. */
#include "test_rules.h"

static const struct {
	const char *name, *text, *want;
} documents[] = {
	{ "a.rst",
	  "Lock order\n"
	  "==========\n"
	  "\n"
	  "On x86:\n"
	  "\n"
	  "- pool->lock is taken outside queue->mutex\n"
	  "\n"
	  "With CONFIG_NUMA:\n"
	  "\n"
	  "- node->lock is taken inside pool->lock\n"
	  "\n"
	  "Everything else is a leaf.",
	  "order pool->lock queue->mutex @6 [x86]\n"
	  "order pool->lock node->lock @10 [CONFIG_NUMA]\n"
	  "leaf @12\n" },
	/* a section of its own for the leafs, which names no order */
	{ "x.rst", "Notes\n=====\n\nHello.\n\n2. Leaf locks\n-------------\n\nEverything else is a leaf.\n",
	  "leaf @9\n" },
	{ "a.rst",
	  "Lock order\n"
	  "----------\n"
	  "\n"
	  "- `synchronize_srcu(&pool->srcu)` is called inside pool->lock; that is, the\n"
	  "  following is broken::\n"
	  "\n"
	  "\tsrcu_read_lock(&pool->srcu);\n"
	  "\tmutex_lock(&pool->lock);\n"
	  "\n"
	  "- pool->lock is taken outside log_lock",
	  "waits pool->srcu pool->lock @4 wait=synchronize_srcu\n"
	  "broken @7 'srcu_read_lock(&pool->srcu); mutex_lock(&pool->lock);'\n"
	  "order pool->lock log_lock @10\n" },
	{ "a.rst",
	  "Reference\n"
	  "---------\n"
	  "\n"
	  "``pool->lock``\n"
	  "^^^^^^^^^^^^^^\n"
	  "\n"
	  ":Type:\t\tmutex\n"
	  ":Protects:\t- the workers\n"
	  "\t\t- their number\n"
	  ":Comment:\tmust be held before reading the number.\n"
	  "\t\tIt is slow.",
	  "protects pool->lock @8 'the workers, their number'\n"
	  "protects pool->lock @10 'before reading the number'\n" },
	{ "a.rst",
	  "Overview\n"
	  "========\n"
	  "\n"
	  "The pool->lock is a mutex. We use pool->lock for many things and queue->mutex\n"
	  "for others. See pool->srcu and the code in pool_run(). Before the change, pool->lock\n"
	  "was taken inside queue->mutex. If pool->lock is taken inside queue->mutex the\n"
	  "program stops. Lockdep complains that log_lock is taken inside pool->lock.",
	  "" },
	{ "a.rst",
	  ".. locklore: context \"MMU notifiers\" = struct mmu_notifier_ops\n"
	  ".. locklore: context \"timers\" = struct timer_list.function\n"
	  "\n"
	  "Lock order\n"
	  "----------\n"
	  "\n"
	  "MMU notifiers must not take pool->lock. The pool_lock is a strange thing of its own.",
	  "context pool->lock @7 'MMU notifiers'\n"
	  "advice pool_lock @7 'The pool_lock is a strange thing of its own'\n" },
	{ "a.rst",
	  "Lock order\n"
	  "----------\n"
	  "\n"
	  "+-------+-----------+----------+\n"
	  "| Order | Lock      | Protects |\n"
	  "+=======+===========+==========+\n"
	  "| 2     | pool_lock | pool     |\n"
	  "+-------+-----------+----------+\n"
	  "| 1     | top_lock  | all      |\n"
	  "+-------+-----------+----------+\n"
	  "\n"
	  "=========  =====\n"
	  "Lock       What\n"
	  "=========  =====\n"
	  "a_lock     a\n"
	  "b_lock     b\n"
	  "=========  =====",
	  "order top_lock pool_lock @7\n"
	  "order a_lock b_lock @16\n" },
	{ "types.rst", /* pairs of calls are no ranks, whatever the title speaks of */
	  "Lock types and their rules\n"
	  "==========================\n"
	  "\n"
	  "The operations map to these primitives:\n"
	  "\n"
	  " ===================  =================\n"
	  " local_lock(&llock)   preempt_disable()\n"
	  " local_unlock(&llock) preempt_enable()\n"
	  " b_lock               irq_disable()\n"
	  " c_lock               irq_enable()\n"
	  " ===================  =================\n"
	  "\n"
	  "| Lock | What |\n"
	  "|------|------|\n"
	  "| `d_lock` | d |\n"
	  "| `e_lock` | e |\n"
	  "\n"
	  "Each of these is taken before the next:\n"
	  "\n"
	  "| Lock | What |\n"
	  "|------|------|\n"
	  "| `f_lock` | f |\n"
	  "| `g_lock` | g |\n"
	  "\n"
	  "Others:\n"
	  "\n"
	  "| Rank | Lock |\n"
	  "|------|------|\n"
	  "| 1 | `h_lock` |\n"
	  "| 2 | `i_lock` |",
	  "order f_lock g_lock @23\n"
	  "order h_lock i_lock @30\n" },
	{ "LOCK_ORDERING.md",
	  "# Lock ordering\n"
	  "\n"
	  "Higher rows first.\n"
	  "\n"
	  "| Order | Lock | Protects |\n"
	  "|-------|------|----------|\n"
	  "| 1 | `pool.lock` | the pool |\n"
	  "| 2 | `queue.lock`, `stats_lock` | the queue |\n"
	  "| 2 | `log_lock` | the log |\n"
	  "| 3 | `disk_lock` | |\n"
	  "\n"
	  "Locks are released in reverse order.",
	  "order pool.lock queue.lock @8\n"
	  "order pool.lock stats_lock @8\n"
	  "order pool.lock log_lock @9\n"
	  "order queue.lock disk_lock @10\n"
	  "order stats_lock disk_lock @10\n"
	  "order log_lock disk_lock @10\n" },
	{ "pairs.md", /* rows of pairs, whatever their order; and one that says nothing */
	  "# Lock ordering\n"
	  "\n"
	  "| lock | taken inside | why |\n"
	  "|------|--------------|-----|\n"
	  "| `b_lock` | `a_lock`, `c_lock` | x |\n"
	  "| `a_lock` | none | y |\n"
	  "\n"
	  "Between two modules:\n"
	  "\n"
	  "| inner | outer |\n"
	  "|-------|-------|\n"
	  "| p->a_lock | p->b_lock |\n"
	  "\n"
	  "And:\n"
	  "\n"
	  "| a_lock | b_lock |\n"
	  "|--------|--------|\n"
	  "| c_lock | d_lock |",
	  "order a_lock b_lock @5\n"
	  "order c_lock b_lock @5\n"
	  "order p->b_lock p->a_lock @12\n"
	  "not understood @18\n" },
	{ "LOCKS.md",
	  "Locks must be taken in this order:\n"
	  "\n"
	  "1. `accounts_lock` - all accounts\n"
	  "2. `account->lock` (one account)\n"
	  "3. log\n"
	  "\n"
	  "Never hold `cache_lock` and `disk_lock` together.\n"
	  "\n"
	  "In reverse order:\n"
	  "\n"
	  "1. `inner_lock`\n"
	  "2. `outer_lock`",
	  "order accounts_lock account->lock @4\n"
	  "order account->lock log @5\n"
	  "never cache_lock disk_lock @7 together\n"
	  "order outer_lock inner_lock @12\n" },
	{ "LOCKS.md",
	  "## Lock hierarchy\n"
	  "\n"
	  "- `x_lock`\n"
	  "  - `y_lock`\n"
	  "    - `z_lock`\n"
	  "  - `w_lock`\n"
	  "\n"
	  "```\n"
	  "top_lock -> mid_lock\n"
	  "a_lock\n"
	  "  b_lock\n"
	  "```",
	  "order x_lock y_lock @4\n"
	  "order y_lock z_lock @5\n"
	  "order x_lock w_lock @6\n"
	  "order top_lock mid_lock @9\n"
	  "order a_lock b_lock @11\n" },
	{ "notes.txt",
	  "Lock order:\n"
	  "\n"
	  "    a->lock\n"
	  "      b->lock or c->lock   (in find_b)\n"
	  "        ->d_lock\t(do_d->deep, others)\n"
	  "      e_lock (trylock)\n"
	  "\n"
	  "a.txt says nothing of order. 1 -> 2 is no chain, state_idle -> state_busy neither.",
	  "order a->lock b->lock @4 in=find_b\n"
	  "order a->lock c->lock @4 in=find_b\n"
	  "order b->lock d_lock @5 in=do_d\n"
	  "order c->lock d_lock @5 in=do_d\n"
	  "order a->lock e_lock @6 hedged\n" },
	{ "notes.txt", "The lock hierarchy is a_lock > b_lock > c_lock.",
	  "order a_lock b_lock @1\n"
	  "order b_lock c_lock @1\n" },
	{ "notes.txt",
	  "The locks (lock ordering: a_lock, b_lock) are taken. Elsewhere a_lock protects a list.",
	  "order a_lock b_lock @1\n"
	  "protects a_lock @1 'a list'\n" },
	{ "notes.txt",
	  "the lock that appears higher in this list is taken before the other:\n"
	  "\n"
	  "* a_lock\n"
	  "* b_lock: for b",
	  "order a_lock b_lock @4\n" },
	{ "notes.txt",
	  "Lock tree in the order of taking:\n"
	  "\n"
	  "top_lock\n"
	  "|-- mid_lock\n"
	  "|   `-- low_lock\n"
	  "`-- side_lock",
	  "order top_lock mid_lock @4\n"
	  "order mid_lock low_lock @5\n"
	  "order top_lock side_lock @6\n" },
	{ "notes.txt",
	  "ARC FROM \"mutex/a\" TO \"rwlock/b\" OP \"R\"\n"
	  "ARC FROM \"rwlock/b\" TO \"mutex/c d\" OP \"W\"",
	  "order mutex/a rwlock/b @1\n"
	  "order rwlock/b mutex/c d @2\n" },
	{ "a.h",
	  "struct pool {\n"
	  "\tstruct mutex setup_lock;\t/* nests inside vcpu mutexes */\n"
	  "\t/* Taken inside @setup_lock. */\n"
	  "\tspinlock_t deep;\n"
	  "\tint v; /* protected by pool->lock */\n"
	  "\tstd::mutex m1 ACQUIRED_BEFORE(m2, m3);\n"
	  "\tstruct mutex m4 __attribute__((acquired_after(m1)));\n"
	  "\tint w GUARDED_BY(m1);\n"
	  "};",
	  "order vcpu mutexes pool::setup_lock @2\n"
	  "order pool::setup_lock pool::deep @3\n"
	  "protects pool->lock @5 'pool::v'\n"
	  "order pool::m1 m2 @6\n"
	  "order pool::m1 m3 @6\n"
	  "order m1 pool::m4 @7\n"
	  "protects m1 @8 'pool::w'\n" },
	{ "a.h",
	  "/**\n"
	  " * struct pool - a pool\n"
	  " * @lock: nests inside @outer_lock\n"
	  " * @inner_lock: can nest under outer_lock and/or node lock\n"
	  " *              Lock order: 1) outer, 2) node, 3) inner\n"
	  " */\n"
	  "struct pool { int lock; };",
	  "order pool::outer_lock pool::lock @3\n"
	  "order outer node @4\n"
	  "order node inner @4\n"
	  "may outer_lock pool::inner_lock @4\n"
	  "may node lock pool::inner_lock @4\n" },
	{ "a.c",
	  "/* Caller must hold pool->lock. */\n"
	  "static void f(struct pool *p)\n"
	  "{\n"
	  "\t/*\n"
	  "\t * This is fine since this function is invoked from g() with\n"
	  "\t * no other lock held, no srcu.\n"
	  "\t */\n"
	  "\th(\"/* a_lock nests inside b_lock */\", '\"');\n"
	  "\t/* pool->lock nests outside active ref and is used to ensure order. */\n"
	  "}\n"
	  "\n"
	  "/* Must be called with pool->lock held, and outside of a pool->srcu read-side section. "
	  "*/\n"
	  "int g(void) REQUIRES(mu_) { return 0; }\n"
	  "\n"
	  "// Lock order: a_lock -> b_lock\n"
	  "// and so on.",
	  "requires - pool->lock @1 in=f\n"
	  "requires - * @5 in=f without\n"
	  "order pool->lock active ref @9\n"
	  "requires - pool->lock @12 in=g\n"
	  "requires - pool->srcu @12 in=g without\n"
	  "requires - mu_ @13 in=g\n"
	  "order a_lock b_lock @15\n" },
	{ "a.c",
	  "/*\n"
	  " * Lock ordering in mm:\n"
	  " *\n"
	  " * inode->i_rwsem\t(while writing, not reading)\n"
	  " *   mm->mmap_lock\n"
	  " *     page->flags PG_locked (lock_page)\n"
	  " *       ->page_table_lock or pte_lock\t(various, mainly in memory.c)\n"
	  " *         i_pages lock (widely used, in set_dirty,\n"
	  " *                       within list_lock in sync_one)\n"
	  " *\n"
	  " *  ->i_mmap_rwsem\n"
	  " *    ->tasklist_lock            (memory_failure, collect_procs)\n"
	  " *\n"
	  " * a_lock,b_lock\n"
	  " *   c_lock\n"
	  " *\n"
	  " * take locks in this order:\n"
	  " *   drain_it:\n"
	  " *\tlru_lock\n"
	  " *\t  b_lock (trylock due to inversion)\n"
	  " */",
	  "order inode->i_rwsem mm->mmap_lock @5\n"
	  "order mm->mmap_lock PG_locked @6 in=lock_page\n"
	  "order PG_locked page_table_lock @7\n"
	  "order PG_locked pte_lock @7\n"
	  "order page_table_lock i_pages @8\n"
	  "order pte_lock i_pages @8\n"
	  "order i_mmap_rwsem tasklist_lock @12 in=memory_failure\n"
	  "order a_lock c_lock @15\n"
	  "order b_lock c_lock @15\n"
	  "order lru_lock b_lock @20 hedged\n" },
	{ "a.c",
	  "/*\n"
	  " * There are 3 main spinlocks which must be acquired in the\n"
	  " * order shown:\n"
	  " *\n"
	  " * 1) proc->outer_lock : protects the refs\n"
	  " *    proc_lock() is used to take it.\n"
	  " * 2) node->lock : protects most fields\n"
	  " * 3) proc->inner_lock\n"
	  " */",
	  "order proc->outer_lock node->lock @7\n"
	  "order node->lock proc->inner_lock @8\n" },
	{ "a.c",
	  "/*\n"
	  " * Calls, in lock order of nothing:\n"
	  " *   first_call()\n"
	  " *     second_call()\n"
	  " *       third_call()\n"
	  " */",
	  "" },
	{ "a.h",
	  "/****************************************************************************\n"
	  " * Here are all the locks, arranged according to the locking order: the lock that\n"
	  " * appears higher in this list needs to be taken before the other.\n"
	  " *\n"
	  " * =====================================================\n"
	  " * Lock\t\t\t\tProtects\tInitialization fn\n"
	  " * =====================================================\n"
	  " * vol_list_lock\n"
	  " * vol->ctx_lock\t\tvol->ctx\n"
	  " * Server->\t\t\tServer\t\tget_session\n"
	  " * reconnect_mutex\n"
	  " *\t\t\t\t->more\n"
	  " * ses->lock\t(anything)\n"
	  " */",
	  "order vol_list_lock vol->ctx_lock @9\n"
	  "order vol->ctx_lock Server->reconnect_mutex @11\n"
	  "order Server->reconnect_mutex ses->lock @13\n" },
	{ "a.c",
	  "static struct witness_order_list_entry order_lists[] = {\n"
	  "\t{ \"proctree\", &lock_class_sx },\n"
	  "\t{ \"allprison\", &lock_class_sx },\n"
	  "\t{ NULL, NULL },\n"
	  "\t{ \"uart_hwmtx\", &lock_class_mtx_spin },\n"
	  "\t{ \"entropy mutex\", &lock_class_mtx_spin },\n"
	  "\t{ NULL, NULL },\n"
	  "};",
	  "order proctree allprison @3\n"
	  "order uart_hwmtx entropy mutex @6\n" },
};

static void test_documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(documents); i++)
		expect(documents[i].name, documents[i].text, NULL, documents[i].want);
}

static void test_lockdep_report(void **state)
{
	(void)state;
	expect("dmesg.txt",
	       "[   12.3] the existing dependency chain (in reverse order) is:\n\n"
	       "[   12.3] -> #2 (&top->lock){+.+.}-{3:3}:\n"
	       "[   12.3]        lock_acquire+0xd1/0x2d0\n\n"
	       "[   12.3] -> #1 (mid_mutex/1){+.+.}-{3:3}:\n"
	       "[   12.3]        lock_acquire+0xd1/0x2d0\n\n"
	       "[   12.3] -> #0 (&low->lock#2){+.+.}-{3:3}:\n"
	       "[   12.3]        check_prev_add+0x93/0xc20\n",
	       NULL, "order mid_mutex top->lock @6\norder low->lock mid_mutex @9\n");
}

static void test_engine(void **state)
{
	char *text, *want, *got;
	size_t n, m;
	struct diag d;

	(void)state;
	assert_true(file_read(TEST_DATA "/rules/engine-locking.rst", &text, &n, &d));
	assert_true(file_read(TEST_DATA "/rules/engine-locking.want", &want, &m, &d));
	got = read_as("engine-locking.rst", text, n, NULL);
	assert_string_equal(got, want);
	free(text);
	free(want);
	free(got);
}

static void test_context_declarations(void **state)
{
	static const char text[] =
		".. locklore: context \"MMU notifiers\" = struct mmu_notifier_ops\n"
		".. locklore: context \"timers\" = struct timer_list.function\n"
		".. locklore: context timers\n";
	struct rules_document *doc;
	struct diag d;

	(void)state;
	doc = rules_read("x.rst", text, strlen(text), NULL, &d);
	assert_non_null(doc);
	assert_int_equal(doc->contexts.n, 2);
	assert_string_equal(doc->contexts.at[0].words, "MMU notifiers");
	assert_string_equal(doc->contexts.at[0].owner, "mmu_notifier_ops");
	assert_null(doc->contexts.at[0].member);
	assert_string_equal(doc->contexts.at[1].member, "function");
	assert_int_equal(doc->contexts.at[1].line, 2);
	assert_int_equal(doc->notes.n, 1);
	assert_int_equal(doc->notes.at[0].line, 3);
	rules_free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_engine),
		cmocka_unit_test(test_lockdep_report),
		cmocka_unit_test(test_context_declarations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
