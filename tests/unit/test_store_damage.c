/* SPDX-License-Identifier: MIT */
/*
 * Databases that are not what they should be: missing, empty, foreign, cut short, of another
 * version, with any byte changed, with any number changed by SQL.  Every one gives a line that
 * says what to do, or loads as a lore whose every index is in range; nothing crashes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"
#include "test_store_random.h"

static char path[] = "/tmp/test_store_damage.XXXXXX";
static char *whole;
static size_t whole_bytes;

static const struct random_size size = {
	.classes = 9, .funcs = 20, .places = 40, .sets = 9, .witnesses = 60, .steps = 4, .takes = 20,
	.calls = 20, .names = 6,
};

static void put_file(const void *data, size_t n)
{
	struct diag d;

	if (!file_write(path, data, n, &d))
		fail_msg("%s", d.text);
}

static int set_up(void **state)
{
	struct lore *l = random_lore(3, &size);
	struct store_file source = {"/nowhere/a.c", 1, 2};
	struct diag d;
	int fd = mkstemp(path);
	bool ok;

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	ok = store_save(path, l, &source, 1, &d) && file_read(path, &whole, &whole_bytes, &d);
	lore_free(l);
	return ok ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(whole);
	return unlink(path);
}

static void assert_refused(const char *name, const char *why)
{
	struct diag d = {""};
	char *example;

	assert_null(store_load(name, STORE_ALL, &d));
	if (strncmp(d.text, name, strlen(name)) != 0 || !strstr(d.text, why))
		fail_msg("\"%s\" does not say \"%s\"", d.text, why);
	assert_int_equal(store_stale(name, &example, &d), 0);
	assert_null(example);
	assert_non_null(strstr(d.text, why));
}

/* Loads by every way; true: something was loaded (and was found in range by lore_check()). */
static bool try_to_load(void)
{
	struct diag d = {""};
	struct lore *l = store_load(path, STORE_ALL, &d);
	struct lore *o = store_load_order(path, NULL, NULL, &d);
	char *example;

	if (!l && !str_starts(d.text, path) && !o)
		fail_msg("no reason given: \"%s\"", d.text);
	store_stale(path, &example, &d);
	free(example);
	lore_free(o);
	lore_free(l);
	return l;
}

static void what_is_no_database_is_refused(void **state)
{
	static const char text[] = "int main(void)\n{\n\treturn 0;\n}\n";

	(void)state;
	assert_refused("/nowhere/lore.db", "there is no database: run `locklore index` first");
	assert_refused("/tmp", "is not a file");
	put_file("", 0);
	assert_refused(path, "the database is empty: run `locklore index` again");
	put_file(text, strlen(text));
	assert_refused(path, "is not a database");
	put_file("S", 1);
	assert_refused(path, "the database is cut short");
	put_file("SQLite format 4, some day, and more text so that it is longer than a header, "
		 "which has hundred bytes", 101);
	assert_refused(path, "is not a database");
}

