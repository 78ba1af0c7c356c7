/* SPDX-License-Identifier: MIT */
/* What a match means: statements, one for each pair of locks. */
#include "rules/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct rules_statement *rules_emit(struct reader *r, enum rules_kind kind, const char *a,
				   const char *b)
{
	struct rules_document *doc = &r->doc->pub;
	struct rules_statement *s = vec_add(&doc->statements);

	s->kind = (uint8_t)kind;
	s->is_hedged = r->is_hedged;
	s->is_question = r->is_question;
	s->line = r->line;
	s->last_line = r->last_line;
	s->sentence = (char *)r->sentence;
	s->locks[0] = (char *)a;
	s->locks[1] = (char *)b;
	s->section = (char *)r->section;
	s->sentence_no = r->next_sentence;
	s->premise = -1;
	s->side = r->side_mark;
	r->emitted++;
	return s;
}

void rules_order(struct reader *r, const char *outer, const char *inner, const char *function)
{
	const struct rules_document *doc = &r->doc->pub;
	size_t n = doc->statements.n;

	/* said twice in one sentence: once is enough */
	for (size_t i = n; i > r->first_statement && n - i < 16; i--) {
		const struct rules_statement *s = &doc->statements.at[i - 1];

		if (s->kind == RULES_ORDER && !strcmp(s->locks[0], outer) &&
		    !strcmp(s->locks[1], inner))
			return;
	}
	if (strcmp(outer, inner) != 0)
		rules_emit(r, RULES_ORDER, outer, inner)->function = (char *)function;
}

/* "A is a leaf: nothing is taken inside it" says it once. */
static void leaf(struct reader *r, const char *lock)
{
	const struct rules_document *doc = &r->doc->pub;

	for (size_t i = doc->statements.n; i > r->first_statement; i--) {
		const struct rules_statement *s = &doc->statements.at[i - 1];

		if (s->kind == RULES_LEAF && s->locks[0] && !strcmp(s->locks[0], lock))
			return;
	}
	rules_emit(r, RULES_LEAF, lock, NULL);
}

/* f(), also where its name is like a lock's: lock_page() */
static bool is_call(const struct tok *t)
{
	return t->type == T_FUNC ||
	       (t->type == T_LOCK && isalpha((unsigned char)t->orig[0]) && str_ends(t->orig, "()"));
}

/* A remark that is listed and not judged; the lock and the function it names first go with it. */
void rules_advice(struct reader *r, const char *text)
{
	struct rules_statement *s;
	struct toks t = { 0 };
	const char *lock = NULL, *function = NULL;

	rules_words(r, text, &t);
	for (size_t i = 0; i < t.n; i++) {
		const struct tok *k = &t.at[i];

		if (k->type == T_LOCK && !lock)
			lock = k->w;
		if (i && !function && t.at[i - 1].type == T_WORD &&
		    rules_in(t.at[i - 1].w, "in by from") &&
		    (k->type == T_FUNC || (k->type == T_WORD && strchr(k->w, '_'))))
			function = k->type == T_FUNC ? k->w : k->orig;
	}
	s = rules_emit(r, RULES_ADVICE, lock, NULL);
	s->context = rules_str(r, text);
	s->function = (char *)function;
	free(t.at);
}

/* ---- pairs ---- */

/* In prose, one side has to look like a lock, and the other at least like code. */
static bool is_trusted(const struct reader *r, const struct capture *c, const struct row *row)
{
	bool is_held = row->action == ACT_WITH || row->action == ACT_WITHOUT;
	unsigned sure = c->wait != NULL || (c->is_elided && r->scope.decl), weak = 0;

	if (r->trust != TRUST_PROSE)
		return true;
	for (unsigned i = 0; i < c->a.n; i++) {
		sure += c->a.shape[i] == SHAPE_LOCK;
		weak += c->a.shape[i] == SHAPE_WORD;
	}
	for (unsigned i = 0; i < c->b.n; i++) {
		sure += c->b.shape[i] == SHAPE_LOCK || (is_held && strpbrk(c->b.name[i], "_>:"));
		weak += c->b.shape[i] == SHAPE_WORD;
	}
	return sure && (!weak || (row->flags & ROW_LOOSE));
}

