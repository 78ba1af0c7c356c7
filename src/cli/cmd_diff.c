/* SPDX-License-Identifier: MIT */
/*
 * cmd_diff.c - `locklore diff BEFORE AFTER [DOC...]`: what changed about locks between two
 * databases, or between two git revisions.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/origin.h"
#include "cli/revision.h"
#include "compare/compare.h"
#include "store/store.h"

struct job {
	struct cli_common *c;
	struct index_options o;
	const char *word[COMPARE_SIDES];  /* as given; AFTER NULL: the working tree */
	char *owned[COMPARE_SIDES];       /* words cut out of "A..B" */
	bool is_range;                    /* A...B: from where they parted */
	size_t first_doc;                 /* in o.inputs */
	/* revisions */
	char *top;
	char *commit[COMPARE_SIDES];      /* NULL: the working tree */
	struct git_changes changes[COMPARE_SIDES];
	/* both */
	struct prim_table *prims;
	struct lore *l[COMPARE_SIDES];
	char *name[COMPARE_SIDES];
	struct { VEC(struct compare_doc); } docs;
};

static void job_free(struct job *j)
{
	for (size_t i = 0; i < j->docs.n; i++) {
		const struct compare_doc *d = &j->docs.at[i];

		if (d->at[COMPARE_BEFORE] != d->at[COMPARE_AFTER])
			rules_free((struct rules_document *)d->at[COMPARE_BEFORE]);
		rules_free((struct rules_document *)d->at[COMPARE_AFTER]);
	}
	vec_free(&j->docs);
	for (unsigned s = 0; s < COMPARE_SIDES; s++) {
		lore_free(j->l[s]);
		git_changes_free(&j->changes[s]);
		free(j->commit[s]);
		free(j->owned[s]);
		free(j->name[s]);
	}
	free(j->top);
	prim_free(j->prims);
	index_options_free(&j->o);
}

/* ---- documents ---------------------------------------------------------------------- */

static struct rules_document *parse(const struct job *j, const char *name, const char *text,
				    size_t bytes)
{
	struct rules_options opt = { .side = RULES_NEW, .prims = j->prims };
	struct diag d = { "" };
	struct rules_document *doc = rules_read(name, text, bytes, &opt, &d);

	if (!doc)
		cli_error("%s", d.text);
	for (size_t i = 0; doc && i < doc->notes.n; i++)
		cli_warn("%s:%u: %s", doc->name, doc->notes.at[i].line, doc->notes.at[i].text);
	return doc;
}

/* path relative to top, or NULL.  Caller frees with free(). */
static char *name_below(const char *top, const char *path)
{
	char *cwd = getcwd(NULL, 0), *whole = path_join(cwd ? cwd : "/", path);
	char *real = realpath(whole, NULL);
	const char *name = path_below(top, real ? real : whole);
	char *out = name != (real ? real : whole) ? xstrdup(name) : NULL;

	free(real);
	free(whole);
	free(cwd);
	return out;
}

/* What the document said at that side; NULL: it was not there. */
static char *text_at(const struct job *j, enum compare_when side, const char *path, size_t *bytes)
{
	char *name = j->top && j->commit[side] ? name_below(j->top, path) : NULL, *text = NULL;
	const char *then = name;
	struct diag d = { "" };

	for (size_t i = 0; name && i < j->changes[side].n; i++) {
		const struct git_change *c = &j->changes[side].at[i];

		if (c->now && strcmp(c->now, name) == 0)
			then = c->then; /* NULL: it is newer */
	}
	if (name)
		text = then ? git_file(j->top, j->commit[side], then, bytes, &d) : NULL;
	else if (!file_read(path, &text, bytes, &d))
		text = NULL;
	free(name);
	return text;
}

static bool add_doc(struct job *j, const char *path)
{
	char *text[COMPARE_SIDES] = { NULL, NULL };
	size_t bytes[COMPARE_SIDES] = { 0, 0 };
	struct compare_doc doc = { { NULL, NULL } };
	bool is_one = strcmp(path, "-") == 0 || !j->top, same, ok = true;

	text[COMPARE_AFTER] = text_at(j, COMPARE_AFTER, path, &bytes[COMPARE_AFTER]);
	if (!is_one)
		text[COMPARE_BEFORE] = text_at(j, COMPARE_BEFORE, path, &bytes[COMPARE_BEFORE]);
	same = is_one || (text[0] && text[1] && bytes[0] == bytes[1] &&
			  memcmp(text[0], text[1], bytes[0]) == 0);
	if (!text[0] && !text[1]) {
		cli_error(j->top ? "%s: no revision, and no document, neither before nor after"
				 : "%s: cannot read it", path);
		ok = false;
	}
	for (int s = COMPARE_AFTER; ok && s >= COMPARE_BEFORE; s--) {
		if (same && s == COMPARE_BEFORE)
			doc.at[s] = doc.at[COMPARE_AFTER];
		else if (text[s])
			ok = (doc.at[s] = parse(j, strcmp(path, "-") ? path : "<stdin>", text[s], bytes[s]));
	}
	vec_push(&j->docs, doc);
	free(text[0]);
	free(text[1]);
	return ok;
}

