/* SPDX-License-Identifier: MIT */
/* cmd_doc.c - `locklore doc`: a draft from nothing, a diff of what is there, orders as code. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "draft/draft.h"
#include "rules/rules.h"

struct options {
	const char *document; /* NULL: from nothing */
	const char *export;   /* "lockdep", "clang" or NULL */
};

static enum draft_format form_of(const struct cli_common *c)
{
	if (c->form && !strcmp(c->form, "rst"))
		return DRAFT_RST;
	return c->form && !strcmp(c->form, "text") ? DRAFT_TEXT : DRAFT_MD;
}

int doc_print(const struct cli_common *c, const struct lore *l, const struct prim_table *prims)
{
	struct draft d = { verdict_new(l, prims), l, prims };
	struct buf out = { 0 };
	unsigned lost = draft_document(&d, form_of(c), &out);

	fputs(buf_str(&out), stdout);
	buf_free(&out);
	verdict_free(d.v);
	if (lost)
		cli_warn("%u sentence%s left out: the reader does not read %s back as meant", lost,
			 lost == 1 ? " is" : "s are", lost == 1 ? "it" : "them");
	return CLI_OK;
}

/* ---- a document that is there --------------------------------------------------------- */

/* Its path below the top of its git tree, or below the code's root, or as given.  Caller frees. */
static char *name_in_tree(const char *path, const struct lore *l)
{
	char *full = realpath(path, NULL), *at, *name = NULL;
	const char *root = lore_str(l, l->root);

	if (!full)
		return xstrdup(path);
	for (at = strrchr(full, '/'); at && !name;
	     at = at > full ? memrchr(full, '/', (size_t)(at - full)) : NULL) {
		char *git = xasprintf("%.*s/.git", (int)(at - full), full);

		if (access(git, F_OK) == 0)
			name = xstrdup(at + 1);
		free(git);
	}
	if (!name && *root && path_below(root, full) != full)
		name = xstrdup(path_below(root, full));
	if (!name)
		name = xstrdup(path[0] == '/' ? strrchr(full, '/') + 1 : path);
	free(full);
	return name;
}

struct document {
	char *text;
	size_t bytes;
	struct rules_document *doc;
};

static bool document_read(const char *path, const struct prim_table *prims, struct document *out)
{
	struct rules_options opt = { .side = RULES_NEW, .prims = prims };
	struct diag d = { "" };

	*out = (struct document){ 0 };
	if (file_read(path, &out->text, &out->bytes, &d))
		out->doc = rules_read(!strcmp(path, "-") ? "<stdin>" : path, out->text, out->bytes,
				      &opt, &d);
	if (!out->doc)
		cli_error("%s", d.text);
	return out->doc != NULL;
}

static void document_free(struct document *x)
{
	rules_free(x->doc);
	free(x->text);
}

static int mend(const struct cli_common *c, const struct draft *d, const char *path,
		const struct document *in)
{
	char *name = name_in_tree(path, d->l);
	struct draft_diff x;
	struct diag err = { "" };
	int status = CLI_OK;

	if (!draft_mend(d, verdict_check(d->v, in->doc), name, in->text, in->bytes, &x, &err)) {
		cli_error("%s", err.text);
		status = CLI_USAGE;
	} else {
		if (x.left.n && !c->quiet)
			fputs(buf_str(&x.left), stderr);
		if (x.diff.n && !c->quiet)
			fputs(buf_str(&x.notes), stdout);
		fputs(buf_str(&x.diff), stdout);
		if (!x.diff.n && !c->quiet)
			cli_warn("%s: nothing to mend", path);
	}
	draft_diff_free(&x);
	free(name);
	return status;
}

static int export(const struct draft *d, const char *what, const struct document *in)
{
	struct buf out = { 0 };
	struct diag err = { "" };
	int status = CLI_OK;

	if (draft_export(d, in ? verdict_check(d->v, in->doc) : NULL,
			 !strcmp(what, "clang") ? DRAFT_CLANG : DRAFT_LOCKDEP, &out, &err)) {
		fputs(buf_str(&out), stdout);
	} else {
		cli_error("%s", err.text);
		status = CLI_USAGE;
	}
	buf_free(&out);
	return status;
}

/* ---- the command ----------------------------------------------------------------------- */

static int parse(struct options *o, int argc, char **argv)
{
	static const char *const known[] = { "--export", NULL };
	bool only_files = false;

	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (only_files || arg[0] != '-' || !arg[1]) {
			if (o->document)
				return cli_usage("doc", "doc: one document at a time");
			o->document = arg;
		} else if (!strcmp(arg, "--")) {
			only_files = true;
		} else if (cli_option_value(argc, argv, &i, "--export", 0, &o->export)) {
			if (!o->export ||
			    (strcmp(o->export, "lockdep") && strcmp(o->export, "clang")))
				return cli_usage("doc", "doc: --export takes lockdep or clang");
		} else {
			return cli_unknown_option("doc", arg, known);
		}
	}
	return CLI_OK;
}

static int run(const struct cli_common *c, const struct options *o, const struct lore *l,
	       const struct prim_table *prims)
{
	struct draft d = { NULL, l, prims };
	struct document in = { 0 };
	int status = CLI_USAGE;

	if (!o->document && !o->export)
		return doc_print(c, l, prims);
	if (o->document && !strcmp(o->document, "-") && !o->export)
		return cli_usage("doc", "doc: a diff needs the document's path: name the file");
	if (o->document && !document_read(o->document, prims, &in)) {
		document_free(&in);
		return CLI_USAGE;
	}
	d.v = verdict_new(l, prims);
	if (o->export)
		status = export(&d, o->export, o->document ? &in : NULL);
	else
		status = mend(c, &d, o->document, &in);
	verdict_free(d.v);
	document_free(&in);
	return status;
}

int cmd_doc(struct cli_common *c, int argc, char **argv)
{
	struct options o = { 0 };
	int status = parse(&o, argc, argv);
	struct prim_table *prims;
	struct lore *l;

	if (status != CLI_OK)
		return status;
	prims = cli_prims(c);
	l = prims ? cli_lore(c) : NULL;
	status = l ? run(c, &o, l, prims) : CLI_USAGE;
	lore_free(l);
	prim_free(prims);
	return status;
}
