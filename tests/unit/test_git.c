/* SPDX-License-Identifier: MIT */
/* The room over the git program, on a repository that is made here.  Skipped where git is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "git/git.h"

static char folder[] = "/tmp/locklore-git-XXXXXX";
static char *top;

/* Three commits: one file; another line and names that are hard; a rename and a removal. */
static const char story[] =
	"set -e\n"
	"export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null\n"
	"export GIT_AUTHOR_NAME='J\303\266rg' GIT_AUTHOR_EMAIL=j@example.org\n"
	"export GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org\n"
	"git init -q -b main .\n"
	"mkdir sub\n"
	"printf 'one\\ntwo\\nthree\\n' > sub/a.c\n"
	"export GIT_AUTHOR_DATE='2023-01-01 23:30:00 -0300' GIT_COMMITTER_DATE='2023-01-01 23:30:00 -0300'\n"
	"git add -A; git commit -qm 'First of all'; git tag one\n"
	"printf 'one\\n2\\nthree\\n' > sub/a.c\n"
	"printf 'x\\0y' > '- $(touch ran); it'\\''s \"odd\"'\n"
	"printf 'to be renamed\\nand long enough\\nfor git to see\\nthat it is one\\n' > old.h\n"
	"printf 'gone' > gone.h\n"
	"export GIT_AUTHOR_DATE='2023-01-02 12:00:00 +0000' GIT_COMMITTER_DATE='2023-01-02 12:00:00 +0000'\n"
	"git add -A; git commit -qm 'Say it in \303\274 figures'; git tag two\n"
	"git mv old.h new.h; git rm -q gone.h\n"
	"git commit -qm 'Rename'; git tag three\n"
	"git checkout -q -b side one; echo side > side.txt; git add -A; git commit -qm Side; git tag side1\n"
	"git checkout -q main; git merge -q --no-ff -m 'Merge side' side; git tag merged\n";

static int sh(const char *script)
{
	char *path = xasprintf("%s.script", folder);
	char *command = xasprintf("cd '%s' && sh '%s' >/dev/null 2>&1", folder, path);
	struct diag d;
	int status = file_write(path, script, strlen(script), &d) ? system(command) : -1;

	unlink(path);
	free(command);
	free(path);
	return status;
}

static void test_top(void **state)
{
	struct diag d = { "" };
	char *sub = path_join(folder, "sub"), *found = git_top(sub, &d);

	assert_string_equal(found, top);
	free(found);
	assert_null(git_top("/", &d));
	assert_non_null(strstr(d.text, "not in a git repository"));
	assert_null(git_top("/nonexistent", &d));
	assert_non_null(strstr(d.text, "/nonexistent"));
	free(sub);
}

static void test_commits(void **state)
{
	static const char *const bad[] = { "", "-h", "--all", "four", "one..two", "a\nb", "$(touch ran)", "HEAD~9" };
	struct diag d = { "" };
	char *one = git_commit(top, "one", &d), *again = git_commit(top, "two~1", &d);

	assert_int_equal(strlen(one), 40);
	assert_string_equal(one, again);
	assert_true(git_is_revision(folder, "main"));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		d.text[0] = '\0';
		assert_null(git_commit(top, bad[i], &d));
		assert_true(*d.text && !strchr(d.text, '\n'));
		assert_false(git_is_revision(folder, bad[i]));
	}
	assert_false(git_is_revision("/", "main"));
	assert_false(git_is_shallow(top));
	free(one);
	free(again);
	one = git_merge_base(top, "side1", "three", &d);
	again = git_commit(top, "one", &d);
	assert_string_equal(one, again);
	free(one);
	free(again);
	assert_null(git_merge_base(top, "side1", "four", &d));
}

static void test_patch(void **state)
{
	struct diag d = { "" };
	size_t bytes = 0;
	char *mail = git_patch(top, "two", &bytes, &d);

	assert_int_equal(strncmp(mail, "From ", 5), 0);
	assert_non_null(strstr(mail, "\nFrom: J\303\266rg <j@example.org>\n"));
	assert_non_null(strstr(mail, "\nSubject: [PATCH] Say it in \303\274 figures\n"));
	assert_non_null(strstr(mail, "\n---\n"));
	assert_non_null(strstr(mail, "\ndiff --git a/sub/a.c b/sub/a.c\n"));
	assert_non_null(strstr(mail, "\n-two\n+2\n"));
	assert_int_equal(strlen(mail), bytes);
	free(mail);
	/* a merge: what it brings to its first parent */
	mail = git_patch(top, "merged", &bytes, &d);
	assert_non_null(strstr(mail, "\n+side\n"));
	free(mail);
	assert_null(git_patch(top, "four", &bytes, &d));
	assert_non_null(strstr(d.text, "four"));
	assert_null(git_patch(top, "--output=ran", &bytes, &d));
}

static void test_file(void **state)
{
	struct diag d = { "" };
	size_t bytes = 0;
	char *text = git_file(top, "one", "sub/a.c", &bytes, &d);

	assert_string_equal(text, "one\ntwo\nthree\n");
	free(text);
	text = git_file(top, "two", "- $(touch ran); it's \"odd\"", &bytes, &d);
	assert_int_equal(bytes, 3);
	assert_memory_equal(text, "x\0y", 4);
	free(text);
	assert_null(git_file(top, "one", "gone.h", &bytes, &d));
	assert_string_equal(d.text, "gone.h: not a file of revision one");
	assert_null(git_file(top, "one", "none", &bytes, &d));
	assert_null(git_file(top, "four", "sub/a.c", &bytes, &d));
}

