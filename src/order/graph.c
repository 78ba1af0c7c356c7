/* SPDX-License-Identifier: MIT */
/*
 * graph.c - classes and edges.
 *
 * A pair of classes has a list of edges; pairs are found by a hash table and listed by their
 * first class.  Everything grows by doubling in the arena, so at most as much again is lost to
 * old tables.  An insertion takes all the memory it needs before it changes anything.
 */
#include "order/impl.h"

enum { FIRST_CLASSES = 64, FIRST_RECS = 256, FIRST_SLOTS = 256 };

struct order_graph *order_new(struct arena *a)
{
	struct order_graph *g = arena_alloc(a, sizeof(*g));

	if (!g)
		return NULL;
	memset(g, 0, sizeof(*g));
	g->arena = a;
	return g;
}

/* Room for one more element; the table at *at has `n` of them. */
static bool grow(struct order_graph *g, void **at, uint32_t n, uint32_t *cap, size_t size,
		 uint32_t first)
{
	uint32_t want = *cap ? *cap * 2 : first;
	void *bigger;

	if (n < *cap)
		return true;
	if (want <= *cap)
		return false;
	bigger = arena_alloc(g->arena, want * size);
	if (!bigger)
		return false;
	if (n)
		memcpy(bigger, *at, n * size);
	memset((char *)bigger + n * size, 0, (want - n) * size);
	*at = bigger;
	*cap = want;
	return true;
}

uint32_t order_class_add(struct order_graph *g)
{
	void *at = g->classes;

	if (g->n_classes == ORDER_NONE ||
	    !grow(g, &at, g->n_classes, &g->cap_classes, sizeof(*g->classes), FIRST_CLASSES))
		return ORDER_NONE;
	g->classes = at;
	return g->n_classes++;
}

uint32_t order_class_count(const struct order_graph *g)
{
	return g->n_classes;
}

/* ---- pairs ------------------------------------------------------------------------------- */

static uint32_t slot_of(const struct order_graph *g, uint32_t from, uint32_t to)
{
	uint64_t key = (uint64_t)from << 32 | to;
	uint32_t mask = g->cap_slots - 1;
	uint32_t i;

	key *= 0x9e3779b97f4a7c15ull;
	i = (uint32_t)(key >> 32) & mask;
	while (g->slots[i] && (g->slots[i]->from != from || g->slots[i]->to != to))
		i = (i + 1) & mask;
	return i;
}

struct order_pair *order_pair_find(const struct order_graph *g, uint32_t from, uint32_t to)
{
	return g->cap_slots ? g->slots[slot_of(g, from, to)] : NULL;
}

static bool grow_slots(struct order_graph *g)
{
	uint32_t old_cap = g->cap_slots, cap = old_cap ? old_cap * 2 : FIRST_SLOTS;
	struct order_pair **old = g->slots, **bigger;

	if (old_cap && g->n_pairs < old_cap / 4 * 3)
		return true;
	if (cap <= old_cap)
		return false;
	bigger = arena_alloc(g->arena, cap * sizeof(struct order_pair *));
	if (!bigger)
		return false;
	memset(bigger, 0, cap * sizeof(struct order_pair *));
	g->slots = bigger;
	g->cap_slots = cap;
	for (uint32_t i = 0; i < old_cap; i++) {
		if (old[i])
			bigger[slot_of(g, old[i]->from, old[i]->to)] = old[i];
	}
	return true;
}

static void link_pair(struct order_graph *g, struct order_pair *p)
{
	struct order_class *c = &g->classes[p->from];

	g->slots[slot_of(g, p->from, p->to)] = p;
	g->n_pairs++;
	if (c->last)
		c->last->next = p;
	else
		c->first = p;
	c->last = p;
}

/* ---- edges ------------------------------------------------------------------------------- */

