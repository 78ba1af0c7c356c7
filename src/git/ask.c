/* SPDX-License-Identifier: MIT */
/* ask.c - folders, revisions, patches and files. */
#include <stdio.h>
#include <string.h>

#include "git/internal.h"

/* The output without its last newline; caller frees with free(). */
static char *take_line(struct git_run *r)
{
	char *line = xstrdup(buf_str(&r->out));

	line[strcspn(line, "\n")] = '\0';
	return line;
}

static char *take_all(struct git_run *r, size_t *bytes)
{
	char *text;

	buf_addn(&r->out, "", 0);
	*bytes = r->out.n;
	text = r->out.n ? r->out.at : xstrdup("");
	if (r->out.n)
		r->out = (struct buf){ 0 };
	return text;
}

char *git_top(const char *dir, struct diag *d)
{
	const char *const args[] = { "rev-parse", "--show-toplevel", NULL };
	struct git_run r;
	char *top = NULL;

	if (!git_run(dir, args, &r, d))
		;
	else if (r.status == 0 && r.out.n > 1)
		top = take_line(&r);
	else if (r.status == 0 || strstr(buf_str(&r.err), "must be run in a work tree"))
		diag_set(d, dir, 0, "a git repository without a working tree: go into one");
	else if (strstr(buf_str(&r.err), "not a git repository"))
		diag_set(d, dir, 0, "not in a git repository");
	else
		git_complain(&r, dir, d);
	git_run_free(&r);
	return top;
}

/* Words that git must not read as something else than a revision: an option, all that is not. */
static bool is_plain_word(const char *word)
{
	return *word && *word != '-' && *word != '^' && !strchr(word, '\n');
}

static bool run_rev_parse(const char *dir, const char *word, struct git_run *r, struct diag *d)
{
	char *what = xasprintf("%s^{commit}", word);
	const char *const args[] = { "rev-parse", "--verify", "--quiet", what, NULL };
	bool ok = git_run(dir, args, r, d);

	free(what);
	return ok;
}

char *git_commit(const char *top, const char *word, struct diag *d)
{
	char *commit = NULL;
	struct git_run r = { .status = -1 };

	if (!is_plain_word(word)) {
		diag_set(d, *word ? word : "''", 0, "not a revision");
		return NULL;
	}
	if (run_rev_parse(top, word, &r, d)) {
		commit = r.status == 0 ? take_line(&r) : NULL;
		if (!commit && r.err.n)
			git_complain(&r, word, d);
		else if (!commit)
			diag_set(d, word, 0, "git knows no such revision%s",
				 git_is_shallow(top) ? "; the clone is shallow: git fetch --unshallow" : "");
	}
	git_run_free(&r);
	return commit;
}

bool git_is_revision(const char *dir, const char *word)
{
	struct git_run r = { .status = -1 };
	struct diag d;
	bool is = is_plain_word(word) && run_rev_parse(dir, word, &r, &d) && r.status == 0;

	git_run_free(&r);
	return is;
}

bool git_is_shallow(const char *top)
{
	const char *const args[] = { "rev-parse", "--is-shallow-repository", NULL };
	struct git_run r;
	struct diag d;
	bool is = git_run(top, args, &r, &d) && r.status == 0 && str_starts(buf_str(&r.out), "true");

	git_run_free(&r);
	return is;
}

char *git_patch(const char *top, const char *rev, size_t *bytes, struct diag *d)
{
	char *commit = git_commit(top, rev, d), *text = NULL;
	const char *const args[] = { "show", "--format=email", "--patch-with-stat", "--stat=72",
				     "-m", "--first-parent", "-M", "--no-ext-diff", "--no-textconv",
				     "--no-notes", "--no-color", commit, "--", NULL };
	struct git_run r;

	if (!commit)
		return NULL;
	if (git_run(top, args, &r, d)) {
		if (r.status == 0)
			text = take_all(&r, bytes);
		else
			git_complain(&r, rev, d);
	}
	git_run_free(&r);
	free(commit);
	return text;
}

char *git_file(const char *top, const char *rev, const char *path, size_t *bytes, struct diag *d)
{
	char *commit = git_commit(top, rev, d);
	char *what = commit ? xasprintf("%s:%s", commit, path) : NULL, *text = NULL;
	const char *const args[] = { "cat-file", "--filters", what, NULL };
	struct git_run r;

	if (!commit)
		return NULL;
	if (git_run(top, args, &r, d)) {
		if (r.status == 0)
			text = take_all(&r, bytes);
		else if (strstr(buf_str(&r.err), "does not exist in") ||
			 strstr(buf_str(&r.err), "exists on disk, but not in") ||
			 strstr(buf_str(&r.err), "Not a valid object name"))
			diag_set(d, path, 0, "not a file of revision %s", rev);
		else
			git_complain(&r, path, d);
	}
	git_run_free(&r);
	free(what);
	free(commit);
	return text;
}

char *git_merge_base(const char *top, const char *a, const char *b, struct diag *d)
{
	char *first = git_commit(top, a, d), *second = first ? git_commit(top, b, d) : NULL;
	const char *const args[] = { "merge-base", first, second, NULL };
	char *base = NULL;
	struct git_run r;

	if (second && git_run(top, args, &r, d)) {
		if (r.status == 0)
			base = take_line(&r);
		else if (!r.err.n)
			diag_set(d, a, 0, "it and %s have no commit in common%s", b,
				 git_is_shallow(top) ? "; the clone is shallow: git fetch --unshallow" : "");
		else
			git_complain(&r, a, d);
		git_run_free(&r);
	}
	free(first);
	free(second);
	return base;
}
