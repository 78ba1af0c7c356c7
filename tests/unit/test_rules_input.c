/* SPDX-License-Identifier: MIT */
/* What the text comes in: mails, patches, encodings, garbage, and very long input. */
#include "test_rules.h"

#include <time.h>

static char *load(const char *path, size_t *bytes)
{
	struct diag d;
	char *text;

	if (!file_read(path, &text, bytes, &d)) {
		print_error("%s\n", d.text);
		fail();
	}
	return text;
}

static void expect_file(const char *name, enum rules_side side, const char *want)
{
	char *path = xasprintf(TEST_DATA "/rules/%s", name), *got, *text;
	struct rules_options opt = { .side = side };
	size_t n;

	text = load(path, &n);
	got = read_as(name, text, n, &opt);
	assert_string_equal(got, want);
	free(path);
	free(text);
	free(got);
}

/* A patch as git formats it; the commit message and a file that is no text are not read. */
static void test_patch(void **state)
{
	(void)state;
	expect_file("patch.txt", RULES_NEW,
		    "order pool->lock queue->mutex @16\n"
		    "order pool->lock log_lock @18 +\n"
		    "leaf stats->lock @22 +\n"
		    "order queue->mutex log_lock @24\n"
		    "order a_lock pool->lock @38 +\n"
		    "order b_lock pool->lock @39 +\n");
	expect_file("patch.txt", RULES_OLD,
		    "order pool->lock queue->mutex @16\n"
		    "order pool->lock log_lock @18 -\n"
		    "order pool->lock stats->lock @18 -\n"
		    "order queue->mutex log_lock @24\n"
		    "order pool->lock a_lock @37 -\n");
	expect_file("patch.txt", RULES_BOTH,
		    "order pool->lock queue->mutex @16\n"
		    "order pool->lock log_lock @18 +\n"
		    "order pool->lock log_lock @18 -\n"
		    "order pool->lock stats->lock @18 -\n"
		    "leaf stats->lock @22 +\n"
		    "order queue->mutex log_lock @24\n"
		    "order pool->lock a_lock @37 -\n"
		    "order a_lock pool->lock @38 +\n"
		    "order b_lock pool->lock @39 +\n");
}

/* Quoted twice, white space collapsed, replies of two people between the lines of the hunk. */
static void test_review(void **state)
{
	(void)state;
	expect_file("review-mail.txt", RULES_NEW,
		    "order engine->table_lock engine->irq_lock @15 hedged\n"
		    "order engine->lock engine->irq_lock @23\n"
		    "order engine->lock worker->mutex @24\n"
		    "order engine->srcu engine->lock @27 +\n"
		    "never-waits engine->srcu engine->lock @27 wait=synchronize_srcu so:3 +\n"
		    "never engine->lock engine->odd_lock @32 +\n"
		    "order worker->mutex engine->hv_lock @36 [x86]\n");
	expect_file("review-mail.txt", RULES_OLD,
		    "order engine->table_lock engine->irq_lock @15 hedged\n"
		    "released engine->parts_lock engine->srcu @18 wait=synchronize_srcu -\n"
		    "waits engine->srcu engine->table_lock @18 wait=synchronize_srcu -\n"
		    "may engine->srcu engine->parts_lock @19 so:1 -\n"
		    "order engine->lock engine->irq_lock @23\n"
		    "order engine->lock worker->mutex @24\n"
		    "order worker->mutex engine->hv_lock @36 [x86]\n");
}

/* White space is gone: is "- x" a removed line or an item of the context? */
static void test_collapsed(void **state)
{
	static const char continued[] =
		"> --- a/locking.rst\n> +++ b/locking.rst\n"
		"> @@ -1,5 +1,3 @@ Lock order\n"
		"> - a_lock is taken outside b_lock\n>\n"
		"> -- c_lock is taken outside\n> - d_lock\n"
		"> - e_lock is taken outside f_lock\n> trailing words are none of it\n";
	static const char parted[] =
		"> --- a/locking.rst\n> +++ b/locking.rst\n"
		"> @@ -1,5 +1,2 @@ Lock order\n"
		"> -- c_lock is taken outside\n> - d_lock\n> -\n"
		"> - e_lock nests inside f_lock\n> - g_lock nests\n> inside f_lock\n";
	struct rules_options opt = { .side = RULES_OLD };

	(void)state;
	expect("mail", continued, NULL, "order a_lock b_lock @4\norder e_lock f_lock @8\n");
	expect("mail", continued, &opt,
	       "order a_lock b_lock @4\norder c_lock d_lock @6 -\norder e_lock f_lock @8\n");
	expect("mail", parted, NULL, "order f_lock e_lock @7\nnot understood @8\n");
	expect("mail", parted, &opt,
	       "order c_lock d_lock @4 -\norder f_lock e_lock @7\nnot understood @8\n");
}

