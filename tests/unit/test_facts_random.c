/* SPDX-License-Identifier: MIT */
/*
 * Random units go through both forms and come back with equal content; every byte of a binary is
 * flipped and cut; broken units are told apart from good ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "facts/facts.h"

/* ---- a random unit --------------------------------------------------------------------------- */

static uint64_t seed;

static uint32_t rnd(uint32_t n) /* 0 .. n - 1 */
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 11) % n);
}

static uint32_t rnd_str(struct facts_unit *u)
{
	static const char *const odd[] = {"", "a", "_", "take", "a b", "x.y", "\"q\\", "z.", "9", "tab\there", "s-t",
					  "\xc3\xa4", "exclusive", "null", "static", "/a/b.c", "#", "line\nfeed"};
	char name[16];

	if (rnd(3))
		return strtab_id(u->str, odd[rnd(ARRAY_LEN(odd))]);
	snprintf(name, sizeof(name), "n%u", rnd(1000));
	return strtab_id(u->str, name);
}

static uint32_t rnd_named(struct facts_unit *u)
{
	uint32_t s;

	while (!(s = rnd_str(u)))
		;
	return s;
}

/* Symbols: `n` functions, then `n` variables. */
static void make_syms(struct facts_unit *u, uint32_t n)
{
	static const char *const odd[] = {"a b", "f.1", "_", "static", "x"};

	for (uint32_t i = 0; i < 2 * n; i++) {
		struct facts_sym s = {.is_local = rnd(2), .is_func = i < n, .type = rnd_str(u)};
		char name[32];

		snprintf(name, sizeof(name), "%c%s%u", i < n ? 'f' : 'v', rnd(3) ? "" : odd[rnd(5)], i);
		s.name = strtab_id(u->str, i < ARRAY_LEN(odd) ? odd[i] : name);
		s.lock_kind = (uint8_t)rnd(FACTS_LOCK_KINDS);
		s.line = rnd(2) ? rnd(1000) : 0;
		s.file = s.line ? rnd_str(u) : 0;
		vec_push(&u->syms, s);
	}
}

static void make_tables(struct facts_unit *u, uint32_t n)
{
	u->source = rnd_str(u);
	make_syms(u, n);
	for (uint32_t i = 0; i < 20; i++)
		vec_push(&u->locs, (struct facts_loc){rnd_str(u), rnd_str(u), rnd(100000),
						      i && rnd(2) ? rnd(i) : FACTS_NONE});
	for (uint32_t i = rnd(5); i; i--)
		vec_push(&u->inits, (struct facts_init){n + rnd(n), rnd_str(u), rnd_str(u), rnd(2 * n)});
	for (uint32_t i = rnd(5); i; i--)
		vec_push(&u->members, (struct facts_member){rnd_named(u), rnd_str(u), rnd_str(u), rnd(2),
							    (uint8_t)rnd(FACTS_LOCK_KINDS)});
	for (uint32_t i = rnd(5); i; i--)
		vec_push(&u->varnames, (struct facts_varname){rnd_str(u), rnd_str(u), rnd(UINT32_MAX)});
	for (uint32_t left = rnd(4); left--;)
		vec_push(&u->offsets, (struct facts_offset){rnd_str(u), rnd_str(u), rnd(UINT32_MAX)});
}

static int64_t rnd_imm(void)
{
	static const int64_t odd[] = {0, 1, -1, INT64_MAX, INT64_MIN, -4095, 1 << 20};

	return odd[rnd(ARRAY_LEN(odd))];
}

