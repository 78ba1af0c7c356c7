/* SPDX-License-Identifier: MIT */
#include "facts/parse.h"

#include <stdlib.h>
#include <string.h>

static const char *const top_words[] = {"unit", "var", "declare", "struct", "member", "varname",
					"init", "func", "offset"};

bool parse_top_word(const char *word)
{
	return facts_word(top_words, ARRAY_LEN(top_words), word) >= 0;
}

static uint32_t sym_add(struct parser *p, uint32_t name, bool is_func)
{
	uint64_t *slot = map_slot(&p->syms, name, p->u->syms.n);

	if (*slot == p->u->syms.n) {
		struct facts_sym *s = vec_add(&p->u->syms);

		s->name = name;
		s->is_func = is_func;
	} else if (p->u->syms.at[*slot].is_func != is_func) {
		lex_fail(p, "%s is %s", lex_str(p, name), is_func ? "a variable" : "a function");
	}
	return (uint32_t)*slot;
}

uint32_t parse_sym(struct parser *p, uint32_t name, bool is_func)
{
	uint64_t i;

	if (!name || p->is_bad)
		return 0;
	if (!is_func && !map_get(&p->syms, name, &i))
		lex_fail(p, "no variable %s; declare it first: var %s", lex_str(p, name), lex_str(p, name));
	return p->is_bad ? 0 : sym_add(p, name, is_func);
}

static uint8_t lock_kind(struct parser *p)
{
	uint32_t word = lex_word(p);
	int k = facts_word(facts_kind_words, FACTS_LOCK_KINDS, lex_str(p, word));

	if (k < 0)
		lex_fail(p, "'%s' is no kind of lock; known: mutex spin rwlock rwsem srcu rcu readside",
			 lex_str(p, word));
	return k < 0 ? 0 : (uint8_t)k;
}

static void top_sym(struct parser *p, bool is_func)
{
	uint32_t i = sym_add(p, lex_name(p, true, "a name"), is_func);

	while (!p->is_bad && !lex_at_end(p)) {
		struct facts_sym *s = &p->u->syms.at[i];

		if (lex_keyword(p, "static")) {
			s->is_local = true;
		} else if (lex_keyword(p, "lock")) {
			s->lock_kind = lock_kind(p);
		} else if (lex_keyword(p, "type")) {
			s->type = lex_name(p, true, "a struct");
		} else if (lex_peek(p, '"')) {
			s->file = lex_name(p, true, "a file");
			lex_need(p, ":");
			s->line = lex_u32(p);
		} else {
			lex_end(p);
		}
	}
}

static void top_member(struct parser *p, uint32_t owner)
{
	struct facts_member m = {.owner = owner};

	if (!owner) {
		lex_fail(p, "a member outside of a struct; begin with: struct NAME");
		return;
	}
	m.member = lex_name(p, true, "a member");
	while (!p->is_bad && !lex_at_end(p)) {
		if (lex_keyword(p, "lock")) {
			m.lock_kind = lock_kind(p);
		} else if (lex_keyword(p, "type")) {
			m.type = lex_name(p, true, "a struct");
		} else if (lex_keyword(p, "ptr")) {
			m.is_pointer = true;
			m.type = lex_name(p, true, "a struct");
		} else {
			lex_end(p);
		}
	}
	vec_push(&p->u->members, m);
}

static void top_varname(struct parser *p)
{
	struct facts_varname v = {0};

	v.owner = lex_name(p, true, "a struct");
	v.name = lex_name(p, true, "a name");
	v.count = lex_at_end(p) ? 1 : lex_u32(p);
	vec_push(&p->u->varnames, v);
}

static void top_offset(struct parser *p)
{
	struct facts_offset o = {0};

	o.owner = lex_name(p, true, "a struct");
	o.at = lex_u32(p);
	o.member = lex_name(p, true, "a member");
	vec_push(&p->u->offsets, o);
}

/* TABLE[.OWNER[.MEMBER]] = TARGET */
static void top_init(struct parser *p)
{
	struct facts_init t = {.table = parse_sym(p, lex_name(p, false, "a variable"), false)};
	uint32_t target;
	uint64_t i;

	if (lex_take(p, "."))
		t.owner = lex_name(p, false, "a struct");
	if (lex_take(p, "."))
		t.member = lex_name(p, true, "a member");
	lex_need(p, "=");
	lex_take(p, "&");
	target = lex_name(p, true, "a function or a variable");
	if (p->is_bad)
		return;
	t.target = map_get(&p->syms, target, &i) ? (uint32_t)i : sym_add(p, target, true);
	vec_push(&p->u->inits, t);
}

static void top(struct parser *p, uint32_t *owner)
{
	uint32_t word = lex_word(p);
	int k = facts_word(top_words, ARRAY_LEN(top_words), lex_str(p, word));

	switch (k) {
	case 0:
		p->u->source = lex_name(p, true, "a file");
		break;
	case 1:
	case 2:
		top_sym(p, k == 2);
		break;
	case 3:
		*owner = lex_name(p, true, "a struct");
		if (lex_keyword(p, "member"))
			top_member(p, *owner);
		break;
	case 4:
		top_member(p, *owner);
		break;
	case 5:
		top_varname(p);
		break;
	case 6:
		top_init(p);
		break;
	case 7:
		parse_func(p);
		return;
	case 8:
		top_offset(p);
		break;
	default:
		lex_fail(p, "'%.*s' begins no statement; known: unit var declare struct member varname offset init func",
			 word ? 80 : (int)strcspn(p->at, " \t\n"),
			 word ? lex_str(p, word) : p->at);
	}
	lex_end(p);
}

struct facts_unit *facts_parse(const char *text, const char *name, struct diag *d)
{
	struct parser p = {.u = facts_new(), .name = name, .at = text, .line = 1, .d = d};
	uint32_t owner = 0;
	bool ok;

	while (!p.is_bad && lex_statement(&p))
		top(&p, &owner);
	map_free(&p.syms);
	map_free(&p.places);
	map_free(&p.values);
	map_free(&p.labels);
	ok = !p.is_bad && facts_check(p.u, name, d);
	if (ok)
		return p.u;
	facts_free(p.u);
	return NULL;
}
