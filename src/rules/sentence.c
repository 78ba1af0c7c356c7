/* SPDX-License-Identifier: MIT */
/* One sentence: clause by clause through the rows, and what becomes of a sentence that no row fits.
 */
#include "rules/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TOKENS   600 /* longer "sentences" are data; only chains are read in them */
#define MAX_SENTENCE 1000

void rules_sentence_begin(struct reader *r, const char *s, unsigned line, unsigned last, char side)
{
	size_t n = strlen(s), keep = MAX_SENTENCE;

	while (n > keep && ((unsigned char)s[keep] & 0xc0) == 0x80)
		keep--; /* not in the middle of a character */
	r->sentence = n > keep ? rules_strf(r, "%.*s...", (int)keep, s) : rules_str(r, s);
	r->whole = s;
	r->line = line;
	r->last_line = last;
	r->side_mark = side;
	r->is_hedged = r->is_question = false;
	r->emitted = 0;
	r->first_statement = r->doc->pub.statements.n;
	r->mem.has_subject = false;
	r->mem.relation = -1;
	r->mem.function = NULL;
}

int rules_premise(const struct reader *r)
{
	if (r->emitted)
		return (int)r->next_sentence;
	return r->next_sentence > r->region_sentence ? (int)r->next_sentence - 1 : -1;
}

void rules_sentence_end(struct reader *r)
{
	if (r->emitted)
		r->next_sentence++;
}

/* Types, not locks. */
static const char lock_types[] =
	"spinlock_t raw_spinlock_t rwlock_t raw_rwlock_t mutex_t local_lock local_lock_t "
	"rw_semaphore percpu_rw_semaphore ww_mutex rt_mutex seqlock_t spinlock rwlock rwsem "
	"pthread_mutex_t pthread_rwlock_t pthread_spinlock_t mtx_t shared_mutex recursive_mutex";

static bool names_lock(const struct toks *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->at[i].type == T_WAIT ||
		    (t->at[i].type == T_LOCK && t->at[i].shape == SHAPE_LOCK &&
		     !rules_in(t->at[i].w, lock_types)))
			return true;
	return false;
}

/* A word of taking, holding or nesting; "order" only where the sentence has a verb. */
static bool relates(const struct toks *t)
{
	static const char words[] =
		"take takes taken taking took acquire acquires acquired acquiring grab grabs "
		"grabbed grabbing hold holds held holding nest nests nested nesting inside outside "
		"within underneath drop drops dropped dropping release releases released releasing "
		"unlocked precede precedes";
	static const char orders[] = "before after under above below order orders ordering ordered "
				     "hierarchy rank ranks ranked inversion leaf innermost "
				     "outermost called calls call wait waits";
	bool has_verb = false, has_order = false;

	for (size_t i = 0; i < t->n; i++) {
		const struct tok *k = &t->at[i];

		if (k->type == T_ARROW || (k->type == T_WORD && rules_in(k->w, words)))
			return true;
		has_verb |= rules_starts_clause(k);
		has_order |= k->type == T_WORD && rules_in(k->w, orders);
	}
	return has_verb && has_order;
}

/* Anything in it that a statement could be about? */
static bool is_worth_it(const struct reader *r, const struct toks *t)
{
	if (r->trust != TRUST_PROSE)
		return true;
	for (size_t i = 0; i < t->n; i++)
		if (t->at[i].type == T_LOCK || t->at[i].type == T_WAIT || t->at[i].type == T_DEFER)
			return true;
	if (r->scope.decl)
		return true;
	if (!r->scope.function)
		return false;
	for (size_t i = 0; i < t->n; i++)
		if (t->at[i].type == T_WORD &&
		    rules_in(t->at[i].w, "held hold holding nests nested called lock locks taken"))
			return true;
	return false;
}

static void mood(struct reader *r, const struct toks *t)
{
	static const char hedges[] = "usually typically normally generally rarely rare seldom "
				     "often mostly probably preferably";
	static const char doubts[] = "perhaps maybe unsure fixme xxx todo wonder";

	for (size_t i = 0; i < t->n; i++) {
		const struct tok *k = &t->at[i];

		if (k->type == T_STOP && r->whole[k->from] == '?' && i + 2 >= t->n)
			r->is_question = true;
		if (k->type != T_WORD || k->is_paren)
			continue;
		r->is_hedged |= rules_in(k->w, hedges);
		r->is_question |= rules_in(k->w, doubts);
		if (i + 1 < t->n && t->at[i + 1].type == T_WORD)
			r->is_question |=
				(!strcmp(k->w, "not") && !strcmp(t->at[i + 1].w, "sure")) ||
				(!strcmp(k->w, "i") &&
				 rules_in(t->at[i + 1].w, "think guess believe assume"));
	}
}

/* Words that make of the clause behind them something else than a rule. */
static bool is_guard(const char *w)
{
	return rules_in(w, "if unless whether until would once assuming suppose complains complain "
			   "thinks claims wants "
			   "deadlock deadlocks longer rather");
}

