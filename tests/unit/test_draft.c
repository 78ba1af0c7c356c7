/* SPDX-License-Identifier: MIT */
/* Drafts from nothing, replacements, exports: over small lores made by hand and at random. */
#include "test_verdict_lore.h"

#include "draft/draft.h"

static struct lore *lore;
static struct draft d;
static struct rules_document *doc;

static int setup(void **state)
{
	lore = seed_lore();
	d = (struct draft){ verdict_new(lore, NULL), lore, NULL };
	doc = NULL;
	return 0;
}

static int teardown(void **state)
{
	verdict_free(d.v);
	lore_free(lore);
	rules_free(doc);
	return 0;
}

static const struct verdict_document *judged(struct rules_document **out, const char *text)
{
	struct rules_options opt = { 0 };
	struct diag diag;

	*out = rules_read("locks.rst", text, strlen(text), &opt, &diag);
	assert_non_null(*out);
	return verdict_check(d.v, *out);
}

/* Every judged statement of a draft is upheld, and nothing in it is not understood. */
static void assert_true_draft(struct verdict *v, const char *name, const char *text)
{
	struct rules_options opt = { 0 };
	struct diag diag;
	struct rules_document *read = rules_read(name, text, strlen(text), &opt, &diag);
	const struct verdict_document *k = verdict_check(v, read);

	for (size_t i = 0; i < k->statements.n; i++) {
		const struct verdict_statement *s = &k->statements.at[i];

		if (s->rule->kind == RULES_NOT_UNDERSTOOD ||
		    (s->is_judged && s->value != VERDICT_UPHELD))
			fail_msg("%s:%u: %s: %s\n%s", name, s->rule->line, s->rule->text,
				 verdict_value_name(s->value), text);
	}
	rules_free(read);
}

static void test_formats(void **state)
{
	static const char *const names[] = { "L.md", "l.rst", "L.txt" };

	for (unsigned f = DRAFT_MD; f <= DRAFT_TEXT; f++) {
		struct buf b = { 0 };

		assert_int_equal(draft_document(&d, f, &b), 0);
		assert_true_draft(d.v, names[f], buf_str(&b));
		assert_non_null(strstr(buf_str(&b), "Known problems"));
		assert_non_null(strstr(buf_str(&b), "vm->lock -> wait(vm->srcu) -> vm->lock"));
		buf_free(&b);
	}
}

/* What is seen both ways and deadlocks is no order; what is seen one way is. */
static void test_content(void **state)
{
	struct buf b = { 0 };
	const char *s;

	draft_document(&d, DRAFT_MD, &b);
	s = buf_str(&b);
	assert_non_null(strstr(s, "`vm->lock` is taken outside `vm->slots_lock`."));
	assert_non_null(strstr(s, "`synchronize_srcu(&vm->srcu)` is called inside `vm->lock` and"));
	assert_non_null(strstr(s, "must not take `vm->slots_lock` inside a `vm->srcu` read-side"));
	assert_null(strstr(s, "`vm->lock` is taken outside `cpu->mutex`"));
	assert_null(strstr(s, "`cpu->mutex` is taken outside `vm->lock`"));
	assert_null(strstr(s, "must not take `vm->lock` inside"));
	buf_free(&b);
}

static void test_nothing_there(void **state)
{
	struct lore *empty = lore_new();
	struct draft none = { verdict_new(empty, NULL), empty, NULL };
	struct buf b = { 0 };

	assert_int_equal(draft_document(&none, DRAFT_MD, &b), 0);
	assert_non_null(strstr(buf_str(&b), "No two of them are ever held at once."));
	buf_free(&b);
	verdict_free(none.v);
	lore_free(empty);
}

/* ---- the reduction, against brute force ------------------------------------------------- */

enum { CLASSES = 7 };

static struct lore *random_lore(unsigned seed, bool edge[CLASSES][CLASSES])
{
	struct lore *l = lore_new();

