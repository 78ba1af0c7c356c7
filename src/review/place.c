/* SPDX-License-Identifier: MIT */
/* The places behind a verdict: one row per inner place, with the best way to it. */
#include "review/internal.h"

#include <stdlib.h>
#include <string.h>

bool review_same_place(const struct lore *l, uint32_t a, uint32_t b)
{
	const struct lore_place *x = &l->places.at[a], *y = &l->places.at[b];

	return a == b || (x->file == y->file && x->line == y->line);
}

static uint32_t last(const struct verdict_evidence *e)
{
	return e->chain[e->n_chain - 1];
}

void review_places(const struct lore *l, const struct verdict_list *list, bool is_against,
		   struct review_places *out)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct verdict_evidence *e = &list->at[i];
		size_t k = 0;

		if (e->is_against != is_against)
			continue;
		while (k < out->n && !review_same_place(l, last(out->at[k].way), last(e)))
			k++;
		if (k < out->n)
			out->at[k].ways++;
		else
			vec_push(out, (struct review_place){ e, 1 });
	}
}

uint32_t review_count(const struct lore *l, uint32_t outer, uint32_t inner, bool is_wait)
{
	struct {
		VEC(uint32_t);
	} seen = { 0 };
	uint32_t first, n = lore_witnesses(l, outer, inner, &first), count;

	for (uint32_t i = first; i < first + n; i++) {
		const struct lore_witness *w = &l->witnesses.at[i];
		size_t k = 0;

		if ((w->inner_mode == ORDER_WAIT) != is_wait || (w->flags & LORE_TRY))
			continue;
		while (k < seen.n && !review_same_place(l, seen.at[k], w->inner_place))
			k++;
		if (k == seen.n)
			vec_push(&seen, w->inner_place);
	}
	count = (uint32_t)seen.n;
	vec_free(&seen);
	return count;
}

/* ---- what is held around the waits ---- */

static void add_held(struct review_claim *c, const struct lore *l, uint32_t outer, uint32_t place)
{
	struct review_held *h = NULL;

	for (size_t i = 0; i < c->held.n && !h; i++)
		if (c->held.at[i].outer == outer)
			h = &c->held.at[i];
	if (!h) {
		h = vec_add(&c->held);
		h->outer = outer;
	}
	for (size_t i = 0; i < h->at.n; i++)
		if (review_same_place(l, h->at.at[i], place))
			return;
	vec_push(&h->at, place);
}

/* Witnesses are sorted by outer class: so is the result; places that hold nothing come last. */
static void find_held(const struct lore *l, uint32_t domain, struct review_claim *c)
{
	for (size_t i = 0; i < l->witnesses.n; i++) {
		const struct lore_witness *w = &l->witnesses.at[i];

		if (w->inner == domain && w->inner_mode == ORDER_WAIT && w->n_chain &&
		    !l->classes.at[w->outer].is_local)
			add_held(c, l, w->outer, w->inner_place);
	}
	for (size_t i = 0; i < l->takes.n; i++) {
		const struct lore_take *t = &l->takes.at[i];
		bool is_held = false;

		if (t->cls != domain || t->mode != ORDER_WAIT)
			continue;
		for (size_t k = 0; k < c->held.n && !is_held; k++)
			for (size_t p = 0; p < c->held.at[k].at.n; p++)
				is_held |= c->held.at[k].outer != LORE_NONE &&
					   review_same_place(l, c->held.at[k].at.at[p], t->place);
		if (!is_held)
			add_held(c, l, LORE_NONE, t->place);
	}
}

static const struct verdict_statement *find_premise(const struct verdict_document *d,
						    const struct verdict_statement *s)
{
	if (!s->rule->is_conclusion || s->rule->premise < 0)
		return NULL;
	for (size_t i = 0; i < d->statements.n; i++) {
		const struct verdict_statement *p = &d->statements.at[i];

		if (p != s && (int)p->rule->sentence_no == s->rule->premise &&
		    !p->rule->is_conclusion && p->value == VERDICT_CONTRADICTED)
			return p;
	}
	return NULL;
}