static int read_docs(struct job *j)
{
	for (size_t i = j->first_doc; i < j->o.inputs.n; i++)
		if (!add_doc(j, j->o.inputs.at[i]))
			return CLI_USAGE;
	return CLI_OK;
}

/* ---- two databases ---------------------------------------------------------------------- */

static bool is_file(const char *word)
{
	struct stat st;

	return stat(word, &st) == 0 && !S_ISDIR(st.st_mode);
}

static int load_databases(struct job *j)
{
	for (unsigned s = 0; s < COMPARE_SIDES; s++) {
		struct diag d = { "" };

		j->name[s] = xstrdup(j->word[s]);
		j->l[s] = store_load(j->word[s], STORE_ALL, &d);
		if (!j->l[s]) {
			cli_error("%s", d.text);
			return CLI_USAGE;
		}
	}
	return CLI_OK;
}

/* Where AFTER's sources are as they were indexed, and in git: their top folder. */
static char *current_top(const struct job *j)
{
	struct diag d = { "" };
	char *example = NULL, *top = NULL;

	if (store_stale(j->word[COMPARE_AFTER], &example, &d) == 0 && !*d.text) {
		const char *root = lore_str(j->l[COMPARE_AFTER], j->l[COMPARE_AFTER]->root);

		top = access(root, F_OK) == 0 ? git_top(root, &d) : NULL;
	}
	free(example);
	return top;
}

/* ---- two revisions ------------------------------------------------------------------------ */

static int find_commits(struct job *j)
{
	struct diag d = { "" };

	for (unsigned s = 0; s < COMPARE_SIDES && !*d.text; s++)
		if (j->word[s])
			j->commit[s] = git_commit(j->top, j->word[s], &d);
	if (j->is_range && !*d.text) {
		char *base = git_merge_base(j->top, j->commit[0], j->commit[1], &d);

		free(j->commit[COMPARE_BEFORE]);
		j->commit[COMPARE_BEFORE] = base;
	}
	for (unsigned s = 0; s < COMPARE_SIDES && !*d.text; s++)
		if (j->commit[s])
			git_changes(j->top, j->commit[s], &j->changes[s], &d);
	if (!*d.text)
		return CLI_OK;
	cli_error("%s%s", d.text, j->o.inputs.n && strchr(j->o.inputs.at[0], '.') && !j->owned[0] ?
		  " (and there is no database of that name)" : "");
	return CLI_USAGE;
}

static void name_commits(struct job *j)
{
	for (unsigned s = 0; s < COMPARE_SIDES; s++) {
		const char *word = j->is_range && s == COMPARE_BEFORE ? NULL : j->word[s];

		if (!j->commit[s])
			j->name[s] = xstrdup("working tree");
		else if (word && !str_starts(j->commit[s], word))
			j->name[s] = xasprintf("%s (%.12s)", word, j->commit[s]);
		else
			j->name[s] = xasprintf("%.12s", j->commit[s]);
	}
}

static int load_revisions(struct job *j)
{
	struct revision_base *b;
	int status;

	name_commits(j);
	b = revision_open(j->c, &j->o, j->top, &status);
	for (unsigned s = 0; b && s < COMPARE_SIDES && status == CLI_OK; s++)
		j->l[s] = revision_lore(b, j->commit[s], &j->changes[s], &status);
	revision_close(b);
	return status;
}

/* ---- what the words mean --------------------------------------------------------------------- */