	memset(edge, 0, CLASSES * CLASSES * sizeof(bool));
	for (unsigned i = 0; i < CLASSES; i++) {
		char name[] = "t0->lock", owner[] = "t0";

		name[1] = owner[1] = (char)('0' + i);
		add_class(l, name, owner, "lock", FACTS_KIND_MUTEX);
		vec_push(&l->varnames,
			 (struct lore_varname){ id_of(l, owner), id_of(l, owner), 5 });
	}
	for (unsigned i = 0; i < 12; i++) {
		unsigned a = (seed = seed * 1103515245u + 12345u) / 65536 % CLASSES;
		unsigned b = (seed = seed * 1103515245u + 12345u) / 65536 % CLASSES;
		char outer[] = "t0->lock", inner[] = "t0->lock", *chain;

		/* mostly one way round, so that there is something to reduce */
		if (a == b || (a > b && i % 5))
			continue;
		outer[1] = (char)('0' + a);
		inner[1] = (char)('0' + b);
		chain = xasprintf("f%u@a.c:%u g%u@a.c:%u", i, 10 * i + 1, i, 10 * i + 2);
		add_witness(l, outer, inner, false, outer, chain);
		edge[a][b] = true;
		free(chain);
	}
	lore_sorted(l);
	return l;
}

static void close_over(bool r[CLASSES][CLASSES])
{
	for (unsigned k = 0; k < CLASSES; k++)
		for (unsigned i = 0; i < CLASSES; i++)
			for (unsigned j = 0; j < CLASSES; j++)
				r[i][j] |= r[i][k] && r[k][j];
}

/* The orders that the draft states, by classes. */
static void stated(struct verdict *v, const char *text, bool s[CLASSES][CLASSES])
{
	struct rules_options opt = { 0 };
	struct diag diag;
	struct rules_document *read = rules_read("L.md", text, strlen(text), &opt, &diag);
	const struct verdict_document *k = verdict_check(v, read);

	memset(s, 0, CLASSES * CLASSES * sizeof(bool));
	for (size_t i = 0; i < k->statements.n; i++)
		if (k->statements.at[i].rule->kind == RULES_ORDER)
			s[k->statements.at[i].names[0].cls][k->statements.at[i].names[1].cls] =
				true;
	rules_free(read);
}

static void compare(unsigned seed, bool edge[CLASSES][CLASSES], bool said[CLASSES][CLASSES])
{
	bool reach[CLASSES][CLASSES], full[CLASSES][CLASSES];

	for (unsigned i = 0; i < CLASSES; i++)
		for (unsigned j = 0; j < CLASSES; j++)
			reach[i][j] = edge[i][j] && !edge[j][i];
	memcpy(full, said, sizeof(full));
	close_over(reach);
	close_over(full);
	for (unsigned i = 0; i < CLASSES; i++)
		for (unsigned j = 0; j < CLASSES; j++) {
			bool is_order = edge[i][j] && !edge[j][i] && !reach[j][i],
			     without[CLASSES][CLASSES];

			/* seen both ways: it may follow from others, and is not said */
			if (is_order != (edge[i][j] && (edge[j][i] ? said[i][j] : full[i][j])))
				fail_msg("seed %u: %u -> %u is %san order", seed, i, j,
					 is_order ? "" : "not ");
			if (!said[i][j])
				continue;
			memcpy(without, said, sizeof(without));
			without[i][j] = false;
			close_over(without);
			if (without[i][j])
				fail_msg("seed %u: %u -> %u follows from the others", seed, i, j);
		}
}

static void test_reduction(void **state)
{
	for (unsigned seed = 1; seed <= 300; seed++) {
		bool edge[CLASSES][CLASSES], said[CLASSES][CLASSES];
		struct lore *l = random_lore(seed, edge);
		struct draft x = { verdict_new(l, NULL), l, NULL };
		struct buf b = { 0 };

		assert_int_equal(draft_document(&x, DRAFT_MD, &b), 0);
		assert_true_draft(x.v, "L.md", buf_str(&b));
		stated(x.v, buf_str(&b), said);
		compare(seed, edge, said);
		buf_free(&b);
		verdict_free(x.v);
		lore_free(l);
	}
}

/* ---- replacements ------------------------------------------------------------------------- */

static void replaced(const char *sentence, const char *text, const char *condition)
{
	char *page = xasprintf("Lock order\n==========\n\n- %s\n", sentence);
	const struct verdict_document *k;
	struct draft_replacement r;
	bool ok;

	rules_free(doc);
	k = judged(&doc, page);
	ok = draft_replacement(&d, k, 0, &r);
	assert_int_equal(ok, text != NULL);
	if (text)
		assert_string_equal(r.text, text);
	if (text && condition)
		assert_string_equal(r.condition, condition);
	if (text && !condition)
		assert_null(r.condition);
	draft_replacement_free(&r);
	free(page);
}

