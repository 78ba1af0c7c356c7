/* SPDX-License-Identifier: MIT */
/* What people say around the patch: a reply's claims are answered, a description's only if wrong.
 */
#include "review/internal.h"

#include <stdlib.h>
#include <string.h>

static bool is_answered(const struct verdict_statement *s)
{
	if (!s->is_judged || s->value == VERDICT_NOT_UNDERSTOOD)
		return false;
	return s->rule->voice == 'r' || s->value == VERDICT_CONTRADICTED;
}

/* The same sentence may be quoted in a later mail of the thread. */
static bool is_known(const struct review *r, const char *sentence)
{
	for (size_t i = 0; i < r->talk.n; i++)
		if (!strcmp(r->talk.at[i].sentence, sentence))
			return true;
	return false;
}

/* Is it a sentence of the patch itself, quoted as talk? */
static bool is_of_patch(const struct review *r, const struct rules_statement *s)
{
	const struct rules_document *doc = &desk_of(r)->changed.doc;

	for (size_t i = 0; i < doc->statements.n; i++)
		if (!strcmp(doc->statements.at[i].sentence, s->sentence))
			return true;
	return false;
}

static void free_talk(struct review_talk *t)
{
	for (size_t i = 0; i < t->claims.n; i++)
		review_claim_free(&t->claims.at[i]);
	vec_free(&t->claims);
}

/* The changed sentence that stands above a line of the mail, or around it. */
static const char *sentence_above(const struct rules_document *patch, unsigned line)
{
	const struct rules_statement *best = NULL;

	for (size_t i = 0; i < patch->statements.n; i++) {
		const struct rules_statement *s = &patch->statements.at[i];

		if (!s->voice && s->side == '+' && s->line <= line &&
		    (!best || s->line > best->line))
			best = s;
	}
	return best ? best->sentence : NULL;
}

/* "Is this true?": the premise of what stands above, not what is drawn from it. */
static void read_question(struct review *r, const struct rules_statement *q)
{
	const struct verdict_document *d = desk_of(r)->changed.d;
	struct review_talk t = {
		.sentence = q->sentence, .line = q->line, .is_reply = true, .is_question = true
	};
	const char *above = sentence_above(desk_of(r)->patch, q->line);

	for (size_t i = 0; above && i < d->statements.n; i++) {
		const struct verdict_statement *s = &d->statements.at[i];

		if (s->rule->side == '+' && !strcmp(s->rule->sentence, above) && s->is_judged &&
		    !s->rule->is_conclusion)
			review_claim_fill(r, d, s, vec_add(&t.claims));
	}
	if (t.claims.n && !is_known(r, q->sentence))
		vec_push(&r->talk, t);
	else
		free_talk(&t);
}

static void read_questions(struct review *r)
{
	const struct rules_document *doc = desk_of(r)->patch;

	for (size_t i = 0; i < doc->statements.n; i++)
		if (doc->statements.at[i].voice == 'q')
			read_question(r, &doc->statements.at[i]);
}

/* By line: questions and claims as they were said. */
static void sort(struct review *r)
{
	for (size_t i = 1; i < r->talk.n; i++) {
		struct review_talk t = r->talk.at[i];
		size_t k = i;

		for (; k > 0 && r->talk.at[k - 1].line > t.line; k--)
			r->talk.at[k] = r->talk.at[k - 1];
		r->talk.at[k] = t;
	}
}

void review_talk(struct review *r)
{
	const struct verdict_document *d = desk_of(r)->talk.d;

	read_questions(r);
	for (size_t i = 0; i < d->statements.n;) {
		const struct rules_statement *s = d->statements.at[i].rule;
		struct review_talk t = { .sentence = s->sentence,
					 .line = s->line,
					 .is_reply = s->voice == 'r' };
		size_t end = i;
		bool is_new = !is_known(r, s->sentence) && !is_of_patch(r, s);

		for (; end < d->statements.n &&
		       d->statements.at[end].rule->sentence_no == s->sentence_no;
		     end++) {
			const struct verdict_statement *v = &d->statements.at[end];

			if (!is_new || !is_answered(v))
				continue;
			r->n_talk++;
			review_claim_fill(r, d, v, vec_add(&t.claims));
		}
		if (t.claims.n)
			vec_push(&r->talk, t);
		i = end;
	}
	sort(r);
}