/* "A..B", "A...B": either may be missing and is HEAD then. */
static bool split_range(struct job *j, const char *word)
{
	const char *dots = strstr(word, ".."), *after;

	if (!dots || is_file(word))
		return false;
	j->is_range = dots[2] == '.';
	after = dots + 2 + j->is_range;
	if (strstr(after, "..") || strchr(word, '/') == word || str_starts(word, "../"))
		return false;
	j->owned[COMPARE_BEFORE] = dots == word ? xstrdup("HEAD") : xstrndup(word, (size_t)(dots - word));
	j->owned[COMPARE_AFTER] = xstrdup(*after ? after : "HEAD");
	j->word[COMPARE_BEFORE] = j->owned[COMPARE_BEFORE];
	j->word[COMPARE_AFTER] = j->owned[COMPARE_AFTER];
	j->first_doc = 1;
	return true;
}

static int no_second(const char *first)
{
	return cli_usage("diff", "diff: %s is a database; name the one to compare it with", first);
}

/* Databases, where the first word is a file; else revisions. */
static int understand(struct job *j, bool *is_databases)
{
	const struct words *in = &j->o.inputs;
	struct diag d = { "" };

	if (!in->n)
		return cli_usage("diff", "diff: name two databases, or a git revision or two");
	*is_databases = is_file(in->at[0]);
	j->word[COMPARE_BEFORE] = in->at[0];
	if (*is_databases) {
		if (in->n < 2)
			return no_second(in->at[0]);
		j->word[COMPARE_AFTER] = in->at[1];
		j->first_doc = 2;
		return CLI_OK;
	}
	j->top = git_top(".", &d);
	if (!j->top) {
		cli_error("%s: no such database, and no revision: %s", in->at[0], d.text);
		return CLI_USAGE;
	}
	if (split_range(j, in->at[0]))
		return CLI_OK;
	j->first_doc = 1;
	if (in->n > 1 && !is_file(in->at[1]) && git_is_revision(j->top, in->at[1])) {
		j->word[COMPARE_AFTER] = in->at[1];
		j->first_doc = 2;
	}
	return CLI_OK;
}

/* ---- the answer ------------------------------------------------------------------------------- */

static void print(const struct job *j, const struct compare *cmp, bool is_databases)
{
	char *top = is_databases ? current_top(j) : xstrdup(j->top);
	struct origin from = { .l = j->l[COMPARE_AFTER], .top = top,
			       .since = j->commit[COMPARE_BEFORE], .rev = j->commit[COMPARE_AFTER],
			       .changes = &j->changes[COMPARE_AFTER],
			       .since_changes = &j->changes[COMPARE_BEFORE] };
	struct report_diff r = { .out = stdout, .c = cmp, .color = j->c->color, .all = j->c->all,
				 .name = { j->name[0], j->name[1] },
				 .origin = top ? origin_of : NULL, .ctx = &from };
	const char *form = j->c->form ? j->c->form : "text";

	if (strcmp(form, "json") == 0)
		report_diff_json(&r);
	else
		report_diff_text(&r, strcmp(form, "mail") == 0		? REPORT_MAIL
				     : strcmp(form, "markdown") == 0	? REPORT_MARKDOWN
									: REPORT_TEXT);
	origin_free(&from);
	free(top);
}

static int compare_and_print(struct job *j, bool is_databases)
{
	struct compare_side side[COMPARE_SIDES];
	struct compare *cmp;
	int status;

	for (unsigned s = 0; s < COMPARE_SIDES; s++)
		side[s] = (struct compare_side){ j->l[s], verdict_new(j->l[s], j->prims) };
	cmp = compare_new(&side[COMPARE_BEFORE], &side[COMPARE_AFTER], j->docs.at, j->docs.n);
	if (cmp->mismatch)
		cli_warn("%s", cmp->mismatch);
	print(j, cmp, is_databases);
	status = compare_fails(cmp, j->c->fail_on) ? CLI_FINDINGS : CLI_OK;
	compare_free(cmp);
	for (unsigned s = 0; s < COMPARE_SIDES; s++)
		verdict_free(side[s].v);
	return status;
}

int cmd_diff(struct cli_common *c, int argc, char **argv)
{
	struct job j = { .c = c };
	bool is_databases = false;
	int status = index_options_parse(&j.o, "diff", argc, argv);

	if (status == CLI_OK)
		status = understand(&j, &is_databases);
	if (status == CLI_OK) {
		j.prims = cli_prims(c);
		status = j.prims ? CLI_OK : CLI_USAGE;
	}
	if (status == CLI_OK)
		status = is_databases ? load_databases(&j) : find_commits(&j);
	if (status == CLI_OK)
		status = read_docs(&j);
	if (status == CLI_OK && !is_databases)
		status = load_revisions(&j);
	if (status == CLI_OK)
		status = compare_and_print(&j, is_databases);
	job_free(&j);
	return status;
}
