/* SPDX-License-Identifier: MIT */
/*
 * Who seems wrong: the code at a few places, or the sentence.
 *
 * What is weighed is how many places would have to change to turn one side round: a side with
 * five outer places and one inner place has one.  The document counts too: somebody meant it, so
 * only a clear majority against it makes the sentence look wrong.
 */
#include "verdict/internal.h"

#include <stdlib.h>
#include <string.h>

/* So many times more places than the document's own side make the sentence the odd one out. */
enum { CLEAR_MAJORITY = 3 };

static uint32_t to_change(struct tally t)
{
	return t.inner < t.outer ? t.inner : t.outer;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *verdict_blame_who(struct verdict *v, const struct verdict_list *list, bool is_against)
{
	struct { VEC(const char *); } funcs = { 0 };
	const char *file = NULL, *out;
	bool one_file = true;

	for (size_t i = 0; i < list->n; i++) {
		const struct verdict_evidence *e = &list->at[i];
		uint32_t place = e->chain[e->n_chain - 1];
		const char *name = verdict_place_func(v, place);
		bool known = false;

		if (e->is_against != is_against)
			continue;
		if (file && strcmp(file, verdict_place_file(v, place)))
			one_file = false;
		file = verdict_place_file(v, place);
		for (size_t k = 0; k < funcs.n; k++)
			known |= !strcmp(funcs.at[k], name);
		if (!known)
			vec_push(&funcs, name);
	}
	if (!funcs.n)
		out = "";
	else if (funcs.n == 1)
		out = verdict_say(v, "the code at %s()", funcs.at[0]);
	else if (one_file)
		out = verdict_say(v, "the code in %s", base_name(file));
	else
		out = verdict_say(v, "the code at %s() (and %zu more)", funcs.at[0], funcs.n - 1);
	vec_free(&funcs);
	return out;
}

static const char *places(struct verdict *v, uint32_t n)
{
	return verdict_say(v, "%u place%s", n, n == 1 ? "" : "s");
}

/*
 * For an order: seen one way, reversed the other.  For a never: done, and the converse.  The list
 * has the document's own side as `for`.
 */
void verdict_blame_pair(struct verdict *v, struct verdict_statement *s)
{
	struct tally good = verdict_evidence_tally(v, &s->list, false),
		     bad = verdict_evidence_tally(v, &s->list, true);
	bool is_order = s->rule->kind == RULES_ORDER;
	bool document_is_odd =
		to_change(bad) >= CLEAR_MAJORITY * (good.inner ? to_change(good) : 1);
	const char *who;

	/* An order that nothing keeps to, and nothing deadlocks: the one who wrote it down is alone. */
	if (is_order && !good.inner && s->deadlock == LORE_NONE)
		document_is_odd = true;

	if (document_is_odd && good.inner) {
		who = verdict_say(v, "%s looks wrong, and the sentence with it",
				  verdict_blame_who(v, &s->list, false));
		s->blame = VERDICT_BLAME_BOTH;
		s->comment = verdict_comment_bearing(v, &s->list, false, &s->comment_place);
	} else if (document_is_odd) {
		who = "the sentence looks wrong";
		s->blame = VERDICT_BLAME_SENTENCE;
	} else {
		who = verdict_say(v, "%s looks wrong", verdict_blame_who(v, &s->list, true));
		s->blame = VERDICT_BLAME_CODE;
		s->comment = verdict_comment_bearing(v, &s->list, true, &s->comment_place);
	}
	if (is_order)
		s->why = verdict_say(v, "%s so, %u the other way; %s", places(v, good.inner),
				     bad.inner, who);
	else
		s->why = verdict_say(v, "%s do%s, %u the other way round; %s", places(v, bad.inner),
				     bad.inner == 1 ? "es" : "", good.inner, who);
}

/* For all else: so many places against it, so many others that it is true of. */
void verdict_blame_share(struct verdict *v, struct verdict_statement *s, uint32_t others,
			 const char *what)
{
	struct tally bad = verdict_evidence_tally(v, &s->list, true);
	const char *who = "the sentence";

	s->blame = VERDICT_BLAME_SENTENCE;
	if (bad.inner < CLEAR_MAJORITY * (others ? others : 1)) {
		who = verdict_blame_who(v, &s->list, true);
		s->blame = VERDICT_BLAME_CODE;
		s->comment = verdict_comment_bearing(v, &s->list, true, &s->comment_place);
	}
	s->why = verdict_say(v, "%s %s, %u not; %s looks wrong", places(v, bad.inner), what, others,
			     who);
}
