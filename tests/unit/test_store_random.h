/* SPDX-License-Identifier: MIT */
/* test_store_random.h - random lores of any size, and what it means that two are equal. */
#ifndef TEST_STORE_RANDOM_H
#define TEST_STORE_RANDOM_H

#include <stdlib.h>
#include <string.h>

#include "lore/lore.h"

struct random_size { uint32_t classes, funcs, places, sets, witnesses, steps, takes, calls, names; };

static uint64_t random_state;

static inline uint32_t random_below(uint32_t n)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return n ? (uint32_t)((random_state >> 33) % n) : 0;
}

static inline uint32_t random_name(struct lore *l, const char *prefix, uint32_t n)
{
	char *s = xasprintf("%s_%05u", prefix, n);
	uint32_t id = strtab_id(l->str, s);

	free(s);
	return id;
}

static inline uint32_t random_ref(uint32_t n)
{
	return random_below(8) ? random_below(n) : LORE_NONE;
}

static inline void random_classes(struct lore *l, const struct random_size *z)
{
	for (uint32_t i = 0; i < z->classes; i++)
		vec_push(&l->classes, (struct lore_class){
			.name = random_name(l, "obj->lock", i), .owner = random_name(l, "struct", i / 3),
			.member = random_name(l, "member", i), .kind = (uint8_t)random_below(FACTS_LOCK_KINDS),
			.is_local = random_below(2), .takes = random_below(99), .waits = random_below(9)});
	for (uint32_t i = 0; i < z->funcs; i++)
		vec_push(&l->funcs, (struct lore_func){
			.name = random_name(l, "function_of_some_length", i),
			.file = random_name(l, "arch/x86/some/where/file", random_below(1 + z->funcs / 30)),
			.line = random_below(9999), .is_static = random_below(2), .is_root = random_below(2),
			.is_thread = random_below(2)});
	for (uint32_t i = 0; i < z->places; i++) {
		uint32_t f = random_below(z->funcs);

		vec_push(&l->places, (struct lore_place){.func = f, .file = l->funcs.at[f].file,
							 .line = random_below(9999)});
	}
}

/* Held sets are drawn from a pool, as they are in life; element 0 is the empty one. */
struct random_set { uint32_t first, n; };

static inline struct random_set random_held(const struct lore *l, const struct random_size *z)
{
	uint32_t per = 4, pick = random_below(z->sets + 1);
	struct random_set s = {pick ? (pick - 1) * per : 0, pick ? 1 + (pick * 7) % per : 0};

	return s;
}

static inline void random_sets(struct lore *l, const struct random_size *z)
{
	for (uint32_t i = 0; i < z->sets; i++) {
		uint32_t cls = random_below(z->classes);

		for (uint32_t k = 0; k < 4; k++)
			vec_push(&l->helds, (struct lore_heldlock){
				(cls + k) % z->classes, (uint8_t)random_below(3)});
	}
}

static inline uint32_t random_chain(struct lore *l, const struct random_size *z, uint32_t n)
{
	uint32_t first = (uint32_t)l->steps.n;

	for (uint32_t i = 0; i < n; i++)
		vec_push(&l->steps, random_below(z->places));
	return first;
}

static inline int random_by_pair(const void *a, const void *b)
{
	const struct lore_witness *x = a, *y = b;

	if (x->outer != y->outer)
		return x->outer < y->outer ? -1 : 1;
	if (x->inner != y->inner)
		return x->inner < y->inner ? -1 : 1;
	return x->chain < y->chain ? -1 : x->chain > y->chain;
}

static inline void random_witnesses(struct lore *l, const struct random_size *z)
{
	for (uint32_t i = 0; i < z->witnesses; i++) {
		struct random_set held = random_held(l, z), gates = random_held(l, z);
		uint32_t n = 1 + random_below(2 * z->steps);
		uint32_t chain = random_chain(l, z, n);

		vec_push(&l->witnesses, (struct lore_witness){
			.outer = random_below(z->classes), .inner = random_below(z->classes),
			.outer_mode = (uint8_t)random_below(3), .inner_mode = (uint8_t)random_below(4),
			.flags = (uint8_t)random_below(64), .assumptions = (uint8_t)random_below(4),
			.outer_place = l->steps.at[chain], .inner_place = l->steps.at[chain + n - 1],
			.entry_place = random_ref(z->places), .chain = chain, .n_chain = n,
			.held = held.first, .n_held = held.n, .gates = gates.first, .n_gates = gates.n,
			.thread = random_below(9) ? 0 : 1 + random_below(z->funcs)});
	}
	if (l->witnesses.n)
		qsort(l->witnesses.at, l->witnesses.n, sizeof(*l->witnesses.at), random_by_pair);
}

