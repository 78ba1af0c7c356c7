/* SPDX-License-Identifier: MIT */
/* What would break a cycle.  Each is possible in form; whether it fits only its author can say. */
#include "verdict/internal.h"

#include <stdlib.h>
#include <string.h>

static void add_mend(struct verdict_deadlock *d, enum verdict_mend_kind kind,
		     const struct verdict_evidence *e, const char *text)
{
	if (d->n_mends < ARRAY_LEN(d->mends))
		d->mends[d->n_mends++] =
			(struct verdict_mend){ text, kind, (uint32_t)(e - d->edges) };
}

static uint32_t last_place(const struct verdict_evidence *e)
{
	return e->chain[e->n_chain - 1];
}

/* "kvm->lock" or "the kvm->srcu read side" */
static const char *held_name(struct verdict *v, uint32_t cls)
{
	return verdict_is_read_side(v, cls)
		       ? verdict_say(v, "the %s read side", verdict_class_name(v, cls))
		       : verdict_class_name(v, cls);
}

/* How the wait for this class is put off: call_srcu; NULL where there is no such thing. */
static const char *deferral(const struct verdict *v, uint32_t cls)
{
	const struct prim *p;

	if (!v->prims)
		return NULL;
	for (size_t i = 0; (p = prim_row(v->prims, i)); i++)
		if (p->kind == PRIM_DEFER && p->lock_kind == v->l->classes.at[cls].kind &&
		    (!p->global || !strcmp(p->global, verdict_class_name(v, cls))))
			return p->said ? p->said : p->name;
	return NULL;
}

static void mend_wait(struct verdict *v, struct verdict_deadlock *d,
		      const struct verdict_evidence *e)
{
	const char *defer = deferral(v, e->inner);
	const char *at = verdict_place_say(v, last_place(e));

	add_mend(d, VERDICT_MEND_DROP, e,
		 verdict_say(v, "%s %s before the wait in %s",
			     verdict_is_read_side(v, e->outer) ? "leave" : "drop",
			     held_name(v, e->outer), at));
	if (defer)
		add_mend(d, VERDICT_MEND_DEFER, e,
			 verdict_say(v,
				     "use %s() instead of the wait in %s, if nothing after the "
				     "wait relies on "
				     "the readers being gone",
				     defer, at));
}

enum { MANY_INSIDE = 3 };

/*
 * A lock of its own takes over what is taken inside this place: names it.  False: something is
 * waited for there, and then the new lock would be in the way of the same readers.
 */
static bool name_inside(struct verdict *v, const struct verdict_evidence *e, struct buf *b)
{
	const struct lore *l = v->l;
	uint32_t last = LORE_NONE, n = 0;
	struct buf names = { 0 };
	bool ok = true;

	for (size_t i = 0; i < l->witnesses.n; i++) { /* sorted by outer, inner */
		const struct lore_witness *w = &l->witnesses.at[i];

		if (w->outer != e->inner || !verdict_same_place(v, w->outer_place, last_place(e)))
			continue;
		ok &= w->inner_mode != ORDER_WAIT;
		if (w->inner == last || l->classes.at[w->inner].is_local ||
		    l->classes.at[w->inner].kind == FACTS_KIND_RCU)
			continue;
		last = w->inner;
		if (++n <= MANY_INSIDE)
			buf_addf(&names, "%s%s", n > 1 ? ", " : "",
				 verdict_class_name(v, w->inner));
	}
	if (!n)
		buf_add(b, "nothing else is taken");
	else if (n > MANY_INSIDE)
		buf_addf(b, "only %s and %u more are taken, as now", buf_str(&names),
			 n - MANY_INSIDE);
	else
		buf_addf(b, "only %s %s taken, as now", buf_str(&names), n > 1 ? "are" : "is");
	buf_free(&names);
	return ok;
}