/* Operands come from below, so that nothing is made from itself; results are bound later. */
static void make_value(struct facts_unit *u, struct facts_func *f, uint32_t n_syms, uint32_t n_blocks)
{
	uint32_t n = (uint32_t)f->values.n;
	struct facts_value v = {.op = (uint8_t)rnd(FACTS_OPS), .type = rnd_str(u), .block = rnd(n_blocks)};

	if (!n || v.op == FACTS_CALL || (v.op == FACTS_PARAM && !f->params.n))
		v.op = FACTS_OPAQUE;
	if (v.op >= FACTS_FIELD)
		v.a = rnd(n);
	switch (v.op) {
	case FACTS_PARAM: v.a = rnd((uint32_t)f->params.n); break;
	case FACTS_CONST: v.imm = rnd_imm(); break;
	case FACTS_FUNC: v.a = rnd(n_syms); break;
	case FACTS_GLOBAL: v.a = n_syms + rnd(n_syms); break;
	case FACTS_LOCAL: v.a = rnd_str(u); break;
	case FACTS_FIELD: v.b = rnd_str(u); v.c = rnd_str(u); break;
	case FACTS_PHI:
		v.a = (uint32_t)f->list.n;
		v.b = rnd(3);
		for (uint32_t i = 0; i < v.b; i++) {
			vec_push(&f->list, rnd(n_blocks));
			vec_push(&f->list, rnd(n + 1)); /* may be itself */
		}
		break;
	case FACTS_CMP:
		v.b = rnd(FACTS_PREDS);
		v.imm = v.b == FACTS_IS_ERR ? 0 : rnd_imm();
		break;
	case FACTS_SAME: case FACTS_AND: case FACTS_OR: case FACTS_SELECT:
		v.b = rnd(n);
		v.c = v.op == FACTS_SELECT ? rnd(n) : 0;
		break;
	default: break;
	}
	vec_push(&f->values, v);
}

static void make_event(struct facts_unit *u, struct facts_func *f, uint32_t n_syms)
{
	uint32_t n = (uint32_t)f->values.n;
	struct facts_event e = {.kind = (uint8_t)rnd(FACTS_EVENT_KINDS), .mode = (uint8_t)rnd(ORDER_MODES),
				.flags = rnd(32) & ~(unsigned)(FACTS_DIRECT | FACTS_STATIC_KEY),
				.success = (uint8_t)rnd(FACTS_SUCCESSES), .lock_kind = (uint8_t)rnd(FACTS_LOCK_KINDS),
				.prim = rnd_str(u), .lock = rnd(n), .target = FACTS_NONE, .result = FACTS_NONE,
				.loc = rnd((uint32_t)u->locs.n)};
	bool may_target = e.kind == FACTS_SPAWN || e.kind == FACTS_DEFER || e.kind == FACTS_CALL_EVENT;

	if (e.kind == FACTS_WAIT)
		e.mode = ORDER_WAIT;
	else if (e.kind <= FACTS_DROP)
		e.mode = (uint8_t)rnd(ORDER_WAIT);
	if (may_target && rnd(2))
		e.lock = FACTS_NONE;
	if (e.kind == FACTS_CALL_EVENT || rnd(3) == 0) {
		if (rnd(2)) {
			e.target = rnd(n);
		} else {
			e.flags |= FACTS_DIRECT | (rnd(2) ? FACTS_STATIC_KEY : 0);
			e.target = rnd(e.flags & FACTS_STATIC_KEY ? 2 * n_syms : n_syms);
		}
	}
	e.n_args = e.kind == FACTS_STORE ? 1 : rnd(4);
	e.args = (uint32_t)f->list.n;
	for (uint32_t i = 0; i < e.n_args; i++)
		vec_push(&f->list, rnd(4) || e.kind == FACTS_STORE ? rnd(n) : FACTS_NONE);
	if (rnd(2)) {
		e.result = n;
		vec_push(&f->values, (struct facts_value){.op = FACTS_CALL, .a = (uint32_t)f->events.n,
							  .type = rnd_str(u)});
	}
	vec_push(&f->events, e);
}

