/* SPDX-License-Identifier: MIT */
/* What is saved is loaded: random lores, parts of them, one order of them; equal bytes; full disks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"
#include "test_store_random.h"

static char dir[] = "/tmp/test_store.XXXXXX", path[128];

static const struct random_size sizes[] = {
	{.classes = 1, .funcs = 1, .places = 1, .witnesses = 1, .steps = 1},
	{.classes = 3, .funcs = 2, .places = 5, .sets = 1, .witnesses = 9, .steps = 1, .takes = 3,
	 .calls = 2, .names = 1},
	{.classes = 12, .funcs = 40, .places = 90, .sets = 20, .witnesses = 300, .steps = 5,
	 .takes = 60, .calls = 80, .names = 20},
	{.classes = 90, .funcs = 400, .places = 1500, .sets = 200, .witnesses = 3000, .steps = 8,
	 .takes = 600, .calls = 900, .names = 100},
};

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/a #%%?/lore.db", dir); /* a folder that a URI must quote */
	return 0;
}

static int tear_down(void **state)
{
	char sub[128];

	(void)state;
	unlink(path);
	snprintf(sub, sizeof(sub), "%s/a #%%?", dir);
	if (rmdir(sub) != 0) /* not empty: a temporary file was left */
		return -1;
	return rmdir(dir);
}

static void save(const struct lore *l)
{
	struct diag d;

	if (!store_save(path, l, NULL, 0, &d))
		fail_msg("%s", d.text);
}

static struct lore *load(unsigned parts)
{
	struct diag d;
	struct lore *l = store_load(path, parts, &d);

	if (!l)
		fail_msg("%s", d.text);
	return l;
}

static void assert_same(const struct lore *a, const struct lore *b)
{
	const char *what = lore_different(a, b);

	if (what)
		fail_msg("not the same: %s", what);
}

static char *slurp(size_t *n)
{
	char *data;
	struct diag d;

	if (!file_read(path, &data, n, &d))
		fail_msg("%s", d.text);
	return data;
}

static void random_lores_come_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		struct lore *a = random_lore(i, &sizes[i % ARRAY_LEN(sizes)]), *b;

		save(a);
		b = load(STORE_ALL);
		assert_same(a, b);
		lore_free(a);
		lore_free(b);
	}
}

static void an_empty_lore_comes_back(void **state)
{
	struct lore *a = lore_new(), *b;

	(void)state;
	save(a);
	b = load(STORE_ALL);
	assert_same(a, b);
	lore_free(a);
	lore_free(b);
}

static void parts_are_what_they_say(void **state)
{
	struct lore *a = random_lore(5, &sizes[2]), *b = load(STORE_BASE);

	(void)state;
	lore_free(b);
	save(a);
	for (unsigned parts = STORE_BASE; parts <= STORE_ALL; parts++) {
		struct both x;

		b = load(parts);
		x = (struct both){a, b};
		assert_null(different_base(x));
		if (parts & ~(unsigned)STORE_BASE)
			assert_null(different_shared(x));
		if (parts & STORE_WITNESSES)
			assert_null(different_witnesses(x));
		else
			assert_int_equal(b->witnesses.n, 0);
		if (parts & STORE_TAKES)
			assert_null(different_takes(x));
		else
			assert_int_equal(b->takes.n + b->released.n, 0);
		if (parts & STORE_CALLS)
			assert_null(different_calls(x));
		else
			assert_int_equal(b->calls.n, 0);
		lore_free(b);
	}
	lore_free(a);
}

/* ---- one order -------------------------------------------------------------------- */

static bool same_function(struct both x, uint32_t i, uint32_t j)
{
	const struct lore_func *p = &x.a->funcs.at[i], *q = &x.b->funcs.at[j];

	return STR(name) && STR(file) && NUM(line) && NUM(is_static) && NUM(is_root) && NUM(is_thread);
}

static bool same_place(struct both x, uint32_t i, uint32_t j)
{
	const struct lore_place *p, *q;

	if (i == LORE_NONE || j == LORE_NONE)
		return i == j;
	p = &x.a->places.at[i];
	q = &x.b->places.at[j];
	return STR(file) && NUM(line) && same_function(x, p->func, q->func);
}

static bool same_thread(struct both x, uint32_t i, uint32_t j)
{
	return i && j ? same_function(x, i - 1, j - 1) : i == j;
}

