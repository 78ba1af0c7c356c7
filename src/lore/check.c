/* SPDX-License-Identifier: MIT */
/*
 * check.c - is every index of a lore in range?
 *
 * What is read from a file passes through here before anybody follows an index, and what is
 * about to be written does too: one list of what holds, for both directions.
 */
#include "lore/lore.h"

#include <string.h>

struct check {
	const struct lore *l;
	const char *what;  /* table that is being looked at */
	size_t at;         /* its row */
	const char *fault; /* NULL: none so far */
};

static void must(struct check *c, bool ok, const char *fault)
{
	if (!ok && !c->fault)
		c->fault = fault;
}

static void string(struct check *c, uint32_t id)
{
	must(c, id < strtab_count(c->l->str), "has no such string");
}

static void class(struct check *c, uint32_t cls)
{
	must(c, cls < c->l->classes.n, "names a class that is not there");
}

static void place(struct check *c, uint32_t p)
{
	must(c, p < c->l->places.n, "names a place that is not there");
}

static void maybe_place(struct check *c, uint32_t p)
{
	if (p != LORE_NONE)
		place(c, p);
}

static void func(struct check *c, uint32_t f)
{
	must(c, f < c->l->funcs.n, "names a function that is not there");
}

static void mode(struct check *c, uint8_t m)
{
	must(c, m < ORDER_MODES, "has an unknown mode");
}

static void lock_kind(struct check *c, uint8_t kind)
{
	must(c, kind < FACTS_LOCK_KINDS, "has an unknown kind of lock");
}

static void range(struct check *c, size_t first, size_t n, size_t of, const char *fault)
{
	must(c, first <= of && n <= of - first, fault);
}

static void steps(struct check *c, uint32_t first, uint32_t n)
{
	range(c, first, n, c->l->steps.n, "has a chain that ends outside of the steps");
}

static void helds(struct check *c, uint32_t first, uint32_t n)
{
	range(c, first, n, c->l->helds.n, "has a held set that ends outside of the sets");
}

/* Runs `body` for each row `r` of an array, until the first fault. */
#define EACH(c, name, array, r, body) do { \
	(c)->what = (name); \
	for ((c)->at = 0; (c)->at < (c)->l->array.n && !(c)->fault; (c)->at++) { \
		__typeof__(&(c)->l->array.at[0]) r = &(c)->l->array.at[(c)->at]; \
		body \
	} \
} while (0)
/* The end of a pass: a fault keeps its row. */
#define STOP(c) do { if ((c)->fault) { (c)->at--; return; } } while (0)

static void classes(struct check *c)
{
	EACH(c, "class", classes, r, {
		string(c, r->name);
		string(c, r->owner);
		string(c, r->member);
		lock_kind(c, r->kind);
		if (!c->fault && c->at)
			must(c, strcmp(lore_str(c->l, r[-1].name), lore_str(c->l, r->name)) < 0,
			     "is not sorted by name, or is there twice");
	});
	STOP(c);
}

static void places(struct check *c)
{
	EACH(c, "function", funcs, r, { string(c, r->name); string(c, r->file); });
	STOP(c);
	EACH(c, "place", places, r, { func(c, r->func); string(c, r->file); });
	STOP(c);
	EACH(c, "step", steps, r, { place(c, *r); });
	STOP(c);
	EACH(c, "held", helds, r, { class(c, r->cls); mode(c, r->mode); });
	STOP(c);
}

static void witness(struct check *c, const struct lore_witness *w)
{
	class(c, w->outer);
	class(c, w->inner);
	mode(c, w->outer_mode);
	mode(c, w->inner_mode);
	place(c, w->outer_place);
	place(c, w->inner_place);
	maybe_place(c, w->entry_place);
	must(c, w->n_chain > 0, "has an empty chain");
	steps(c, w->chain, w->n_chain);
	helds(c, w->held, w->n_held);
	helds(c, w->gates, w->n_gates);
	must(c, w->thread <= c->l->funcs.n, "names a thread that is not there");
	if (c->at)
		must(c, w[-1].outer < w->outer || (w[-1].outer == w->outer && w[-1].inner <= w->inner),
		     "is not sorted by its classes");
}

static void events(struct check *c)
{
	EACH(c, "witness", witnesses, r, { witness(c, r); });
	STOP(c);
	EACH(c, "take", takes, r, {
		class(c, r->cls);
		mode(c, r->mode);
		place(c, r->place);
		helds(c, r->must, r->n_must);
		steps(c, r->bare, r->n_bare);
	});
	STOP(c);
	EACH(c, "released", released, r, {
		class(c, r->cls);
		class(c, r->wait);
		steps(c, r->chain, r->n_chain);
	});
	STOP(c);
	EACH(c, "call", calls, r, {
		func(c, r->caller);
		if (r->callee != LORE_NONE)
			func(c, r->callee);
		place(c, r->place);
		must(c, r->kind <= LORE_CALL_DEFER, "has an unknown kind of call");
		helds(c, r->must, r->n_must);
		helds(c, r->may, r->n_may);
		string(c, r->what);
	});
	STOP(c);
}

static void names(struct check *c)
{
	EACH(c, "slot", slots, r, {
		string(c, r->owner);
		string(c, r->member);
		string(c, r->table);
		func(c, r->func);
	});
	STOP(c);
	EACH(c, "member", members, r, {
		string(c, r->owner);
		string(c, r->member);
		string(c, r->type);
		lock_kind(c, r->lock_kind);
	});
	STOP(c);
	EACH(c, "varname", varnames, r, { string(c, r->owner); string(c, r->name); });
	STOP(c);
	EACH(c, "global", globals, r, {
		string(c, r->name);
		string(c, r->type);
		lock_kind(c, r->lock_kind);
	});
	STOP(c);
	EACH(c, "finding", findings, r, {
		string(c, r->code);
		string(c, r->message);
		maybe_place(c, r->place);
	});
	STOP(c);
}

bool lore_check(const struct lore *l, const char *name, struct diag *d)
{
	static void (*const pass[])(struct check *) = { classes, places, events, names };
	struct check c = { .l = l, .what = "meta" };

	string(&c, l->tree);
	string(&c, l->configuration);
	string(&c, l->root);
	string(&c, l->date);
	for (size_t i = 0; i < ARRAY_LEN(pass) && !c.fault; i++)
		pass[i](&c);
	if (c.fault)
		return diag_set(d, name, 0, "%s %zu %s", c.what, c.at, c.fault);
	return true;
}
