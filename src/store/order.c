/* SPDX-License-Identifier: MIT */
/*
 * order.c - the witnesses of one question, without reading those of all others.
 *
 * Rows name places, functions, files and held sets by their ids in the database.  They are read
 * as they are first; then the ids that occur are sorted, looked up one by one, and replaced by
 * indexes of the small arrays.  Sorted ids keep the order that the full arrays have.
 */
#include "store/internal.h"

#include <stdlib.h>

struct ids { VEC(uint32_t); };

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void ids_sort(struct ids *ids)
{
	size_t n = 0;

	if (ids->n)
		qsort(ids->at, ids->n, sizeof(*ids->at), compare);
	for (size_t i = 0; i < ids->n; i++)
		if (!n || ids->at[n - 1] != ids->at[i])
			ids->at[n++] = ids->at[i];
	ids->n = n;
}

/* Index of an id that is there. */
static uint32_t ids_index(const struct ids *ids, uint32_t id)
{
	const uint32_t *at = bsearch(&id, ids->at, ids->n, sizeof(id), compare);

	BUG_ON(!at);
	return (uint32_t)(at - ids->at);
}

/* One row by its id, as the only parameter; false: not there. */
static bool find(struct reader *r, sqlite3_stmt *st, uint32_t id)
{
	if (!st || r->failed)
		return false;
	sqlite3_reset(st);
	sqlite3_bind_int64(st, 1, id);
	if (reader_row(r, st))
		return true;
	reader_fail(r, "rows are missing");
	return false;
}

static void read_witnesses(struct reader *r, uint32_t outer, uint32_t inner)
{
	sqlite3_stmt *st;

	if (outer == LORE_NONE && inner == LORE_NONE)
		st = reader_begin(r, "SELECT " WITNESS_COLUMNS " FROM witness ORDER BY id");
	else if (outer == LORE_NONE)
		st = reader_begin(r, "SELECT " WITNESS_COLUMNS " FROM witness WHERE \"inner\" = ?2 "
				  "ORDER BY id");
	else if (inner == LORE_NONE)
		st = reader_begin(r, "SELECT " WITNESS_COLUMNS " FROM witness WHERE \"outer\" = ?1 "
				  "ORDER BY id");
	else
		st = reader_begin(r, "SELECT " WITNESS_COLUMNS " FROM witness WHERE "
				  "(\"outer\" = ?1 AND \"inner\" = ?2) OR "
				  "(\"outer\" = ?2 AND \"inner\" = ?1) ORDER BY id");
	if (st) {
		/* A parameter that the query does not have is refused, which is as well. */
		sqlite3_bind_int64(st, 1, outer);
		sqlite3_bind_int64(st, 2, inner);
	}
	while (reader_row(r, st))
		reader_witness(r, st, vec_add(&r->l->witnesses));
	reader_end(r, st, NULL, 0);
}

static void read_places(struct reader *r, struct ids *places)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT p.function, p.line, f.path FROM place p "
					"JOIN file f ON f.id = p.file WHERE p.id = ?");

	for (size_t i = 0; i < places->n && find(r, st, places->at[i]); i++) {
		struct lore_place *p = vec_add(&r->l->places);

		p->func = reader_u32(r, st, 0);
		p->line = reader_u32(r, st, 1);
		p->file = reader_str(r, st, 2);
	}
	reader_end(r, st, NULL, 0);
}

static void read_functions(struct reader *r, struct ids *funcs)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT u.name, u.line, u.is_static, u.is_root, "
					"u.is_thread, f.path FROM function u "
					"JOIN file f ON f.id = u.file WHERE u.id = ?");

	for (size_t i = 0; i < funcs->n && find(r, st, funcs->at[i]); i++) {
		struct lore_func *f = vec_add(&r->l->funcs);

		f->name = reader_str(r, st, 0);
		f->line = reader_u32(r, st, 1);
		f->is_static = reader_u8(r, st, 2);
		f->is_root = reader_u8(r, st, 3);
		f->is_thread = reader_u8(r, st, 4);
		f->file = reader_str(r, st, 5);
	}
	reader_end(r, st, NULL, 0);
}

static void read_held(struct reader *r, struct ids *sets)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT class, mode FROM held WHERE held = ? "
					"ORDER BY seq");

	for (size_t i = 0; i < sets->n && !r->failed; i++) {
		struct store_range range = {(uint32_t)r->l->helds.n, 0};

		if (sets->at[i] && find(r, st, sets->at[i]))
			do {
				struct lore_heldlock *h = vec_add(&r->l->helds);

				h->cls = reader_u32(r, st, 0);
				h->mode = reader_u8(r, st, 1);
				range.n++;
			} while (reader_row(r, st));
		vec_push(&r->held, range);
	}
	reader_end(r, st, NULL, 0);
}

