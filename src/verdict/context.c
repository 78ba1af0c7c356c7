/* SPDX-License-Identifier: MIT */
/*
 * "MMU notifiers must not take A": the words name functions as the code stores them, in fields of
 * struct mmu_notifier_ops.  A declaration in the document or a row of the configuration names
 * what is not found by itself.
 */
#include "verdict/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_WORDS = 128 };

static const char *skip_words(const char *s)
{
	static const char *const heads[] = {
		"the ",
		"all ",
		"any ",
		"a ",
		"an ",
		"callbacks of type ",
		"callbacks of ",
		"callback of ",
		"functions of ",
		"functions in ",
		"struct ",
		"`",
		"*",
	};
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		if (!strncasecmp(s, heads[i], strlen(heads[i]))) {
			s += strlen(heads[i]);
			i = (size_t)-1;
		}
	return s;
}

/* "MMU notifiers" -> "mmu_notifiers" */
static void to_identifier(const char *words, char *out)
{
	size_t n = 0;

	for (const char *s = skip_words(words); *s && n < MAX_WORDS - 1; s++) {
		if (isalnum((unsigned char)*s) || *s == '_')
			out[n++] = (char)tolower((unsigned char)*s);
		else if ((*s == ' ' || *s == '-') && n && out[n - 1] != '_')
			out[n++] = '_';
	}
	while (n && out[n - 1] == '_')
		n--;
	out[n] = '\0';
}

static bool singular(const char *plural, char *out)
{
	size_t n = strlen(plural);

	if (n < 2 || plural[n - 1] != 's')
		return false;
	memcpy(out, plural, n + 1);
	out[n - 1] = '\0';
	if (n > 4 && !strcmp(plural + n - 3, "ies"))
		strcpy(out + n - 3, "y");
	return true;
}

static bool same_words(const char *a, const char *b)
{
	char x[MAX_WORDS], y[MAX_WORDS], one[MAX_WORDS], other[MAX_WORDS];

	to_identifier(a, x);
	to_identifier(b, y);
	if (!singular(x, one))
		strcpy(one, x);
	if (!singular(y, other))
		strcpy(other, y);
	return !strcmp(one, other);
}

/* Functions that stand in fields of this struct (in this one, where member is given). */
static bool from_struct(struct verdict *v, const char *owner, const char *member, struct funcs *out)
{
	for (size_t i = 0; i < v->l->slots.n; i++) {
		const struct lore_slot *s = &v->l->slots.at[i];

		if (!strcasecmp(lore_str(v->l, s->owner), owner) &&
		    (!member || !*member || !strcmp(lore_str(v->l, s->member), member)))
			vec_push(out, s->func);
	}
	return out->n > 0;
}

static bool from_stem(struct verdict *v, const char *stem, struct funcs *out)
{
	static const char *const ends[] = {
		"",	    "_ops",	 "_operations", "_notifier",  "_notifier_ops",
		"_handler", "_handlers", "_block",	"_callbacks", "_cb",
	};
	char owner[MAX_WORDS + 16];

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(owner, sizeof(owner), "%s%s", stem, ends[i]);
		if (from_struct(v, owner, NULL, out))
			return true;
	}
	return false;
}

static const char *plain_struct(const char *owner)
{
	return str_starts(owner, "struct ") ? owner + strlen("struct ") : owner;
}

static bool find_context(struct verdict *v, const struct verdict_document *d, const char *words,
			 struct funcs *out)
{
	char stem[MAX_WORDS], one[MAX_WORDS];
	const struct prim_context *row;

	for (size_t i = 0; i < d->doc->contexts.n; i++) {
		const struct rules_context_decl *c = &d->doc->contexts.at[i];

		if (same_words(c->words, words) &&
		    from_struct(v, plain_struct(c->owner), c->member, out))
			return true;
	}
	for (size_t i = 0; v->prims && (row = prim_context(v->prims, i)); i++)
		if (same_words(row->words, words) &&
		    from_struct(v, plain_struct(row->owner), row->member, out))
			return true;
	to_identifier(words, stem);
	if (singular(stem, one) && from_stem(v, one, out))
		return true;
	return from_stem(v, stem, out) || verdict_find_functions(v, stem, out);
}

void verdict_judge_context(struct verdict *v, struct verdict_document *d,
			   struct verdict_statement *s)
{
	const char *words = s->rule->context ? s->rule->context : "";
	struct reach_result reached = { 0 };
	struct funcs funcs = { 0 };

	s->value = VERDICT_NEVER_EXERCISED;
	if (!find_context(v, d, words, &funcs)) {
		s->why = verdict_say(v, "nothing in the code answers to \"%s\"", words);
		verdict_add_finding(
			v, d, "unknown-context", VERDICT_NOTE, s->rule->line,
			verdict_say(
				v,
				"nothing in the code answers to \"%s\": name its functions with "
				"`.. locklore: context \"%s\" = struct NAME`",
				words, words));
		return;
	}
	verdict_reach_from(v, funcs.at, funcs.n, s->names[0].cls, false, &reached);
	for (size_t i = 0; i < reached.takes.n; i++) {
		if (reached.takes.at[i].e.flags & LORE_TRY)
			continue;
		vec_push(&s->list, reached.takes.at[i].e);
		s->list.at[s->list.n - 1].is_against = true;
	}
	verdict_evidence_sort(&s->list);
	s->unresolved = reached.unresolved;
	s->seen = verdict_evidence_tally(v, &s->list, true).inner;
	s->value = s->seen ? VERDICT_CONTRADICTED : VERDICT_UPHELD;
	if (s->seen) {
		s->severity = VERDICT_ERROR;
		s->comment = verdict_comment_bearing(v, &s->list, true, &s->comment_place);
		s->why = verdict_say(v, "%u place%s reached; %s looks wrong", s->seen,
				     s->seen == 1 ? " is" : "s are",
				     verdict_blame_who(v, &s->list, true));
	}
	vec_free(&reached.takes);
	vec_free(&funcs);
}