static void make_block(struct facts_unit *u, struct facts_func *f, uint32_t n_syms, uint32_t n_blocks)
{
	struct facts_block b = {.events = (uint32_t)f->events.n, .term = (uint8_t)rnd(FACTS_TERMS),
				.value = FACTS_NONE};

	for (b.n_events = rnd(5); f->events.n < b.events + b.n_events;)
		make_event(u, f, n_syms);
	if (b.term == FACTS_BRANCH || b.term == FACTS_SWITCH || (b.term == FACTS_RET && rnd(2)))
		b.value = rnd((uint32_t)f->values.n);
	b.n_succs = b.term == FACTS_JUMP ? 1 : b.term == FACTS_BRANCH ? 2 : b.term == FACTS_SWITCH ? 1 + rnd(3) : 0;
	b.succs = (uint32_t)f->list.n;
	for (uint32_t i = 0; i < b.n_succs; i++)
		vec_push(&f->list, rnd(n_blocks));
	b.cases = (uint32_t)f->cases.n;
	for (uint32_t i = 1; b.term == FACTS_SWITCH && i < b.n_succs; i++)
		vec_push(&f->cases, rnd_imm());
	vec_push(&f->blocks, b);
}

static struct facts_unit *make_unit(uint64_t from, uint32_t n)
{
	struct facts_unit *u = facts_new();

	seed = from * 0x9e3779b97f4a7c15ull + 1;
	make_tables(u, n);
	for (uint32_t i = 0; i < n; i++) {
		struct facts_func *f = vec_add(&u->funcs);
		uint32_t n_blocks = 1 + rnd(4);

		f->sym = i;
		f->file = rnd_str(u);
		f->line = rnd(1000);
		for (uint32_t k = rnd(3); k; k--)
			vec_push(&f->params, (struct facts_param){rnd_str(u), rnd_str(u)});
		for (uint32_t k = 1 + rnd(10); k; k--)
			make_value(u, f, n, n_blocks);
		for (uint32_t k = 0; k < n_blocks; k++)
			make_block(u, f, n, n_blocks);
	}
	return u;
}

/* ---- equal content ------------------------------------------------------------------------------- */

struct pair { const struct facts_unit *a, *b; const struct facts_func *f, *g; };

static bool same_str(const struct pair *p, uint32_t a, uint32_t b)
{
	return !strcmp(strtab_str(p->a->str, a), strtab_str(p->b->str, b));
}

static bool same_tables(const struct pair *p)
{
	bool ok = same_str(p, p->a->source, p->b->source) && p->a->syms.n == p->b->syms.n &&
		  p->a->inits.n == p->b->inits.n && p->a->members.n == p->b->members.n &&
		  p->a->varnames.n == p->b->varnames.n && p->a->offsets.n == p->b->offsets.n && p->a->funcs.n == p->b->funcs.n;

	for (size_t i = 0; ok && i < p->a->syms.n; i++) {
		const struct facts_sym *s = &p->a->syms.at[i], *t = &p->b->syms.at[i];

		ok = same_str(p, s->name, t->name) && s->is_local == t->is_local && s->is_func == t->is_func &&
		     same_str(p, s->type, t->type) && s->lock_kind == t->lock_kind &&
		     same_str(p, s->file, t->file) && s->line == t->line;
	}
	for (size_t i = 0; ok && i < p->a->inits.n; i++) {
		const struct facts_init *s = &p->a->inits.at[i], *t = &p->b->inits.at[i];

		ok = s->table == t->table && same_str(p, s->owner, t->owner) &&
		     same_str(p, s->member, t->member) && s->target == t->target;
	}
	for (size_t i = 0; ok && i < p->a->members.n; i++) {
		const struct facts_member *s = &p->a->members.at[i], *t = &p->b->members.at[i];

		ok = same_str(p, s->owner, t->owner) && same_str(p, s->member, t->member) &&
		     same_str(p, s->type, t->type) && s->is_pointer == t->is_pointer && s->lock_kind == t->lock_kind;
	}
	for (size_t i = 0; ok && i < p->a->varnames.n; i++)
		ok = same_str(p, p->a->varnames.at[i].owner, p->b->varnames.at[i].owner) &&
		     same_str(p, p->a->varnames.at[i].name, p->b->varnames.at[i].name) &&
		     p->a->varnames.at[i].count == p->b->varnames.at[i].count;
	for (size_t i = 0; ok && i < p->a->offsets.n; i++)
		ok = same_str(p, p->a->offsets.at[i].owner, p->b->offsets.at[i].owner) &&
		     same_str(p, p->a->offsets.at[i].member, p->b->offsets.at[i].member) &&
		     p->a->offsets.at[i].at == p->b->offsets.at[i].at;
	return ok;
}

