/* SPDX-License-Identifier: MIT */
/* A patch, answered: which sentences become blocks, who is blamed, which mend fits, what is said.
 */
#include "report/review.h"
#include "test_verdict_lore.h"

#include <unistd.h>

static struct lore *lore;
static struct verdict *verdict;
static struct review *review;

static int setup(void **state)
{
	lore = seed_lore();
	/* the odd one is taken inside cpu->mutex, too, against the document */
	add_witness(lore, "cpu->mutex", "vm->lock", false, "cpu->mutex",
		    "cpu_ioctl@run.c:90 xen_set@xen.c:30");
	lore_sorted(lore);
	verdict = verdict_new(lore, NULL);
	review = NULL;
	return 0;
}

static int teardown(void **state)
{
	review_free(review);
	verdict_free(verdict);
	lore_free(lore);
	return 0;
}

static const struct review *answer(const char *text)
{
	struct diag d = { "" };

	review_free(review);
	review = review_new(verdict, lore, NULL, "mail", text, strlen(text), NULL, &d);
	if (!review)
		fail_msg("%s", d.text);
	return review;
}

static char *say(const struct review *r, bool is_json)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct report how = { .out = out, .lore = lore, .dead = r->dead };

	if (is_json)
		report_review_json(&how, r);
	else
		report_review_text(&how, r);
	fclose(out);
	return text;
}

#define HUNK(counts) "--- a/locks.rst\n+++ b/locks.rst\n@@ " counts " @@ The acquisition orders\n"
#define PATCH                                                                                      \
	HUNK("-10,3 +10,7")                                                                        \
	" - vm->lock is taken outside cpu->mutex\n \n"                                             \
	"+- vm->lock is taken inside vm->srcu, therefore\n"                                        \
	"+  ``synchronize_srcu(&vm->srcu)`` cannot be called inside vm->lock.\n"                   \
	"+- vm->lock is taken outside vm->slots_lock\n"                                            \
	"+- ``synchronize_srcu(&vm->srcu)`` is called inside vm->slots_lock\n"                     \
	" - the end\n"

static void test_blocks(void **state)
{
	const struct review *r = answer(PATCH);
	const struct review_block *b;

	(void)state;
	assert_true(r->has_patch);
	assert_int_equal(r->n_changed, 4);
	assert_int_equal(r->n_of[VERDICT_CONTRADICTED], 2);
	assert_int_equal(r->n_of[VERDICT_UPHELD], 2);
	assert_int_equal(r->blocks.n, 1); /* what is right is counted */
	b = &r->blocks.at[0];
	assert_string_equal(b->path, "locks.rst");
	assert_int_equal(b->quote.n, 2);
	assert_string_equal(b->quote.at[0], "+- vm->lock is taken inside vm->srcu, therefore");
	assert_int_equal(b->claims.n, 2);
	assert_true(b->claims.at[0].is_with_odd);
	assert_int_equal(b->claims.at[0].blame, VERDICT_BLAME_BOTH);
	assert_int_equal(b->claims.at[0].with.n, 1);
	assert_int_equal(b->claims.at[0].with.at[0].ways, 2);
	assert_int_equal(b->claims.at[0].against.n, 3);
	assert_ptr_equal(b->claims.at[1].premise->rule->sentence,
			 b->claims.at[0].s->rule->sentence);
	assert_int_equal(b->claims.at[1].held.n, 2);
	assert_int_equal(b->claims.at[1].held.at[0].at.n, 2); /* under vm->lock */
	assert_true(b->tells_knot);
}

/* The mend that fits changes one place and leaves nothing; two would still break a sentence. */
static void test_mends(void **state)
{
	const struct review *r = answer(PATCH);
	const struct review_knot *k = &r->knots.at[0];
	unsigned against = 0;

	(void)state;
	assert_int_equal(r->knots.n, 1);
	assert_int_equal(k->others.n, 1);
	assert_int_equal(k->mends.at[0].mend->kind, VERDICT_MEND_LEAF);
	assert_int_equal(k->mends.at[0].places, 1);
	assert_int_equal(k->mends.at[0].left, 0);
	for (size_t i = 0; i < k->mends.n; i++) {
		if (!k->mends.at[i].against)
			continue;
		against++;
		assert_string_equal(k->mends.at[i].against->rule->text,
				    "vm->lock is taken outside cpu->mutex");
		assert_true(k->mends.at[i].mend->kind == VERDICT_MEND_DROP ||
			    k->mends.at[i].mend->kind == VERDICT_MEND_FIRST);
	}
	assert_int_equal(against,
			 1); /* where the read side is entered nothing is known to be held */
}