static void ordered(struct reader *r, const struct lock_list *outer, const struct lock_list *inner,
		    const struct modal *m, bool inside, const char *function)
{
	for (unsigned i = 0; i < outer->n; i++)
		for (unsigned k = 0; k < inner->n; k++) {
			const char *a = outer->name[i], *b = inner->name[k];

			if (!strcmp(a, b))
				continue;
			if (m->is_only && m->pol != POL_NO && inside)
				rules_emit(r, RULES_REQUIRES, b, a);
			else if (m->pol == POL_YES)
				rules_order(r, a, b, function);
			else if (m->pol == POL_NO)
				rules_emit(r, RULES_NEVER, a, b);
			else if (m->pol == POL_MAY)
				rules_emit(r, RULES_MAY, a, b);
		}
}

static const char *domain_of(struct reader *r, const struct capture *c)
{
	if (c->domain)
		return c->domain;
	if (c->wait && rules_wait_domain(r, c->wait))
		return rules_wait_domain(r, c->wait);
	if (r->mem.domain && r->mem.wait && c->wait && !strcmp(r->mem.wait, c->wait))
		return r->mem.domain;
	return c->wait && str_starts(c->wait, "synchronize_") ? c->wait + strlen("synchronize_")
							      : c->wait;
}

static void waits(struct reader *r, const struct capture *c, const struct lock_list *held,
		  bool is_never)
{
	for (unsigned i = 0; i < held->n; i++) {
		enum rules_kind kind = is_never ? RULES_NEVER_WAITS : RULES_WAITS;
		struct rules_statement *s = rules_emit(r, kind, domain_of(r, c), held->name[i]);

		s->wait = (char *)c->wait;
		s->function = (char *)c->function;
	}
}

static void released(struct reader *r, const struct capture *c)
{
	const struct lock_list *a = c->a.n ? &c->a : &c->b, *unlike = c->a.n ? &c->b : NULL;

	if (c->mod.pol == POL_NO) {
		waits(r, c, a, false);
		return;
	}
	if (c->mod.pol != POL_YES)
		return;
	for (unsigned i = 0; i < a->n; i++)
		rules_emit(r, RULES_RELEASED, a->name[i], domain_of(r, c))->wait = (char *)c->wait;
	/* "unlike B": B is not released before the wait, so the wait is inside B */
	if (unlike)
		waits(r, c, unlike, false);
}

static void together(struct reader *r, const struct lock_list *a, const struct modal *m)
{
	if (m->pol != POL_NO)
		return;
	for (unsigned i = 0; i < a->n; i++)
		for (unsigned k = i + 1; k < a->n; k++)
			rules_emit(r, RULES_NEVER, a->name[i], a->name[k])->is_together = true;
}

static void needs(struct reader *r, const struct row *row, const struct capture *c)
{
	bool is_without = row->flags & ROW_NEG;

	if (c->mod.pol == POL_VOID || (c->mod.pol == POL_MAY && is_without))
		return;
	for (unsigned i = 0; i < c->a.n; i++)
		for (unsigned k = 0; k < c->b.n; k++)
			if (is_without ? c->mod.pol == POL_NO : c->mod.is_must || c->mod.is_only)
				rules_emit(r, RULES_REQUIRES, c->a.name[i], c->b.name[k]);
			else if (is_without) /* bare "A is taken without holding B" */
				rules_emit(r, RULES_NEVER, c->b.name[k], c->a.name[i]);
}

/* "A must be held while taking B" */
static void held_take(struct reader *r, const struct capture *c)
{
	struct modal m = c->mod;

	for (unsigned i = 0; m.pol == POL_YES && i < c->a.n; i++)
		for (unsigned k = 0; k < c->b.n; k++)
			rules_emit(r, RULES_REQUIRES, c->b.name[k], c->a.name[i]);
	if (m.pol != POL_YES)
		ordered(r, &c->a, &c->b, &m, false, NULL);
}

static void callers(struct reader *r, const struct capture *c, bool is_without)
{
	const char *function = c->function	 ? c->function
			       : r->mem.function ? r->mem.function
						 : r->scope.function;

	if (c->mod.pol == POL_VOID || c->mod.pol == POL_MAY || !function)
		return;
	r->mem.function = function;
	if (c->mod.pol == POL_NO)
		is_without = !is_without;
	for (unsigned i = 0; i < c->b.n; i++) {
		bool is_none = !strcmp(c->b.name[i], "*no");
		struct rules_statement *s =
			rules_emit(r, RULES_REQUIRES, NULL, is_none ? "*" : c->b.name[i]);

		s->function = (char *)function;
		s->is_without = is_without || is_none;
	}
}

/* ---- recorded text ---- */

