/* SPDX-License-Identifier: MIT */
/*
 * orders.c - which orders are new, gone or reversed.
 *
 * One row per (outer, inner, taken or waited for).  Its ways are bits, one for each outer mode,
 * inner mode and trylock; the enums count from strong to weak, so that one way is covered by
 * another that is nowhere weaker.  What is covered on the other side is no change: where
 * A -> B was seen with both exclusive, A (read) -> B can cause nothing that was not there.
 */
#include <string.h>

#include "compare/internal.h"

enum { MODES = ORDER_WAIT, WAYS = MODES * MODES * 2 };

struct row {
	uint32_t outer, inner;
	bool is_wait;
	uint32_t places[COMPARE_SIDES];
	uint32_t best[COMPARE_SIDES][WAYS]; /* witness + 1; 0: none */
};

struct compare_table {
	struct { VEC(struct row); } rows;
	struct map at;     /* key of (outer, inner, is_wait) -> row */
	struct map places; /* (row, side, place) seen */
};

const char *compare_what_name(enum compare_what w)
{
	static const char *const names[] = { "reversed", "new", "gone" };

	return names[w];
}

static uint64_t row_key(uint32_t outer, uint32_t inner, bool is_wait)
{
	return (uint64_t)outer << 33 | (uint64_t)inner << 1 | is_wait;
}

static const struct row *find(const struct compare_table *t, uint32_t outer, uint32_t inner,
			      bool is_wait)
{
	uint64_t at;

	return map_get(&t->at, row_key(outer, inner, is_wait), &at) ? &t->rows.at[at] : NULL;
}

/* ---- ways -------------------------------------------------------------------------- */

static unsigned way_of(uint8_t outer_mode, uint8_t inner_mode, bool is_try)
{
	uint8_t inner = inner_mode == ORDER_WAIT ? 0 : inner_mode;

	return (outer_mode * MODES + inner) * 2u + is_try;
}

/* Is b in nothing weaker than a? */
static bool covers(unsigned b, unsigned a)
{
	return b / 2 / MODES <= a / 2 / MODES && b / 2 % MODES <= a / 2 % MODES && b % 2 <= a % 2;
}

static bool is_covered(const struct row *r, enum compare_when side, unsigned way)
{
	for (unsigned w = 0; w < WAYS; w++)
		if (r->best[side][w] && covers(w, way))
			return true;
	return false;
}

/* The strongest way of `side` that the other side does not cover; WAYS: none. */
static unsigned change_of(const struct row *r, enum compare_when side)
{
	for (unsigned w = 0; w < WAYS; w++)
		if (r->best[side][w] && !is_covered(r, !side, w))
			return w;
	return WAYS;
}

static bool is_there(const struct row *r, enum compare_when side)
{
	return r && r->places[side];
}

/* ---- from witnesses to rows ------------------------------------------------------------ */

static uint32_t weight(const struct lore_witness *w)
{
	return w->assumptions * 100000u + (w->n_chain < 99999 ? w->n_chain : 99999);
}

static struct row *row_at(struct compare_table *t, uint32_t outer, uint32_t inner, bool is_wait)
{
	uint64_t at = *map_slot(&t->at, row_key(outer, inner, is_wait), t->rows.n);

	if (at == t->rows.n) {
		struct row *r = vec_add(&t->rows);

		r->outer = outer;
		r->inner = inner;
		r->is_wait = is_wait;
	}
	return &t->rows.at[at];
}

static void add_witness(struct compare_table *t, const struct lore *l, enum compare_when side,
			const struct compare_ids *ids, uint32_t index)
{
	const struct lore_witness *w = &l->witnesses.at[index];
	struct row *r = row_at(t, ids->of[side][w->outer], ids->of[side][w->inner],
			       w->inner_mode == ORDER_WAIT);
	uint32_t *best = &r->best[side][way_of(w->outer_mode, w->inner_mode, w->flags & LORE_TRY)];
	uint64_t seen = (uint64_t)(r - t->rows.at) << 33 | (uint64_t)w->inner_place << 1 | side;

	if (!*best || weight(w) < weight(&l->witnesses.at[*best - 1]))
		*best = index + 1;
	if (!(*map_slot(&t->places, seen, 0))++)
		r->places[side]++;
}

static void fill(struct compare_table *t, const struct compare *c, const struct compare_ids *ids)
{
	for (unsigned s = 0; s < COMPARE_SIDES; s++)
		for (uint32_t i = 0; i < c->side[s].l->witnesses.n; i++)
			if (c->side[s].l->witnesses.at[i].n_chain)
				add_witness(t, c->side[s].l, s, ids, i);
}

/* ---- from rows to changes ----------------------------------------------------------------- */

