/* SPDX-License-Identifier: MIT */
/* state.c - operations on one lock state. */
#include "analyse/state.h"

#include <string.h>

/* Do both mean the same lock where a value is a choice among locks? */
static bool same_choices(const struct flow *w, const struct state *a, const struct state *b)
{
	for (unsigned i = 0; i < a->n_vals; i++) {
		const struct expr *key = &w->p->exprs.at[a->vals[i].key];
		const struct val *other;

		if (key->op != X_VALUE || key->a != w->id || !w->is_choice[key->b] || a->vals[i].alias == NONE)
			continue;
		other = state_val(b, a->vals[i].key);
		if (other && other->alias != NONE && other->alias != a->vals[i].alias)
			return false;
	}
	return true;
}

bool state_same_locks(const struct flow *w, const struct state *a, const struct state *b)
{
	if (a->n_held != b->n_held || a->n_dropped != b->n_dropped)
		return false;
	for (unsigned i = 0; i < a->n_held; i++)
		if (a->held[i].expr != b->held[i].expr || a->held[i].cls != b->held[i].cls ||
		    a->held[i].mode != b->held[i].mode)
			return false;
	return memcmp(a->dropped, b->dropped, a->n_dropped * sizeof(a->dropped[0])) == 0 && same_choices(w, a, b);
}

static bool join_held(struct prog *p, struct state *into, const struct state *s)
{
	bool changed = false;

	for (unsigned i = 0; i < into->n_held; i++) {
		struct hl *h = &into->held[i];
		uint32_t both = origins_union(p, h->oset, s->held[i].oset);

		changed |= both != h->oset;
		h->oset = both;
		if (s->held[i].depth > h->depth) {
			h->depth = s->held[i].depth;
			changed = true;
		}
	}
	return changed;
}

static bool join_vals(struct state *into, const struct state *s)
{
	bool changed = false;
	unsigned n = 0;

	for (unsigned i = 0; i < into->n_vals; i++) {
		struct val v = into->vals[i];
		const struct val *other = state_val(s, v.key);
		struct av av;

		if (!other) {
			changed = true;
			continue;
		}
		av = av_join(v.av, other->av);
		if (av.mask != v.av.mask || av.is_const != v.av.is_const || av.is_not != v.av.is_not || av.c != v.av.c || (other->is_old && !v.is_old) ||
		    v.alias != other->alias || v.alias_value != other->alias_value) {
			struct val was = v;

			v.av = av;
			v.is_old |= other->is_old;
			if (v.alias != other->alias)
				v.alias = NONE;
			if (v.alias_value != other->alias_value)
				v.alias_value = NONE;
			changed |= memcmp(&was.av, &v.av, sizeof(v.av)) || was.is_old != v.is_old ||
				   was.alias != v.alias || was.alias_value != v.alias_value;
		}
		if (!av_knows(v.av) && v.alias == NONE && v.alias_value == NONE)
			continue;
		into->vals[n++] = v;
	}
	into->n_vals = n;
	return changed;
}

static bool add_released(struct prog *p, struct state *s, const struct released *r)
{
	for (unsigned i = 0; i < s->n_released; i++)
		if (s->released[i].cls == r->cls) {
			uint32_t both = origins_union(p, s->released[i].oset, r->oset);
			bool changed = both != s->released[i].oset;

			s->released[i].oset = both;
			if (r->event < s->released[i].event)
				s->released[i].event = r->event;
			return changed;
		}
	if (s->n_released == MAX_RELEASED)
		return false;
	s->released[s->n_released++] = *r;
	return true;
}

bool state_join(struct prog *p, struct state *into, const struct state *s)
{
	bool changed = join_held(p, into, s);

	if (into->is_failed && !s->is_failed) {
		into->is_failed = false;
		changed = true;
	}
	changed |= join_vals(into, s);
	for (unsigned i = 0; i < s->n_released; i++)
		changed |= add_released(p, into, &s->released[i]);
	return changed;
}

const struct val *state_val(const struct state *s, uint32_t key)
{
	for (unsigned i = 0; i < s->n_vals; i++)
		if (s->vals[i].key == key)
			return &s->vals[i];
	return NULL;
}

void state_forget(struct state *s, uint32_t key)
{
	for (unsigned i = 0; i < s->n_vals; i++)
		if (s->vals[i].key == key) {
			memmove(&s->vals[i], &s->vals[i + 1], (s->n_vals - i - 1) * sizeof(s->vals[0]));
			s->n_vals--;
			return;
		}
}

void state_set(struct state *s, struct val v)
{
	state_forget(s, v.key);
	if (!av_knows(v.av) && v.alias == NONE && v.alias_value == NONE)
		return;
	if (s->n_vals == MAX_VALS) /* the oldest knowledge goes first */
		state_forget(s, s->vals[0].key);
	s->vals[s->n_vals++] = v;
}

static int order_of(const struct hl *a, const struct hl *b)
{
	if (a->cls != b->cls)
		return a->cls < b->cls ? -1 : 1;
	return a->expr < b->expr ? -1 : a->expr > b->expr;
}

