/* SPDX-License-Identifier: MIT */
/*
 * The binary form: a header, then every array as its length and its elements, each number as a
 * LEB128.  FACTS_NONE is written as 0 and i as i + 1 where NONE may stand; signed numbers are
 * zigzag.  The header carries the length and a hash of the rest, so that a file that was cut
 * short or damaged is told apart from one of another version.
 */
#include "facts/facts.h"

#include <stdlib.h>
#include <string.h>

static const char magic[8] = {'l', 'o', 'r', 'e', 'f', 'a', 'c', 't'};
#define HEADER_BYTES 28u /* magic, version (4), bytes after the header (8), their hash (8) */

/* FNV over words of eight bytes: the byte-wise one would cost more than all the decoding. */
static uint64_t body_hash(const unsigned char *p, size_t n)
{
	uint64_t h = HASH_SEED, w;

	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * 0x100000001b3ull;
		h ^= h >> 29;
	}
	return hash_bytes(p, n, h);
}

static void put_fixed(char *at, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		at[i] = (char)(v >> (8 * i));
}

static uint64_t get_fixed(const unsigned char *at, int bytes)
{
	uint64_t v = 0;

	for (int i = 0; i < bytes; i++)
		v |= (uint64_t)at[i] << (8 * i);
	return v;
}

/* ---- writing --------------------------------------------------------------------------- */

static void put(struct buf *b, uint64_t v)
{
	char bytes[10];
	size_t n = 0;

	while (v >= 0x80) {
		bytes[n++] = (char)(v | 0x80);
		v >>= 7;
	}
	bytes[n++] = (char)v;
	buf_addn(b, bytes, n);
}

static void put_opt(struct buf *b, uint32_t v)
{
	put(b, v == FACTS_NONE ? 0 : (uint64_t)v + 1);
}

static void put_signed(struct buf *b, int64_t v)
{
	put(b, ((uint64_t)v << 1) ^ (uint64_t)(v >> 63));
}

static void save_strings(const struct strtab *t, struct buf *b)
{
	uint32_t n = strtab_count(t);

	put(b, n);
	for (uint32_t i = 1; i < n; i++) {
		const char *s = strtab_str(t, i);
		size_t len = strlen(s);

		put(b, len);
		buf_addn(b, s, len);
	}
}

static void save_tables(const struct facts_unit *u, struct buf *b)
{
	put(b, u->source);
	put(b, u->syms.n);
	for (size_t i = 0; i < u->syms.n; i++) {
		const struct facts_sym *s = &u->syms.at[i];

		put(b, s->name);
		put(b, (s->is_local ? 1u : 0u) | (s->is_func ? 2u : 0u) | (unsigned)s->lock_kind << 2);
		put(b, s->type);
		put(b, s->file);
		put(b, s->line);
	}
	put(b, u->locs.n);
	for (size_t i = 0; i < u->locs.n; i++) {
		put(b, u->locs.at[i].func);
		put(b, u->locs.at[i].file);
		put(b, u->locs.at[i].line);
		put_opt(b, u->locs.at[i].up);
	}
	put(b, u->inits.n);
	for (size_t i = 0; i < u->inits.n; i++) {
		put(b, u->inits.at[i].table);
		put(b, u->inits.at[i].owner);
		put(b, u->inits.at[i].member);
		put(b, u->inits.at[i].target);
	}
	put(b, u->members.n);
	for (size_t i = 0; i < u->members.n; i++) {
		const struct facts_member *m = &u->members.at[i];

		put(b, m->owner);
		put(b, m->member);
		put(b, m->type);
		put(b, (m->is_pointer ? 1u : 0u) | (unsigned)m->lock_kind << 1);
	}
	put(b, u->varnames.n);
	for (size_t i = 0; i < u->varnames.n; i++) {
		put(b, u->varnames.at[i].owner);
		put(b, u->varnames.at[i].name);
		put(b, u->varnames.at[i].count);
	}
	put(b, u->offsets.n);
	for (size_t i = 0; i < u->offsets.n; i++) {
		put(b, u->offsets.at[i].owner);
		put(b, u->offsets.at[i].member);
		put(b, u->offsets.at[i].at);
	}
}

static void save_event(const struct facts_event *e, struct buf *b)
{
	put(b, e->kind);
	put(b, e->mode | (unsigned)e->success << 3 | (unsigned)e->lock_kind << 6);
	put(b, e->flags);
	put(b, e->prim);
	put_opt(b, e->lock);
	put_opt(b, e->target);
	put(b, e->args);
	put(b, e->n_args);
	put_opt(b, e->result);
	put_opt(b, e->loc);
}