static bool same_place(const struct pair *p, uint32_t a, uint32_t b)
{
	while (a != FACTS_NONE && b != FACTS_NONE) {
		const struct facts_loc *s = &p->a->locs.at[a], *t = &p->b->locs.at[b];

		if (!same_str(p, s->func, t->func) || !same_str(p, s->file, t->file) || s->line != t->line)
			return false;
		a = s->up;
		b = t->up;
	}
	return a == b;
}

static bool same_list(const struct pair *p, uint32_t a, uint32_t b, size_t n)
{
	return !n || !memcmp(&p->f->list.at[a], &p->g->list.at[b], n * sizeof(uint32_t));
}

static bool same_value(const struct pair *p, const struct facts_value *s, const struct facts_value *t)
{
	if (s->op != t->op || !same_str(p, s->type, t->type) || s->block != t->block || s->imm != t->imm)
		return false;
	switch (s->op) {
	case FACTS_OPAQUE: case FACTS_CONST: return true;
	case FACTS_LOCAL: return same_str(p, s->a, t->a);
	case FACTS_FIELD: return s->a == t->a && same_str(p, s->b, t->b) && same_str(p, s->c, t->c);
	case FACTS_PHI: return s->b == t->b && same_list(p, s->a, t->a, 2ull * s->b);
	case FACTS_CMP: case FACTS_SAME: case FACTS_AND: case FACTS_OR: return s->a == t->a && s->b == t->b;
	case FACTS_SELECT: return s->a == t->a && s->b == t->b && s->c == t->c;
	default: return s->a == t->a;
	}
}

static bool same_event(const struct pair *p, const struct facts_event *s, const struct facts_event *t)
{
	return s->kind == t->kind && s->mode == t->mode && s->flags == t->flags && s->success == t->success &&
	       s->lock_kind == t->lock_kind && same_str(p, s->prim, t->prim) && s->lock == t->lock &&
	       s->target == t->target && s->n_args == t->n_args && same_list(p, s->args, t->args, s->n_args) &&
	       s->result == t->result && same_place(p, s->loc, t->loc);
}

static bool same_block(const struct pair *p, const struct facts_block *s, const struct facts_block *t)
{
	size_t n_cases = s->term == FACTS_SWITCH ? s->n_succs - 1 : 0;

	return s->events == t->events && s->n_events == t->n_events && s->term == t->term &&
	       s->value == t->value && s->n_succs == t->n_succs && same_list(p, s->succs, t->succs, s->n_succs) &&
	       (!n_cases || !memcmp(&p->f->cases.at[s->cases], &p->g->cases.at[t->cases],
				    n_cases * sizeof(int64_t)));
}

static bool same_func(const struct pair *p)
{
	const struct facts_func *f = p->f, *g = p->g;
	bool ok = f->sym == g->sym && same_str(p, f->file, g->file) && f->line == g->line &&
		  f->params.n == g->params.n && f->values.n == g->values.n && f->events.n == g->events.n &&
		  f->blocks.n == g->blocks.n;

	for (size_t i = 0; ok && i < f->params.n; i++)
		ok = same_str(p, f->params.at[i].name, g->params.at[i].name) &&
		     same_str(p, f->params.at[i].type, g->params.at[i].type);
	for (size_t i = 0; ok && i < f->values.n; i++)
		ok = same_value(p, &f->values.at[i], &g->values.at[i]);
	for (size_t i = 0; ok && i < f->events.n; i++)
		ok = same_event(p, &f->events.at[i], &g->events.at[i]);
	for (size_t i = 0; ok && i < f->blocks.n; i++)
		ok = same_block(p, &f->blocks.at[i], &g->blocks.at[i]);
	return ok;
}

static bool same_unit(const struct facts_unit *a, const struct facts_unit *b)
{
	struct pair p = {a, b, NULL, NULL};
	bool ok = same_tables(&p);

	for (size_t i = 0; ok && i < a->funcs.n; i++) {
		p.f = &a->funcs.at[i];
		p.g = &b->funcs.at[i];
		ok = same_func(&p);
	}
	return ok;
}