static void mend_leaf(struct verdict *v, struct verdict_deadlock *d,
		      const struct verdict_evidence *e)
{
	struct buf inside = { 0 };

	if (name_inside(v, e, &inside))
		add_mend(d, VERDICT_MEND_LEAF, e,
			 verdict_say(
				 v,
				 "use a leaf lock of its own instead of %s in %s, inside which %s",
				 verdict_class_name(v, e->inner),
				 verdict_place_say(v, last_place(e)), buf_str(&inside)));
	buf_free(&inside);
}

static void mend_take(struct verdict *v, struct verdict_deadlock *d,
		      const struct verdict_evidence *e)
{
	const char *at = verdict_place_say(v, last_place(e)),
		   *first = verdict_place_say(v, e->chain[0]);

	if (v->l->classes.at[e->outer].kind == FACTS_KIND_READSIDE) {
		/* the lock is what the thread, the work or the counter's holder needs */
	} else if (verdict_is_read_side(v, e->outer)) {
		add_mend(d, VERDICT_MEND_FIRST, e,
			 verdict_say(v, "take %s first, outside of %s, which is entered in %s",
				     verdict_class_name(v, e->inner), held_name(v, e->outer),
				     first));
		add_mend(d, VERDICT_MEND_DROP, e,
			 verdict_say(v, "leave %s before %s is taken in %s", held_name(v, e->outer),
				     verdict_class_name(v, e->inner), at));
	} else {
		add_mend(d, VERDICT_MEND_FIRST, e,
			 verdict_say(v, "take %s first, before %s is taken in %s",
				     verdict_class_name(v, e->inner),
				     verdict_class_name(v, e->outer), first));
		add_mend(d, VERDICT_MEND_DROP, e,
			 verdict_say(v, "drop %s before %s is taken in %s",
				     verdict_class_name(v, e->outer),
				     verdict_class_name(v, e->inner), at));
	}
	mend_leaf(v, d, e);
}

static void mend_self(struct verdict *v, struct verdict_deadlock *d)
{
	const struct verdict_evidence *e = &d->edges[0];

	add_mend(d, VERDICT_MEND_AGAIN, e,
		 verdict_say(
			 v, "do not take %s again in %s: call a variant that expects it to be held",
			 verdict_class_name(v, e->inner), verdict_place_say(v, last_place(e))));
	add_mend(d, VERDICT_MEND_DROP, e,
		 verdict_say(v, "drop %s before, it is taken in %s",
			     verdict_class_name(v, e->outer), verdict_place_say(v, e->chain[0])));
}

/* The edge that the fewest places make: the cheapest to turn round. */
static const struct verdict_evidence *rarest(struct verdict *v, const struct verdict_deadlock *d)
{
	const struct verdict_evidence *best = NULL;
	uint32_t fewest = UINT32_MAX;

	for (uint32_t i = 0; i < d->n; i++) {
		struct verdict_list list = { 0 };
		struct tally t;
		uint32_t places;

		if (d->edges[i].inner_mode == ORDER_WAIT)
			continue;
		verdict_evidence_add(v, &list, d->edges[i].outer, d->edges[i].inner,
				     WANT_TAKES | WANT_BLOCKING, false);
		t = verdict_evidence_tally(v, &list, false);
		vec_free(&list);
		places = t.inner < t.outer ? t.inner : t.outer;
		if (places < fewest) {
			fewest = places;
			best = &d->edges[i];
		}
	}
	return best;
}

void verdict_find_mends(struct verdict *v, struct verdict_deadlock *d)
{
	const struct verdict_evidence *take = rarest(v, d);

	if (d->n == 1 && d->edges[0].inner_mode != ORDER_WAIT) {
		mend_self(v, d);
		return;
	}
	for (uint32_t i = 0; i < d->n; i++)
		if (d->edges[i].inner_mode == ORDER_WAIT)
			mend_wait(v, d, &d->edges[i]);
	if (take)
		mend_take(v, d, take);
}
