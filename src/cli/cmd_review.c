/* SPDX-License-Identifier: MIT */
/* cmd_review.c - `locklore review MAIL|-|COMMIT`: a patch, answered under each changed sentence. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "draft/draft.h"
#include "git/git.h"
#include "report/review.h"

struct options {
	const char *what;
	bool no_blame;
	struct {
		VEC(const char *);
	} docs;
};

static int parse(struct options *o, int argc, char **argv)
{
	static const char *const known[] = { "--doc", "--no-blame", NULL };
	bool only_files = false;
	const char *value;

	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (only_files || arg[0] != '-' || !arg[1]) {
			if (o->what)
				return cli_usage("review",
						 "review: one mail, patch or commit at a time");
			o->what = arg;
		} else if (!strcmp(arg, "--")) {
			only_files = true;
		} else if (!strcmp(arg, "--no-blame")) {
			o->no_blame = true;
		} else if (cli_option_value(argc, argv, &i, "--doc", 0, &value)) {
			if (!value || !*value)
				return cli_usage("review", "review: --doc needs a file");
			vec_push(&o->docs, value);
		} else {
			return cli_unknown_option("review", arg, known);
		}
	}
	if (!o->what)
		return cli_usage("review",
				 "review: name a mail, a patch, a commit, or - for standard input");
	for (size_t i = 0; i < o->docs.n; i++)
		if (access(o->docs.at[i], R_OK) != 0)
			return cli_usage("review",
					 "review: %s: cannot be read; --doc takes a document",
					 o->docs.at[i]);
	return CLI_OK;
}

/* A file of that name, else a revision of the repository around us. */
static bool read_input(const struct options *o, char **data, size_t *bytes, struct diag *d)
{
	char *top;

	if (!strcmp(o->what, "-") || access(o->what, F_OK) == 0)
		return file_read(o->what, data, bytes, d);
	if (strstr(o->what, "..") && !strstr(o->what, "../"))
		return diag_set(d, o->what, 0,
				"no such file; for a range of commits: git diff %s | locklore "
				"review -",
				o->what);
	if (!git_is_revision(".", o->what))
		return diag_set(
			d, o->what, 0,
			"neither a file nor a revision of a git repository here; give a mail, "
			"a patch, a commit, or - for standard input");
	top = git_top(".", d);
	*data = top ? git_patch(top, o->what, bytes, d) : NULL;
	free(top);
	return *data != NULL;
}

/* Each document that was asked for can be read, or the command ends here. */
static bool check_documents(const struct options *o)
{
	static const struct rules_options how;
	bool ok = true;

	for (size_t i = 0; i < o->docs.n && ok; i++) {
		struct rules_document *doc = NULL;
		struct diag d = { "" };
		char *text = NULL;
		size_t bytes;

		if (file_read(o->docs.at[i], &text, &bytes, &d))
			doc = rules_read(o->docs.at[i], text, bytes, &how, &d);
		ok = doc;
		if (!ok)
			cli_error("%s", d.text);
		rules_free(doc);
		free(text);
	}
	return ok;
}

static void warn_notes(const struct cli_common *c, const struct review *r)
{
	const struct rules_document *doc = r->doc;

	for (size_t i = 0; i < doc->notes.n && !c->quiet; i++)
		if (doc->notes.at[i].line)
			cli_warn("%s:%u: %s", doc->name, doc->notes.at[i].line,
				 doc->notes.at[i].text);
		else
			cli_warn("%s: %s", doc->name, doc->notes.at[i].text);
}

static int print(const struct cli_common *c, const struct lore *l, const struct review *r)
{
	struct report out = {
		.out = stdout, .lore = l, .dead = r->dead, .all = c->all, .verbose = c->verbose
	};
	enum verdict_severity worst;
	bool any;

	warn_notes(c, r);
	if (c->format == CLI_JSON)
		report_review_json(&out, r);
	else
		report_review_text(&out, r);
	worst = review_worst(r, &any);
	return any && verdict_fails(worst, c->fail_on) ? CLI_FINDINGS : CLI_OK;
}