static bool is_boundary(const struct tok *t)
{
	return t->type == T_COMMA || t->type == T_SEMI || t->type == T_STOP || t->type == T_COLON ||
	       (t->type == T_WORD && rules_in(t->w, "therefore so hence thus because since then"));
}

static bool concludes(const struct tok *t, unsigned i)
{
	if (t[i].type != T_WORD)
		return false;
	if (rules_in(t[i].w, "therefore thus hence consequently"))
		return true;
	return !strcmp(t[i].w, "so") && !(t[i + 1].type == T_WORD && !strcmp(t[i + 1].w, "that")) &&
	       (!i || t[i - 1].type == T_COMMA || t[i - 1].type == T_SEMI ||
		t[i - 1].type == T_DASH);
}

/* "Neither A nor B may", "none of A and B is": the "not" of the clause stands before its subject. */
static bool is_negated(const struct toks *t, unsigned i)
{
	unsigned from = i;

	while (from && i - from < 2 && t->at[from - 1].type == T_WORD)
		from--;
	for (; from < t->n && t->at[from].type == T_WORD; from++)
		if (from >= i && !rules_in(t->at[from].w, "neither none of the these those both"))
			return false;
		else if (rules_in(t->at[from].w, "neither none"))
			return true;
	return false;
}

/* "It is not true that": what follows is what is not so. */
static bool denies(const struct tok *t, unsigned i)
{
	bool is_not = false, is_truth = false;

	if (t[i].type != T_WORD || strcmp(t[i].w, "that") != 0)
		return false;
	for (unsigned k = i; k-- > 0 && i - k <= 4 && t[k].type == T_WORD;) {
		is_not |= rules_in(t[k].w, "not never isn't no longer");
		is_truth |= rules_in(t[k].w, "true case so");
		if (k + 1 == i && rules_in(t[k].w, "false untrue wrong incorrect myth doubt"))
			return true;
	}
	return is_not && is_truth;
}

static void clauses(struct reader *r, const struct toks *t)
{
	bool is_guarded = false;
	int premise = NO_CONCLUSION;

	for (unsigned i = 0; i + 1 < t->n;) {
		const struct row *row;
		struct capture c = { 0 };

		if (concludes(t->at, i))
			premise = rules_premise(r);
		if (is_boundary(&t->at[i]))
			is_guarded = false;
		else if ((t->at[i].type == T_WORD && is_guard(t->at[i].w)) || denies(t->at, i))
			is_guarded = true;
		row = rules_match(r, t, i, &c);
		if (!row || c.end <= i) {
			i++;
			continue;
		}
		if (!is_guarded) {
			/* a condition behind the clause weakens it: "... if both are taken" */
			bool is_conditional = t->at[c.end].type == T_WORD &&
					      rules_in(t->at[c.end].w, "if unless when") &&
					      !(t->at[c.end + 1].type == T_WORD &&
						!strcmp(t->at[c.end + 1].w, "both"));
			bool was_hedged = r->is_hedged;

			if (c.mod.pol != POL_VOID && is_negated(t, i))
				c.mod.pol = c.mod.pol == POL_NO ? POL_VOID : POL_NO;
			r->is_hedged |= is_conditional;
			rules_act(r, t, i, row, &c, premise);
			r->is_hedged = was_hedged;
		}
		i = c.end;
	}
}

/* Tokens outside of parentheses (or, the next group of those inside of one, from *at on). */
static void outside(const struct toks *t, struct toks *out)
{
	for (size_t i = 0; i < t->n; i++)
		if (!t->at[i].is_paren || t->at[i].type == T_END)
			vec_push(out, t->at[i]);
}

static bool group(const struct toks *t, size_t *at, struct toks *out)
{
	struct tok end = t->at[t->n - 1];

	out->n = 0;
	while (*at < t->n && !t->at[*at].is_paren)
		++*at;
	for (; *at < t->n && t->at[*at].is_paren; ++*at) {
		vec_push(out, t->at[*at]);
		out->at[out->n - 1].is_paren = false;
	}
	if (out->n)
		vec_push(out, end);
	return out->n > 0;
}

static bool has_advice(const struct reader *r, const struct toks *t)
{
	bool is_said = false, is_named = false;

	if (r->trust == TRUST_PROSE && !names_lock(t))
		return false;
	for (size_t i = 0; i < t->n; i++) {
		is_named |= t->at[i].type == T_DEFER;
		is_said |= t->at[i].type == T_WORD &&
			   rules_in(t->at[i].w, "use prefer consider using should recommended");
	}
	return is_said && is_named;
}

/* Our own words for what is only listed (rules_say()). */
static bool own_words(struct reader *r, const char *s)
{
	if (str_starts(s, "note: ")) {
		rules_advice(r, s + 6);
		return true;
	}
	if (str_starts(s, "broken: ")) {
		rules_emit(r, RULES_BROKEN, NULL, NULL)->context = rules_str(r, s + 8);
		return true;
	}
	return false;
}

/* "Lock order of foo_lock:" heads what follows. */
static bool is_introduction(const char *s)
{
	return (str_ends(s, ":") && rules_speaks_of_order(s)) ||
	       str_ends(s, ";"); /* ";": it is code */
}

