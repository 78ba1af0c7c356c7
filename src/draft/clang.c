/* SPDX-License-Identifier: MIT */
/*
 * Orders as Clang's thread-safety attributes.  In C an attribute can only name what is declared
 * before it, in the same struct or at file scope: the later one of two members gets it.
 */
#include "draft/internal.h"

#include <stdlib.h>
#include <string.h>

static const struct lore_member *member_of(const struct lore *l, uint32_t cls)
{
	const struct lore_class *c = &l->classes.at[cls];

	for (size_t i = 0; c->owner && i < l->members.n; i++)
		if (l->members.at[i].owner == c->owner && l->members.at[i].member == c->member)
			return &l->members.at[i];
	return NULL;
}

static const char *global_type(const struct lore *l, uint32_t cls)
{
	for (size_t i = 0; i < l->globals.n; i++)
		if (l->globals.at[i].name == l->classes.at[cls].member)
			return lore_str(l, l->globals.at[i].type);
	return "";
}

static bool has_type(const struct lore *l, uint32_t cls)
{
	return l->classes.at[cls].owner ? member_of(l, cls) != NULL : *global_type(l, cls) != '\0';
}

/* Which of the two is declared later, and so carries the attribute; LORE_NONE: none can. */
static uint32_t carrier(const struct lore *l, const struct draft_edge *e)
{
	const struct lore_class *a = &l->classes.at[e->outer], *b = &l->classes.at[e->inner];
	const struct lore_member *x = member_of(l, e->outer), *y = member_of(l, e->inner);

	if (e->is_wait || draft_is_read_side(l, e->outer) || draft_is_read_side(l, e->inner))
		return LORE_NONE;
	if (!has_type(l, e->outer) || !has_type(l, e->inner))
		return LORE_NONE;
	if (strchr(lore_str(l, a->member), '.') || strchr(lore_str(l, b->member), '.'))
		return LORE_NONE;
	if (!a->owner && !b->owner)
		return e->inner;
	if (a->owner != b->owner || !x || !y)
		return a->owner && !b->owner   ? e->outer
		       : !a->owner && b->owner ? e->inner
					       : LORE_NONE;
	return x > y ? e->outer : e->inner;
}

static void add_names(struct buf *b, const struct lore *l, const struct draft_edges *e,
		      uint32_t cls, bool is_after)
{
	bool any = false;

	for (size_t i = 0; i < e->n; i++) {
		uint32_t other = is_after ? e->at[i].outer : e->at[i].inner;

		if (carrier(l, &e->at[i]) != cls ||
		    (is_after ? e->at[i].inner : e->at[i].outer) != cls)
			continue;
		buf_addf(b, "%s%s",
			 any	    ? ", "
			 : is_after ? " __attribute__((acquired_after("
				    : " __attribute__((acquired_before(",
			 lore_str(l, l->classes.at[other].member));
		any = true;
	}
	if (any)
		buf_add(b, ")))");
}

static bool carries(const struct lore *l, const struct draft_edges *e, uint32_t cls)
{
	for (size_t i = 0; i < e->n; i++)
		if (carrier(l, &e->at[i]) == cls)
			return true;
	return false;
}

static void write_class(struct buf *out, const struct lore *l, const struct draft_edges *e,
			uint32_t cls)
{
	const struct lore_class *c = &l->classes.at[cls];
	const struct lore_member *m = member_of(l, cls);

	buf_add(out, c->owner ? "\t" : "extern ");
	draft_type(out, m ? lore_str(l, m->type) : global_type(l, cls));
	buf_addf(out, " %s", lore_str(l, c->member));
	add_names(out, l, e, cls, true);
	add_names(out, l, e, cls, false);
	buf_add(out, ";\n");
}

void draft_export_clang(const struct draft *d, const struct draft_edges *e, struct buf *out)
{
	const struct lore *l = d->l;
	uint32_t last = UINT32_MAX;

	buf_add(out, "/* Made by \"locklore doc --export clang\": the declarations with their "
		     "attributes, to be\n"
		     " * put in place of those in the code.  Check with -Wthread-safety "
		     "-Wthread-safety-beta. */\n");
	for (uint32_t c = 0; c < l->classes.n; c++)
		if (!l->classes.at[c].owner && carries(l, e, c))
			write_class(out, l, e, c);
	for (uint32_t c = 0; c < l->classes.n; c++) {
		uint32_t owner = l->classes.at[c].owner;

		if (!owner || !carries(l, e, c) || owner == last)
			continue;
		last = owner;
		buf_addf(out, "\n/* struct %s */\n", lore_str(l, owner));
		for (uint32_t k = 0; k < l->classes.n; k++)
			if (l->classes.at[k].owner == owner && carries(l, e, k))
				write_class(out, l, e, k);
	}
	for (size_t i = 0; i < e->n; i++)
		if (!e->at[i].is_wait && carrier(l, &e->at[i]) == LORE_NONE)
			buf_addf(out, "/* cannot be said by attributes: %s -> %s */\n",
				 draft_class(l, e->at[i].outer), draft_class(l, e->at[i].inner));
}