static void save_func(const struct facts_func *f, struct buf *b)
{
	put(b, f->sym);
	put(b, f->file);
	put(b, f->line);
	put(b, f->params.n);
	for (size_t i = 0; i < f->params.n; i++) {
		put(b, f->params.at[i].name);
		put(b, f->params.at[i].type);
	}
	put(b, f->values.n);
	for (size_t i = 0; i < f->values.n; i++) {
		const struct facts_value *v = &f->values.at[i];

		put(b, v->op);
		put_opt(b, v->a);
		put_opt(b, v->b);
		put_opt(b, v->c);
		put_signed(b, v->imm);
		put(b, v->type);
		put(b, v->block);
	}
	put(b, f->events.n);
	for (size_t i = 0; i < f->events.n; i++)
		save_event(&f->events.at[i], b);
	put(b, f->blocks.n);
	for (size_t i = 0; i < f->blocks.n; i++) {
		const struct facts_block *k = &f->blocks.at[i];

		put(b, k->events);
		put(b, k->n_events);
		put(b, k->term);
		put_opt(b, k->value);
		put(b, k->succs);
		put(b, k->n_succs);
		put(b, k->cases);
	}
	put(b, f->list.n);
	for (size_t i = 0; i < f->list.n; i++)
		put_opt(b, f->list.at[i]);
	put(b, f->cases.n);
	for (size_t i = 0; i < f->cases.n; i++)
		put_signed(b, f->cases.at[i]);
}

void facts_save(const struct facts_unit *u, struct buf *out)
{
	char header[HEADER_BYTES] = {0};
	struct buf b = {0};

	save_strings(u->str, &b);
	save_tables(u, &b);
	put(&b, u->funcs.n);
	for (size_t i = 0; i < u->funcs.n; i++)
		save_func(&u->funcs.at[i], &b);
	memcpy(header, magic, sizeof(magic));
	put_fixed(header + 8, FACTS_VERSION, 4);
	put_fixed(header + 12, b.n, 8);
	put_fixed(header + 20, body_hash((const unsigned char *)b.at, b.n), 8);
	buf_addn(out, header, sizeof(header));
	buf_addn(out, b.at, b.n);
	buf_free(&b);
}

/* ---- reading ---------------------------------------------------------------------------- */

struct reader {
	const unsigned char *at, *end;
	bool bad; /* ran over the end, or a number was too large: all later numbers are 0 */
};

static uint64_t get(struct reader *r)
{
	uint64_t v = 0;

	if (r->at < r->end && *r->at < 0x80) /* most numbers */
		return *r->at++;
	for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
		unsigned char byte = *r->at++;

		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return v;
	}
	r->bad = true;
	r->at = r->end;
	return 0;
}

static uint32_t get_max(struct reader *r, uint64_t max)
{
	uint64_t v = get(r);

	if (v > max) {
		r->bad = true;
		return 0;
	}
	return (uint32_t)v;
}

static uint32_t get32(struct reader *r)
{
	return get_max(r, UINT32_MAX);
}

static uint8_t get8(struct reader *r)
{
	return (uint8_t)get_max(r, UINT8_MAX);
}

static uint32_t get_opt(struct reader *r)
{
	return get_max(r, UINT32_MAX) - 1; /* 0 becomes FACTS_NONE */
}