static void expect_origin(const char *since, const char *rev, unsigned line, const char *want)
{
	struct git_origin o;
	struct diag d = { "" };
	char got[256];

	if (!git_blame(top, since, rev, "sub/a.c", line, &o, &d))
		fail_msg("%s", d.text);
	snprintf(got, sizeof(got), "%s%s %s", o.is_boundary ? "^" : "", *o.commit ? o.date : "-", o.subject);
	assert_string_equal(got, want);
	assert_true(!*o.commit || strlen(o.commit) == 12);
	git_origin_free(&o);
}

static void test_blame(void **state)
{
	struct git_origin o;
	struct diag d = { "" };

	/* the author's day, where it is the next one in Greenwich */
	expect_origin(NULL, "three", 1, "2023-01-01 First of all");
	expect_origin(NULL, "three", 2, "2023-01-02 Say it in \303\274 figures");
	expect_origin("one", "three", 2, "2023-01-02 Say it in \303\274 figures");
	expect_origin("two", "three", 2, "^2023-01-02 Say it in \303\274 figures");
	expect_origin("one", "three", 1, "^2023-01-01 First of all");
	assert_int_equal(sh("printf 'one\\n2\\nIII\\n' > sub/a.c"), 0);
	expect_origin(NULL, NULL, 3, "- not committed yet");
	expect_origin("three", NULL, 3, "- not committed yet");
	expect_origin("three", NULL, 2, "^2023-01-02 Rename");
	assert_int_equal(sh("git checkout -q sub/a.c"), 0);
	assert_false(git_blame(top, NULL, "three", "sub/a.c", 99, &o, &d));
	assert_false(git_blame(top, NULL, "three", "sub/none.c", 1, &o, &d));
	assert_false(git_blame(top, NULL, "three", "sub/a.c", 0, &o, &d));
	assert_false(git_blame(top, NULL, "--help", "sub/a.c", 1, &o, &d));
}

/* "then>now" of each row. */
static void expect_changes(const char *rev, const char *want)
{
	struct git_changes c;
	struct diag d = { "" };
	struct buf b = { 0 };

	if (!git_changes(top, rev, &c, &d))
		fail_msg("%s", d.text);
	for (size_t i = 0; i < c.n; i++)
		buf_addf(&b, "%s%s>%s", i ? " " : "", c.at[i].then ? c.at[i].then : "",
			 c.at[i].now ? c.at[i].now : "");
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
	git_changes_free(&c);
}

static void test_changes(void **state)
{
	struct git_changes c;
	struct diag d = { "" };

	expect_changes("merged", "");
	expect_changes("two", "gone.h> old.h>new.h >side.txt");
	assert_int_equal(sh("printf x >> sub/a.c; printf n > new.txt; rm new.h"), 0);
	expect_changes("merged", "new.h> >new.txt sub/a.c>sub/a.c");
	assert_int_equal(sh("git rm -q --cached sub/a.c"), 0);
	expect_changes("merged", "new.h> >new.txt sub/a.c>sub/a.c");
	assert_int_equal(sh("git reset -q --hard; rm new.txt"), 0);
	expect_changes("HEAD", "");
	assert_false(git_changes(top, "four", &c, &d));
	assert_false(git_changes(top, "--help", &c, &d));
}

static void test_export(void **state)
{
	static const char *const paths[] = { "sub/a.c", "- $(touch ran); it's \"odd\"", "gone.h" };
	char *to = xasprintf("%s/.git/export", folder), *a = path_join(to, "sub/a.c"), *text = NULL;
	struct diag d = { "" };
	size_t bytes;

	if (!git_export(top, "two", paths, ARRAY_LEN(paths), to, &d))
		fail_msg("%s", d.text);
	assert_true(file_read(a, &text, &bytes, &d));
	assert_string_equal(text, "one\n2\nthree\n");
	free(text);
	expect_changes("HEAD", ""); /* the repository's own index and tree are as they were */
	assert_false(git_export(top, "four", paths, ARRAY_LEN(paths), to, &d));
	assert_true(git_export(top, "two", NULL, 0, to, &d));
	free(a);
	free(to);
}

static void test_nothing_ran(void **state)
{
	char *path = path_join(folder, "ran");

	assert_int_not_equal(access(path, F_OK), 0);
	free(path);
}

static void test_no_git(void **state)
{
	char *path = xstrdup(getenv("PATH"));
	struct diag d = { "" };

	setenv("PATH", "/nonexistent", 1);
	assert_null(git_top(folder, &d));
	assert_non_null(strstr(d.text, "not installed"));
	assert_false(git_is_revision(folder, "main"));
	setenv("PATH", path, 1);
	free(path);
}

static int setup(void **state)
{
	struct diag d = { "" };

	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("GIT_CONFIG_SYSTEM", "/dev/null", 1);
	unsetenv("GIT_DIR");
	unsetenv("GIT_WORK_TREE");
	unsetenv("GIT_INDEX_FILE");
	if (!mkdtemp(folder) || sh(story) != 0)
		return -1;
	top = git_top(folder, &d);
	return top ? 0 : -1;
}

static int teardown(void **state)
{
	char *command = xasprintf("rm -rf '%s'", folder);
	int status = system(command);

	free(command);
	free(top);
	return status;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_top),    cmocka_unit_test(test_commits), cmocka_unit_test(test_patch),
		cmocka_unit_test(test_file),   cmocka_unit_test(test_blame),   cmocka_unit_test(test_changes),
		cmocka_unit_test(test_export), cmocka_unit_test(test_nothing_ran), cmocka_unit_test(test_no_git),
	};

	if (system("git --version >/dev/null 2>&1") != 0) {
		puts("skip test_git: git is not installed");
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