static const char *cut(struct reader *r, const struct toks *t, unsigned from, unsigned to)
{
	const char *s = r->whole;
	size_t a = t->at[from].from, b = to > from ? t->at[to].from : a;

	while (a && strchr("`(&@", s[a - 1]))
		a--;
	/* up to the next token: brackets and quotes belong to the words before them */
	while (b > a && strchr(" .,;:", s[b - 1]))
		b--;
	return rules_strn(r, s + a, b > a ? b - a : 0);
}

static void protects(struct reader *r, const struct toks *t, const struct row *row,
		     const struct capture *c)
{
	const struct lock_list *locks = row->flags & ROW_FLIP ? &c->b : &c->a;
	const char *what = NULL;

	if (!(row->flags & ROW_FLIP))
		what = cut(r, t, c->x_from, c->x_to);
	else if (row->flags & ROW_START)
		what = cut(r, t, c->c_from, c->c_to);
	else if (c->a.n)
		what = c->a.name[0];
	if (c->mod.pol == POL_VOID || c->mod.pol == POL_NO)
		return;
	for (unsigned i = 0; what && *what && i < locks->n; i++)
		rules_emit(r, RULES_PROTECTS, locks->name[i], NULL)->context = (char *)what;
}

/* "MMU notifiers", not "but here we". */
static bool is_context(const struct toks *t, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		if (t->at[i].type == T_WORD &&
		    rules_in(t->at[i].w, "we you i he they here this just could well except but "
					 "note it that there and or why how"))
			return false;
	return to > from;
}

static void contexts(struct reader *r, const struct toks *t, const struct row *row,
		     const struct capture *c)
{
	unsigned from = row->flags & ROW_START ? c->c_from : c->x_from;
	unsigned to = row->flags & ROW_START ? c->c_to : c->x_to;
	const char *words;

	while (from + 1 < to && t->at[from].type == T_WORD &&
	       rules_in(t->at[from].w, "a an the any"))
		from++;
	for (unsigned i = from + 1; i < to; i++)
		if (t->at[i].type == T_COMMA ||
		    (t->at[i].type == T_WORD &&
		     rules_in(t->at[i].w, "because since as if when unless")))
			to = i;
	words = cut(r, t, from, to);

	if (!is_context(t, from, to) || (r->trust == TRUST_PROSE && !c->mod.is_firm))
		return;
	if (c->mod.pol == POL_NO) {
		for (unsigned i = 0; i < c->a.n; i++)
			rules_emit(r, RULES_CONTEXT, c->a.name[i], NULL)->context = (char *)words;
	} else if (!(row->flags & ROW_START) && c->mod.pol == POL_YES && r->trust != TRUST_PROSE &&
		   (t->at[c->x_from].type == T_FUNC || strchr(t->at[c->x_from].w, '_'))) {
		for (unsigned i = 0; i < c->a.n; i++)
			rules_advice(r, rules_strf(r, "%s is taken in %s", c->a.name[i], words));
	}
}

static void note(struct reader *r, const struct toks *t, unsigned i, const struct capture *c)
{
	const char *rest;
	unsigned from;

	if (r->trust == TRUST_PROSE) /* no rule, and nobody announced any */
		return;
	if (c->a.n < 2) {
		rules_advice(r, cut(r, t, i, c->end));
		return;
	}
	/* "A and B are taken on ...": one remark for each */
	for (from = i; from < c->end && !rules_starts_clause(&t->at[from]);)
		from++;
	if (from < c->end && !strcmp(t->at[from].w, "are"))
		rest = rules_strf(r, "is %s", cut(r, t, from + 1, c->end));
	else
		rest = cut(r, t, from, c->end);
	for (unsigned k = 0; k < c->a.n; k++)
		rules_advice(r, rules_strf(r, "%s %s", c->a.name[k], rest));
}

/* "while B cannot": the relation and the object of the clause before. */
static void ellipsis(struct reader *r, const struct capture *c)
{
	if (r->mem.relation == ACT_INSIDE && c->mod.n)
		ordered(r, &r->mem.object, &c->a, &c->mod, true, NULL);
	else if (r->mem.relation == ACT_OUTSIDE && c->mod.n)
		ordered(r, &c->a, &r->mem.object, &c->mod, false, NULL);
}