/* The mail that the project comes from, where it is at hand. */
static void test_seed_mail(void **state)
{
	static const char path[] = TEST_DATA "/../../../shared/seed-mail.txt";
	static const char common[] =
		"advice kvm->slots_lock @29 in=install_new_memslots 'kvm->slots_lock is taken on "
		"the waiting side in install_new_memslots'\n"
		"advice kvm->slots_arch_lock @29 in=install_new_memslots 'kvm->slots_arch_lock is "
		"taken on the waiting side in install_new_memslots'\n";
	struct rules_options opt = { .side = RULES_NEW };
	FILE *f = fopen(path, "r");
	char *text, *got;
	size_t n;

	(void)state;
	if (!f) {
		print_message("skipped test_seed_mail: ../shared/seed-mail.txt is not there\n");
		skip();
	}
	fclose(f);
	text = load(path, &n);
	got = read_as("seed-mail.txt", text, n, &opt);
	assert_non_null(strstr(got, common));
	assert_non_null(
		strstr(got, "waits kvm->srcu kvm->slots_lock @35 wait=synchronize_srcu +\n"
			    "never kvm->srcu kvm->slots_lock @35 so:3 +\n"
			    "released kvm->slots_arch_lock kvm->srcu @38 wait=synchronize_srcu +\n"
			    "may kvm->srcu kvm->slots_arch_lock @38 +\n"
			    "order kvm->srcu kvm->lock @42 +\n"
			    "never-waits kvm->srcu kvm->lock @42 wait=synchronize_srcu so:5 +\n"
			    "advice kvm->lock @55 "));
	assert_non_null(strstr(got, "order vcpu->mutex kvm->arch.hyperv.hv_lock @60 [x86]\n"));
	assert_non_null(strstr(got, "order kvm->slots_lock kvm->irq_lock @19 hedged\n"));
	assert_null(strstr(got, "@43")); /* the replies, lines 43 to 54 */
	assert_null(strstr(got, "vcpu->mutex kvm->srcu"));
	assert_null(strstr(got, "not understood"));
	free(got);
	opt.side = RULES_OLD;
	got = read_as("seed-mail.txt", text, n, &opt);
	assert_non_null(
		strstr(got, "released kvm->slots_arch_lock kvm->srcu @22 wait=synchronize_srcu -\n"
			    "waits kvm->srcu kvm->slots_lock @22 wait=synchronize_srcu -\n"
			    "may kvm->srcu kvm->slots_arch_lock @23 so:1 -\n"
			    "never kvm->srcu kvm->slots_lock @23 so:1 -\n"));
	assert_null(strstr(got, "never-waits"));
	assert_non_null(strstr(got, common));
	free(got);
	free(text);
}