struct helpers {
	struct draft draft;
	char *top; /* of the repository that the tree lies in, or NULL */
};

/* What a sentence could say instead: draft/ knows. */
static bool instead(void *ctx, const struct verdict_document *d, unsigned sentence_no, char **text,
		    char **condition)
{
	struct draft_replacement r = { 0 };

	if (!draft_replacement(&((struct helpers *)ctx)->draft, d, sentence_no, &r))
		return false;
	*text = xstrdup(r.text);
	*condition = r.condition ? xstrdup(r.condition) : NULL;
	draft_replacement_free(&r);
	return true;
}

enum { MAX_STEPS = 8 }; /* of a chain; each costs a run of git */

static bool blame(const struct helpers *h, uint32_t place, struct git_origin *o)
{
	const struct lore *l = h->draft.l;
	const struct lore_place *p = &l->places.at[place];
	char *full = path_join(lore_str(l, l->root), lore_str(l, p->file));
	const char *path = path_below(h->top, full);
	struct diag d;
	bool ok = path != full && git_blame(h->top, NULL, NULL, path, p->line, o, &d);

	if (ok && (!*o->commit || o->is_boundary)) {
		git_origin_free(o);
		ok = false;
	}
	free(full);
	return ok;
}

/* 'commit 3f2a1b9 of 2021-12-10, "subject"': of the lines on the way, the one that came last. */
static char *origin(void *ctx, const uint32_t *chain, uint32_t n)
{
	const struct helpers *h = ctx;
	struct git_origin last = { 0 }, o = { 0 };
	char *text = NULL;

	for (uint32_t i = 0; i < n && i < MAX_STEPS; i++) {
		if (!blame(h, chain[n - 1 - i], &o))
			continue;
		if (!last.date || strcmp(o.date, last.date) > 0) {
			struct git_origin older = last;

			last = o;
			o = older;
		}
		git_origin_free(&o);
	}
	if (last.commit)
		text = xasprintf("commit %s of %s, \"%s\"", last.commit, last.date, last.subject);
	git_origin_free(&last);
	return text;
}

static int review(const struct cli_common *c, const struct options *o, const struct lore *l,
		  const struct prim_table *prims, const char *data, size_t bytes)
{
	struct verdict *v = verdict_new(l, prims);
	struct helpers h = { .draft = { .v = v, .l = l, .prims = prims } };
	struct review_options opt = {
		.docs = o->docs.at, .n_docs = o->docs.n, .instead = instead, .ctx = &h
	};
	const char *name = strcmp(o->what, "-") ? o->what : "<stdin>";
	struct diag d = { "" };
	struct review *r;
	int status = CLI_USAGE;

	h.top = o->no_blame ? NULL : git_top(lore_str(l, l->root), &d);
	if (h.top)
		opt.origin = origin;
	r = review_new(v, l, prims, name, data, bytes, &opt, &d);

	if (r)
		status = print(c, l, r);
	else
		cli_error("%s", d.text);
	review_free(r);
	free(h.top);
	verdict_free(v);
	return status;
}

int cmd_review(struct cli_common *c, int argc, char **argv)
{
	struct options o = { 0 };
	struct prim_table *prims = NULL;
	struct lore *l = NULL;
	char *data = NULL;
	size_t bytes = 0;
	struct diag d = { "" };
	int status = parse(&o, argc, argv);

	if (status == CLI_OK && !check_documents(&o))
		status = CLI_USAGE;
	if (status == CLI_OK && !read_input(&o, &data, &bytes, &d)) {
		cli_error("%s", d.text);
		status = CLI_USAGE;
	}
	if (status == CLI_OK) {
		prims = cli_prims(c);
		if (prims)
			l = cli_lore(c);
		status = l ? review(c, &o, l, prims, data, bytes) : CLI_USAGE;
		lore_free(l);
		prim_free(prims);
	}
	free(data);
	vec_free(&o.docs);
	return status;
}
