/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prim/prim.h"

static char conf_path[] = "/tmp/test_prim_XXXXXX";

static struct prim_table *load(const char *conf, struct diag *d)
{
	FILE *f = fopen(conf_path, "w");

	assert_non_null(f);
	fputs(conf, f);
	fclose(f);
	return prim_load(conf_path, d);
}

static struct prim_table *load_ok(const char *conf)
{
	struct diag d = {0};
	struct prim_table *t = load(conf, &d);

	if (!t)
		fail_msg("%s", d.text);
	return t;
}

static void expect_error(const char *conf, unsigned line, const char *want)
{
	struct diag d = {0};
	struct prim_table *t = load(conf, &d);
	char *place = xasprintf("%s:%u: ", conf_path, line);

	prim_free(t);
	assert_null(t);
	if (!str_starts(d.text, place) || !strstr(d.text, want))
		fail_msg("wanted line %u, '%s' in '%s'", line, want, d.text);
	free(place);
}

static void test_rows(void **state)
{
	struct prim_table *t = prim_load(NULL, NULL);
	const struct prim *p, *last = NULL;
	size_t n = 0;

	for (; (p = prim_row(t, n)); last = p, n++) {
		if (last && strcmp(last->name, p->name) >= 0)
			fail_msg("%s twice, or out of order after %s", p->name, last->name);
		assert_ptr_equal(prim_find(t, p->name), p);
		if (p->said && !prim_said(t, p->said))
			fail_msg("%s", p->said);
		if (p->kind == PRIM_WAIT)
			assert_int_equal(p->mode, ORDER_WAIT);
		if (p->kind <= PRIM_REWAIT && p->lock == PRIM_NO_ARG && !p->global)
			fail_msg("%s names no lock", p->name);
		if ((p->kind == PRIM_TAKE || p->kind == PRIM_DROP) && p->mode == ORDER_WAIT)
			fail_msg("%s", p->name);
		if ((p->flags & FACTS_TRY) && p->success == FACTS_ALWAYS)
			fail_msg("%s: a try that always succeeds", p->name);
	}
	assert_true(n > 500);
	assert_null(prim_find(t, "mutex_loc"));
	assert_null(prim_find(t, ""));
	prim_free(t);
}

struct want { const char *name; uint8_t kind, lock_kind, mode, success, flags; int lock; };

