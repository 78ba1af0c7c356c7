/* SPDX-License-Identifier: MIT */
#include "facts/facts.h"

#include <stdlib.h>

struct facts_unit *facts_new(void)
{
	struct facts_unit *u = xcalloc(1, sizeof(*u));

	u->str = strtab_new();
	return u;
}

static void func_free(struct facts_func *f)
{
	vec_free(&f->params);
	vec_free(&f->values);
	vec_free(&f->events);
	vec_free(&f->blocks);
	vec_free(&f->list);
	vec_free(&f->cases);
}

void facts_free(struct facts_unit *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < u->funcs.n; i++)
		func_free(&u->funcs.at[i]);
	vec_free(&u->syms);
	vec_free(&u->locs);
	vec_free(&u->funcs);
	vec_free(&u->inits);
	vec_free(&u->members);
	vec_free(&u->varnames);
	vec_free(&u->offsets);
	strtab_free(u->str);
	free(u);
}