/* Is taking inner inside outer a part of any deadlock? */
static bool is_deadly(const struct review *r, uint32_t outer, uint32_t inner)
{
	for (size_t i = 0; i < r->dead->at.n; i++)
		for (uint32_t e = 0; e < r->dead->at.at[i].n; e++) {
			const struct verdict_evidence *x = &r->dead->at.at[i].edges[e];

			if (x->outer == outer && x->inner == inner && x->inner_mode != ORDER_WAIT)
				return true;
		}
	return false;
}

static const char *keep(struct review *r, struct buf *b)
{
	const char *kept = review_strn(r, buf_str(b), b->n);

	buf_free(b);
	return kept;
}

static const char *func_of(const struct lore *l, uint32_t place)
{
	uint32_t f = l->places.at[place].func;

	return f < l->funcs.n ? lore_str(l, l->funcs.at[f].name) : "?";
}

static const char *odd_function(const struct lore *l, const struct review_places *p)
{
	const char *name = func_of(l, last(p->at[0].way));

	for (size_t i = 1; i < p->n; i++)
		if (strcmp(name, func_of(l, last(p->at[i].way))) != 0)
			return NULL;
	return name;
}

/* Both orders are there, and only the one that the sentence describes can deadlock. */
static bool is_only_deadly(const struct review *r, const struct review_claim *c)
{
	uint32_t a = c->s->names[0].cls, b = c->s->names[1].cls;

	return c->with.n && c->against.n && is_deadly(r, a, b) && !is_deadly(r, b, a);
}

static const char *blame_deadly(struct review *r, const struct review_claim *c)
{
	const char *name = odd_function(desk_of(r)->l, &c->with);
	struct buf b = { 0 };

	buf_addf(&b, "%zu place%s so, %zu the other way; only the first can deadlock: ", c->with.n,
		 c->with.n == 1 ? "" : "s", c->against.n);
	if (name)
		buf_addf(&b, "the code at %s() looks wrong, and the sentence with it", name);
	else
		buf_add(&b, "the code there looks wrong, and the sentence with it");
	return keep(r, &b);
}

/* ---- who seems wrong ---- */

/* Entering it never blocks: an order with it is a fact, not a rule, until somebody waits. */
static bool is_read_side(const struct review *r, uint32_t cls)
{
	return desk_of(r)->l->classes.at[cls].kind >= FACTS_KIND_SRCU;
}

static void blame_sentence(struct review *r, struct review_claim *c, struct buf *why)
{
	c->why = keep(r, why);
	c->blame = VERDICT_BLAME_SENTENCE;
	c->comment = NULL;
}

static void blame_order(struct review *r, struct review_claim *c)
{
	uint32_t a = c->s->names[0].cls, b = c->s->names[1].cls;
	struct buf why = { 0 };

	if (!c->with.n) {
		buf_addf(&why, "no place does so, %zu the other way; the sentence looks wrong",
			 c->against.n);
		blame_sentence(r, c, &why);
	} else if (is_only_deadly(r, c)) {
		c->blame = VERDICT_BLAME_BOTH;
		c->why = blame_deadly(r, c);
		c->comment_place = last(c->with.at[0].way);
		c->comment = verdict_comment_near(desk_of(r)->v, c->comment_place);
	} else if ((is_read_side(r, a) || is_read_side(r, b)) && !is_deadly(r, a, b) &&
		   !is_deadly(r, b, a)) {
		buf_addf(&why,
			 "%zu place%s so, %zu the other way; no deadlock was found either "
			 "way: the sentence looks too strict",
			 c->with.n, c->with.n == 1 ? "" : "s", c->against.n);
		blame_sentence(r, c, &why);
	}
}