static void test_encodings(void **state)
{
	static const char latin1[] =
		"Lock order:\n\nDie gr\xf6\xdfte: a_lock is taken outside b_lock.\n";
	static const char crlf[] = "Lock order\r\n==========\r\n\r\n- a_lock is taken outside\r\n  "
				   "b_lock\r\n\r\n- c_lock nests inside b_lock\r\n";
	static const char tabs[] = "Lock order:\n\n\ta_lock\n\t\tb_lock\n\t        c_lock\n";
	static const char utf8[] = "\xef\xbb\xbf"
				   "Lock order: a_lock \xe2\x86\x92 b_lock. \xe2\x80\x9c"
				   "c_lock\xe2\x80\x9d nests inside b_lock \xe2\x80\x93 always.\n";
	static const char utf16[] = "\xff\xfe"
				    "a\0b\0";
	static const char coded[] =
		"From: a@example.org\nDate: today\nContent-Transfer-Encoding: quoted-printable\n\n"
		"--- a/locking.rst\n+++ b/locking.rst\n@@ -1,2 +1,2 @@ Lock order\n a_lock "
		"is=20\n-taken\n+taken o=\nutside b_lock\n";
	struct rules_document *doc;
	struct diag d;

	(void)state;
	expect("a.txt", latin1, NULL, "order a_lock b_lock @3\n");
	expect("a.rst", crlf, NULL, "order a_lock b_lock @4\norder b_lock c_lock @7\n");
	expect("a.txt", tabs, NULL, "order a_lock b_lock @4\norder a_lock c_lock @5\n");
	expect("a.txt", utf8, NULL, "order a_lock b_lock @1\norder b_lock c_lock @1\n");
	expect("mail", coded, NULL, "order a_lock b_lock @8 +\n");
	doc = rules_read("a.txt", latin1, strlen(latin1), NULL, &d);
	assert_int_equal(doc->notes.n, 1);
	rules_free(doc);
	assert_null(rules_read("a.txt", utf16, sizeof(utf16) - 1, NULL, &d));
	assert_non_null(strstr(d.text, "a.txt:1: UTF-16"));
	assert_null(rules_read("core",
			       "\x7f"
			       "ELF\n\0\0x",
			       8, NULL, &d));
	assert_string_equal(d.text, "core:2: a NUL byte: this is binary data, not a document");
	assert_null(rules_read("x", "\x01\x02\x03\x04\x05\x06", 6, NULL, &d));
	expect("empty.rst", "", NULL, "");
}

/* ---- size ---- */

static double seconds_to_read(const char *name, const char *text, size_t n,
			      enum rules_format format, size_t *statements)
{
	struct rules_options opt = { .format = format };
	clock_t start = clock();
	struct rules_document *doc;
	struct diag d;