static inline void random_takes(struct lore *l, const struct random_size *z)
{
	for (uint32_t i = 0; i < z->takes; i++) {
		struct random_set held = random_held(l, z);
		uint32_t n = random_below(z->steps);

		vec_push(&l->takes, (struct lore_take){
			.cls = random_below(z->classes), .mode = (uint8_t)random_below(4),
			.flags = (uint8_t)random_below(16), .place = random_below(z->places),
			.must = held.first, .n_must = held.n, .bare = random_chain(l, z, n), .n_bare = n});
	}
	for (uint32_t i = 0; i < z->takes / 10; i++) {
		uint32_t n = random_below(z->steps);

		vec_push(&l->released, (struct lore_released){
			random_below(z->classes), random_below(z->classes), random_chain(l, z, n), n});
	}
	for (uint32_t i = 0; i < z->calls; i++) {
		struct random_set must = random_held(l, z), may = random_held(l, z);

		vec_push(&l->calls, (struct lore_call){
			.caller = random_below(z->funcs), .callee = random_ref(z->funcs),
			.place = random_below(z->places), .kind = (uint8_t)random_below(4),
			.must = must.first, .n_must = must.n, .may = may.first, .n_may = may.n,
			.what = random_below(4) ? 0 : random_name(l, "what", random_below(z->names + 1))});
	}
}

static inline void random_names(struct lore *l, const struct random_size *z)
{
	for (uint32_t i = 0; i < z->names; i++) {
		uint32_t owner = random_name(l, "struct", random_below(z->names));
		uint32_t name = random_name(l, "member", random_below(z->names));

		vec_push(&l->slots, (struct lore_slot){owner, name, random_below(z->funcs),
						       random_below(2) ? name : 0});
		vec_push(&l->members, (struct lore_member){owner, name, random_below(2) ? owner : 0,
			random_below(2), (uint8_t)random_below(FACTS_LOCK_KINDS)});
		vec_push(&l->varnames, (struct lore_varname){owner, name, random_below(50)});
		vec_push(&l->globals, (struct lore_global){name, owner, (uint8_t)random_below(8)});
		vec_push(&l->findings, (struct lore_finding){name, (uint8_t)random_below(4),
			z->places ? random_ref(z->places) : LORE_NONE, random_name(l, "it is so: ", i)});
	}
}

static inline struct lore *random_lore(uint64_t seed, const struct random_size *z)
{
	struct lore *l = lore_new();

	random_state = seed;
	l->tree = random_name(l, "linux", random_below(9));
	l->configuration = random_name(l, "x86_64 gcc", random_below(9));
	l->root = random_name(l, "/some/where", 1);
	l->date = strtab_id(l->str, "2024-01-31");
	l->n_units = random_below(1000);
	l->n_failed_units = 1 + random_below(1000);
	l->n_skipped_units = 2 + random_below(1000);
	l->n_unresolved = random_below(1000);
	l->n_caps_hit = random_below(1000);
	l->n_imprecise = random_below(1000);
	random_classes(l, z);
	random_sets(l, z);
	random_witnesses(l, z);
	random_takes(l, z);
	random_names(l, z);
	return l;
}

/* ---- equality: of contents; where in helds[] and steps[] they stand is nobody's business ---- */

struct both { const struct lore *a, *b; };

static inline bool same_str(struct both x, uint32_t a, uint32_t b)
{
	return strcmp(lore_str(x.a, a), lore_str(x.b, b)) == 0;
}

