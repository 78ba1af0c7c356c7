/* SPDX-License-Identifier: MIT */
/* load.c - a database, or the parts of it that are asked for, as a lore. */
#include "store/internal.h"

#include <stdlib.h>


/* ---- STORE_BASE ------------------------------------------------------------------ */

static void load_meta(struct reader *r)
{
	struct lore *l = r->l;
	const struct { const char *name; uint32_t *str, *number; } keys[] = {
		{"tree", &l->tree, NULL}, {"configuration", &l->configuration, NULL},
		{"root", &l->root, NULL}, {"date", &l->date, NULL},
		{"units", NULL, &l->n_units}, {"failed_units", NULL, &l->n_failed_units},
		{"skipped_units", NULL, &l->n_skipped_units}, {"unresolved", NULL, &l->n_unresolved},
		{"caps_hit", NULL, &l->n_caps_hit}, {"imprecise", NULL, &l->n_imprecise},
	};
	sqlite3_stmt *st = reader_begin(r, "SELECT value FROM meta WHERE name = ?");

	for (size_t i = 0; i < ARRAY_LEN(keys) && st; i++) {
		sqlite3_reset(st);
		sqlite3_bind_text(st, 1, keys[i].name, -1, SQLITE_STATIC);
		if (!reader_row(r, st))
			reader_fail(r, "an entry of `meta` is missing");
		else if (keys[i].str)
			*keys[i].str = reader_str(r, st, 0);
		else
			*keys[i].number = reader_u32(r, st, 0);
	}
	reader_end(r, st, NULL, 0);
}

static void load_classes(struct reader *r)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT id, name, owner, member, kind, is_local, takes, "
					"waits FROM class ORDER BY id");

	while (reader_row(r, st)) {
		struct lore_class *c;

		reader_id(r, st, r->l->classes.n);
		c = vec_add(&r->l->classes);
		c->name = reader_str(r, st, 1);
		c->owner = reader_str(r, st, 2);
		c->member = reader_str(r, st, 3);
		c->kind = reader_u8(r, st, 4);
		c->is_local = reader_u8(r, st, 5);
		c->takes = reader_u32(r, st, 6);
		c->waits = reader_u32(r, st, 7);
	}
	reader_end(r, st, "class", r->l->classes.n);
}

static void load_members(struct reader *r)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT id, owner, member, type, is_pointer, kind "
					"FROM member ORDER BY id");

	while (reader_row(r, st)) {
		struct lore_member *m;

		reader_id(r, st, r->l->members.n);
		m = vec_add(&r->l->members);
		m->owner = reader_str(r, st, 1);
		m->member = reader_str(r, st, 2);
		m->type = reader_str(r, st, 3);
		m->is_pointer = reader_u8(r, st, 4);
		m->lock_kind = reader_u8(r, st, 5);
	}
	reader_end(r, st, "member", r->l->members.n);
}

static void load_variables(struct reader *r)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT id, owner, name, count FROM varname ORDER BY id");

	while (reader_row(r, st)) {
		struct lore_varname *v;

		reader_id(r, st, r->l->varnames.n);
		v = vec_add(&r->l->varnames);
		v->owner = reader_str(r, st, 1);
		v->name = reader_str(r, st, 2);
		v->count = reader_u32(r, st, 3);
	}
	reader_end(r, st, "varname", r->l->varnames.n);
	st = reader_begin(r, "SELECT id, name, type, kind FROM global ORDER BY id");
	while (reader_row(r, st)) {
		struct lore_global *g;

		reader_id(r, st, r->l->globals.n);
		g = vec_add(&r->l->globals);
		g->name = reader_str(r, st, 1);
		g->type = reader_str(r, st, 2);
		g->lock_kind = reader_u8(r, st, 3);
	}
	reader_end(r, st, "global", r->l->globals.n);
}

void load_base(struct reader *r)
{
	load_meta(r);
	load_classes(r);
	load_members(r);
	load_variables(r);
}

/* ---- what all other parts need ------------------------------------------------------ */

static void load_files(struct reader *r)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT id, path FROM file ORDER BY id");

	while (reader_row(r, st)) {
		reader_id(r, st, r->files.n);
		vec_push(&r->files, reader_str(r, st, 1));
	}
	reader_end(r, st, "file", r->files.n);
}

static void load_functions(struct reader *r)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT id, name, file, line, is_static, is_root, "
					"is_thread FROM function ORDER BY id");

	while (reader_row(r, st)) {
		struct lore_func *f;

		reader_id(r, st, r->l->funcs.n);
		f = vec_add(&r->l->funcs);
		f->name = reader_str(r, st, 1);
		f->file = reader_file(r, st, 2);
		f->line = reader_u32(r, st, 3);
		f->is_static = reader_u8(r, st, 4);
		f->is_root = reader_u8(r, st, 5);
		f->is_thread = reader_u8(r, st, 6);
	}
	reader_end(r, st, "function", r->l->funcs.n);
}

static void load_places(struct reader *r)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT id, function, file, line FROM place ORDER BY id");

	while (reader_row(r, st)) {
		struct lore_place *p;

		reader_id(r, st, r->l->places.n);
		p = vec_add(&r->l->places);
		p->func = reader_u32(r, st, 1);
		p->file = reader_file(r, st, 2);
		p->line = reader_u32(r, st, 3);
	}
	reader_end(r, st, "place", r->l->places.n);
}

