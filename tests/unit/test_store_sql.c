/* SPDX-License-Identifier: MIT */
/*
 * doc/database.md against a database: each of its queries runs and finds something, and its
 * tables of tables and views name every column there is and no other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"

#define DOC TEST_DATA "/../../doc/database.md"

static char path[] = "/tmp/test_store_sql.XXXXXX";
static sqlite3 *db;
static char *doc;

static uint32_t id(struct lore *l, const char *s)
{
	return strtab_id(l->str, s);
}

/* kvm->lock, kvm->slots_lock, kvm->srcu: indexes 0, 1, 2. */
static void add_classes(struct lore *l)
{
	static const char *const member[] = {"lock", "slots_lock", "srcu"};

	for (size_t i = 0; i < ARRAY_LEN(member); i++) {
		char *name = xasprintf("kvm->%s", member[i]);

		vec_push(&l->classes, (struct lore_class){
			.name = id(l, name), .owner = id(l, "kvm"), .member = id(l, member[i]),
			.kind = i == 2 ? FACTS_KIND_SRCU : FACTS_KIND_MUTEX, .takes = 1});
		free(name);
	}
}

static void add_code(struct lore *l)
{
	static const char *const name[] = {"kvm_set_memslot", "kvm_xen_set_evtchn", "vcpu_enter_guest"};

	for (uint32_t i = 0; i < ARRAY_LEN(name); i++) {
		vec_push(&l->funcs, (struct lore_func){.name = id(l, name[i]), .file = id(l, "virt/x.c"),
						       .line = 10 * i});
		vec_push(&l->places, (struct lore_place){i, id(l, "virt/x.c"), 10 * i + 1});
		vec_push(&l->places, (struct lore_place){i, id(l, "virt/x.c"), 10 * i + 2});
	}
	for (uint32_t i = 0; i < l->places.n; i++)
		vec_push(&l->steps, i);
	for (uint32_t i = 0; i < l->classes.n; i++)
		vec_push(&l->helds, (struct lore_heldlock){i, ORDER_EXCLUSIVE});
}

static void add_witness(struct lore *l, uint32_t outer, uint32_t inner, uint8_t mode, uint32_t chain,
			uint8_t flags)
{
	vec_push(&l->witnesses, (struct lore_witness){
		.outer = outer, .inner = inner, .inner_mode = mode, .flags = flags,
		.outer_place = chain, .inner_place = chain + 2, .entry_place = chain + 1,
		.chain = chain, .n_chain = 3, .held = 0, .n_held = outer + 1});
}

static struct lore *make_lore(void)
{
	struct lore *l = lore_new();

	add_classes(l);
	add_code(l);
	add_witness(l, 0, 0, ORDER_EXCLUSIVE, 0, LORE_NESTED);
	add_witness(l, 0, 2, ORDER_SHARED_RECURSIVE, 1, 0);
	add_witness(l, 1, 2, ORDER_WAIT, 0, 0);
	add_witness(l, 2, 0, ORDER_EXCLUSIVE, 2, LORE_TRY | LORE_INDIRECT);
	vec_push(&l->takes, (struct lore_take){.cls = 2, .mode = ORDER_WAIT, .place = 1, .n_bare = 2});
	vec_push(&l->takes, (struct lore_take){.cls = 1, .place = 1, .must = 0, .n_must = 2});
	vec_push(&l->released, (struct lore_released){1, 2, 0, 4});
	vec_push(&l->calls, (struct lore_call){.caller = 2, .callee = 1, .place = 3, .n_must = 1});
	vec_push(&l->calls, (struct lore_call){.caller = 2, .callee = LORE_NONE, .place = 4, .n_may = 2,
					       .kind = LORE_CALL_POINTER, .what = id(l, "kvm_x86_ops.run")});
	vec_push(&l->findings, (struct lore_finding){id(l, "cap"), 1, LORE_NONE, id(l, "too many")});
	return l;
}

static int set_up(void **state)
{
	struct lore *l = make_lore();
	struct diag d;
	int fd = mkstemp(path);
	size_t n;
	bool ok;

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	ok = store_save(path, l, NULL, 0, &d) && file_read(DOC, &doc, &n, &d);
	lore_free(l);
	if (!ok)
		print_message("%s\n", d.text);
	return ok && sqlite3_open(path, &db) == SQLITE_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(doc);
	sqlite3_close(db);
	return unlink(path);
}

/* Runs all statements of [sql, end); returns how many. */
static unsigned run_block(const char *sql, const char *end)
{
	unsigned n = 0;

	while (sql < end) {
		sqlite3_stmt *st;
		unsigned rows = 0;
		int rc = sqlite3_prepare_v2(db, sql, (int)(end - sql), &st, &sql);

		if (rc != SQLITE_OK)
			fail_msg("%s: %.200s", sqlite3_errmsg(db), sql);
		if (!st)
			break;
		while ((rc = sqlite3_step(st)) == SQLITE_ROW)
			rows++;
		if (rc != SQLITE_DONE || !rows)
			fail_msg("%s (%u rows): %s", sqlite3_errmsg(db), rows, sqlite3_sql(st));
		sqlite3_finalize(st);
		n++;
	}
	return n;
}

