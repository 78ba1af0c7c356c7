/* SPDX-License-Identifier: MIT */
/* Read sides: who waits for them, what can be taken inside, what cannot, which contexts they are.
 */
#include "draft/internal.h"

#include <stdlib.h>
#include <string.h>

enum {
	PER_SENTENCE = 8,
	NEAR = 6 /* steps: far apart, release and wait have nothing to do with each other */
};

struct side {
	struct draft_paper *p;
	uint32_t cls;
	struct draft_list held;	    /* around its waits */
	struct draft_list barred;   /* of those: never taken inside it */
	struct draft_list released; /* before its waits, and taken inside it */
	struct draft_list inside;   /* taken inside it, no deadlock follows */
	struct draft_list around;   /* locks that it is entered inside of, likewise */
};

static bool has(const struct draft_list *list, uint32_t cls)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->at[i] == cls)
			return true;
	return false;
}

static void collect(struct side *s)
{
	const struct draft_paper *p = s->p;
	const struct lore *l = p->d->l;
	bool is_section = l->classes.at[s->cls].kind == FACTS_KIND_SRCU;

	for (size_t i = 0; i < p->pairs->n; i++) {
		const struct draft_pair *k = &p->pairs->at[i];

		if (k->inner == s->cls && k->outer != s->cls && k->waits &&
		    !l->classes.at[k->outer].is_local) {
			vec_push(&s->held, k->outer);
			if (draft_is_lock(l, k->outer) && !draft_takes(p->pairs, s->cls, k->outer))
				vec_push(&s->barred, k->outer);
		}
		if (is_section && k->outer == s->cls && k->takes && !k->is_dead_take &&
		    draft_is_lock(l, k->inner))
			vec_push(&s->inside, k->inner);
		if (is_section && k->inner == s->cls && k->takes && !k->is_dead_take &&
		    draft_is_lock(l, k->outer))
			vec_push(&s->around, k->outer);
	}
	for (size_t i = 0; i < l->released.n; i++) {
		uint32_t c = l->released.at[i].cls;

		if (l->released.at[i].wait == s->cls && l->released.at[i].n_chain <= NEAR &&
		    has(&s->inside, c) && !has(&s->held, c) && !has(&s->released, c))
			vec_push(&s->released, c);
	}
}

/* "a `kvm->srcu` read-side critical section"; threads and works have no such sections. */
static void section(struct buf *b, const struct side *s)
{
	uint8_t kind = s->p->d->l->classes.at[s->cls].kind;

	if (kind == FACTS_KIND_READSIDE) {
		draft_name(b, s->p->d, s->p->format, s->cls);
		return;
	}
	buf_add(b, kind == FACTS_KIND_RCU ? "an " : "a ");
	draft_name(b, s->p->d, s->p->format, s->cls);
	buf_add(b, " read-side critical section");
}

static void expect_all(struct side *s, struct draft_block *item, enum rules_kind kind,
		       const uint32_t *cls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		switch (kind) {
		case RULES_WAITS: draft_expect(s->p, item, kind, s->cls, cls[i]); break;
		case RULES_RELEASED: draft_expect(s->p, item, kind, cls[i], s->cls); break;
		default: draft_expect(s->p, item, kind, s->cls, cls[i]);
		}
}

/* "W is called inside A and B.  These locks cannot be taken inside S." */
static void state_waits(struct side *s)
{
	const struct draft_paper *p = s->p;

	for (size_t i = 0; i < s->held.n; i += PER_SENTENCE) {
		size_t n = s->held.n - i < PER_SENTENCE ? s->held.n - i : PER_SENTENCE;
		struct buf b = { 0 };

		draft_wait(&b, p->d, p->format, s->cls);
		buf_add(&b, " is called inside ");
		draft_names(&b, p->d, p->format, s->held.at + i, n);
		buf_addc(&b, '.');
		expect_all(s, draft_item(s->p, buf_str(&b)), RULES_WAITS, s->held.at + i, n);
		buf_free(&b);
	}
	for (size_t i = 0; i < s->barred.n; i += PER_SENTENCE) {
		size_t n = s->barred.n - i < PER_SENTENCE ? s->barred.n - i : PER_SENTENCE;
		struct buf b = { 0 };

		/* not "A, B and C cannot ...": two lines that begin with names look like a tree */
		buf_add(&b, "Code must not take ");
		draft_names(&b, p->d, p->format, s->barred.at + i, n);
		buf_add(&b, " inside ");
		section(&b, s);
		buf_addc(&b, '.');
		expect_all(s, draft_item(s->p, buf_str(&b)), RULES_NEVER, s->barred.at + i, n);
		buf_free(&b);
	}
}

static void state_released(struct side *s)
{
	for (size_t i = 0; i < s->released.n; i++) {
		struct draft_block *item;
		struct buf b = { 0 };

		draft_name(&b, s->p->d, s->p->format, s->released.at[i]);
		buf_add(&b, " is released before ");
		draft_wait(&b, s->p->d, s->p->format, s->cls);
		buf_addc(&b, '.');
		item = draft_item(s->p, buf_str(&b));
		expect_all(s, item, RULES_RELEASED, s->released.at + i, 1);
		buf_free(&b);
	}
}