static void act(struct reader *r, const struct toks *t, unsigned i, const struct row *row,
		struct capture *c)
{
	switch (row->action) {
	case ACT_INSIDE: ordered(r, &c->b, &c->a, &c->mod, true, c->function); break;
	case ACT_OUTSIDE: ordered(r, &c->a, &c->b, &c->mod, false, c->function); break;
	case ACT_WAIT_IN:
	case ACT_WAIT_OUT:
		if (c->mod.pol != POL_VOID)
			waits(r, c, c->a.n ? &c->a : &c->b,
			      (c->mod.pol == POL_NO) != (row->action == ACT_WAIT_OUT));
		break;
	case ACT_RELEASED: released(r, c); break;
	case ACT_DROP_FIRST:
		c->mod.pol = c->mod.pol == POL_YES ? POL_NO : POL_VOID;
		ordered(r, &c->a, &c->b, &c->mod, false, NULL);
		break;
	case ACT_NEEDS: needs(r, row, c); break;
	case ACT_TOGETHER: together(r, &c->a, &c->mod); break;
	case ACT_LEAF:
		for (unsigned k = 0; c->mod.pol == POL_YES && k < c->a.n; k++)
			leaf(r, c->a.name[k]);
		break;
	case ACT_LEAF_ALL:
		if (c->mod.pol == POL_YES)
			rules_emit(r, RULES_LEAF, NULL, NULL);
		break;
	case ACT_CONTEXT: contexts(r, t, row, c); break;
	case ACT_WITH: callers(r, c, false); break;
	case ACT_WITHOUT: callers(r, c, true); break;
	case ACT_PROTECTS: protects(r, t, row, c); break;
	case ACT_HELD_TAKE: held_take(r, c); break;
	case ACT_NOTE: note(r, t, i, c); break;
	case ACT_ELLIPSIS: ellipsis(r, c); break;
	}
}

/* "in f()" after the clause: where it happens. */
static void place(struct reader *r, const struct toks *t, struct capture *c)
{
	const struct tok *k = &t->at[c->end];

	if (c->function || k->type != T_WORD || !rules_in(k->w, "in by from"))
		return;
	if (is_call(&k[1]))
		c->function = k[1].type == T_FUNC
				      ? k[1].w
				      : rules_lock_name(r, k[1].orig, strcspn(k[1].orig, "("));
	else if (k[1].type == T_WORD && strchr(k[1].w, '_'))
		c->function = k[1].orig;
	if (c->function)
		c->end += 2;
}

static void remember(struct reader *r, const struct row *row, const struct capture *c)
{
	struct memory *m = &r->mem;

	if (c->a.n) {
		m->subject = m->last = c->a;
		m->has_subject = true;
		if (c->a.n > 1)
			m->plural = c->a;
	}
	if (c->b.n) {
		m->last = c->b;
		if (c->b.n > 1)
			m->plural = c->b;
	}
	if (c->a.n == 1 && c->b.n == 1) { /* "both" */
		m->plural = c->a;
		rules_list_add(&m->plural, c->b.name[0], c->b.shape[0]);
	}
	if (c->wait && c->domain) {
		m->wait = c->wait;
		m->domain = c->domain;
	}
	if (row->action != ACT_ELLIPSIS) {
		m->relation = row->action;
		m->object = c->b;
	}
}

void rules_act(struct reader *r, const struct toks *t, unsigned i, const struct row *row,
	       struct capture *c, int premise)
{
	struct rules_document *doc = &r->doc->pub;
	size_t first = doc->statements.n;
	bool was_hedged = r->is_hedged;
	int here = rules_premise(r);

	if (!is_trusted(r, c, row) || ((row->flags & ROW_MUST) && !c->mod.is_must) ||
	    ((row->flags & ROW_VERB) && !c->mod.n))
		return;
	place(r, t, c);
	r->is_hedged |= c->mod.is_hedged;
	if ((row->flags & ROW_NEG) && row->action != ACT_NEEDS)
		c->mod.pol = c->mod.pol == POL_NO ? POL_VOID : POL_NO;
	if ((row->flags & ROW_PLAIN) && c->mod.pol != POL_YES)
		c->mod.pol = c->mod.pol == POL_MAY ? POL_YES : POL_VOID;
	act(r, t, i, row, c);
	r->is_hedged = was_hedged;
	if (premise != NO_CONCLUSION || c->mod.is_conclusion)
		for (size_t k = first; k < doc->statements.n; k++) {
			doc->statements.at[k].is_conclusion = true;
			doc->statements.at[k].premise = premise != NO_CONCLUSION ? premise : here;
		}
	remember(r, row, c);
}