static void every_query_of_the_doc_finds_something(void **state)
{
	static const char fence[] = "\n```sql\n";
	unsigned n = 0;

	(void)state;
	for (const char *at = strstr(doc, fence), *end; at; at = strstr(end, fence)) {
		at += strlen(fence);
		end = strstr(at, "\n```\n");
		assert_non_null(end);
		n += run_block(at, end);
	}
	assert_true(n >= 10);
}

/* "| `witness` | `id`, `outer`, ... |", as the doc has to have it. */
static void add_columns(struct buf *row, const char *table)
{
	char *sql = xasprintf("SELECT name FROM pragma_table_info('%s')", table);
	const char *sep = "";
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	buf_addf(row, "\n| `%s` | ", table);
	for (; sqlite3_step(st) == SQLITE_ROW; sep = ", ")
		buf_addf(row, "%s`%s`", sep, (const char *)sqlite3_column_text(st, 0));
	buf_add(row, " |\n");
	sqlite3_finalize(st);
	free(sql);
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
		n++;
	return n;
}

static void the_doc_names_every_column(void **state)
{
	unsigned tables = 0;
	sqlite3_stmt *st;

	(void)state;
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_master WHERE type IN "
					    "('table', 'view')", -1, &st, NULL), SQLITE_OK);
	for (; sqlite3_step(st) == SQLITE_ROW; tables++) {
		struct buf row = {0};

		add_columns(&row, (const char *)sqlite3_column_text(st, 0));
		if (!strstr(doc, buf_str(&row)))
			fail_msg("doc/database.md lacks %s", buf_str(&row));
		buf_free(&row);
	}
	sqlite3_finalize(st);
	assert_int_equal(count(doc, "\n| `"), tables);
}

static void assert_value(const char *sql, const char *want)
{
	sqlite3_stmt *st;
	const char *have;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	have = (const char *)sqlite3_column_text(st, 0);
	assert_string_equal(have ? have : "NULL", want);
	sqlite3_finalize(st);
}

static void views_say_what_the_rows_mean(void **state)
{
	(void)state;
	assert_value("PRAGMA application_id", "1819243109");
	assert_value("PRAGMA user_version", "1");
	assert_value("PRAGMA integrity_check", "ok");
	assert_value("SELECT chain FROM v_order WHERE outer = 'kvm->lock' AND inner = 'kvm->srcu'",
		     "kvm_set_memslot (virt/x.c:2) > kvm_xen_set_evtchn (virt/x.c:11) > "
		     "kvm_xen_set_evtchn (virt/x.c:12)");
	assert_value("SELECT held FROM v_wait WHERE under = 'kvm->slots_lock'",
		     "kvm->lock kvm->slots_lock");
	assert_value("SELECT line FROM v_order WHERE outer = 'kvm->srcu'", "21");
	assert_value("SELECT outer_line FROM v_order WHERE outer = 'kvm->srcu'", "11");
	assert_value("SELECT is_try + 10 * is_asserted + 100 * is_indirect FROM v_order WHERE "
		     "outer = 'kvm->srcu'", "101");
	assert_value("SELECT annotated FROM v_nesting WHERE class = 'kvm->lock'", "1");
	assert_value("SELECT kind FROM v_class WHERE name = 'kvm->srcu'", "srcu");
	assert_value("SELECT held FROM v_take WHERE mode = 'wait'", "NULL");
	assert_value("SELECT may_hold FROM v_call WHERE callee IS NULL", "kvm->lock kvm->slots_lock");
	assert_value("SELECT waits_for FROM v_released", "kvm->srcu");
	assert_value("SELECT message FROM v_finding WHERE file IS NULL", "too many");
}

/* Ids of the tables of names are the enums of the code. */
static void names_are_those_of_the_code(void **state)
{
	(void)state;
	for (int m = 0; m < ORDER_MODES; m++) {
		char *sql = xasprintf("SELECT name FROM mode WHERE id = %d", m);

		assert_value(sql, order_mode_name((enum order_mode)m));
		free(sql);
	}
	assert_value("SELECT count(*) FROM lock_kind", "8");
	assert_int_equal(FACTS_LOCK_KINDS, 8);
	assert_int_equal(LORE_CALL_DEFER, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_query_of_the_doc_finds_something),
		cmocka_unit_test(the_doc_names_every_column),
		cmocka_unit_test(views_say_what_the_rows_mean),
		cmocka_unit_test(names_are_those_of_the_code),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