static void test_the_seed(void **state)
{
	replaced("vm->lock is taken inside vm->srcu, therefore ``synchronize_srcu(&vm->srcu)`` "
		 "cannot be called inside a vm->lock critical section.",
		 "vm->srcu is taken inside vm->lock. ``synchronize_srcu(&vm->srcu)`` is called "
		 "inside "
		 "vm->lock, so vm->lock cannot be taken inside a vm->srcu read-side critical "
		 "section.",
		 "once xen_set() no longer takes vm->lock inside vm->srcu");
}

static void test_replacements(void **state)
{
	replaced("vm->lock can be taken inside vm->srcu.",
		 "vm->lock must not be taken inside a vm->srcu read-side critical section.",
		 "once xen_set() no longer takes vm->lock inside vm->srcu");
	replaced("vm->lock is a leaf.", NULL, NULL); /* in a circle with what is inside */
	replaced("cpu->mutex is taken outside vm->slots_lock.", NULL, NULL); /* never exercised */
	replaced("vm->lock is taken outside vm->slots_lock.", NULL, NULL);   /* true */
	replaced("`vm->lock` can be taken inside `vm->srcu`.",
		 "`vm->lock` must not be taken inside a `vm->srcu` read-side critical section.",
		 "once xen_set() no longer takes vm->lock inside vm->srcu");
}

/* ---- mends ---------------------------------------------------------------------------------- */

static char *mended(const char *text, struct draft_diff *x)
{
	struct rules_document *read;
	const struct verdict_document *k = judged(&read, text);
	struct diag diag = { "" };

	assert_true(draft_mend(&d, k, "doc/locks.rst", text, strlen(text), x, &diag));
	rules_free(read);
	return x->diff.at;
}

static void test_mend_adds(void **state)
{
	struct draft_diff x;
	char *diff =
		mended("Lock order\n==========\n\n- cpu->mutex is taken outside vm->slots_lock\n"
		       "- vm->lock is taken inside all_lock\n\nEnd.\n",
		       &x);

	assert_non_null(diff);
	assert_string_equal(diff,
			    "--- a/doc/locks.rst\n+++ b/doc/locks.rst\n"
			    "@@ -3,5 +3,6 @@\n \n - cpu->mutex is taken outside vm->slots_lock\n"
			    " - vm->lock is taken inside all_lock\n"
			    "+- vm->slots_lock is taken inside vm->lock\n \n End.\n");
	assert_non_null(strstr(buf_str(&x.notes), "# doc/locks.rst:5: added: "));
	assert_non_null(strstr(buf_str(&x.notes), "bus() at main.c:70"));
	draft_diff_free(&x);
}

static void test_mend_renames(void **state)
{
	struct draft_diff x;
	char *diff =
		mended("Lock order\n==========\n\n- vm->lock is taken outside vm->old.slots_lock, "
		       "see vm->old.slots_lock_2\n",
		       &x);

	assert_non_null(diff);
	assert_non_null(strstr(diff, "+- vm->lock is taken outside vm->slots_lock, see "
				     "vm->old.slots_lock_2\n"));
	draft_diff_free(&x);
}

/* The code looks wrong: the sentence stays, and it is said. */
static void test_mend_leaves(void **state)
{
	struct draft_diff x;
	char *diff =
		mended("Lock order\n==========\n\n- vm->lock is taken outside cpu->mutex\n", &x);

	assert_null(diff);
	assert_int_equal(x.n_left, 1);
	assert_non_null(
		strstr(buf_str(&x.left), "left as it is: vm->lock is taken outside cpu->mutex"));
	draft_diff_free(&x);
}

/* Nothing speaks for the sentence, three places against it. */
static void test_mend_turns(void **state)
{
	struct draft_diff x;
	char *diff;

	add_witness(lore, "all_lock", "dev->lock", false, "all_lock", "a1@d.c:1 a1@d.c:2");
	add_witness(lore, "all_lock", "dev->lock", false, "all_lock", "a2@d.c:3 a2@d.c:4");
	add_witness(lore, "all_lock", "dev->lock", false, "all_lock", "a3@d.c:5 a3@d.c:6");
	lore_sorted(lore);
	diff = mended("Lock order\n==========\n\n- dev->lock is taken outside all_lock\n", &x);
	assert_non_null(diff);
	assert_non_null(strstr(diff, "-- dev->lock is taken outside all_lock\n"
				     "+- all_lock is taken outside dev->lock\n"));
	assert_non_null(strstr(buf_str(&x.notes),
			       "0 places so, 3 the other way; the sentence looks wrong"));
	draft_diff_free(&x);
	/* what else the sentence says would be lost: it is left */
	diff = mended("Lock order\n==========\n\n- dev->lock is taken outside all_lock, and "
		      "dev->lock is a "
		      "spinlock.\n",
		      &x);
	assert_null(diff);
	assert_int_equal(x.n_left, 1);
	draft_diff_free(&x);
}