static void use_sets(struct reader *r)
{
	struct ids sets = {0};

	for (size_t i = 0; i < r->l->witnesses.n; i++) {
		vec_push(&sets, r->l->witnesses.at[i].held);
		vec_push(&sets, r->l->witnesses.at[i].gates);
	}
	ids_sort(&sets);
	read_held(r, &sets);
	for (size_t i = 0; i < r->l->witnesses.n && !r->failed; i++) {
		struct lore_witness *w = &r->l->witnesses.at[i];
		struct store_range range = r->held.at[ids_index(&sets, w->held)];

		w->held = range.first;
		w->n_held = range.n;
		range = r->held.at[ids_index(&sets, w->gates)];
		w->gates = range.first;
		w->n_gates = range.n;
	}
	vec_free(&sets);
}

static void use_places(struct reader *r)
{
	struct lore *l = r->l;
	struct ids places = {0};

	for (size_t i = 0; i < l->steps.n; i++)
		vec_push(&places, l->steps.at[i]);
	for (size_t i = 0; i < l->witnesses.n; i++) {
		vec_push(&places, l->witnesses.at[i].outer_place);
		vec_push(&places, l->witnesses.at[i].inner_place);
		if (l->witnesses.at[i].entry_place != LORE_NONE)
			vec_push(&places, l->witnesses.at[i].entry_place);
	}
	ids_sort(&places);
	read_places(r, &places);
	for (size_t i = 0; i < l->steps.n; i++)
		l->steps.at[i] = ids_index(&places, l->steps.at[i]);
	for (size_t i = 0; i < l->witnesses.n; i++) {
		struct lore_witness *w = &l->witnesses.at[i];

		w->outer_place = ids_index(&places, w->outer_place);
		w->inner_place = ids_index(&places, w->inner_place);
		if (w->entry_place != LORE_NONE)
			w->entry_place = ids_index(&places, w->entry_place);
	}
	vec_free(&places);
}

static void use_functions(struct reader *r)
{
	struct lore *l = r->l;
	struct ids funcs = {0};

	for (size_t i = 0; i < l->places.n; i++)
		vec_push(&funcs, l->places.at[i].func);
	for (size_t i = 0; i < l->witnesses.n; i++)
		if (l->witnesses.at[i].thread)
			vec_push(&funcs, l->witnesses.at[i].thread - 1);
	ids_sort(&funcs);
	read_functions(r, &funcs);
	for (size_t i = 0; i < l->places.n; i++)
		l->places.at[i].func = ids_index(&funcs, l->places.at[i].func);
	for (size_t i = 0; i < l->witnesses.n; i++)
		if (l->witnesses.at[i].thread)
			l->witnesses.at[i].thread = 1 + ids_index(&funcs, l->witnesses.at[i].thread - 1);
	vec_free(&funcs);
}

bool store_add_order(const char *path, struct lore *base, uint32_t outer, uint32_t inner,
		     struct diag *d)
{
	struct reader r = {.path = path, .d = d, .l = base};
	struct diag fault;

	BUG_ON(base->funcs.n || base->places.n || base->steps.n || base->helds.n ||
	       base->witnesses.n);
	r.db = store_open(path, d);
	if (!r.db)
		return false;
	read_witnesses(&r, outer, inner);
	use_sets(&r);
	use_places(&r);
	use_functions(&r);
	if (!r.failed && !lore_check(base, "", &fault))
		reader_fail(&r, fault.text);
	sqlite3_close(r.db);
	reader_free(&r);
	return !r.failed;
}

static bool class_of(const struct lore *l, const char *canonical, const char *path, uint32_t *cls,
		     struct diag *d)
{
	*cls = canonical ? lore_class_find(l, canonical) : LORE_NONE;
	if (canonical && *cls == LORE_NONE)
		return diag_set(d, path, 0, "knows no lock class \"%s\"", canonical);
	return true;
}

struct lore *store_load_order(const char *path, const char *outer, const char *inner,
			      struct diag *d)
{
	struct lore *l = store_load(path, STORE_BASE, d);
	uint32_t o, i;

	if (!l)
		return NULL;
	if (class_of(l, outer, path, &o, d) && class_of(l, inner, path, &i, d) &&
	    store_add_order(path, l, o, i, d))
		return l;
	lore_free(l);
	return NULL;
}
