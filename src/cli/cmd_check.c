/* SPDX-License-Identifier: MIT */
/* cmd_check.c - `locklore check DOC...`: every sentence of a document, held against the code. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "report/report.h"
#include "rules/rules.h"

struct input {
	const char *name, *text; /* text: from --rule; NULL: a file */
};

struct options {
	struct { VEC(struct input); } inputs;
	enum rules_side side;
};

struct checked {
	struct { VEC(struct rules_document *); } docs;
	struct { VEC(const struct verdict_document *); } verdicts;
	bool has_bad_input;
};

static int parse(struct options *o, int argc, char **argv)
{
	static const char *const known[] = { "--rule", "--old", "--new", NULL };
	bool only_files = false;
	const char *value;

	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (only_files || arg[0] != '-' || !arg[1]) {
			vec_push(&o->inputs, (struct input){ arg, NULL });
		} else if (!strcmp(arg, "--")) {
			only_files = true;
		} else if (!strcmp(arg, "--old")) {
			o->side = RULES_OLD;
		} else if (!strcmp(arg, "--new")) {
			o->side = RULES_NEW;
		} else if (cli_option_value(argc, argv, &i, "--rule", 0, &value)) {
			if (!value || !value[strspn(value, " \t\n")])
				return cli_usage("check", "check: --rule needs a sentence");
			vec_push(&o->inputs, (struct input){ "--rule", value });
		} else {
			return cli_unknown_option("check", arg, known);
		}
	}
	if (!o->inputs.n)
		return cli_usage("check",
				 "check: name a document, - for standard input, or --rule 'TEXT'");
	return CLI_OK;
}

/* NULL after an error line. */
static struct rules_document *read_input(const struct input *in, const struct options *o,
					 const struct prim_table *prims)
{
	struct rules_options opt = { .side = o->side,
				     .prims = prims,
				     .format = in->text ? RULES_PLAIN_RULE : RULES_AUTO };
	const char *name = strcmp(in->name, "-") ? in->name : "<stdin>";
	struct rules_document *doc = NULL;
	struct diag d = { "" };
	char *data = NULL;
	size_t bytes = 0;

	if (in->text)
		doc = rules_read(name, in->text, strlen(in->text), &opt, &d);
	else if (file_read(in->name, &data, &bytes, &d))
		doc = rules_read(name, data, bytes, &opt, &d);
	free(data);
	if (!doc)
		cli_error("%s", d.text);
	for (size_t i = 0; doc && i < doc->notes.n; i++)
		if (doc->notes.at[i].line)
			cli_warn("%s:%u: %s", doc->name, doc->notes.at[i].line, doc->notes.at[i].text);
		else
			cli_warn("%s: %s", doc->name, doc->notes.at[i].text);
	return doc;
}

static int print(const struct cli_common *c, const struct lore *l, struct verdict *v,
		 const struct checked *done)
{
	struct report r = { .out = stdout,
			    .lore = l,
			    .dead = verdict_deadlocks(v),
			    .color = c->color,
			    .all = c->all,
			    .verbose = c->verbose };
	int status = done->has_bad_input ? CLI_USAGE : CLI_OK;

	if (c->format == CLI_JSON)
		report_check_json(&r, done->verdicts.at, done->verdicts.n);
	for (size_t i = 0; i < done->verdicts.n; i++) {
		enum verdict_severity worst;
		bool any;

		if (c->format == CLI_TEXT && i)
			putc('\n', stdout);
		if (c->format == CLI_TEXT)
			report_check_text(&r, done->verdicts.at[i]);
		worst = verdict_worst(done->verdicts.at[i], &any);
		if (any && verdict_fails(worst, c->fail_on) && status == CLI_OK)
			status = CLI_FINDINGS;
	}
	return status;
}

static int check(const struct cli_common *c, const struct options *o, const struct lore *l,
		 const struct prim_table *prims)
{
	struct verdict *v = verdict_new(l, prims);
	struct checked done = { 0 };
	int status;

	for (size_t i = 0; i < o->inputs.n; i++) {
		struct rules_document *doc = read_input(&o->inputs.at[i], o, prims);

		if (!doc) {
			done.has_bad_input = true;
			continue;
		}
		if (!doc->statements.n && !c->quiet)
			cli_warn("%s: no sentence about lock order found", doc->name);
		vec_push(&done.docs, doc);
		vec_push(&done.verdicts, verdict_check(v, doc));
	}
	status = done.docs.n ? print(c, l, v, &done) : CLI_USAGE;
	verdict_free(v);
	for (size_t i = 0; i < done.docs.n; i++)
		rules_free(done.docs.at[i]);
	vec_free(&done.docs);
	vec_free(&done.verdicts);
	return status;
}

int cmd_check(struct cli_common *c, int argc, char **argv)
{
	struct options o = { .side = RULES_NEW };
	struct prim_table *prims;
	struct lore *l = NULL;
	int status = parse(&o, argc, argv);

	if (status == CLI_OK) {
		prims = cli_prims(c);
		if (prims)
			l = cli_lore(c);
		status = l ? check(c, &o, l, prims) : CLI_USAGE;
		lore_free(l);
		prim_free(prims);
	}
	vec_free(&o.inputs);
	return status;
}