/* The three sentences do not go together, and there is a place that shows it. */
static void test_tension(void **state)
{
	const struct review *r = answer(PATCH);
	const struct review_block *b = &r->blocks.at[0];
	const struct review_tension *t = NULL;

	(void)state;
	for (size_t i = 0; i < b->tensions.n; i++)
		if (b->tensions.at[i].finding->about[0]->rule->kind == RULES_NEVER_WAITS)
			t = &b->tensions.at[i];
	assert_non_null(t);
	assert_int_equal(t->finding->n_about, 3);
	assert_non_null(t->meet);
	assert_int_equal(lore->places.at[t->meet->chain[t->meet->n_chain - 1]].line, 80);
}

static void test_text(void **state)
{
	static const char want[] =
		"4 changed statements about locks, held against seed 1.0 (x86_64, clang,\n"
		"3 units, 2026-01-02): 2 upheld, 2 contradicted.\n\n"
		"> +- vm->lock is taken inside vm->srcu, therefore\n"
		"> +  ``synchronize_srcu(&vm->srcu)`` cannot be called inside vm->lock.\n\n"
		"\"vm->srcu is taken outside vm->lock\" is contradicted: 1 place so, 3 the\n"
		"other way; only the first can deadlock: the code at xen_set() looks\n"
		"wrong, and the sentence with it.\n"
		"1 place takes vm->lock inside vm->srcu; the shortest of 2 ways to it:\n"
		"  vm->srcu (read)  cpu_run()         run.c:10\n"
		"  calls            handle_exit()     run.c:20\n"
		"  vm->lock         xen_set()         xen.c:30\n"
		"No other place in this tree does.\n"
		"3 places enter vm->srcu inside vm->lock:\n"
		"  pit()                               pit.c:7\n";
	char *text = say(answer(PATCH), false);

	(void)state;
	if (strncmp(text, want, strlen(want)) != 0)
		assert_string_equal(text, want);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (*line != '>' && strlen(line) > 72)
			fail_msg("too long: %s", line);
	free(text);
}

static void test_right(void **state)
{
	char *text = say(answer(HUNK("-1,1 +1,2") " - the end\n"
						  "+- vm->lock is taken outside vm->slots_lock\n"),
			 false);

	(void)state;
	assert_string_equal(text, "1 changed statement about locks, held against seed 1.0 (x86_64, "
				  "clang, 3\nunits, 2026-01-02): 1 upheld.\n");
	free(text);
	text = say(answer("Hello.\n"), false);
	assert_string_equal(text,
			    "Nothing to review: no patch, and no sentence about lock order.\n");
	free(text);
	text = say(answer(""), true);
	assert_non_null(strstr(text, "\"changed\": 0"));
	free(text);
}

/* No place does as the new sentence says: it has no vote. */
static void test_sentence_is_wrong(void **state)
{
	const struct review *r =
		answer(HUNK("-1,1 +1,2") " - the end\n"
					 "+- vm->slots_lock is taken outside vm->lock\n");
	const struct review_claim *c = &r->blocks.at[0].claims.at[0];

	(void)state;
	assert_string_equal(c->why, "no place does so, 1 the other way; the sentence looks wrong");
	assert_int_equal(c->blame, VERDICT_BLAME_SENTENCE);
}

static void test_removed(void **state)
{
	const struct review *r =
		answer(HUNK("-1,4 +1,2") " - the end\n"
					 "-- vm->lock is taken outside vm->slots_lock\n"
					 "-- vm->slots_lock is taken outside vm->lock\n"
					 "-- vm->srcu is taken inside vm->lock\n"
					 "+- vm->srcu is taken inside vm->lock, always\n");

	(void)state;
	assert_int_equal(r->n_removed, 3);
	assert_int_equal(r->lost.n, 1); /* the second was wrong, the third is said anew */
	assert_string_equal(r->lost.at[0]->rule->text, "vm->lock is taken outside vm->slots_lock");
}