bool order_gates_within(const struct order_edge *few, const struct order_edge *many)
{
	uint32_t j = 0;

	for (uint32_t i = 0; i < few->n_gates; i++, j++) {
		while (j < many->n_gates && many->gates[j].cls < few->gates[i].cls)
			j++;
		if (j == many->n_gates || many->gates[j].cls != few->gates[i].cls ||
		    many->gates[j].mode != few->gates[i].mode)
			return false;
	}
	return true;
}

bool order_edge_alike(const struct order_edge *a, const struct order_edge *b)
{
	return a->from == b->from && a->to == b->to && a->from_mode == b->from_mode &&
	       a->to_mode == b->to_mode && a->is_try == b->is_try && a->thread == b->thread;
}

static bool gates_are_clean(const struct order_edge *e)
{
	for (uint32_t i = 0; i < e->n_gates; i++) {
		if ((i && e->gates[i - 1].cls >= e->gates[i].cls) || e->gates[i].cls == e->from ||
		    e->gates[i].mode >= ORDER_WAIT)
			return false;
	}
	return true;
}

bool order_gates_clean(struct order_edge *e, struct arena *a)
{
	struct order_held *clean;
	uint32_t n = 0;

	if (gates_are_clean(e))
		return true;
	clean = arena_alloc(a, e->n_gates * sizeof(*clean));
	if (!clean)
		return false;
	for (uint32_t i = 0; i < e->n_gates; i++) {
		struct order_held h = e->gates[i];
		uint32_t at = n;

		if (h.cls == e->from || h.mode >= ORDER_WAIT)
			continue;
		while (at && clean[at - 1].cls > h.cls)
			at--;
		if (at && clean[at - 1].cls == h.cls) {
			if (h.mode < clean[at - 1].mode)
				clean[at - 1].mode = h.mode;
			continue;
		}
		memmove(&clean[at + 1], &clean[at], (n - at) * sizeof(*clean));
		clean[at] = h;
		n++;
	}
	e->gates = clean;
	e->n_gates = n;
	return true;
}

void order_rec_sign(struct order_rec *r)
{
	const struct order_edge *e = &r->e;

	r->held_any = r->held_exclusive = 0;
	for (uint32_t i = 0; i <= e->n_gates; i++) {
		uint32_t cls = i < e->n_gates ? e->gates[i].cls : e->from;
		uint8_t mode = i < e->n_gates ? e->gates[i].mode : e->from_mode;

		r->held_any |= 1ull << (cls & 63);
		if (mode == ORDER_EXCLUSIVE)
			r->held_exclusive |= 1ull << (cls & 63);
	}
}

static struct order_rec *new_rec(struct order_graph *g, const struct order_edge *e)
{
	struct order_rec *r = arena_alloc(g->arena, sizeof(*r));
	struct order_held *gates = NULL;

	if (r && e->n_gates) {
		gates = arena_alloc(g->arena, e->n_gates * sizeof(*gates));
		if (!gates)
			return NULL;
		memcpy(gates, e->gates, e->n_gates * sizeof(*gates));
	}
	if (!r)
		return NULL;
	memset(r, 0, sizeof(*r));
	r->e = *e;
	r->e.gates = gates;
	r->is_live = true;
	order_rec_sign(r);
	return r;
}

static void link_rec(struct order_graph *g, struct order_pair *p, struct order_rec *r)
{
	for (struct order_rec *old = p->first; old; old = old->next) {
		if (order_edge_alike(&old->e, &r->e) && order_gates_within(&r->e, &old->e))
			old->is_live = false;
	}
	r->id = g->n_recs;
	g->recs[g->n_recs++] = r;
	if (p->last)
		p->last->next = r;
	else
		p->first = r;
	p->last = r;
	/* No bit ever goes away: an edge dies by one that has the same modes. */
	if (!r->e.is_try)
		p->modes |= (uint16_t)order_edge_bit(&r->e);
}