/* ---- tests ------------------------------------------------------------------------------------------ */

static void test_both_forms(void **state)
{
	for (uint64_t i = 1; i <= 300; i++) {
		struct facts_unit *u = make_unit(i, 1 + (uint32_t)i % 7), *back;
		struct buf text = {0}, bin = {0}, bin2 = {0};
		struct diag d = {0};

		if (!facts_check(u, "unit", &d))
			fail_msg("seed %u: %s", (unsigned)i, d.text);
		facts_print(u, &text);
		back = facts_parse(buf_str(&text), "text", &d);
		if (!back || !same_unit(u, back))
			fail_msg("seed %u: %s\n%s", (unsigned)i, d.text, buf_str(&text));
		facts_free(back);
		facts_save(u, &bin);
		back = facts_load(bin.at, bin.n, "bin", &d);
		if (!back || !same_unit(u, back))
			fail_msg("seed %u: %s", (unsigned)i, d.text);
		facts_save(back, &bin2);
		assert_int_equal(bin.n, bin2.n);
		assert_memory_equal(bin.at, bin2.at, bin.n);
		facts_free(back);
		facts_free(u);
		buf_free(&text);
		buf_free(&bin);
		buf_free(&bin2);
	}
}

static void expect_load_error(const char *data, size_t n, const char *want)
{
	char *copy = malloc(n ? n : 1); /* exactly as long, so that a sanitizer sees one byte too many */
	struct diag d = {0};

	memcpy(copy, data, n);
	assert_null(facts_load(copy, n, "x.facts", &d));
	if (!strstr(d.text, want))
		fail_msg("%zu bytes: wanted '%s' in '%s'", n, want, d.text);
	free(copy);
}

static void test_damage(void **state)
{
	struct facts_unit *u = make_unit(7, 3);
	struct buf bin = {0};

	facts_save(u, &bin);
	for (size_t n = 0; n < bin.n; n++)
		expect_load_error(bin.at, n, n < 8 ? "not a facts file" : "cut short");
	for (size_t i = 0; i < bin.n; i++) {
		bin.at[i] ^= 1;
		expect_load_error(bin.at, bin.n, i < 8 ? "not a facts file" : i < 12 ? "format" : "x.facts: facts");
		bin.at[i] ^= 1;
	}
	buf_addc(&bin, 0);
	expect_load_error(bin.at, bin.n, "damaged");
	buf_free(&bin);
	facts_free(u);
}

/* The hash of the file's body, as the format says; so that damage gets past it. */
static void rehash(struct buf *b)
{
	const unsigned char *p = (const unsigned char *)b->at + 28;
	size_t n = b->n - 28;
	uint64_t h = HASH_SEED, w;

	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * 0x100000001b3ull;
		h ^= h >> 29;
	}
	h = hash_bytes(p, n, h);
	for (int i = 0; i < 8; i++) {
		b->at[20 + i] = (char)(h >> (8 * i));
		b->at[12 + i] = (char)((uint64_t)(b->n - 28) >> (8 * i));
	}
}

static void load_and_use(struct buf *b, unsigned *n_good)
{
	struct diag d = {0};
	struct facts_unit *u;
	struct buf text = {0};

	rehash(b);
	u = facts_load(b->at, b->n, "x.facts", &d);
	*n_good += u != NULL;
	if (u)
		facts_print(u, &text); /* walks all of it */
	else
		assert_true(str_starts(d.text, "x.facts: "));
	buf_free(&text);
	facts_free(u);
}

static void test_damage_behind_the_hash(void **state)
{
	static const unsigned char flips[] = {1, 2, 0x40, 0x80, 0xff};
	struct facts_unit *u = make_unit(11, 3);
	struct buf bin = {0};
	size_t n;
	unsigned n_good = 0, n_tried = 0;

	facts_save(u, &bin);
	n = bin.n;
	for (size_t i = 28; i < n; i++) {
		for (size_t k = 0; k < sizeof(flips); k++, n_tried++) {
			bin.at[i] = (char)(bin.at[i] ^ (char)flips[k]);
			load_and_use(&bin, &n_good);
			bin.at[i] = (char)(bin.at[i] ^ (char)flips[k]);
		}
		bin.n = i;
		load_and_use(&bin, &n_good);
		bin.n = n;
	}
	assert_true(n_good && n_good < n_tried); /* a line number may change; an index may not */
	buf_free(&bin);
	facts_free(u);
}

