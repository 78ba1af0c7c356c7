/* SPDX-License-Identifier: MIT */
/*
 * How long a large database takes to write and to read.  The numbers are printed; the limits are
 * ten times what they should be, so that a slow machine passes and a quadratic loop does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/store.h"
#include "test_store_random.h"

static const struct random_size large = {
	.classes = 400, .funcs = 15000, .places = 40000, .sets = 3000, .witnesses = 50000, .steps = 8,
	.takes = 4000, .calls = 40000, .names = 3000,
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The best of a few, as a machine that does other things as well allows it. */
static double load_ms(const char *path, unsigned parts)
{
	double best = 1e9;

	for (int i = 0; i < 5; i++) {
		struct diag d;
		double t = now_ms();
		struct lore *l = store_load(path, parts, &d);

		t = now_ms() - t;
		if (!l)
			fail_msg("%s", d.text);
		lore_free(l);
		best = t < best ? t : best;
	}
	return best;
}

static double order_ms(const char *path, const char *outer, const char *inner, size_t *n)
{
	double best = 1e9;

	for (int i = 0; i < 5; i++) {
		struct diag d;
		double t = now_ms();
		struct lore *l = store_load_order(path, outer, inner, &d);

		t = now_ms() - t;
		if (!l)
			fail_msg("%s", d.text);
		*n = l->witnesses.n;
		lore_free(l);
		best = t < best ? t : best;
	}
	return best;
}

static double save_ms(const char *path, const struct lore *l)
{
	double best = 1e9;

	for (int i = 0; i < 3; i++) {
		struct diag d;
		double t = now_ms();

		if (!store_save(path, l, NULL, 0, &d))
			fail_msg("%s", d.text);
		t = now_ms() - t;
		best = t < best ? t : best;
	}
	return best;
}

static void large_database_is_quick(void **state)
{
	struct lore *l = random_lore(1, &large);
	char path[] = "/tmp/test_store_speed.XXXXXX";
	int fd = mkstemp(path);
	double save, all, question;
	struct stat st;
	size_t n;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	save = save_ms(path, l);
	assert_int_equal(stat(path, &st), 0);
	print_message("%zu witnesses, %zu steps, %zu places, %zu calls: %lld bytes\n", l->witnesses.n,
		      l->steps.n, l->places.n, l->calls.n, (long long)st.st_size);
	print_message("save %.1f ms\n", save);
	print_message("load base %.1f ms\n", load_ms(path, STORE_BASE));
	question = load_ms(path, STORE_BASE | STORE_WITNESSES);
	print_message("load base and witnesses %.1f ms\n", question);
	all = load_ms(path, STORE_ALL);
	print_message("load all %.1f ms\n", all);
	print_message("one order %.1f ms", order_ms(path, "obj->lock_00007", "obj->lock_00009", &n));
	print_message(" (%zu witnesses)\n", n);
	print_message("all inside one %.1f ms", order_ms(path, "obj->lock_00007", NULL, &n));
	print_message(" (%zu witnesses)\n", n);
	print_message("one inside all %.1f ms", order_ms(path, NULL, "obj->lock_00009", &n));
	print_message(" (%zu witnesses)\n", n);
	assert_true(save < 2500);
	assert_true(all < 600);
	assert_true(question < 300);
	unlink(path);
	lore_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(large_database_is_quick)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