bool state_take(struct flow *w, struct state *s, struct hl h)
{
	unsigned i = 0;

	while (i < s->n_held && order_of(&s->held[i], &h) < 0)
		i++;
	if (i < s->n_held && order_of(&s->held[i], &h) == 0) {
		if (s->held[i].depth < 3)
			s->held[i].depth++;
		s->held[i].oset = origins_union(w->p, s->held[i].oset, h.oset);
		return true;
	}
	if (s->n_held == MAX_HELD) {
		w->was_cut = true;
		return false;
	}
	memmove(&s->held[i + 1], &s->held[i], (s->n_held - i) * sizeof(h));
	h.depth = h.depth ? h.depth : 1;
	s->held[i] = h;
	s->n_held++;
	return true;
}

static void unhold(struct flow *w, struct state *s, unsigned i, uint32_t event)
{
	struct hl *h = &s->held[i];

	if (h->depth > 1) {
		h->depth--;
		return;
	}
	add_released(w->p, s, &(struct released){h->cls, h->oset, event});
	memmove(h, h + 1, (s->n_held - i - 1) * sizeof(*h));
	s->n_held--;
}

void state_drop_any(struct flow *w, struct state *s, uint32_t cls, uint32_t event)
{
	for (unsigned i = s->n_held; i-- > 0;)
		if (s->held[i].cls == cls && w->p->exprs.at[s->held[i].expr].op == X_ANY) {
			s->held[i].depth = 1;
			unhold(w, s, i, event);
		}
}

bool state_drop(struct flow *w, struct state *s, uint32_t expr, uint32_t cls, uint32_t event, struct hl *was)
{
	int found = -1;

	for (unsigned i = 0; i < s->n_held; i++)
		if (s->held[i].expr == expr)
			found = (int)i;
	for (unsigned i = s->n_held; found < 0 && cls != NONE && i-- > 0;)
		if (s->held[i].cls == cls)
			found = (int)i;
	if (found < 0)
		return false;
	*was = s->held[found];
	unhold(w, s, (unsigned)found, event);
	return true;
}

void state_note_dropped(struct flow *w, struct state *s, uint32_t expr, uint32_t cls)
{
	struct lockref r = {expr, cls};
	unsigned i = 0;

	for (unsigned j = 0; j < s->n_released; j++)
		if (s->released[j].cls == cls && cls != NONE)
			return; /* it was this function's own: a loop that drops what a loop has taken */
	while (i < s->n_dropped && memcmp(&s->dropped[i], &r, sizeof(r)) < 0)
		i++;
	if (i < s->n_dropped && memcmp(&s->dropped[i], &r, sizeof(r)) == 0)
		return;
	if (s->n_dropped == MAX_DROPPED) {
		w->was_cut = true;
		return;
	}
	memmove(&s->dropped[i + 1], &s->dropped[i], (s->n_dropped - i) * sizeof(r));
	s->dropped[i] = r;
	s->n_dropped++;
}

/* Values of the block are computed anew: what was held under their names is some other instance. */
void state_stale(struct flow *w, struct state *s, uint32_t block)
{
	struct state fresh = *s;
	bool any = false;

	for (unsigned i = 0; i < s->n_held; i++) {
		const struct expr *e = &w->p->exprs.at[s->held[i].expr];

		if (!e->has_value)
			continue;
		while (e->op == X_FIELD || e->op == X_DEREF || e->op == X_INDEX)
			e = &w->p->exprs.at[e->a];
		any |= e->op == X_VALUE && e->a == w->id && w->f->values.at[e->b].block == block;
	}
	for (unsigned i = s->n_vals; i-- > 0;) {
		const struct expr *e = &w->p->exprs.at[s->vals[i].key];

		while (e->op == X_FIELD || e->op == X_DEREF || e->op == X_INDEX)
			e = &w->p->exprs.at[e->a];
		if (e->op == X_VALUE && e->a == w->id && w->f->values.at[e->b].block == block)
			state_forget(s, s->vals[i].key);
	}
	if (!any)
		return;
	s->n_held = 0;
	for (unsigned i = 0; i < fresh.n_held; i++) {
		struct hl h = fresh.held[i];
		const struct expr *e = &w->p->exprs.at[h.expr];

		while (e->op == X_FIELD || e->op == X_DEREF || e->op == X_INDEX)
			e = &w->p->exprs.at[e->a];
		if (e->op == X_VALUE && e->a == w->id && w->f->values.at[e->b].block == block) {
			h.expr = expr_any(w->p, h.expr, h.cls);
			h.depth = 1;
			for (unsigned j = 0; j < s->n_held; j++)
				if (s->held[j].expr == h.expr && s->held[j].cls == h.cls) {
					s->held[j].oset = origins_union(w->p, s->held[j].oset, h.oset);
					h.depth = 0;
				}
			if (!h.depth)
				continue;
		}
		state_take(w, s, h);
	}
}

/* Other code ran: what was read from memory may have changed. */
void state_age(struct prog *p, struct state *s)
{
	for (unsigned i = 0; i < s->n_vals; i++)
		if (p->exprs.at[s->vals[i].key].op == X_DEREF)
			s->vals[i].is_old = true;
}
