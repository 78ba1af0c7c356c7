/* SPDX-License-Identifier: MIT */
/*
 * Which member is at a byte offset.  In a union more than one is: then what the code does with
 * the address decides, and failing that, a lock is what people talk about.
 */
#include "bitcode/internal.h"

enum { MAX_DEPTH = 12 };

static bool covers(struct bc *bc, const struct type_member *m, int64_t at)
{
	return (uint64_t)at >= m->at && (uint64_t)at < m->at + (m->bytes ? m->bytes : 1);
}

bool layout_is(struct bc *bc, uint32_t t, const struct want *w)
{
	const struct type *ty = &bc->types.all.at[t];

	switch (w->kind) {
	case WANT_NAMED: return types_is_composite(bc, t) && ty->name == w->name;
	case WANT_BYTES:
		return ty->kind == (w->is_union ? TYPE_UNION : TYPE_STRUCT) && !ty->name &&
		       ty->bytes == w->bytes;
	case WANT_POINTER: return ty->kind == TYPE_POINTER;
	case WANT_SCALAR: return ty->kind == TYPE_OTHER && ty->bytes == w->bytes;
	case WANT_LOCK: return types_is_lock(bc, t);
	default: return true;
	}
}

static bool fits_inside(struct bc *bc, uint32_t t, int64_t at, const struct want *w, int depth)
{
	uint32_t n, first = types_members(bc, t, &n);

	for (uint32_t i = first; i < first + n; i++)
		if (covers(bc, &bc->types.members.at[i], at) &&
		    layout_fits(bc, types_member(bc, i), at - (int64_t)bc->types.members.at[i].at,
				w, depth + 1))
			return true;
	return false;
}

/* Is the wanted thing `rest` bytes into t? */
bool layout_fits(struct bc *bc, uint32_t t, int64_t rest, const struct want *w, int depth)
{
	uint32_t elem;
	uint64_t bytes;

	if (!t || depth > MAX_DEPTH)
		return false;
	if (rest == 0 && layout_is(bc, t, w))
		return true;
	if (bc->types.all.at[t].kind == TYPE_ARRAY) {
		elem = types_base(bc, t);
		bytes = elem ? bc->types.all.at[elem].bytes : 0;
		return layout_fits(bc, elem, bytes ? rest % (int64_t)bytes : rest, w, depth + 1);
	}
	return types_is_composite(bc, t) && !types_is_lock(bc, t) &&
	       fits_inside(bc, t, rest, w, depth);
}

/* First of those at this offset that has what is wanted; an empty one only if there is no other. */
uint32_t layout_choose(struct bc *bc, uint32_t t, int64_t at, const struct want *w)
{
	static const struct want lock = { .kind = WANT_LOCK };
	uint32_t n, first = types_members(bc, t, &n), found = FACTS_NONE, found_lock = FACTS_NONE;
	bool is_union = bc->types.all.at[t].kind == TYPE_UNION;

	for (uint32_t i = first; i < first + n; i++) {
		struct type_member m = bc->types.members.at[i];
		int64_t rest = at - (int64_t)m.at;

		if (!covers(bc, &m, at))
			continue;
		if (w->kind != WANT_ANY && layout_fits(bc, types_member(bc, i), rest, w, 0))
			return i;
		if (found_lock == FACTS_NONE && is_union &&
		    layout_fits(bc, types_member(bc, i), rest, &lock, 0))
			found_lock = i;
		if (found == FACTS_NONE || !bc->types.members.at[found].bytes)
			found = i;
	}
	return found_lock != FACTS_NONE ? found_lock : found;
}