/* What a reader of the kernel's and of POSIX' documentation would say. */
static void test_some_rows_by_hand(void **state)
{
	static const struct want wants[] = {
		{"mutex_lock_nested", PRIM_TAKE, FACTS_KIND_MUTEX, ORDER_EXCLUSIVE, FACTS_ALWAYS, FACTS_NESTED, 0},
		{"mutex_lock_killable_nested", PRIM_TAKE, FACTS_KIND_MUTEX, ORDER_EXCLUSIVE, FACTS_IF_ZERO,
		 FACTS_NESTED | FACTS_INTR, 0},
		{"mutex_trylock", PRIM_TAKE, FACTS_KIND_MUTEX, ORDER_EXCLUSIVE, FACTS_IF_NONZERO, FACTS_TRY, 0},
		{"atomic_dec_and_mutex_lock", PRIM_TAKE, FACTS_KIND_MUTEX, ORDER_EXCLUSIVE, FACTS_IF_NONZERO, 0, 1},
		{"_raw_spin_lock_irqsave", PRIM_TAKE, FACTS_KIND_SPIN, ORDER_EXCLUSIVE, FACTS_ALWAYS, 0, 0},
		{"_raw_spin_unlock_irqrestore", PRIM_DROP, FACTS_KIND_SPIN, ORDER_EXCLUSIVE, FACTS_ALWAYS, 0, 0},
		{"_raw_read_lock_irqsave", PRIM_TAKE, FACTS_KIND_RWLOCK, ORDER_SHARED, FACTS_ALWAYS, 0, 0},
		{"_raw_write_unlock_bh", PRIM_DROP, FACTS_KIND_RWLOCK, ORDER_EXCLUSIVE, FACTS_ALWAYS, 0, 0},
		{"down_read_killable", PRIM_TAKE, FACTS_KIND_RWSEM, ORDER_SHARED, FACTS_IF_ZERO, FACTS_INTR, 0},
		{"downgrade_write", PRIM_DOWNGRADE, FACTS_KIND_RWSEM, ORDER_SHARED, FACTS_ALWAYS, 0, 0},
		{"__srcu_read_lock", PRIM_TAKE, FACTS_KIND_SRCU, ORDER_SHARED_RECURSIVE, FACTS_ALWAYS, 0, 0},
		{"synchronize_srcu_expedited", PRIM_WAIT, FACTS_KIND_SRCU, ORDER_WAIT, FACTS_ALWAYS, 0, 0},
		{"call_srcu", PRIM_DEFER, FACTS_KIND_SRCU, ORDER_WAIT, FACTS_ALWAYS, 0, 0},
		{"synchronize_rcu", PRIM_WAIT, FACTS_KIND_RCU, ORDER_WAIT, FACTS_ALWAYS, 0, -1},
		{"cpus_read_lock", PRIM_TAKE, FACTS_KIND_RWSEM, ORDER_SHARED, FACTS_ALWAYS, 0, -1},
		{"cancel_work_sync", PRIM_WAIT, FACTS_KIND_READSIDE, ORDER_WAIT, FACTS_ALWAYS, 0, 0},
		{"pthread_mutex_lock", PRIM_TAKE, FACTS_KIND_MUTEX, ORDER_EXCLUSIVE, FACTS_IF_ZERO, 0, 0},
		{"pthread_rwlock_rdlock", PRIM_TAKE, FACTS_KIND_RWLOCK, ORDER_SHARED_RECURSIVE, FACTS_IF_ZERO, 0, 0},
		{"pthread_cond_wait", PRIM_REWAIT, FACTS_KIND_MUTEX, ORDER_EXCLUSIVE, FACTS_ALWAYS, 0, 1},
		{"mtx_trylock", PRIM_TAKE, FACTS_KIND_MUTEX, ORDER_EXCLUSIVE, FACTS_IF_ZERO, FACTS_TRY, 0},
		{"urcu_memb_read_lock", PRIM_TAKE, FACTS_KIND_RCU, ORDER_SHARED_RECURSIVE, FACTS_ALWAYS, 0, -1},
	};
	struct prim_table *t = prim_load(NULL, NULL);

	for (size_t i = 0; i < ARRAY_LEN(wants); i++) {
		const struct want *w = &wants[i];
		const struct prim *p = prim_find(t, w->name);

		if (!p || p->kind != w->kind || p->lock_kind != w->lock_kind || p->mode != w->mode ||
		    p->success != w->success || p->flags != w->flags || p->lock != w->lock)
			fail_msg("the row of %s", w->name);
	}
	assert_string_equal(prim_find(t, "call_rcu")->global, "rcu");
	assert_int_equal(prim_find(t, "call_srcu")->target, 2);
	assert_int_equal(prim_find(t, "pthread_create")->target, 2);
	assert_int_equal(prim_find(t, "__static_call_update")->target, 2);
	assert_string_equal(prim_find(t, "__static_call_update")->global, "cpu_hotplug_lock");
	assert_null(prim_find(t, "static_key_slow_inc_cpuslocked")); /* its caller holds the lock */
	assert_int_equal(prim_lock_type(t, "rwlock_t"), FACTS_KIND_RWLOCK);
	assert_int_equal(prim_lock_type(t, "lockdep_map"), FACTS_KIND_UNKNOWN);
	assert_true(prim_callback(t, "work_struct", "func")->is_waitable);
	assert_false(prim_callback(t, "callback_head", "func")->is_waitable);
	assert_null(prim_callback(t, "work_struct", "entry"));
	prim_free(t);
}