/* Places that wait, whatever is held there. */
static size_t count_waits(const struct lore *l, const struct review_claim *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->held.n; i++)
		for (size_t k = 0; k < c->held.at[i].at.n; k++) {
			bool is_known = false;

			for (size_t h = 0; h < i && !is_known; h++)
				for (size_t p = 0; p < c->held.at[h].at.n; p++)
					is_known |= review_same_place(l, c->held.at[h].at.at[p],
								      c->held.at[i].at.at[k]);
			n += !is_known;
		}
	return n;
}

enum { FEW = 3 }; /* so many times more places that do as it says make the others odd */

/* What must not be, and is, without a deadlock: the code is odd only where it seldom is. */
static void blame_never(struct review *r, struct review_claim *c)
{
	bool is_wait = c->s->rule->kind == RULES_NEVER_WAITS;
	size_t n = c->against.n, others = c->with.n;
	struct buf why = { 0 };

	if (is_wait)
		others = count_waits(desk_of(r)->l, c) - n;
	if (c->s->deadlock != LORE_NONE || n * FEW <= others)
		return;
	buf_addf(&why, is_wait ? "%zu place%s wait%s with it held, %zu not" : "%zu place%s do%s", n,
		 n == 1 ? "" : "s", n == 1 ? (is_wait ? "s" : "es") : "", others);
	if (!is_wait && others)
		buf_addf(&why, ", %zu the other way round", others);
	buf_add(&why, ", and no deadlock was found; the sentence looks wrong");
	blame_sentence(r, c, &why);
}

/*
 * Who seems wrong.  The verdict gives a document a vote; a sentence that a patch proposes has none
 * of its own: where no place does as it says, or only what it says can deadlock, it is the odd
 * one.  What is drawn from something wrong blames nobody.
 */
static void blame(struct review *r, struct review_claim *c)
{
	const struct verdict_statement *s = c->s;
	const char *end = strchr(s->why, ';');
	struct buf b = { 0 };

	c->why = s->why;
	c->blame = s->blame;
	c->comment = s->comment;
	c->comment_place = s->comment_place;
	if (s->value != VERDICT_CONTRADICTED)
		;
	else if (s->rule->kind == RULES_ORDER)
		blame_order(r, c);
	else if (c->premise && end) {
		buf_addf(&b, "%.*s.  It is drawn from \"%s\", which does not hold either",
			 (int)(end - s->why), s->why, c->premise->rule->text);
		c->why = keep(r, &b);
		c->comment = NULL;
	} else if (s->rule->kind == RULES_NEVER || s->rule->kind == RULES_NEVER_WAITS) {
		blame_never(r, c);
	} else if (s->rule->kind == RULES_REQUIRES && !s->seen && c->against.n) {
		buf_addf(&b, "%zu place%s without it, none with it; the sentence looks wrong",
			 c->against.n, c->against.n == 1 ? "" : "s");
		blame_sentence(r, c, &b);
	}
	c->is_with_odd = s->rule->kind == RULES_MAY ||
			 (s->rule->kind == RULES_ORDER && c->with.n &&
			  (!c->against.n || c->blame == VERDICT_BLAME_BOTH ||
			   (c->blame != VERDICT_BLAME_CODE && c->with.n < c->against.n)));
}

void review_claim_fill(struct review *r, const struct verdict_document *d,
		       const struct verdict_statement *s, struct review_claim *c)
{
	const struct lore *l = desk_of(r)->l;

	c->s = s;
	review_places(l, &s->list, false, &c->with);
	review_places(l, &s->list, true, &c->against);
	c->premise = find_premise(d, s);
	if (s->value == VERDICT_CONTRADICTED && s->rule->kind == RULES_NEVER_WAITS)
		find_held(l, s->names[0].cls, c);
	blame(r, c);
}

void review_claim_free(struct review_claim *c)
{
	for (size_t i = 0; i < c->held.n; i++)
		vec_free(&c->held.at[i].at);
	vec_free(&c->held);
	vec_free(&c->with);
	vec_free(&c->against);
}