/* As same as two witnesses can be whose places are numbered differently. */
static bool same_witness(struct both x, const struct lore_witness *p, const struct lore_witness *q)
{
	bool same = NUM(outer) && NUM(inner) && NUM(outer_mode) && NUM(inner_mode) && NUM(flags) &&
		    NUM(assumptions) && NUM(n_chain) && HELD(held) && HELD(gates) &&
		    same_thread(x, p->thread, q->thread) &&
		    same_place(x, p->outer_place, q->outer_place) &&
		    same_place(x, p->inner_place, q->inner_place) &&
		    same_place(x, p->entry_place, q->entry_place);

	for (uint32_t i = 0; same && i < p->n_chain; i++)
		same = same_place(x, x.a->steps.at[p->chain + i], x.b->steps.at[q->chain + i]);
	return same;
}

static bool is_wanted(const struct lore_witness *w, uint32_t outer, uint32_t inner)
{
	if (outer != LORE_NONE && inner != LORE_NONE && w->outer == inner && w->inner == outer)
		return true;
	return (outer == LORE_NONE || w->outer == outer) && (inner == LORE_NONE || w->inner == inner);
}

static size_t check_order(const struct lore *a, uint32_t outer, uint32_t inner)
{
	const char *o = outer == LORE_NONE ? NULL : lore_str(a, a->classes.at[outer].name);
	const char *i = inner == LORE_NONE ? NULL : lore_str(a, a->classes.at[inner].name);
	struct diag d;
	struct lore *b = store_load_order(path, o, i, &d);
	size_t n = 0;

	if (!b)
		fail_msg("%s", d.text);
	assert_null(different_base((struct both){a, b}));
	for (size_t w = 0; w < a->witnesses.n; w++) {
		if (!is_wanted(&a->witnesses.at[w], outer, inner))
			continue;
		assert_true(n < b->witnesses.n);
		assert_true(same_witness((struct both){a, b}, &a->witnesses.at[w],
					 &b->witnesses.at[n++]));
	}
	assert_int_equal(n, b->witnesses.n);
	lore_free(b);
	return n;
}

static void one_order_is_that_of_the_whole(void **state)
{
	struct lore *a = random_lore(11, &sizes[2]);
	size_t n = 0, all;

	(void)state;
	save(a);
	for (uint32_t o = 0; o < a->classes.n; o++)
		for (uint32_t i = 0; i < a->classes.n; i++)
			check_order(a, o, i);
	for (uint32_t o = 0; o < a->classes.n; o++)
		n += check_order(a, o, LORE_NONE);
	assert_int_equal(n, a->witnesses.n);
	for (uint32_t i = 0; i < a->classes.n; i++)
		check_order(a, LORE_NONE, i);
	all = check_order(a, LORE_NONE, LORE_NONE);
	assert_int_equal(all, a->witnesses.n);
	lore_free(a);
}

static void one_order_of_an_unknown_lock(void **state)
{
	struct diag d;

	(void)state;
	assert_null(store_load_order(path, "nothing->lock", NULL, &d));
	assert_non_null(strstr(d.text, "knows no lock class \"nothing->lock\""));
	assert_null(store_load_order("/nowhere/lore.db", NULL, NULL, &d));
	assert_non_null(strstr(d.text, "run `locklore index` first"));
}

/* ---- the file ------------------------------------------------------------------------ */

static void the_same_lore_gives_the_same_bytes(void **state)
{
	struct lore *a = random_lore(13, &sizes[3]), *b;
	size_t n[3];
	char *bytes[3], *dirt;

	(void)state;
	save(a);
	bytes[0] = slurp(&n[0]);
	/* Another heap under it, and strings with other ids. */
	dirt = xmalloc(1 << 20);
	memset(dirt, 0xa5, 1 << 20);
	free(dirt);
	save(a);
	bytes[1] = slurp(&n[1]);
	b = load(STORE_ALL);
	save(b);
	bytes[2] = slurp(&n[2]);
	for (int i = 1; i < 3; i++) {
		assert_int_equal(n[0], n[i]);
		assert_memory_equal(bytes[0], bytes[i], n[0]);
	}
	for (int i = 0; i < 3; i++)
		free(bytes[i]);
	lore_free(a);
	lore_free(b);
}