static void test_said(void **state)
{
	struct prim_table *t = load_ok("primitives = ( { name = \"my_sync\"; kind = \"wait\"; lock = 0;"
				       " lock_kind = \"srcu\"; said = \"settle\"; } );");

	assert_string_equal(prim_said(t, "synchronize_srcu")->name, "synchronize_srcu");
	assert_int_equal(prim_said(t, "kfree_rcu")->kind, PRIM_DEFER); /* a macro: no function has this name */
	assert_string_equal(prim_said(t, "settle")->name, "my_sync");
	assert_null(prim_said(t, "kvm"));
	prim_free(t);
}

static void test_static_prefix(void **state)
{
	struct prim_table *t = load_ok("primitives = ( { name = \"__SCT__my_\"; kind = \"static-call\"; } );");
	const char *key = NULL;

	assert_string_equal(prim_find_static(t, "__SCT__kvm_x86_run", &key)->name, "__SCT__");
	assert_string_equal(key, "kvm_x86_run");
	assert_string_equal(prim_find_static(t, "__SCT__my_run", &key)->name, "__SCT__my_");
	assert_string_equal(key, "run");
	assert_null(prim_find_static(t, "__SCT__", &key));
	assert_null(prim_find_static(t, "x__SCT__a", &key));
	prim_free(t);
}

static const char full_conf[] =
	"primitives = (\n"
	"  { name = \"my_enter\"; kind = \"take\"; lock = 1; lock_kind = \"mutex\"; mode = \"exclusive\";\n"
	"    success = \"zero\"; try = true; said = \"enter\"; },\n"
	"  { name = \"mutex_lock\"; kind = \"ignore\"; }\n"
	");\n"
	"summaries = ( { name = \"register_it\"; global = \"registry_lock\"; lock_kind = \"mutex\"; } );\n"
	"lock_types = ( { name = \"my_lock_t\"; kind = \"rwsem\"; }, { name = \"mutex\"; kind = \"spin\"; } );\n"
	"callbacks = ( { struct = \"job\"; member = \"run\"; waitable = true; } );\n"
	"contexts = ( { words = \"reapers\"; struct = \"reaper_ops\"; } );\n"
	"counters = ( { struct = \"pool\"; member = \"busy\"; waiter = \"pool_drain\"; } );\n";

static void test_conf(void **state)
{
	struct prim_table *t = load_ok(full_conf), *plain = prim_load(NULL, NULL);
	const struct prim *p = prim_find(t, "my_enter");

	assert_non_null(p);
	assert_int_equal(p->lock, 1);
	assert_int_equal(p->success, FACTS_IF_ZERO);
	assert_int_equal(p->flags, FACTS_TRY);
	assert_int_equal(p->target, PRIM_NO_ARG);
	assert_int_equal(prim_find(t, "mutex_lock")->kind, PRIM_IGNORE); /* beats the built-in row */
	assert_int_equal(prim_find(t, "mutex_unlock")->kind, PRIM_DROP);
	p = prim_find(t, "register_it");
	assert_int_equal(p->kind, PRIM_TOUCH);
	assert_string_equal(p->global, "registry_lock");
	assert_int_equal(prim_lock_type(t, "my_lock_t"), FACTS_KIND_RWSEM);
	assert_int_equal(prim_lock_type(t, "mutex"), FACTS_KIND_SPIN);
	assert_true(prim_callback(t, "job", "run")->is_waitable);
	assert_string_equal(prim_context(t, 0)->words, "reapers");
	assert_null(prim_context(t, 0)->member);
	assert_string_equal(prim_context(t, 1)->words, prim_context(plain, 0)->words);
	assert_string_equal(prim_counter(t, "pool", "busy")->waiter, "pool_drain");
	assert_string_equal(prim_counter_waiter(t, "pool_drain")->member, "busy");
	assert_null(prim_counter_waiter(t, "pool"));
	prim_free(t);
	prim_free(plain);
}