static void other_databases_are_refused(void **state)
{
	sqlite3 *db;

	(void)state;
	unlink(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE x(y)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_refused(path, "is a database, but not one of locklore");
}

static void other_versions_are_refused(void **state)
{
	(void)state;
	put_file(whole, whole_bytes);
	assert_true(try_to_load());
	whole[63] = STORE_VERSION + 1;
	put_file(whole, whole_bytes);
	assert_refused(path, "is of version 2, newer than this program's 1: run `locklore index` again");
	whole[63] = 0;
	put_file(whole, whole_bytes);
	assert_refused(path, "is of version 0, older than this program's 1: run `locklore index` again");
	whole[63] = STORE_VERSION;
}

static void cut_short_at_any_length(void **state)
{
	(void)state;
	for (size_t n = 1; n < whole_bytes; n += n < 128 ? 1 : 997) {
		put_file(whole, n);
		assert_refused(path, "cut short: run `locklore index` again");
	}
	put_file(whole, whole_bytes - 1);
	assert_refused(path, "cut short: run `locklore index` again");
	put_file(whole, whole_bytes);
	assert_true(try_to_load());
}

static void any_byte_may_be_wrong(void **state)
{
	unsigned refused = 0, tries = 0;

	(void)state;
	random_state = 4;
	for (size_t at = 0; at < whole_bytes; at += at < 300 ? 1 : 1 + random_below(400), tries++) {
		char was = whole[at];

		whole[at] ^= (char)(1u << random_below(8) | (random_below(2) ? 0 : random_below(256)));
		put_file(whole, whole_bytes);
		refused += !try_to_load();
		whole[at] = was;
	}
	print_message("%u of %u refused\n", refused, tries);
	assert_true(refused > tries / 20);
}

/* Pages of noise: what a failing disk leaves. */
static void any_page_may_be_noise(void **state)
{
	const size_t page = 8192;

	(void)state;
	for (size_t at = page; at + page <= whole_bytes; at += page) {
		char *was = xmalloc(page);

		memcpy(was, whole + at, page);
		for (int kind = 0; kind < 3; kind++) {
			for (size_t i = 0; i < page; i++)
				whole[at + i] = kind ? (char)random_below(kind == 1 ? 256 : 16) : 0;
			put_file(whole, whole_bytes);
			try_to_load();
		}
		memcpy(whole + at, was, page);
		free(was);
	}
}

/* ---- a sound database with wrong contents ----------------------------------------------------- */

static bool change(const char *sql)
{
	sqlite3 *db;
	int rc;

	put_file(whole, whole_bytes);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_close(db);
	return rc == SQLITE_OK;
}

static void wrong_rows_are_refused(void **state)
{
	static const char *const sql[] = {
		"DELETE FROM witness WHERE id = 59", "DELETE FROM witness WHERE id = 30",
		"DELETE FROM class WHERE id = 8", "DELETE FROM held WHERE held = 3",
		"DELETE FROM held WHERE held = 1 AND seq = 0", "DELETE FROM file WHERE id = 0",
		"DELETE FROM place WHERE id = 7", "DELETE FROM take WHERE id = 3", "DELETE FROM slot",
		"DELETE FROM call", "DELETE FROM function WHERE id = 19", "DELETE FROM meta",
		"DELETE FROM row_count", "DROP TABLE varname", "DROP TABLE released",
		"UPDATE witness SET chain = '[' WHERE id = 4", "UPDATE witness SET chain = '[]'",
		"UPDATE witness SET chain = '[1,]'", "UPDATE witness SET chain = '[1,2'",
		"UPDATE witness SET chain = '[1 2]'", "UPDATE witness SET chain = '[1]x'",
		"UPDATE witness SET chain = '[40]'", "UPDATE witness SET chain = '[4294967295]'",
		"UPDATE witness SET chain = '[18446744073709551617]'",
		"UPDATE witness SET chain = '[-1]'", "UPDATE witness SET chain = x'5b00'",
		"UPDATE witness SET \"outer\" = 9", "UPDATE witness SET \"inner\" = -1",
		"UPDATE witness SET inner_mode = 4", "UPDATE witness SET flags = 256",
		"UPDATE witness SET held = 999", "UPDATE witness SET thread = 21",
		"UPDATE witness SET inner_place = 40", "UPDATE witness SET \"outer\" = 8 WHERE id = 0",
		"UPDATE take SET must = 4294967295", "UPDATE take SET bare = 'x'",
		"UPDATE call SET callee = 20", "UPDATE call SET kind = 4", "UPDATE slot SET function = 20",
		"UPDATE place SET file = 77", "UPDATE function SET line = -1", "UPDATE held SET class = 9",
		"UPDATE held SET mode = 4 WHERE held = 2", "UPDATE finding SET place = 40",
		"UPDATE class SET kind = 8", "UPDATE class SET id = id + 1000",
		"UPDATE meta SET value = -5 WHERE name = 'units'",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sql); i++) {
		struct diag d = {""};
		struct lore *l;

		if (!change(sql[i]))
			fail_msg("cannot run %s", sql[i]);
		l = store_load(path, STORE_ALL, &d);
		if (l)
			fail_msg("loaded after %s", sql[i]);
		assert_true(str_starts(d.text, path));
		assert_non_null(strstr(d.text, "is damaged ("));
		assert_non_null(strstr(d.text, "): run `locklore index` again"));
		try_to_load();
	}
}

/* The reader of one order looks rows up by itself: it must miss what is missing. */
static void one_order_misses_its_rows(void **state)
{
	static const char *const sql[] = {
		"DELETE FROM place", "DELETE FROM function", "DELETE FROM file", "DELETE FROM held",
		"UPDATE witness SET chain = '[4294967294]'", "UPDATE witness SET held = 999",
		"UPDATE witness SET thread = 4294967294", "UPDATE witness SET outer_place = 4000000000",
		"UPDATE held SET class = 99", "DROP TABLE witness",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sql); i++) {
		struct diag d = {""};

		assert_true(change(sql[i]));
		assert_null(store_load_order(path, NULL, NULL, &d));
		assert_non_null(strstr(d.text, "is damaged ("));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_database_is_refused),
		cmocka_unit_test(other_databases_are_refused),
		cmocka_unit_test(other_versions_are_refused),
		cmocka_unit_test(cut_short_at_any_length),
		cmocka_unit_test(any_byte_may_be_wrong),
		cmocka_unit_test(any_page_may_be_noise),
		cmocka_unit_test(wrong_rows_are_refused),
		cmocka_unit_test(one_order_misses_its_rows),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