	doc = rules_read(name, text, n, &opt, &d);
	if (statements)
		*statements = doc ? doc->statements.n : 0;
	rules_free(doc);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

static char *repeated(const char *unit, size_t bytes, size_t *n)
{
	struct buf b = { 0 };

	while (b.n < bytes)
		buf_add(&b, unit);
	*n = b.n;
	return b.at;
}

static void test_long_input(void **state)
{
	static const char *const units[] = {
		"a > b > c > ",
		"a -> b -> c\n",
		"a_lock, ",
		"(((((",
		"a->b->",
		"`",
		"kvm->lock is taken outside ",
		"a_lock and ",
		"- ",
		"> > ",
		"  x\n ",
		"::\n\n",
		"|a",
		"/* ",
		"@@ -1,9 +1,9 @@\n- a\n",
		"can may must ",
		"@",
		"wait(",
		"1) ",
		"lock order: ",
		"the ",
		"*",
		"not ",
		"a.",
		"\"",
		"{",
		"while holding ",
		"it ",
		"=====\n",
		"a/",
		"-",
		"&",
		"critical sections for ",
	};
	static const enum rules_format formats[] = { RULES_PLAIN_RULE, RULES_RST, RULES_C, RULES_MD,
						     RULES_AUTO };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		for (size_t k = 0; k < ARRAY_LEN(formats); k++) {
			size_t small, large;
			char *a = repeated(units[i], 1 << 14, &small),
			     *b = repeated(units[i], 1 << 16, &large);
			double fast = seconds_to_read("x", a, small, formats[k], NULL);
			double slow = seconds_to_read("x", b, large, formats[k], NULL);

			/* four times the text may take four times the time, and a margin; not
			 * sixteen times */
			if (slow > 0.5 && slow > fast * 9) {
				print_error("'%s' format %u: %.2f s for %zu, %.2f s for %zu\n",
					    units[i], formats[k], fast, small, slow, large);
				fail();
			}
			free(a);
			free(b);
		}
}

static void test_megabyte_chain(void **state)
{
	size_t n, statements;
	char *text = repeated("a > b > c\n", 1 << 20, &n);
	double s = seconds_to_read("x", text, n, RULES_PLAIN_RULE, &statements);

	(void)state;
	assert_int_equal(statements, 2 * (n / strlen("a > b > c\n")));
	assert_true(s < 30); /* 1 s without sanitizers */
	free(text);
}

/* Any number of comments on one line: what costs the square of them takes minutes here. */
static void test_one_line_of_comments(void **state)
{
	static const char *const units[] = { "/* x */ ", "int a; /* x */\t" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		size_t n, statements, unit = strlen(units[i]);
		char *text = repeated(units[i], 30000 * unit, &n);
		char *all = xasprintf("%s/* a_lock is taken outside b_lock */", text);

		seconds_to_read("x.c", all, strlen(all), RULES_AUTO, &statements);
		assert_int_equal(statements, 1);
		free(all);
		free(text);
	}
}

/* ---- garbage ---- */

static uint32_t next_random(uint32_t *x)
{
	*x = *x * 1664525u + 1013904223u;
	return *x >> 8;
}

static void mutate(char *text, size_t *n, uint32_t *x)
{
	static const char spice[] = "->.,;:()[]{}`*_\"'/\\|+-=<>@#&\n\n\t  aA1";

	for (unsigned i = 0, times = 1 + next_random(x) % 12; i<times && * n> 8; i++) {
		size_t at = next_random(x) % *n, len = 1 + next_random(x) % 60;

		switch (next_random(x) % 4) {
		case 0: text[at] = spice[next_random(x) % (sizeof(spice) - 1)]; break;
		case 1: /* cut a piece out */
			len = len < *n - at ? len : *n - at;
			memmove(text + at, text + at + len, *n - at - len);
			*n -= len;
			break;
		case 2: /* copy a piece elsewhere */
			len = at + len < *n ? len : *n - at;
			memmove(text + next_random(x) % (*n - len + 1), text + at, len);
			break;
		default: text[at] = (char)(next_random(x) % 255 + 1);
		}
	}
}

/* Whatever stands in a file: no crash, lines in the file, and every statement survives the round
 * trip. */
static void test_mutations(void **state)
{
	static const char *const files[] = { "engine-locking.rst", "review-mail.txt", "patch.txt" };
	static const char *const names[] = { "x.rst", "x.md", "x.txt", "x.c", "mail" };
	uint32_t x = 7;

	(void)state;
	for (unsigned i = 0; i < 600; i++) {
		char *path = xasprintf(TEST_DATA "/rules/%s", files[i % 3]), *text;
		struct rules_options opt = { .side = (enum rules_side)(i % 3) };
		struct rules_document *doc;
		struct diag d;
		size_t n;

		text = load(path, &n);
		mutate(text, &n, &x);
		doc = rules_read(names[i % 5], text, n, &opt, &d);
		for (size_t k = 0; doc && k < doc->statements.n; k++) {
			const struct rules_statement *s = &doc->statements.at[k];
			char *said = rules_say(s);

			assert_true(s->line >= 1 && s->line <= s->last_line &&
				    s->last_line <= n + 1);
			assert_true(s->premise < (int)(2 * doc->statements.n + 2));
			free(said);
		}
		rules_free(doc);
		free(text);
		free(path);
	}
}

static void test_noise(void **state)
{
	uint32_t x = 99;
	char *text = xmalloc(1 << 17);
	double s;

	(void)state;
	for (size_t i = 0; i < 1 << 17; i++)
		text[i] = (char)(next_random(&x) % 95 + 32);
	for (size_t i = 0; i < 1 << 17; i += 61)
		text[i] = '\n';
	s = seconds_to_read("x.rst", text, 1 << 17, RULES_AUTO, NULL);
	s += seconds_to_read("x", text, 1 << 17, RULES_PLAIN_RULE, NULL);
	s += seconds_to_read("x.c", text, 1 << 17, RULES_AUTO, NULL);
	assert_true(s < 60); /* 1 s without sanitizers */
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patch),	       cmocka_unit_test(test_review),
		cmocka_unit_test(test_collapsed),      cmocka_unit_test(test_seed_mail),
		cmocka_unit_test(test_encodings),      cmocka_unit_test(test_long_input),
		cmocka_unit_test(test_megabyte_chain), cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_noise),	       cmocka_unit_test(test_one_line_of_comments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
