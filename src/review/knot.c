/* SPDX-License-Identifier: MIT */
/*
 * A deadlock and those that go over the same orders; and which mend fits: it changes the fewest
 * places, leaves the fewest deadlocks, and leaves no sentence of the document broken.
 */
#include "review/internal.h"

#include <stdlib.h>
#include <string.h>

static bool same_edge(const struct verdict_evidence *a, const struct verdict_evidence *b)
{
	return a->outer == b->outer && a->inner == b->inner &&
	       (a->inner_mode == ORDER_WAIT) == (b->inner_mode == ORDER_WAIT);
}

static bool has_edge(const struct verdict_deadlock *d, const struct verdict_evidence *e)
{
	for (uint32_t i = 0; i < d->n; i++)
		if (same_edge(&d->edges[i], e))
			return true;
	return false;
}

/* Does one of the block's contradicted sentences speak of this edge, either way round? */
static bool is_claimed(const struct review_block *b, const struct verdict_evidence *e)
{
	for (size_t i = 0; i < b->claims.n; i++) {
		const struct verdict_name *n = b->claims.at[i].s->names;

		if ((n[0].cls == e->outer && n[1].cls == e->inner) ||
		    (n[1].cls == e->outer && n[0].cls == e->inner))
			return true;
	}
	return false;
}

/* Is this edge what looks wrong? */
static bool is_at_odd(const struct review_block *b, const struct verdict_evidence *e)
{
	for (size_t i = 0; i < b->claims.n; i++) {
		const struct review_claim *c = &b->claims.at[i];
		const struct review_places *odd = c->is_with_odd ? &c->with : &c->against;

		if (!c->premise && odd->n && same_edge(odd->at[0].way, e))
			return true;
	}
	return false;
}

static void find_others(const struct review *r, struct review_knot *k, const struct review_block *b)
{
	for (uint32_t i = 0; i < r->dead->at.n; i++) {
		const struct verdict_deadlock *d = &r->dead->at.at[i];
		bool is_near = false;

		for (uint32_t e = 0; e < d->n; e++)
			is_near |= is_claimed(b, &d->edges[e]);
		if (i == k->deadlock || !is_near)
			continue;
		if (d->assumptions)
			k->n_guessed++;
		else
			vec_push(&k->others, i);
	}
}

/* ---- which mend fits ---- */

/* Does a sentence of the document forbid inner inside outer? */
static bool is_barred(const struct verdict_statement *s, uint32_t outer, uint32_t inner)
{
	if (s->rule->is_question)
		return false;
	if (s->rule->kind == RULES_ORDER)
		return s->names[0].cls == inner && s->names[1].cls == outer;
	return s->rule->kind == RULES_NEVER && s->names[0].cls == outer && s->names[1].cls == inner;
}

static const struct verdict_statement *find_barred(const struct verdict_document *d, uint32_t outer,
						   uint32_t inner)
{
	for (size_t i = 0; i < d->statements.n; i++)
		if (is_barred(&d->statements.at[i], outer, inner))
			return &d->statements.at[i];
	return NULL;
}

static bool is_held_at(const struct lore *l, uint32_t outer, uint32_t inner, uint32_t place)
{
	uint32_t first, n = lore_witnesses(l, outer, inner, &first);

	for (uint32_t i = first; i < first + n; i++)
		if (l->witnesses.at[i].inner_mode != ORDER_WAIT &&
		    review_same_place(l, l->witnesses.at[i].inner_place, place))
			return true;
	return false;
}

/*
 * With the outer lock dropped before, or taken after, the inner one is still taken inside
 * whatever else is held there: is that against the document?
 */
static void find_against(const struct review *r, struct review_mend *m,
			 const struct verdict_evidence *e)
{
	const struct desk *k = desk_of(r);
	uint32_t last = e->chain[e->n_chain - 1];

	if (e->inner_mode == ORDER_WAIT ||
	    (m->mend->kind != VERDICT_MEND_DROP && m->mend->kind != VERDICT_MEND_FIRST))
		return;
	for (uint32_t c = 0; c < k->l->classes.n && !m->against; c++) {
		bool is_held;

		if (c == e->outer || c == e->inner)
			continue;
		is_held = m->mend->kind == VERDICT_MEND_DROP
				  ? is_held_at(k->l, c, e->inner, last)
				  : is_held_at(k->l, c, e->outer, e->chain[0]);
		if (!is_held)
			continue;
		m->against = find_barred(k->whole.d, c, e->inner);
		m->against_outer = c;
		m->against_inner = e->inner;
	}
}

/* Of one edge: a lock of its own makes no new order, taking a lock earlier makes many. */
static unsigned risk(const struct review_mend *m)
{
	static const uint8_t risks[] = {
		[VERDICT_MEND_LEAF] = 0,  [VERDICT_MEND_AGAIN] = 0, [VERDICT_MEND_DROP] = 1,
		[VERDICT_MEND_DEFER] = 2, [VERDICT_MEND_FIRST] = 3,
	};

	return risks[m->mend->kind];
}

static bool is_better(const struct review_mend *a, const struct review_mend *b)
{
	if (!a->against != !b->against)
		return !a->against;
	if (a->left != b->left)
		return a->left < b->left;
	if (a->places != b->places)
		return a->places < b->places;
	if (a->is_at_odd != b->is_at_odd)
		return a->is_at_odd;
	return risk(a) < risk(b);
}

static void find_mends(const struct review *r, struct review_knot *k, const struct review_block *b)
{
	const struct verdict_deadlock *d = &r->dead->at.at[k->deadlock];

	for (uint32_t i = 0; i < d->n_mends; i++) {
		const struct verdict_evidence *e = &d->edges[d->mends[i].edge];
		struct review_mend m = { .mend = &d->mends[i] };
		size_t at = k->mends.n;

		m.places = review_count(desk_of(r)->l, e->outer, e->inner,
					e->inner_mode == ORDER_WAIT);
		for (size_t o = 0; o < k->others.n; o++)
			m.left += !has_edge(&r->dead->at.at[k->others.at[o]], e);
		find_against(r, &m, e);
		m.is_at_odd = is_at_odd(b, e);
		vec_push(&k->mends, m);
		for (; at > 0 && is_better(&m, &k->mends.at[at - 1]); at--)
			k->mends.at[at] = k->mends.at[at - 1];
		k->mends.at[at] = m;
	}
}

uint32_t review_knot(struct review *r, uint32_t deadlock, const struct review_block *b)
{
	struct review_knot k = { .deadlock = deadlock };

	for (uint32_t i = 0; i < r->knots.n; i++) {
		if (r->knots.at[i].deadlock == deadlock)
			return i;
		for (size_t o = 0; o < r->knots.at[i].others.n; o++)
			if (r->knots.at[i].others.at[o] == deadlock)
				return i;
	}
	find_others(r, &k, b);
	find_mends(r, &k, b);
	vec_push(&r->knots, k);
	return (uint32_t)r->knots.n - 1;
}
