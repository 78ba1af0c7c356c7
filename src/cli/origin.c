/* SPDX-License-Identifier: MIT */
#include "cli/origin.h"

#include <string.h>

enum { MAX_STEPS = 8 }; /* of a chain; each costs a run of git */

/* The row of a file of today, or NULL. */
static const struct git_change *change_of(const struct git_changes *changes, const char *name)
{
	for (size_t i = 0; changes && i < changes->n; i++)
		if (changes->at[i].now && strcmp(changes->at[i].now, name) == 0)
			return &changes->at[i];
	return NULL;
}

/*
 * The path that the file of a place has at rev, relative to top; NULL: outside, or the same file at
 * `since`, where no line can be newer.  Caller frees with free().
 */
static char *name_at_rev(const struct origin *o, uint32_t file)
{
	const char *root = lore_str(o->l, o->l->root);
	char *folder = realpath(root, NULL);
	char *whole = path_join(folder ? folder : root, lore_str(o->l, file));
	char *real = realpath(whole, NULL); /* NULL: it is not there today */
	const char *path = real ? real : whole, *name = path_below(o->top, path);
	const struct git_change *now = change_of(o->changes, name);
	char *out = NULL;

	if (name != path && (!o->since || now || change_of(o->since_changes, name)))
		out = xstrdup(now && now->then ? now->then : name);
	free(real);
	free(whole);
	free(folder);
	return out;
}

/* 1 + index in found, or 0. */
static uint64_t blame(struct origin *o, uint32_t place)
{
	const struct lore_place *p = &o->l->places.at[place];
	uint64_t *slot = map_slot(&o->seen, (uint64_t)p->file << 32 | p->line, UINT64_MAX);
	struct git_origin found = { 0 };
	struct diag d;
	char *name;

	if (*slot != UINT64_MAX)
		return *slot;
	*slot = 0;
	name = name_at_rev(o, p->file);
	if (name && git_blame(o->top, o->since, o->rev, name, p->line, &found, &d) && !found.is_boundary) {
		vec_push(&o->found, found);
		*slot = o->found.n;
	} else {
		git_origin_free(&found);
	}
	free(name);
	return *slot;
}

bool origin_of(void *origin, const struct verdict_evidence *e, struct report_origin *out)
{
	struct origin *o = origin;
	uint32_t steps = !o->since ? 1 : e->n_chain < MAX_STEPS ? e->n_chain : MAX_STEPS;

	for (uint32_t i = 0; i < steps; i++) {
		uint64_t at = blame(o, e->chain[e->n_chain - 1 - i]);
		const struct git_origin *g = at ? &o->found.at[at - 1] : NULL;

		if (!g)
			continue;
		*out = (struct report_origin){ g->commit, g->date ? g->date : "",
					       g->subject ? g->subject : "" };
		return true;
	}
	return false;
}

void origin_free(struct origin *o)
{
	for (size_t i = 0; i < o->found.n; i++)
		git_origin_free(&o->found.at[i]);
	vec_free(&o->found);
	map_free(&o->seen);
}