/* Is all that e says known?  Then the cheaper of two equal edges is the one that stays. */
static bool is_known(struct order_pair *p, const struct order_edge *e)
{
	for (struct order_rec *r = p ? p->first : NULL; r; r = r->next) {
		if (!r->is_live || !order_edge_alike(&r->e, e) || !order_gates_within(&r->e, e))
			continue;
		if (r->e.n_gates == e->n_gates && e->cost < r->e.cost) {
			r->e.cost = e->cost;
			r->e.tag = e->tag;
		}
		return true;
	}
	return false;
}

bool order_edge_add(struct order_graph *g, const struct order_edge *given, bool *fresh)
{
	struct order_edge e = *given;
	struct order_pair *p, *new_pair = NULL;
	struct order_rec *r;
	void *recs = g->recs;

	if (fresh)
		*fresh = false;
	if (e.from >= g->n_classes || e.to >= g->n_classes || e.from_mode >= ORDER_WAIT ||
	    e.to_mode >= ORDER_MODES || !order_gates_clean(&e, g->arena))
		return false;
	p = order_pair_find(g, e.from, e.to);
	if (is_known(p, &e))
		return true;
	if (!grow(g, &recs, g->n_recs, &g->cap_recs, sizeof(*g->recs), FIRST_RECS))
		return false;
	g->recs = recs;
	if (!p) {
		new_pair = arena_alloc(g->arena, sizeof(*new_pair));
		if (!new_pair || !grow_slots(g))
			return false;
	}
	r = new_rec(g, &e);
	if (!r)
		return false;
	if (!p) {
		memset(new_pair, 0, sizeof(*new_pair));
		new_pair->from = e.from;
		new_pair->to = e.to;
		link_pair(g, new_pair);
		p = new_pair;
	}
	link_rec(g, p, r);
	if (fresh)
		*fresh = true;
	return true;
}

const struct order_edge *order_edge_next(const struct order_graph *g, uint32_t from, uint32_t to,
					 uint32_t *at)
{
	const struct order_rec *r = NULL;

	/* *at is one more than the id of the edge before. */
	if (!*at) {
		const struct order_pair *p = order_pair_find(g, from, to);

		r = p ? p->first : NULL;
	} else if (*at <= g->n_recs) {
		r = g->recs[*at - 1];
		r = r->e.from == from && r->e.to == to ? r->next : NULL;
	}
	while (r && !r->is_live)
		r = r->next;
	if (!r)
		return NULL;
	*at = r->id + 1;
	return &r->e;
}

/* ---- two edges at once ------------------------------------------------------------------- */

static bool gates_exclude(const struct order_edge *a, const struct order_edge *b)
{
	uint32_t i = 0, j = 0;

	while (i < a->n_gates && j < b->n_gates) {
		if (a->gates[i].cls < b->gates[j].cls) {
			i++;
		} else if (a->gates[i].cls > b->gates[j].cls) {
			j++;
		} else if (order_excludes(a->gates[i].mode, b->gates[j].mode)) {
			return true;
		} else {
			i++;
			j++;
		}
	}
	return false;
}

static bool from_excludes(const struct order_edge *a, const struct order_edge *b)
{
	for (uint32_t i = 0; i < b->n_gates; i++) {
		if (b->gates[i].cls == a->from && order_excludes(b->gates[i].mode, a->from_mode))
			return true;
	}
	return false;
}

/*
 * Both threads hold everything of their edge: `from` is no less a reason to keep another thread
 * out than a gate is.
 */
bool order_coexist(const struct order_rec *a, const struct order_rec *b)
{
	const struct order_edge *x = &a->e, *y = &b->e;

	if (x->thread != ORDER_ANY_THREAD && x->thread == y->thread)
		return false;
	if (!(a->held_exclusive & b->held_any) && !(b->held_exclusive & a->held_any))
		return true;
	if (x->from == y->from && order_excludes(x->from_mode, y->from_mode))
		return false;
	return !from_excludes(x, y) && !from_excludes(y, x) && !gates_exclude(x, y);
}