static struct verdict_evidence evidence(const struct compare *c, enum compare_when side,
					const struct row *r, unsigned way)
{
	const struct lore *l = c->side[side].l;
	const struct lore_witness *w = &l->witnesses.at[r->best[side][way] - 1];

	return (struct verdict_evidence){
		.outer = w->outer, .inner = w->inner,
		.outer_mode = w->outer_mode, .inner_mode = w->inner_mode,
		.flags = w->flags, .assumptions = w->assumptions,
		.chain = &l->steps.at[w->chain], .n_chain = w->n_chain,
		.held = &l->helds.at[w->held], .n_held = w->n_held,
		.gates = &l->helds.at[w->gates], .n_gates = w->n_gates,
	};
}

/* What can block somebody comes first. */
static uint8_t rank(const struct compare *c, const struct compare_order *o, bool is_try)
{
	if (is_try)
		return 4;
	if (o->is_wait)
		return 0;
	if (!c->classes.at[o->inner].is_read_side && o->is_both)
		return c->classes.at[o->outer].is_read_side;
	if (!c->classes.at[o->inner].is_read_side)
		return o->is_mode ? 2 : 1;
	return 3;
}

static void add_change(struct compare *c, const struct compare_table *t, const struct row *r,
		       enum compare_when side)
{
	const struct row *inverse = find(t, r->inner, r->outer, r->is_wait);
	unsigned way = change_of(r, side);
	struct compare_order *o;

	if (way == WAYS)
		return;
	o = vec_add(&c->orders);
	o->what = side == COMPARE_AFTER ? COMPARE_NEW : COMPARE_GONE;
	o->outer = r->outer;
	o->inner = r->inner;
	o->is_wait = r->is_wait;
	o->is_mode = is_there(r, !side);
	o->is_both = side == COMPARE_AFTER && !r->is_wait && r->outer != r->inner &&
		     is_there(inverse, side);
	memcpy(o->places, r->places, sizeof(o->places));
	o->witness[side] = evidence(c, side, r, way);
	o->rank = rank(c, o, way % 2);
}

/* Was only r, is only its inverse? */
static const struct row *reversed(const struct compare_table *t, const struct row *r)
{
	const struct row *inverse;

	if (r->is_wait || r->outer == r->inner)
		return NULL;
	inverse = find(t, r->inner, r->outer, false);
	if (!is_there(r, COMPARE_BEFORE) || is_there(r, COMPARE_AFTER) ||
	    is_there(inverse, COMPARE_BEFORE) || !is_there(inverse, COMPARE_AFTER))
		return NULL;
	return inverse;
}

static void add_reversed(struct compare *c, const struct row *r, const struct row *inverse)
{
	unsigned then = change_of(r, COMPARE_BEFORE), now = change_of(inverse, COMPARE_AFTER);
	struct compare_order *o = vec_add(&c->orders);

	o->what = COMPARE_REVERSED;
	o->outer = r->outer;
	o->inner = r->inner;
	o->places[COMPARE_BEFORE] = r->places[COMPARE_BEFORE];
	o->places[COMPARE_AFTER] = inverse->places[COMPARE_AFTER];
	o->witness[COMPARE_BEFORE] = evidence(c, COMPARE_BEFORE, r, then);
	o->witness[COMPARE_AFTER] = evidence(c, COMPARE_AFTER, inverse, now);
	o->rank = rank(c, o, then % 2 && now % 2);
}

/* Classes are sorted by name, so that their numbers are the order of the names. */
static int by_rank(const void *pa, const void *pb)
{
	const struct compare_order *a = pa, *b = pb;

	if (a->what != b->what)
		return a->what < b->what ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->outer != b->outer)
		return a->outer < b->outer ? -1 : 1;
	if (a->inner != b->inner)
		return a->inner < b->inner ? -1 : 1;
	return a->is_wait - b->is_wait;
}

struct compare_table *compare_orders(struct compare *c, const struct compare_ids *ids)
{
	struct compare_table *t = xcalloc(1, sizeof(*t));

	fill(t, c, ids);
	for (size_t i = 0; i < t->rows.n; i++) {
		const struct row *r = &t->rows.at[i], *inverse = reversed(t, r);

		if (inverse) {
			add_reversed(c, r, inverse);
			continue;
		}
		inverse = find(t, r->inner, r->outer, false);
		if (inverse && reversed(t, inverse) && !r->is_wait)
			continue; /* told with its inverse */
		add_change(c, t, r, COMPARE_AFTER);
		add_change(c, t, r, COMPARE_BEFORE);
	}
	if (c->orders.n)
		qsort(c->orders.at, c->orders.n, sizeof(c->orders.at[0]), by_rank);
	return t;
}

bool compare_has(const struct compare_table *t, enum compare_when side, uint32_t outer,
		 uint32_t inner, uint8_t outer_mode, uint8_t inner_mode)
{
	const struct row *r = find(t, outer, inner, inner_mode == ORDER_WAIT);

	return r && is_covered(r, side, way_of(outer_mode, inner_mode, false));
}

void compare_table_free(struct compare_table *t)
{
	vec_free(&t->rows);
	map_free(&t->at);
	map_free(&t->places);
	free(t);
}