static void test_check_finds(void **state)
{
	struct diag d;
	struct facts_unit *u;

#define BROKEN(change, want) do { \
	struct facts_func *f; \
	u = facts_parse("var l\nfunc f(a)\n %1 = deref %a\n %2 = phi [x %1]\nx:\n %3 = take %1\n" \
			" call *%1(%a)\n br %3 x y\ny:\n ret\n", "t", &d); \
	assert_non_null(u); \
	f = &u->funcs.at[0]; \
	(void)f; \
	change; \
	assert_false(facts_check(u, "t", &d)); \
	if (!strstr(d.text, want)) \
		fail_msg("wanted '%s' in '%s'", want, d.text); \
	facts_free(u); } while (0)

	BROKEN(f->sym = 0, "symbol l is not a function");
	BROKEN(f->sym = 9, "no symbol 9");
	BROKEN(u->source = 99, "no string 99");
	BROKEN(u->syms.at[1].name = u->syms.at[0].name, "two symbols l");
	BROKEN(u->locs.at[0].up = 0, "inlined in itself");
	BROKEN(u->locs.at[0].up = 5, "place 5, which is not there");
	BROKEN(f->values.at[0].a = 9, "no value 9");
	BROKEN(f->values.at[0].a = 0, "made from itself");
	BROKEN(f->values.at[0].op = FACTS_OPS, "no operation");
	BROKEN(f->values.at[1].b = 99, "list 0 + 198");
	BROKEN(f->list.at[0] = 2, "block 2, which is not there");
	BROKEN(f->events.at[0].result = 0, "result of event 0, which does not say so");
	BROKEN(f->events.at[0].lock = FACTS_NONE, "names no lock");
	BROKEN(f->events.at[0].lock = 9, "no value 9");
	BROKEN(f->events.at[0].loc = 9, "has no place");
	BROKEN(f->events.at[0].loc = FACTS_NONE, "has no place");
	BROKEN(f->events.at[0].kind = FACTS_EVENT_KINDS, "does not exist");
	BROKEN(f->events.at[1].target = FACTS_NONE, "calls nothing");
	BROKEN(f->events.at[1].flags = FACTS_DIRECT, "symbol l is not a function");
	BROKEN(f->events.at[1].flags = FACTS_STATIC_KEY, "the call is direct");
	BROKEN(f->events.at[1].n_args = 99, "is outside");
	BROKEN(f->blocks.at[0].n_events = 1, "does not begin where");
	BROKEN(f->blocks.at[1].n_events = 1, "2 events, but 3 in blocks");
	BROKEN(f->blocks.at[0].n_succs = 1, "has 1 ways on");
	BROKEN(f->blocks.at[0].value = FACTS_NONE, "no value");
	BROKEN(f->blocks.at[1].term = FACTS_TERMS, "ends in an unknown way");
}

/* Some 4 MB of facts: not a promise, but ten times slower than this would be a mistake. */
static void test_speed(void **state)
{
	struct facts_unit *u = make_unit(3, 5000), *back;
	struct buf bin = {0};
	struct diag d = {0};
	struct timespec a, b;

	facts_save(u, &bin);
	clock_gettime(CLOCK_MONOTONIC, &a);
	back = facts_load(bin.at, bin.n, "x", &d);
	clock_gettime(CLOCK_MONOTONIC, &b);
	assert_non_null(back);
	print_message("%zu bytes in %.1f ms\n", bin.n,
		      (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6);
	facts_free(back);
	facts_free(u);
	buf_free(&bin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_forms),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_damage_behind_the_hash),
		cmocka_unit_test(test_check_finds),
		cmocka_unit_test(test_speed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