static inline bool same_held(struct both x, uint32_t a, uint32_t na, uint32_t b, uint32_t nb)
{
	for (uint32_t i = 0; na == nb && i < na; i++)
		if (x.a->helds.at[a + i].cls != x.b->helds.at[b + i].cls ||
		    x.a->helds.at[a + i].mode != x.b->helds.at[b + i].mode)
			return false;
	return na == nb;
}

static inline bool same_chain(struct both x, uint32_t a, uint32_t na, uint32_t b, uint32_t nb)
{
	return na == nb && (!na || memcmp(x.a->steps.at + a, x.b->steps.at + b, na * sizeof(uint32_t)) == 0);
}

#define SAME_ARRAY(array, body) do { \
	if (x.a->array.n != x.b->array.n) \
		return "number of " #array; \
	for (size_t i = 0; i < x.a->array.n; i++) { \
		__typeof__(&x.a->array.at[0]) p = &x.a->array.at[i], q = &x.b->array.at[i]; \
		if (!(body)) \
			return #array; \
	} \
} while (0)
#define STR(f) same_str(x, p->f, q->f)
#define NUM(f) (p->f == q->f)
#define HELD(f) same_held(x, p->f, p->n_##f, q->f, q->n_##f)
#define CHAIN(f) same_chain(x, p->f, p->n_##f, q->f, q->n_##f)

static inline bool same_meta(struct both x)
{
	const struct lore *p = x.a, *q = x.b;

	return STR(tree) && STR(configuration) && STR(root) && STR(date) && NUM(n_units) &&
	       NUM(n_failed_units) && NUM(n_skipped_units) && NUM(n_unresolved) &&
	       NUM(n_caps_hit) && NUM(n_imprecise);
}

static inline const char *different_base(struct both x)
{
	if (!same_meta(x))
		return "meta";
	SAME_ARRAY(classes, STR(name) && STR(owner) && STR(member) && NUM(kind) && NUM(is_local) &&
		   NUM(takes) && NUM(waits));
	SAME_ARRAY(members, STR(owner) && STR(member) && STR(type) && NUM(is_pointer) && NUM(lock_kind));
	SAME_ARRAY(varnames, STR(owner) && STR(name) && NUM(count));
	SAME_ARRAY(globals, STR(name) && STR(type) && NUM(lock_kind));
	return NULL;
}

static inline const char *different_shared(struct both x)
{
	SAME_ARRAY(funcs, STR(name) && STR(file) && NUM(line) && NUM(is_static) && NUM(is_root) &&
		   NUM(is_thread));
	SAME_ARRAY(places, NUM(func) && STR(file) && NUM(line));
	SAME_ARRAY(slots, STR(owner) && STR(member) && NUM(func) && STR(table));
	SAME_ARRAY(findings, STR(code) && NUM(severity) && NUM(place) && STR(message));
	return NULL;
}

static inline const char *different_witnesses(struct both x)
{
	SAME_ARRAY(witnesses, NUM(outer) && NUM(inner) && NUM(outer_mode) && NUM(inner_mode) &&
		   NUM(flags) && NUM(assumptions) && NUM(outer_place) && NUM(inner_place) &&
		   NUM(entry_place) && CHAIN(chain) && HELD(held) && HELD(gates) && NUM(thread));
	return NULL;
}

static inline const char *different_takes(struct both x)
{
	SAME_ARRAY(takes, NUM(cls) && NUM(mode) && NUM(flags) && NUM(place) && HELD(must) && CHAIN(bare));
	SAME_ARRAY(released, NUM(cls) && NUM(wait) && CHAIN(chain));
	return NULL;
}

static inline const char *different_calls(struct both x)
{
	SAME_ARRAY(calls, NUM(caller) && NUM(callee) && NUM(place) && NUM(kind) && HELD(must) &&
		   HELD(may) && STR(what));
	return NULL;
}

/* NULL: equal; else the first array that differs. */
static inline const char *lore_different(const struct lore *a, const struct lore *b)
{
	struct both x = {a, b};
	const char *what = different_base(x);

	what = what ? what : different_shared(x);
	what = what ? what : different_witnesses(x);
	what = what ? what : different_takes(x);
	return what ? what : different_calls(x);
}

#endif