static int64_t get_signed(struct reader *r)
{
	uint64_t v = get(r);

	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

/* A length: no element takes less than `least` bytes, so that a broken one cannot ask for much. */
static size_t get_count(struct reader *r, size_t least)
{
	return get_max(r, (uint64_t)(r->end - r->at) / least);
}

static void load_strings(struct reader *r, struct strtab *t)
{
	size_t n = get_count(r, 1);

	for (size_t i = 1; i < n && !r->bad; i++) {
		size_t len = get_count(r, 1);

		/* a string twice, or with a NUL in it, would move the ids of all others */
		if (len > (size_t)(r->end - r->at) || memchr(r->at, 0, len) ||
		    strtab_idn(t, (const char *)r->at, len) != i)
			r->bad = true;
		else
			r->at += len;
	}
}

static void load_sym(struct reader *r, struct facts_sym *s)
{
	uint8_t bits;

	s->name = get32(r);
	bits = get8(r);
	s->is_local = bits & 1;
	s->is_func = bits & 2;
	s->lock_kind = bits >> 2;
	s->type = get32(r);
	s->file = get32(r);
	s->line = get32(r);
}

static void load_tables(struct reader *r, struct facts_unit *u)
{
	size_t n;

	u->source = get32(r);
	for (n = get_count(r, 5), vec_reserve(&u->syms, n); n-- && !r->bad;)
		load_sym(r, vec_add(&u->syms));
	for (n = get_count(r, 4), vec_reserve(&u->locs, n); n-- && !r->bad;) {
		struct facts_loc *l = vec_add(&u->locs);

		l->func = get32(r);
		l->file = get32(r);
		l->line = get32(r);
		l->up = get_opt(r);
	}
	for (n = get_count(r, 4), vec_reserve(&u->inits, n); n-- && !r->bad;) {
		struct facts_init *t = vec_add(&u->inits);

		t->table = get32(r);
		t->owner = get32(r);
		t->member = get32(r);
		t->target = get32(r);
	}
	for (n = get_count(r, 4), vec_reserve(&u->members, n); n-- && !r->bad;) {
		struct facts_member *m = vec_add(&u->members);
		uint8_t bits;

		m->owner = get32(r);
		m->member = get32(r);
		m->type = get32(r);
		bits = get8(r);
		m->is_pointer = bits & 1;
		m->lock_kind = bits >> 1;
	}
	for (n = get_count(r, 3), vec_reserve(&u->varnames, n); n-- && !r->bad;) {
		struct facts_varname *v = vec_add(&u->varnames);

		v->owner = get32(r);
		v->name = get32(r);
		v->count = get32(r);
	}
	for (n = get_count(r, 3), vec_reserve(&u->offsets, n); n-- && !r->bad;) {
		struct facts_offset *o = vec_add(&u->offsets);

		o->owner = get32(r);
		o->member = get32(r);
		o->at = get32(r);
	}
}

static void load_values(struct reader *r, struct facts_func *f)
{
	size_t n = get_count(r, 7);

	for (vec_reserve(&f->values, n); n-- && !r->bad;) {
		struct facts_value *v = vec_add(&f->values);

		v->op = get8(r);
		v->a = get_opt(r);
		v->b = get_opt(r);
		v->c = get_opt(r);
		v->imm = get_signed(r);
		v->type = get32(r);
		v->block = get32(r);
	}
}

static void load_events(struct reader *r, struct facts_func *f)
{
	size_t n = get_count(r, 10);

	for (vec_reserve(&f->events, n); n-- && !r->bad;) {
		struct facts_event *e = vec_add(&f->events);
		uint32_t bits;

		e->kind = get8(r);
		bits = get_max(r, 0x3fff);
		e->mode = bits & 7;
		e->success = bits >> 3 & 7;
		e->lock_kind = (uint8_t)(bits >> 6);
		e->flags = get8(r);
		e->prim = get32(r);
		e->lock = get_opt(r);
		e->target = get_opt(r);
		e->args = get32(r);
		e->n_args = get32(r);
		e->result = get_opt(r);
		e->loc = get_opt(r);
	}
}

static void load_func(struct reader *r, struct facts_func *f)
{
	size_t n;

	f->sym = get32(r);
	f->file = get32(r);
	f->line = get32(r);
	for (n = get_count(r, 2), vec_reserve(&f->params, n); n-- && !r->bad;) {
		struct facts_param *p = vec_add(&f->params);

		p->name = get32(r);
		p->type = get32(r);
	}
	load_values(r, f);
	load_events(r, f);
	for (n = get_count(r, 7), vec_reserve(&f->blocks, n); n-- && !r->bad;) {
		struct facts_block *k = vec_add(&f->blocks);

		k->events = get32(r);
		k->n_events = get32(r);
		k->term = get8(r);
		k->value = get_opt(r);
		k->succs = get32(r);
		k->n_succs = get32(r);
		k->cases = get32(r);
	}
	for (n = get_count(r, 1), vec_reserve(&f->list, n); n-- && !r->bad;)
		vec_push(&f->list, get_opt(r));
	for (n = get_count(r, 1), vec_reserve(&f->cases, n); n-- && !r->bad;)
		vec_push(&f->cases, get_signed(r));
}

static bool header_ok(const unsigned char *p, size_t bytes, const char *name, struct diag *d)
{
	size_t body;

	if (bytes < sizeof(magic) || memcmp(p, magic, sizeof(magic)))
		return diag_set(d, name, 0, "not a facts file; remove it and index again");
	if (bytes < HEADER_BYTES)
		return diag_set(d, name, 0, "facts cut short; remove the file and index again");
	if (get_fixed(p + 8, 4) != FACTS_VERSION)
		return diag_set(d, name, 0,
				"facts of format %u, this program reads format %u; index again",
				(unsigned)get_fixed(p + 8, 4), FACTS_VERSION);
	body = bytes - HEADER_BYTES;
	if (get_fixed(p + 12, 8) > body)
		return diag_set(d, name, 0, "facts cut short (%zu of %llu bytes); remove the file and index again",
				body, (unsigned long long)get_fixed(p + 12, 8));
	if (get_fixed(p + 12, 8) < body || get_fixed(p + 20, 8) != body_hash(p + HEADER_BYTES, body))
		return diag_set(d, name, 0, "facts damaged; remove the file and index again");
	return true;
}

struct facts_unit *facts_load(const void *data, size_t bytes, const char *name, struct diag *d)
{
	const unsigned char *p = data;
	struct reader r = {.at = p + HEADER_BYTES, .end = p + bytes};
	struct facts_unit *u;

	if (!header_ok(p, bytes, name, d))
		return NULL;
	u = facts_new();
	load_strings(&r, u->str);
	load_tables(&r, u);
	for (size_t n = get_count(&r, 8); n-- && !r.bad;)
		load_func(&r, vec_add(&u->funcs));
	if (r.bad || r.at != r.end)
		diag_set(d, name, 0, "facts damaged; remove the file and index again");
	else if (facts_check(u, name, d))
		return u;
	facts_free(u);
	return NULL;
}