/* A thread: the patch once, replies with what they claim and ask. */
static void test_talk(void **state)
{
	static const char thread[] =
		"From a@x Mon Jan  1 00:00:00 2026\nFrom: a@x\nSubject: [PATCH] locks\n\n"
		"cpu->mutex is taken outside vm->lock, and vm->srcu is taken inside "
		"vm->lock.\n---\n" PATCH "-- \n2.39\n\n"
		"From b@x Mon Jan  1 00:00:00 2026\nFrom: b@x\nSubject: Re: [PATCH] locks\n\n"
		"On Monday, a@x wrote:\n"
		"> --- a/locks.rst\n> +++ b/locks.rst\n> @@ -10,3 +10,7 @@ The acquisition orders\n"
		">  - vm->lock is taken outside cpu->mutex\n>  \n"
		"> +- vm->lock is taken inside vm->srcu, therefore\n"
		"Hm.  Is this true?  As far as I know\n"
		"vm->srcu is taken inside vm->lock.  Is it lunch time?  That is true.\n"
		"> +  ``synchronize_srcu(&vm->srcu)`` cannot be called inside vm->lock.\n"
		"> +- vm->lock is taken outside vm->slots_lock\n"
		"> +- ``synchronize_srcu(&vm->srcu)`` is called inside vm->slots_lock\n"
		">  - the end\n";
	const struct review *r = answer(thread);

	(void)state;
	assert_string_equal(r->subject, "[PATCH] locks");
	assert_int_equal(r->n_changed, 4); /* though it stands there twice */
	assert_int_equal(r->blocks.n, 1);
	assert_int_equal(r->talk.n, 3);
	assert_false(r->talk.at[0].is_reply); /* the description: only what is wrong in it */
	assert_int_equal(r->talk.at[0].claims.n, 2);
	assert_true(r->talk.at[1].is_question);
	assert_string_equal(r->talk.at[1].sentence, "Is this true?");
	assert_int_equal(r->talk.at[1].claims.n, 1); /* the premise, not what follows */
	assert_string_equal(r->talk.at[2].claims.at[0].s->rule->text,
			    "vm->lock is taken outside vm->srcu");
	assert_false(r->talk.at[2].is_question);
}

static void test_description_right(void **state)
{
	const struct review *r = answer(
		"From: a@x\nSubject: b\n\nvm->slots_lock is taken inside vm->lock.\n---\n" PATCH);

	(void)state;
	assert_int_equal(r->talk.n, 0);
}

/* The document in the tree counts, but for what the patch takes out of it. */
static void test_tree_document(void **state)
{
	static const char document[] = "Lock order\n==========\n\n"
				       "- vm->lock is taken outside vm->slots_lock\n"
				       "- vm->lock is taken outside cpu->mutex\n";
	char dir[] = "/tmp/locklore-test-review-XXXXXX", *path;
	const struct review *r;
	struct diag d;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = xasprintf("%s/locks.rst", dir);
	assert_true(file_write(path, document, strlen(document), &d));
	lore->root = id_of(lore, dir);
	r = answer(HUNK("-9,1 +9,3") " - the end\n"
				     "+- ``synchronize_srcu(&vm->srcu)`` is called inside vm->slots_lock\n"
				     "+- ``synchronize_srcu(&vm->srcu)`` cannot be called inside vm->lock\n");
	assert_int_equal(r->blocks.n, 1);
	assert_int_equal(r->blocks.at[0].tensions.n, 1);
	assert_string_equal(r->blocks.at[0].tensions.at[0].finding->about[1]->rule->path,
			    "locks.rst");
	r = answer(HUNK("-4,2 +4,1") "-- vm->lock is taken outside vm->slots_lock\n"
				     " - vm->lock is taken outside cpu->mutex\n");
	assert_int_equal(r->lost.n, 1);
	unlink(path);
	rmdir(dir);
	free(path);
}

