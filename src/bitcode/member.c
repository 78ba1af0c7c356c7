/* SPDX-License-Identifier: MIT */
/*
 * member_tables(): members that matter for names: of the structs that this unit mentions, the locks, the structs
 * inside that hold locks, and the pointers to structs that do.  offset_table(): where their locks,
 * structs and pointers stand, for units that know these structs by an `extern` alone.
 */
#include "bitcode/internal.h"

struct names {
	VEC(uint32_t);
};

struct found {
	struct bc *bc;
	struct {
		VEC(uint32_t);
	} todo;
	struct map done;
};

static void add(struct found *f, uint32_t owner, uint32_t member, uint32_t t)
{
	struct bc *bc = f->bc;
	uint32_t to = t, name;
	struct facts_member m = { .owner = owner, .member = member };

	while (to && bc->types.all.at[to].kind == TYPE_ARRAY)
		to = types_base(bc, to);
	m.lock_kind = types_lock_kind(bc, to);
	if (!m.lock_kind &&
	    prim_counter(bc->prims, strtab_str(bc->u->str, owner), strtab_str(bc->u->str, member)))
		m.lock_kind = FACTS_KIND_READSIDE;
	if (to && bc->types.all.at[to].kind == TYPE_POINTER) {
		m.is_pointer = true;
		to = types_base(bc, to);
	}
	name = types_is_composite(bc, to) ? bc->types.all.at[to].name : 0;
	if (!m.lock_kind && !(name && types_holds_lock(bc, to)))
		return;
	m.type = name;
	vec_push(&bc->u->members, m);
	if (!m.is_pointer && !m.lock_kind)
		vec_push(&f->todo, to);
}

/* Members of t, through anonymous structs, under the name of `owner`. */
static void members_of(struct found *f, uint32_t owner, uint32_t prefix, uint32_t t, int depth)
{
	struct bc *bc = f->bc;
	uint32_t n, first = types_members(bc, t, &n);

	for (uint32_t i = first; i < first + n; i++) {
		uint32_t type = types_member(bc, i), elem = type;
		uint32_t path = place_join(bc, prefix, bc->types.members.at[i].name);

		while (elem && bc->types.all.at[elem].kind == TYPE_ARRAY)
			elem = types_base(bc, elem);
		if (types_is_composite(bc, elem) && !bc->types.all.at[elem].name &&
		    !types_is_lock(bc, elem) && depth < 8)
			members_of(f, owner, path, elem, depth + 1);
		else if (path)
			add(f, owner, path, type);
	}
}

static int by_text(const void *a, const void *b, void *ctx)
{
	const struct strtab *str = ctx;

	return strcmp(strtab_str(str, *(const uint32_t *)a), strtab_str(str, *(const uint32_t *)b));
}

/* The structs that this unit mentions, by name; the caller frees. */
static struct names mentioned(struct bc *bc)
{
	struct names names = { 0 };

	for (size_t i = 0; i < bc->owners.cap; i++)
		if (bc->owners.used[i])
			vec_push(&names, (uint32_t)bc->owners.keys[i]);
	if (names.n)
		qsort_r(names.at, names.n, sizeof(*names.at), by_text, bc->u->str);
	return names;
}

void member_tables(struct bc *bc)
{
	struct found f = { .bc = bc };
	struct names names = mentioned(bc);

	for (size_t i = 0; i < names.n; i++) {
		const char *s = strtab_str(bc->u->str, names.at[i]);

		vec_push(&f.todo, types_named(bc, s, strlen(s)));
	}
	for (size_t i = 0; i < f.todo.n; i++) {
		uint32_t t = f.todo.at[i];

		if (!t || types_is_lock(bc, t) || *map_slot(&f.done, t, 0))
			continue;
		map_put(&f.done, t, 1);
		members_of(&f, bc->types.all.at[t].name, 0, t, 0);
	}
	vec_free(&names);
	vec_free(&f.todo);
	map_free(&f.done);
}

/* Members of t that a call or a lock may be reached through, `at` bytes in. */
static void offsets_of(struct bc *bc, uint32_t owner, uint32_t prefix, uint32_t t, uint64_t at, int depth)
{
	uint32_t n, first = types_members(bc, t, &n);

	for (uint32_t i = first; i < first + n; i++) {
		struct type_member m = bc->types.members.at[i];
		uint32_t type = types_member(bc, i), path = place_join(bc, prefix, m.name);

		while (type && bc->types.all.at[type].kind == TYPE_ARRAY)
			type = types_base(bc, type);
		if (types_is_composite(bc, type) && !bc->types.all.at[type].name &&
		    !types_is_lock(bc, type) && depth < 8)
			offsets_of(bc, owner, path, type, at + m.at, depth + 1);
		else if (path && (types_is_composite(bc, type) ||
				  (type && bc->types.all.at[type].kind == TYPE_POINTER)))
			vec_push(&bc->u->offsets,
				 (struct facts_offset){ owner, path, (uint32_t)(at + m.at) });
	}
}

void offset_table(struct bc *bc)
{
	struct names names = mentioned(bc);

	for (size_t i = 0; i < names.n; i++) {
		const char *s = strtab_str(bc->u->str, names.at[i]);
		uint32_t t = types_named(bc, s, strlen(s));

		if (t && !types_is_lock(bc, t))
			offsets_of(bc, names.at[i], 0, t, 0, 0);
	}
	vec_free(&names);
}