static void load_held(struct reader *r)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT held, seq, class, mode FROM held "
					"ORDER BY held, seq");

	vec_push(&r->held, (struct store_range){0, 0});
	while (reader_row(r, st)) {
		uint32_t set = reader_u32(r, st, 0), seq = reader_u32(r, st, 1);
		struct lore_heldlock *h;

		if (seq == 0)
			vec_push(&r->held, (struct store_range){(uint32_t)r->l->helds.n, 0});
		if (set + 1 != r->held.n || seq != r->held.at[set].n++)
			reader_fail(r, "rows are missing");
		h = vec_add(&r->l->helds);
		h->cls = reader_u32(r, st, 2);
		h->mode = reader_u8(r, st, 3);
	}
	reader_end(r, st, "held", r->l->helds.n);
}

static struct store_range held_of(struct reader *r, uint32_t set)
{
	if (set < r->held.n)
		return r->held.at[set];
	reader_fail(r, "a set of held locks is missing");
	return (struct store_range){0, 0};
}

static void load_slots(struct reader *r)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT id, owner, member, function, variable FROM slot "
					"ORDER BY id");

	while (reader_row(r, st)) {
		struct lore_slot *s;

		reader_id(r, st, r->l->slots.n);
		s = vec_add(&r->l->slots);
		s->owner = reader_str(r, st, 1);
		s->member = reader_str(r, st, 2);
		s->func = reader_u32(r, st, 3);
		s->table = reader_str(r, st, 4);
	}
	reader_end(r, st, "slot", r->l->slots.n);
}

static void load_findings(struct reader *r)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT id, code, severity, place, message FROM finding "
					"ORDER BY id");

	while (reader_row(r, st)) {
		struct lore_finding *f;

		reader_id(r, st, r->l->findings.n);
		f = vec_add(&r->l->findings);
		f->code = reader_str(r, st, 1);
		f->severity = reader_u8(r, st, 2);
		f->place = reader_ref(r, st, 3);
		f->message = reader_str(r, st, 4);
	}
	reader_end(r, st, "finding", r->l->findings.n);
}

/* ---- the parts ------------------------------------------------------------------------ */

static void load_witnesses(struct reader *r)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT " WITNESS_COLUMNS " FROM witness ORDER BY id");

	while (reader_row(r, st)) {
		struct lore_witness *w;
		struct store_range held;

		reader_id(r, st, r->l->witnesses.n);
		w = vec_add(&r->l->witnesses);
		reader_witness(r, st, w);
		held = held_of(r, w->held);
		w->held = held.first;
		w->n_held = held.n;
		held = held_of(r, w->gates);
		w->gates = held.first;
		w->n_gates = held.n;
	}
	reader_end(r, st, "witness", r->l->witnesses.n);
}

static void load_takes(struct reader *r)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT id, class, mode, flags, place, must, bare "
					"FROM take ORDER BY id");

	while (reader_row(r, st)) {
		struct lore_take *t;
		struct store_range held;

		reader_id(r, st, r->l->takes.n);
		t = vec_add(&r->l->takes);
		t->cls = reader_u32(r, st, 1);
		t->mode = reader_u8(r, st, 2);
		t->flags = reader_u8(r, st, 3);
		t->place = reader_u32(r, st, 4);
		held = held_of(r, reader_u32(r, st, 5));
		t->must = held.first;
		t->n_must = held.n;
		t->bare = (uint32_t)r->l->steps.n;
		t->n_bare = reader_chain(r, st, 6);
	}
	reader_end(r, st, "take", r->l->takes.n);
}

static void load_released(struct reader *r)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT id, class, wait, chain FROM released ORDER BY id");

	while (reader_row(r, st)) {
		struct lore_released *x;

		reader_id(r, st, r->l->released.n);
		x = vec_add(&r->l->released);
		x->cls = reader_u32(r, st, 1);
		x->wait = reader_u32(r, st, 2);
		x->chain = (uint32_t)r->l->steps.n;
		x->n_chain = reader_chain(r, st, 3);
	}
	reader_end(r, st, "released", r->l->released.n);
}

static void load_calls(struct reader *r)
{
	sqlite3_stmt *st = reader_begin(r, "SELECT id, caller, callee, place, kind, must, may, what "
					"FROM call ORDER BY id");

	while (reader_row(r, st)) {
		struct lore_call *c;
		struct store_range must, may;

		reader_id(r, st, r->l->calls.n);
		must = held_of(r, reader_u32(r, st, 5));
		may = held_of(r, reader_u32(r, st, 6));
		c = vec_add(&r->l->calls);
		c->caller = reader_u32(r, st, 1);
		c->callee = reader_ref(r, st, 2);
		c->place = reader_u32(r, st, 3);
		c->kind = reader_u8(r, st, 4);
		c->must = must.first;
		c->n_must = must.n;
		c->may = may.first;
		c->n_may = may.n;
		c->what = reader_str(r, st, 7);
	}
	reader_end(r, st, "call", r->l->calls.n);
}

static void load_parts(struct reader *r, unsigned parts)
{
	load_base(r);
	if (!(parts & (STORE_WITNESSES | STORE_TAKES | STORE_CALLS)))
		return;
	load_files(r);
	load_functions(r);
	load_places(r);
	load_held(r);
	load_slots(r);
	load_findings(r);
	if (parts & STORE_WITNESSES)
		load_witnesses(r);
	if (parts & STORE_TAKES)
		load_takes(r);
	if (parts & STORE_TAKES)
		load_released(r);
	if (parts & STORE_CALLS)
		load_calls(r);
}

struct lore *store_load(const char *path, unsigned parts, struct diag *d)
{
	struct reader r = {.path = path, .d = d};
	struct diag fault;

	r.db = store_open(path, d);
	if (!r.db)
		return NULL;
	r.l = lore_new();
	load_parts(&r, parts);
	if (!r.failed && !lore_check(r.l, "", &fault))
		reader_fail(&r, fault.text);
	sqlite3_close(r.db);
	reader_free(&r);
	if (!r.failed)
		return r.l;
	lore_free(r.l);
	return NULL;
}