/* A hunk of code is found in the tree on one of its sides. */
static void test_code(void **state)
{
	char dir[] = "/tmp/locklore-test-review-XXXXXX", *path;
	struct buf file = { 0 };
	struct diag d;
	const struct review *r;
	bool any;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = xasprintf("%s/xen.c", dir);
	for (unsigned i = 1; i < 30; i++)
		buf_addf(&file, "line %u\n", i);
	buf_add(&file, "\tlock(vm->lock);\n\tend\n");
	assert_true(file_write(path, buf_str(&file), file.n, &d));
	lore->root = id_of(lore, dir);
	r = answer("--- a/arch/xen.c\n+++ b/arch/xen.c\n@@ -27,3 +27,4 @@ xen_set\n line 28\n line "
		   "29\n"
		   "+\tlock(vm->lock);\n \tend\n");
	assert_int_equal(r->code.n, 1);
	assert_int_equal(r->code.at[0].state, REVIEW_APPLIED);
	assert_int_equal(r->code.at[0].orders, 2);
	assert_true(r->code.at[0].touches.n >= 1);
	assert_true(r->code.at[0].touches.at[0].deadlock != LORE_NONE);
	assert_int_equal(review_worst(r, &any), VERDICT_ERROR);
	assert_true(any);
	r = answer("--- a/arch/xen.c\n+++ b/arch/xen.c\n@@ -28,4 +28,3 @@ xen_set\n line 28\n line "
		   "29\n"
		   "-\tlock(vm->lock);\n \tend\n");
	assert_int_equal(r->code.at[0].state, REVIEW_NOT_APPLIED);
	assert_true(r->code.at[0].touches.n >= 1);
	review_worst(r, &any);
	assert_false(any);
	r = answer("--- a/arch/xen.c\n+++ b/arch/xen.c\n@@ -28,2 +28,3 @@ xen_set\n line 99\n+x\n "
		   "line 100\n");
	assert_int_equal(r->code.at[0].state, REVIEW_UNKNOWN);
	assert_int_equal(r->n_code_unknown, 1);
	r = answer("--- a/other.c\n+++ b/other.c\n@@ -28,2 +28,3 @@\n line 99\n+x\n line 100\n");
	assert_int_equal(r->code.n, 0);
	unlink(path);
	rmdir(dir);
	free(path);
	buf_free(&file);
}

static void test_json(void **state)
{
	char *text = say(answer(PATCH), true);

	(void)state;
	assert_non_null(strstr(text, "\"held_around_waits\""));
	assert_non_null(
		strstr(text, "\"rests_on_contradicted\": \"vm->srcu is taken outside vm->lock\""));
	assert_non_null(strstr(text, "\"meet\""));
	assert_non_null(strstr(text, "\"deadlocks_left\": 0"));
	free(text);
}

/* The mail that the project comes from, where it is at hand. */
static void test_seed_mail(void **state)
{
	static const char path[] = TEST_DATA "/../../../shared/seed-mail.txt";
	struct diag d;
	char *text;
	size_t bytes;
	struct rules_options opt = { .side = RULES_BOTH, .voices = true };
	struct rules_document *doc;
	unsigned talk = 0, asked = 0, added = 0;

	(void)state;
	if (!file_read(path, &text, &bytes, &d)) {
		print_message("skipped: test_seed_mail: %s is not there\n", path);
		skip();
	}
	doc = rules_read("seed-mail.txt", text, bytes, &opt, &d);
	assert_non_null(doc);
	for (size_t i = 0; i < doc->statements.n; i++) {
		const struct rules_statement *s = &doc->statements.at[i];

		talk += s->voice == 'r';
		asked += s->voice == 'q';
		added += !s->voice && s->side == '+' && s->kind != RULES_ADVICE;
	}
	assert_int_equal(talk, 3);
	assert_int_equal(asked, 1);
	assert_int_equal(added, 6);
	rules_free(doc);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_blocks),	 T(test_mends),
		T(test_tension), T(test_text),
		T(test_right),	 T(test_sentence_is_wrong),
		T(test_removed), T(test_talk),
		T(test_tree_document),
		T(test_code),	 T(test_description_right),
		T(test_json),	 cmocka_unit_test(test_seed_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