#define ROW(rest) "primitives = (\n { name = \"f\";\n" rest "\n } );"
static void test_conf_errors(void **state)
{
	struct diag d = {0};

	expect_error("primitives = (\n {\n name = \"f\"\n kind = }\n );", 4, "syntax error");
	expect_error("primitive = ();", 1, "no group 'primitive'; known: primitives");
	expect_error("\nprimitives = { };", 2, "must be a list");
	expect_error("primitives = (\n 3 );", 2, "must be a group");
	expect_error("primitives = (\n { kind = \"take\"; } );", 2, "name is missing");
	expect_error(ROW(""), 2, "kind is missing");
	expect_error(ROW("kind = \"grab\";"), 3, "kind cannot be grab; known: take drop");
	expect_error(ROW("kind = \"take\"; lock = -1;"), 3, "must be the number of an argument");
	expect_error(ROW("kind = \"take\"; lock = 0;\n lock_kind = \"mutx\";"), 4, "lock_kind cannot be mutx");
	expect_error(ROW("kind = \"take\"; lock = 0;\n mod = \"shared\";"), 4, "no setting 'mod' here");
	expect_error(ROW("kind = \"take\"; lock = 0;\n try = 1;"), 4, "true or false");
	expect_error(ROW("kind = \"take\";"), 2, "names no lock");
	expect_error(ROW("kind = \"take\"; lock = 0; global = \"g\";"), 2, "both lock and global");
	expect_error(ROW("kind = \"take\"; lock = 0; mode = \"wait\";"), 2, "belong together");
	expect_error(ROW("kind = \"calls\";"), 2, "names no callback");
	expect_error("summaries = (\n { name = \"f\"; global = \"g\"; },\n { name = \"f\"; global = \"h\"; } );", 3,
		     "a row already, in line 2");
	expect_error("counters = (\n { struct = \"s\"; member = \"m\"; } );", 2, "waiter is missing");
	expect_error("lock_types = (\n { name = \"s\"; } );", 2, "kind is missing");
	expect_error("contexts = (\n { words = 3; struct = \"s\"; } );", 2, "text in quotes");
	assert_null(prim_load("/nonexistent/locklore.conf", &d));
	assert_true(str_starts(d.text, "/nonexistent/locklore.conf"));
}

static void expect_other_digest(uint64_t plain, const char *conf)
{
	struct prim_table *t = load_ok(conf), *again = load_ok(conf);

	assert_true(prim_digest(t) != plain);
	assert_true(prim_digest(t) == prim_digest(again));
	prim_free(t);
	prim_free(again);
}

static void test_digest(void **state)
{
	struct prim_table *t = prim_load(NULL, NULL), *same = load_ok("");
	uint64_t plain = prim_digest(t);

	assert_true(prim_digest(same) == plain);
	expect_other_digest(plain, ROW("kind = \"take\"; lock = 0;"));
	/* as the built-in row but for one field */
	expect_other_digest(plain, "primitives = ( { name = \"mutex_unlock\"; kind = \"drop\"; lock = 1;"
				   " lock_kind = \"mutex\"; } );");
	expect_other_digest(plain, "lock_types = ( { name = \"x\"; kind = \"mutex\"; } );");
	expect_other_digest(plain, "callbacks = ( { struct = \"a\"; member = \"b\"; } );");
	expect_other_digest(plain, "contexts = ( { words = \"a\"; struct = \"b\"; } );");
	expect_other_digest(plain, "counters = ( { struct = \"a\"; member = \"b\"; waiter = \"c\"; } );");
	prim_free(same);
	same = load_ok("primitives = ( { name = \"mutex_unlock\"; kind = \"drop\"; lock = 0; lock_kind = \"mutex\"; } );");
	assert_true(prim_digest(same) == plain); /* says what the built-in row says */
	prim_free(t);
	prim_free(same);
}

static int make_file(void **state)
{
	int fd = mkstemp(conf_path);

	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	return unlink(conf_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_some_rows_by_hand),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_static_prefix),
		cmocka_unit_test(test_conf),
		cmocka_unit_test(test_conf_errors),
		cmocka_unit_test(test_digest),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