/* One place of two: the code looks wrong, though there would be words for it. */
static void test_mend_leaves_waits(void **state)
{
	struct draft_diff x;

	assert_null(mended(
		"Lock order\n==========\n\n- ``synchronize_srcu(&vm->srcu)`` cannot be called "
		"inside vm->slots_lock.\n",
		&x));
	assert_int_equal(x.n_left, 1);
	draft_diff_free(&x);
}

static void test_mend_true_document(void **state)
{
	struct draft_diff x;

	assert_null(mended("Lock order\n==========\n\n- vm->lock is taken outside vm->slots_lock\n",
			   &x));
	assert_int_equal(x.n_left, 0);
	draft_diff_free(&x);
}

/* A file without a last newline, with carriage returns: the diff says so. */
static void test_mend_odd_lines(void **state)
{
	struct draft_diff x;
	char *diff = mended(
		"Lock order\r\n==========\r\n\r\n- vm->lock is taken outside vm->x.slots_lock", &x);

	assert_string_equal(diff, "--- a/doc/locks.rst\n+++ b/doc/locks.rst\n@@ -1,4 +1,4 @@\n"
				  " Lock order\r\n ==========\r\n \r\n"
				  "-- vm->lock is taken outside vm->x.slots_lock\n"
				  "\\ No newline at end of file\n"
				  "+- vm->lock is taken outside vm->slots_lock\n"
				  "\\ No newline at end of file\n");
	draft_diff_free(&x);
}

/* ---- exports ----------------------------------------------------------------------------------
 */

static void test_export_circle(void **state)
{
	const struct verdict_document *k = judged(
		&doc, "Lock order\n==========\n\n- vm->lock is taken outside vm->slots_lock\n"
		      "- vm->slots_lock is taken outside vm->arch_lock\n"
		      "- vm->arch_lock is taken outside vm->lock\n");
	struct buf b = { 0 };
	struct diag diag = { "" };

	assert_false(draft_export(&d, k, DRAFT_LOCKDEP, &b, &diag));
	assert_string_equal(
		diag.text,
		"locks.rst: the orders go in a circle: vm->arch_lock -> (line 6) vm->lock -> "
		"(line 4) vm->slots_lock -> (line 5) vm->arch_lock; mend one of them first");
	assert_int_equal(b.n, 0);
}

static void test_export_lockdep(void **state)
{
	const struct verdict_document *k = judged(
		&doc, "Lock order\n==========\n\n- vm->lock is taken outside vm->slots_lock\n"
		      "- vm->slots_lock is taken outside cpu->mutex\n"
		      "- vm->lock is taken outside cpu->mutex\n"
		      "- dev->lock is taken outside vm->lock\n");
	struct buf b = { 0 };
	struct diag diag = { "" };

	assert_true(draft_export(&d, k, DRAFT_LOCKDEP, &b, &diag));
	assert_non_null(strstr(buf_str(&b), "struct vm *vm"));
	assert_non_null(strstr(buf_str(&b),
			       "\tmutex_lock(&vm->lock);\n\tmutex_lock(&vm->slots_lock);\n"
			       "\tmutex_unlock(&vm->slots_lock);\n\tmutex_unlock(&vm->lock);\n"));
	/* it follows from the other two; and a mutex inside a spinlock cannot be taken */
	assert_null(strstr(buf_str(&b), "vm->lock -> cpu->mutex"));
	assert_non_null(
		strstr(buf_str(&b), "dev->lock -> vm->lock: not taken, the inner one sleeps"));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_formats),	   T(test_content),
		T(test_nothing_there),	   T(test_reduction),
		T(test_the_seed),	   T(test_replacements),
		T(test_mend_adds),	   T(test_mend_renames),
		T(test_mend_leaves),	   T(test_mend_true_document),
		T(test_mend_odd_lines),	   T(test_export_circle),
		T(test_export_lockdep),	   T(test_mend_turns),
		T(test_mend_leaves_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
