/* SPDX-License-Identifier: MIT */
/* cmd_ask.c - `locklore ask 'QUESTION'`. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "report/report.h"
#include "rules/rules.h"
#include "store/store.h"

/* A question is to be answered at once: only what it needs is read. */
static unsigned parts_for(const struct rules_question *q)
{
	bool has_call = (q->inner && strchr(q->inner, '(')) || (q->outer && strchr(q->outer, '('));

	if (q->relation == RULES_PATH)
		return STORE_ALL;
	/* takes: for functions as names of locks, and for waits with nothing held */
	return STORE_BASE | STORE_WITNESSES | (q->inner_is_wait || has_call ? STORE_TAKES : 0);
}

static int answer(const struct cli_common *c, const char *question, const struct rules_question *q,
		  const struct lore *l, const struct prim_table *prims)
{
	struct report r = {
		.out = stdout, .lore = l, .color = c->color, .all = c->all, .verbose = c->verbose
	};
	struct verdict *v = verdict_new(l, prims);
	const struct verdict_answer *a;
	struct diag d = { "" };

	a = verdict_ask(v, q, &d);
	if (!a)
		cli_error("%s", d.text);
	else if (c->format == CLI_JSON)
		report_ask_json(&r, question, q, a);
	else
		report_ask_text(&r, q, a);
	verdict_free(v);
	return a ? CLI_OK : CLI_USAGE;
}

/* One question; words that the shell took apart are put together again. */
static char *join(int argc, char **argv)
{
	struct buf b = { 0 };

	for (int i = 1; i < argc; i++) {
		if (i == 1 && !strcmp(argv[i], "--"))
			continue;
		if (b.n)
			buf_addc(&b, ' ');
		buf_add(&b, argv[i]);
	}
	return b.n ? b.at : NULL;
}

int cmd_ask(struct cli_common *c, int argc, char **argv)
{
	struct prim_table *prims = NULL;
	struct rules_question q = { 0 };
	struct lore *l = NULL;
	struct diag d = { "" };
	int status = CLI_USAGE;
	char *question;

	if (argc > 1 && argv[1][0] == '-' && argv[1][1] && strcmp(argv[1], "--"))
		return cli_unknown_option("ask", argv[1], NULL);
	question = join(argc, argv);
	if (!question)
		return cli_usage("ask",
				 "ask: a question is missing, such as 'a->lock inside b->lock'");
	prims = cli_prims(c);
	if (prims && !rules_question(question, prims, &q, &d)) {
		status = cli_usage("ask", "%s", d.text);
	} else if (prims) {
		l = cli_lore_parts(c, parts_for(&q));
		if (l)
			status = answer(c, question, &q, l, prims);
		lore_free(l);
		rules_question_free(&q);
	}
	prim_free(prims);
	free(question);
	return status;
}
