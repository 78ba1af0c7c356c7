/* SPDX-License-Identifier: MIT */
/*
 * An address while it is being walked.  The walk goes down the debug info level by level; each
 * named struct on the way becomes a FIELD value, the members of anonymous ones are collected in
 * the prefix: FIELD(kvm, "irqfds.lock").  It never goes into a lock.
 */
#include "bitcode/internal.h"

static const struct want anything = { .kind = WANT_ANY };

uint32_t place_join(struct bc *bc, uint32_t prefix, uint32_t name)
{
	char *s;
	uint32_t id;

	if (!prefix || !name)
		return prefix ? prefix : name;
	s = xasprintf("%s.%s", strtab_str(bc->u->str, prefix), strtab_str(bc->u->str, name));
	id = strtab_id(bc->u->str, s);
	free(s);
	return id;
}

static uint32_t field(struct fn *fn, const struct place *p, uint32_t member, uint32_t type)
{
	struct bc *bc = fn->bc;
	struct facts_value *out = fn->out->values.at;
	struct facts_value v = { .op = FACTS_FIELD,
				 .a = p->val,
				 .b = p->owner,
				 .c = member,
				 .block = out[p->val].block };
	uint32_t id;

	if (types_is_composite(bc, type))
		v.type = bc->types.all.at[type].name;
	unit_mention(bc, p->owner);
	id = values_pure(fn, v);
	fn->from.at[id] = p->at;
	return p->is_element ? values_pure(fn, (struct facts_value){ .op = FACTS_INDEX,
								     .a = id,
								     .type = v.type,
								     .block = v.block })
			     : id;
}

/* The address as a value. */
uint32_t place_value(struct fn *fn, const struct place *p)
{
	return p->prefix ? field(fn, p, p->prefix, p->type) : p->val;
}

static void settle(struct fn *fn, struct place *p, uint32_t val, uint32_t type)
{
	struct bc *bc = fn->bc;

	*p = (struct place){ .val = val, .type = type };
	if (types_is_composite(bc, type))
		p->owner = bc->types.all.at[type].name;
}

static void step_element(struct fn *fn, struct place *p, int64_t *rest)
{
	struct bc *bc = fn->bc;
	uint32_t elem = types_base(bc, p->type);
	uint64_t bytes = elem ? bc->types.all.at[elem].bytes : 0;
	struct facts_value v = { .op = FACTS_INDEX };

	*rest = bytes ? *rest % (int64_t)bytes : 0;
	if (p->prefix) { /* an array of anonymous structs: still on the way from p->val */
		p->is_element = true;
		p->type = elem;
		return;
	}
	v.a = p->val;
	v.block = fn->out->values.at[p->val].block;
	v.type = types_is_composite(bc, elem) ? bc->types.all.at[elem].name : 0;
	settle(fn, p, values_pure(fn, v), elem);
}

/* Is this the end of a named step, or is there only an anonymous struct on the way? */
static bool is_on_the_way(struct bc *bc, uint32_t t)
{
	while (t && bc->types.all.at[t].kind == TYPE_ARRAY)
		t = types_base(bc, t);
	return types_is_composite(bc, t) && !bc->types.all.at[t].name && !types_is_lock(bc, t);
}

bool place_step(struct fn *fn, struct place *p, int64_t *rest, const struct want *w)
{
	struct bc *bc = fn->bc;
	uint32_t m, type;
	struct type_member member;

	if (p->type && bc->types.all.at[p->type].kind == TYPE_ARRAY) {
		step_element(fn, p, rest);
		return true;
	}
	if (!types_is_composite(bc, p->type) || types_is_lock(bc, p->type))
		return false;
	m = layout_choose(bc, p->type, *rest, w);
	if (m == FACTS_NONE)
		return false;
	type = types_member(bc, m);
	member = bc->types.members.at[m];
	*rest -= (int64_t)member.at;
	p->at += member.at;
	p->prefix = place_join(bc, p->prefix, member.name);
	p->type = type;
	if (!is_on_the_way(bc, type) && p->prefix)
		settle(fn, p, field(fn, p, p->prefix, type), type);
	return true;
}

/* Up again: an address inside of a known struct, and an offset back to its start. */
static bool go_up(struct fn *fn, struct place *p, int64_t rest)
{
	struct bc *bc = fn->bc;
	uint32_t val = place_value(fn, p), owner = 0;

	while (rest < 0 && fn->out->values.at[val].op == FACTS_FIELD) {
		owner = fn->out->values.at[val].b;
		rest += (int64_t)fn->from.at[val];
		val = fn->out->values.at[val].a;
	}
	if (rest != 0 || !owner)
		return false;
	settle(fn, p, val,
	       types_named(bc, strtab_str(bc->u->str, owner),
			   strlen(strtab_str(bc->u->str, owner))));
	return true;
}

bool place_move(struct fn *fn, struct place *p, int64_t rest, bool deeper, const struct want *w)
{
	struct bc *bc = fn->bc;

	if (rest < 0)
		return go_up(fn, p, rest);
	while (rest > 0 || deeper) {
		if (p->type && types_is_lock(bc, p->type) &&
		    rest <= (int64_t)bc->types.all.at[p->type].bytes)
			return true; /* somewhere in the lock: the lock */
		if (!place_step(fn, p, &rest, rest ? w : &anything))
			return false;
		deeper = false;
	}
	return rest == 0;
}

bool place_descend(struct fn *fn, struct place *p, const struct want *w)
{
	struct bc *bc = fn->bc;
	struct place q = *p;
	int64_t rest = 0;

	if (!layout_fits(bc, q.type, 0, w, 0))
		return false;
	for (int depth = 0; depth < 16; depth++) {
		if (q.type && layout_is(bc, q.type, w)) {
			*p = q;
			return true;
		}
		if (!place_step(fn, &q, &rest, w))
			return false;
	}
	return false;
}

/* A variable or an access says that a struct of this type is here. */
void place_be(struct fn *fn, struct place *p, uint32_t type)
{
	struct bc *bc = fn->bc;
	struct want w = { .kind = WANT_NAMED, .name = bc->types.all.at[type].name };
	uint32_t val;

	if (!type || p->type == type)
		return;
	if (p->type && (!types_is_composite(bc, type) || !w.name))
		return; /* char *, void *: says less than is known */
	if (types_is_composite(bc, type) && w.name && types_is_composite(bc, p->type) &&
	    (bc->types.all.at[p->type].name == w.name || place_descend(fn, p, &w)))
		return;
	val = place_value(fn, p);
	settle(fn, p, val, type);
	if (!fn->out->values.at[val].type && types_is_composite(bc, type))
		fn->out->values.at[val].type = w.name;
}

void place_blind(struct fn *fn, struct place *p, const char *name, size_t n)
{
	struct facts_value *v;
	uint32_t val = place_value(fn, p);

	*p = (struct place){ .val = val, .owner = str_of(fn->bc, name, n) };
	v = &fn->out->values.at[val];
	if (!v->type)
		v->type = p->owner;
}

bool place_is_blind(const struct place *p)
{
	return !p->type && p->owner;
}

void place_move_blind(struct fn *fn, struct place *p, int64_t bytes)
{
	struct bc *bc = fn->bc;
	char *s;

	p->at += (uint64_t)bytes;
	s = xasprintf("%s@%llu", strtab_str(bc->u->str, p->owner), (unsigned long long)p->at);
	p->prefix = str_of(bc, s, strlen(s));
	free(s);
}

void place_first_blind(struct fn *fn, struct place *p)
{
	if (place_is_blind(p) && !p->prefix)
		place_move_blind(fn, p, 0);
}