static void state_inside(struct side *s)
{
	for (size_t i = 0; i < s->inside.n; i += PER_SENTENCE) {
		size_t n = s->inside.n - i < PER_SENTENCE ? s->inside.n - i : PER_SENTENCE;
		struct buf b = { 0 };

		buf_add(&b, "Code can take ");
		draft_names(&b, s->p->d, s->p->format, s->inside.at + i, n);
		buf_add(&b, " inside ");
		section(&b, s);
		buf_addc(&b, '.');
		expect_all(s, draft_item(s->p, buf_str(&b)), RULES_MAY, s->inside.at + i, n);
		buf_free(&b);
	}
	for (size_t i = 0; i < s->around.n; i += PER_SENTENCE) {
		size_t n = s->around.n - i < PER_SENTENCE ? s->around.n - i : PER_SENTENCE;
		struct draft_block *item;
		struct buf b = { 0 };

		draft_name(&b, s->p->d, s->p->format, s->cls);
		buf_add(&b, " can be entered inside ");
		draft_names(&b, s->p->d, s->p->format, s->around.at + i, n);
		buf_addc(&b, '.');
		item = draft_item(s->p, buf_str(&b));
		for (size_t k = 0; k < n; k++)
			draft_expect(s->p, item, RULES_MAY, s->around.at[i + k], s->cls);
		buf_free(&b);
	}
}

/* ---- contexts ------------------------------------------------------------------------ */

/* Does a function of the context enter the read side? */
static bool enters(const struct lore *l, const struct prim_context *c, uint32_t cls)
{
	for (size_t i = 0; i < l->takes.n; i++) {
		const struct lore_take *t = &l->takes.at[i];

		if (t->cls != cls || t->mode == ORDER_WAIT)
			continue;
		for (size_t k = 0; k < l->slots.n; k++)
			if (l->slots.at[k].func == l->places.at[t->place].func &&
			    !strcmp(lore_str(l, l->slots.at[k].owner), c->owner) &&
			    (!c->member || !strcmp(lore_str(l, l->slots.at[k].member), c->member)))
				return true;
	}
	return false;
}

/* The rows before this one that say the same. */
static bool is_said(const struct draft *d, size_t i)
{
	const struct prim_context *c = prim_context(d->prims, i);

	for (size_t k = 0; k < i; k++) {
		const struct prim_context *o = prim_context(d->prims, k);

		if (!strcmp(o->owner, c->owner) && !o->member == !c->member &&
		    (!c->member || !strcmp(o->member, c->member)))
			return true;
	}
	return false;
}

/*
 * Who holds up the wait must not ask for what is held around it.  Of a counter only: nobody sees
 * from the code inside that it is a read side.
 */
static void state_contexts(struct side *s)
{
	const struct draft *d = s->p->d;
	const struct prim_context *c;

	if (d->l->classes.at[s->cls].kind != FACTS_KIND_READSIDE)
		return;
	for (size_t i = 0; d->prims && s->barred.n && (c = prim_context(d->prims, i)); i++) {
		struct draft_block *item;
		struct buf b = { 0 };

		if (is_said(d, i) || !enters(d->l, c, s->cls))
			continue;
		buf_addf(&b, "%s must not take ", c->words);
		draft_names(&b, d, s->p->format, s->barred.at,
			    s->barred.n < PER_SENTENCE ? s->barred.n : PER_SENTENCE);
		buf_addc(&b, '.');
		item = draft_item(s->p, buf_str(&b));
		item->is_tentative = true;
		for (size_t k = 0; k < s->barred.n && k < PER_SENTENCE; k++)
			draft_expect(s->p, item, RULES_CONTEXT, s->barred.at[k], LORE_NONE);
		buf_free(&b);
	}
}

/* ---- all of them ------------------------------------------------------------------------ */

static void state_side(struct draft_paper *p, uint32_t cls)
{
	struct side s = { .p = p, .cls = cls };

	collect(&s);
	if (s.held.n || s.inside.n || s.around.n) {
		draft_heading(p, 3, draft_class(p->d->l, cls));
		state_waits(&s);
		state_contexts(&s);
		state_released(&s);
		state_inside(&s);
	}
	vec_free(&s.held);
	vec_free(&s.barred);
	vec_free(&s.released);
	vec_free(&s.inside);
	vec_free(&s.around);
}

void draft_side_items(struct draft_paper *p)
{
	const struct lore *l = p->d->l;

	draft_heading(p, 2, "Locking rules of what is waited for");
	draft_para(p, "To wait for readers, for a work item, a timer or a thread is to wait for "
		      "everything that they do.");
	for (unsigned pass = 0; pass < 2; pass++) /* SRCU and RCU first */
		for (uint32_t c = 0; c < l->classes.n; c++)
			if (!l->classes.at[c].is_local && draft_is_read_side(l, c) &&
			    (l->classes.at[c].kind == FACTS_KIND_READSIDE) == (pass == 1))
				state_side(p, c);
}