static void read_tokens(struct reader *r, const char *s, const struct toks *all)
{
	struct toks t = { 0 }, g = { 0 };
	size_t at = 0;
	unsigned chain;
	bool is_advice;

	outside(all, &t);
	mood(r, all);
	chain = rules_chain(r, &t);
	while (group(all, &at, &g))
		rules_chain(r, &g);
	is_advice = has_advice(r, &t);
	if (is_advice)
		rules_advice(r, s);
	if (chain) { /* what is said before the chain */
		t.at[chain - 1].type = T_END;
		t.n = chain;
	}
	if (t.n <= MAX_TOKENS && !is_advice)
		clauses(r, &t);
	if (!r->emitted &&
	    ((r->trust == TRUST_ORDERING && names_lock(all) && relates(all) &&
	      !is_introduction(s)) ||
	     (r->trust == TRUST_RULE && all->n > 1)))
		rules_emit(r, RULES_NOT_UNDERSTOOD, NULL, NULL);
	vec_free(&t);
	vec_free(&g);
}

/* ---- plain names ---- */

/* An identifier, by its looks no word of a sentence: "m1", "big_one", "fooTable", "M". */
static bool looks_named(const struct tok *t)
{
	const char *s = t->orig;

	if (rules_lock_shape(s, strlen(s)) == SHAPE_LOCK || strpbrk(s, "_0123456789"))
		return true;
	for (size_t i = s[1] != '\0'; s[i]; i++)
		if (isupper((unsigned char)s[i]))
			return true;
	return false;
}

/* A word in the place of a lock: what English puts there is none. */
static bool is_plain_operand(const struct tok *t)
{
	static const char english[] =
		"care time action space part use entry exit access return irq irqs hardirq softirq "
		"interrupt loop function caller code kernel userspace memory data sleep input lock";

	if (t->type == T_LOCK)
		return t->shape != SHAPE_WORD;
	return t->type == T_WORD && rules_is_plain_name(t->orig) && !rules_in(t->w, english) &&
	       !str_ends(t->w, "ing");
}

/* "is taken outside", "must be taken before", "nests inside": tokens used, 0: none of them. */
static unsigned exact_relation(const struct tok *t)
{
	unsigned n = 0;

	if (t[0].type != T_WORD || t[1].type != T_WORD)
		return 0;
	if (!strcmp(t[0].w, "nests"))
		return rules_in(t[1].w, "inside outside") ? 2 : 0;
	if (!strcmp(t[0].w, "is"))
		n = 1;
	else if (rules_in(t[0].w, "must should") && !strcmp(t[1].w, "be"))
		n = 2;
	if (!n || t[n].type != T_WORD || !rules_in(t[n].w, "taken acquired") ||
	    t[n + 1].type != T_WORD)
		return 0;
	return rules_in(t[n + 1].w, "inside outside before after") ? n + 2 : 0;
}

static bool ends_operand(const struct tok *t)
{
	return t->type == T_END || t->type == T_STOP || t->type == T_COMMA || t->type == T_SEMI ||
	       t->type == T_DASH || (t->type == T_WORD && rules_in(t->w, "and but so while"));
}

static void name_it(struct tok *t)
{
	if (t->type == T_WORD)
		t->w = t->orig;
	t->type = T_LOCK;
	t->shape = SHAPE_LOCK;
}

/* "m1 is taken outside m2": the form says that both are locks, where both may be names. */
static void take_plain_names(struct toks *t)
{
	for (size_t i = 0; i + 3 < t->n; i++) {
		struct tok *a = &t->at[i], *b;
		unsigned n = exact_relation(a + 1);
		bool is_sure;

		if (!n || i + n + 2 >= t->n)
			continue;
		b = a + 1 + n;
		if (!is_plain_operand(a) || !is_plain_operand(b) || !ends_operand(b + 1) ||
		    !(!i || is_boundary(a - 1) || a[-1].type == T_NUM || a[-1].type == T_DASH ||
		      (a[-1].type == T_WORD && rules_in(a[-1].w, "and but that lock mutex"))))
			continue;
		/* one of two plain words needs a lock beside it, and "before use" is no order */
		is_sure = (looks_named(a) && looks_named(b)) ||
			  ((a->shape == SHAPE_LOCK || b->shape == SHAPE_LOCK) &&
			   !rules_in(b[-1].w, "before after") &&
			   !isupper((unsigned char)a->orig[0]));
		if (!is_sure)
			continue;
		name_it(a);
		name_it(b);
	}
}

bool rules_sentence(struct reader *r, const char *s, unsigned line, unsigned last, char side)
{
	struct toks all = { 0 };
	bool is_found;

	rules_words(r, s, &all);
	if (r->trust != TRUST_RULE)
		take_plain_names(&all);
	if (!is_worth_it(r, &all)) {
		vec_free(&all);
		return false;
	}
	rules_sentence_begin(r, s, line, last, side);
	if (r->trust != TRUST_RULE || !own_words(r, s))
		read_tokens(r, s, &all);
	is_found = r->emitted > 0;
	rules_sentence_end(r);
	vec_free(&all);
	return is_found;
}
