/* SPDX-License-Identifier: MIT */
/*
 * bitcode_read(): load, translate, tidy up.
 */
#include "bitcode/internal.h"

static void bc_free(struct bc *bc)
{
	vec_free(&bc->types.all);
	vec_free(&bc->types.members);
	map_free(&bc->types.by_md);
	map_free(&bc->types.by_name);
	map_free(&bc->syms);
	map_free(&bc->sym_names);
	map_free(&bc->locs);
	map_free(&bc->loc_ids);
	map_free(&bc->scopes);
	map_free(&bc->files);
	map_free(&bc->owners);
	map_free(&bc->var_counts);
	vec_free(&bc->ops);
	vec_free(&bc->maybe);
	vec_free(&bc->maybe_from);
	module_free(bc);
}

struct facts_unit *bitcode_read(const char *path, const struct prim_table *prims, unsigned flags,
				struct diag *d)
{
	struct bc bc = { .prims = prims, .u = facts_new() };
	struct facts_unit *u = bc.u;

	if (module_load(&bc, path, d)) {
		unit_translate(&bc);
	} else {
		facts_free(u);
		u = NULL;
	}
	if (!(flags & BITCODE_LAST))
		bc_free(&bc);
	return u;
}