static unsigned files_beside(void)
{
	char *folder = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	DIR *handle = opendir(folder);
	unsigned n = 0;

	assert_non_null(handle);
	while (readdir(handle))
		n++;
	closedir(handle);
	free(folder);
	return n - 2;
}

static bool save_limited(const struct lore *l, rlim_t bytes, struct diag *d)
{
	struct rlimit was, now;
	bool ok;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	now = was;
	now.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
	ok = store_save(path, l, NULL, 0, d);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	return ok;
}

static void a_full_disk_leaves_the_old_database(void **state)
{
	struct lore *a = random_lore(17, &sizes[1]), *b = random_lore(18, &sizes[3]), *c;
	size_t need;
	char *whole;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	save(b);
	whole = slurp(&need);
	free(whole);
	save(a);
	for (size_t limit = 0; limit < need; limit += 1 + need / 23) {
		struct diag d = {""};

		assert_false(save_limited(b, limit, &d));
		if (!strstr(d.text, "cannot write the database: File too large; free some space"))
			fail_msg("limit %zu: %s", limit, d.text);
		assert_int_equal(files_beside(), 1);
		c = load(STORE_ALL);
		assert_same(a, c);
		lore_free(c);
	}
	lore_free(a);
	lore_free(b);
}

static void a_folder_that_cannot_be_written(void **state)
{
	struct lore *a = lore_new();
	struct diag d;

	(void)state;
	assert_false(store_save("/dev/null/lore.db", a, NULL, 0, &d));
	assert_non_null(strstr(d.text, "/dev/null"));
	assert_false(store_save("/proc/lore.db", a, NULL, 0, &d));
	assert_non_null(strstr(d.text, "/proc/lore.db: cannot write the database"));
	lore_free(a);
}

/* ---- older than its sources? ------------------------------------------------------------ */

static struct store_file source(const char *name, const char *text)
{
	struct store_file f = {.path = name};
	struct stat st;
	struct diag d;

	if (!file_write(name, text, strlen(text), &d))
		fail_msg("%s", d.text);
	assert_int_equal(stat(name, &st), 0);
	f.mtime_ns = st.st_mtim.tv_sec * 1000000000ll + st.st_mtim.tv_nsec;
	f.size = st.st_size;
	return f;
}

static void assert_stale(size_t n, const char *example)
{
	struct diag d;
	char *first;

	assert_int_equal(store_stale(path, &first, &d), n);
	assert_string_equal(d.text, "");
	if (example)
		assert_string_equal(first, example);
	else
		assert_null(first);
	free(first);
}

static void changed_sources_are_noticed(void **state)
{
	const struct timespec second[2] = {{1000, 0}, {1000, 1}};
	struct lore *a = lore_new();
	char name[3][160];
	struct store_file files[3];
	struct diag d;

	(void)state;
	for (int i = 0; i < 3; i++) {
		snprintf(name[i], sizeof(name[i]), "%s/%d.c", dir, i);
		files[i] = source(name[i], "int x;\n");
	}
	assert_true(store_save(path, a, files, 3, &d));
	assert_stale(0, NULL);
	assert_int_equal(utimensat(AT_FDCWD, name[1], second, 0), 0); /* one nanosecond counts */
	assert_stale(1, name[1]);
	unlink(name[0]);
	assert_stale(2, name[0]);
	source(name[2], "int x, y;\n");
	assert_stale(3, name[0]);
	unlink(name[1]);
	unlink(name[2]);
	lore_free(a);
}

static void stale_of_no_database(void **state)
{
	struct diag d;
	char *first;

	(void)state;
	assert_int_equal(store_stale("/nowhere/lore.db", &first, &d), 0);
	assert_null(first);
	assert_non_null(strstr(d.text, "there is no database"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_lores_come_back),
		cmocka_unit_test(an_empty_lore_comes_back),
		cmocka_unit_test(parts_are_what_they_say),
		cmocka_unit_test(one_order_is_that_of_the_whole),
		cmocka_unit_test(one_order_of_an_unknown_lock),
		cmocka_unit_test(the_same_lore_gives_the_same_bytes),
		cmocka_unit_test(a_full_disk_leaves_the_old_database),
		cmocka_unit_test(a_folder_that_cannot_be_written),
		cmocka_unit_test(changed_sources_are_noticed),
		cmocka_unit_test(stale_of_no_database),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
