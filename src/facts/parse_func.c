/* SPDX-License-Identifier: MIT */
/*
 * A function: its head, then statements up to the next word that begins something else.  A first
 * pass over the text numbers the values and blocks that are defined in it, so that both may be
 * named before they are defined.
 */
#include "facts/parse.h"

#include <stdlib.h>
#include <string.h>

/* ---- the first pass ----------------------------------------------------------------------- */

static void scan_value(struct parser *p)
{
	uint32_t name = lex_name(p, false, "a value's name");

	if (p->is_bad || !lex_take(p, "="))
		return;
	if (*map_slot(&p->values, name, p->f->values.n) == p->f->values.n)
		vec_add(&p->f->values)->op = FACTS_UNDEFINED;
}

static void scan_label(struct parser *p, uint32_t name)
{
	if (*map_slot(&p->labels, name, p->f->blocks.n) != p->f->blocks.n) {
		lex_fail(p, "block %s twice in this function", lex_str(p, name));
		return;
	}
	vec_add(&p->f->blocks);
}

static bool is_effect(const char *word)
{
	return facts_word(facts_event_words, FACTS_EVENT_KINDS, word) >= 0 ||
	       facts_word(facts_term_words, FACTS_TERMS, word) >= 0;
}

static void scan(struct parser *p)
{
	const char *at = p->at;
	unsigned line = p->line;
	bool is_before_labels = true;

	while (!p->is_bad && lex_statement(p)) {
		bool is_value = lex_take(p, "%");
		uint32_t word;

		if (is_value)
			scan_value(p);
		word = *p->at == '"' ? lex_name(p, false, "a block") : lex_word(p);
		if (!is_value && lex_take(p, ":")) {
			scan_label(p, word);
			is_before_labels = false;
			continue;
		}
		if (!is_value && parse_top_word(lex_str(p, word)))
			break;
		/* an event before any label: the entry block has no name */
		if (is_before_labels && is_effect(lex_str(p, word))) {
			vec_add(&p->f->blocks);
			is_before_labels = false;
		}
		lex_skip_statement(p);
	}
	if (!p->is_bad) {
		p->at = at;
		p->line = line;
	}
}

/* ---- places --------------------------------------------------------------------------------- */

static uint32_t place_add(struct parser *p, struct facts_loc l)
{
	uint64_t *slot;

	slot = map_slot(&p->places, hash_bytes(&l, sizeof(l), HASH_SEED), p->u->locs.n);
	if (*slot == p->u->locs.n || memcmp(&p->u->locs.at[*slot], &l, sizeof(l))) {
		*slot = p->u->locs.n;
		vec_push(&p->u->locs, l);
	}
	return (uint32_t)*slot;
}

/* "12", or "helper "x.h":12" */
static struct facts_loc parse_step(struct parser *p)
{
	struct facts_loc l = {.func = p->u->syms.at[p->f->sym].name, .file = p->f->file, .up = FACTS_NONE};

	if (!lex_is_number(p) && !lex_peek(p, '"'))
		l.func = lex_name(p, true, "a line");
	if (lex_peek(p, '"')) {
		uint32_t s = lex_name(p, true, "a file");

		if (lex_take(p, ":")) {
			l.file = s;
		} else {
			l.func = s;
			if (lex_peek(p, '"')) {
				l.file = lex_name(p, true, "a file");
				lex_need(p, ":");
			}
		}
	}
	l.line = lex_u32(p);
	return l;
}

/* Steps joined by "from", innermost first. */
static uint32_t parse_place(struct parser *p)
{
	struct { VEC(struct facts_loc); } steps = {0};
	uint32_t at = FACTS_NONE;

	do
		vec_push(&steps, parse_step(p));
	while (lex_keyword(p, "from"));
	while (!p->is_bad && steps.n) {
		steps.at[--steps.n].up = at;
		at = place_add(p, steps.at[steps.n]);
	}
	vec_free(&steps);
	return at;
}

/* ---- events ---------------------------------------------------------------------------------- */

/* One word of the options; false where the next word is none. */
static bool parse_option(struct parser *p, struct facts_event *e, bool *has_mode)
{
	const char *at = p->at;
	uint32_t id = lex_word(p);
	const char *word = lex_str(p, id);
	int k;

	if (id && (k = facts_word(facts_mode_words, ORDER_MODES, word)) >= 0) {
		e->mode = (uint8_t)k;
		*has_mode = true;
		return true;
	}
	if (id && (k = facts_word(facts_kind_words, FACTS_LOCK_KINDS, word)) >= 0) {
		e->lock_kind = (uint8_t)k;
		return true;
	}
	if (id && (k = facts_word(facts_success_words, FACTS_SUCCESSES, word)) >= 0) {
		e->success = (uint8_t)k;
		return true;
	}
	for (size_t i = 0; id && i < ARRAY_LEN(facts_flag_words); i++)
		if (!strcmp(word, facts_flag_words[i].word)) {
			e->flags |= facts_flag_words[i].flag;
			return true;
		}
	p->at = at;
	return false;
}

static void parse_target(struct parser *p, struct facts_event *e)
{
	if (lex_take(p, "*")) {
		e->target = parse_operand(p);
	} else if (!lex_keyword(p, "_")) {
		uint32_t name = lex_name(p, true, "a function");
		uint64_t i;

		/* a static-call key may be a variable; who calls another one meant '*' */
		if ((e->flags & FACTS_STATIC_KEY) && map_get(&p->syms, name, &i))
			e->target = (uint32_t)i;
		else
			e->target = parse_sym(p, name, true);
		e->flags |= FACTS_DIRECT;
	}
}

/* "(%a, _, %b)".  Operands are read before the list is touched. */
static void parse_args(struct parser *p, struct facts_event *e)
{
	struct { VEC(uint32_t); } args = {0};

	lex_need(p, "(");
	while (!p->is_bad && !lex_take(p, ")")) {
		vec_push(&args, parse_operand_or_none(p));
		if (!lex_peek(p, ')'))
			lex_need(p, ",");
	}
	e->args = (uint32_t)p->f->list.n;
	e->n_args = (uint32_t)args.n;
	for (size_t i = 0; i < args.n; i++)
		vec_push(&p->f->list, args.at[i]);
	vec_free(&args);
}

static void parse_operands(struct parser *p, struct facts_event *e)
{
	switch (e->kind) {
	case FACTS_CALL_EVENT:
	case FACTS_SPAWN:
	case FACTS_DEFER: /* facts_has_target() */
		parse_target(p, e);
		if (lex_peek(p, '('))
			parse_args(p, e);
		break;
	case FACTS_STORE: {
		uint32_t v = parse_operand(p);

		lex_need(p, "->");
		e->lock = parse_operand(p);
		e->args = (uint32_t)p->f->list.n;
		e->n_args = 1;
		vec_push(&p->f->list, v);
		break;
	}
	default:
		e->lock = parse_operand(p);
	}
}

static void parse_tail(struct parser *p, struct facts_event *e, bool *has_mode, uint32_t *type)
{
	while (!p->is_bad && !lex_at_end(p)) {
		if (lex_keyword(p, "lock"))
			e->lock = parse_operand(p);
		else if (lex_keyword(p, "target"))
			parse_target(p, e);
		else if (lex_keyword(p, "args"))
			parse_args(p, e);
		else if (lex_keyword(p, "by"))
			e->prim = lex_name(p, true, "a primitive");
		else if (lex_take(p, "@"))
			e->loc = parse_place(p);
		else if (lex_peek(p, ':'))
			parse_type(p, type);
		else if (!parse_option(p, e, has_mode))
			lex_end(p);
	}
}

/* The result was named at the head ("%4 = result"), or is defined here. */
static void bind_result(struct parser *p, uint32_t result, uint32_t type)
{
	struct facts_value *v = &p->f->values.at[result];
	uint32_t event = (uint32_t)p->f->events.n;

	if (v->op == FACTS_UNDEFINED) {
		v->op = FACTS_CALL;
		v->block = p->block;
		v->type = type;
	} else if (v->op != FACTS_CALL || v->a != FACTS_NONE) {
		lex_fail(p, "this value is defined twice in the function");
	}
	v->a = event;
}

static void parse_event(struct parser *p, int kind, uint32_t result)
{
	struct facts_event e = {.kind = (uint8_t)kind, .lock = FACTS_NONE, .target = FACTS_NONE,
				.result = result, .loc = FACTS_NONE};
	bool has_mode = false;
	uint32_t type = 0;

	if (facts_has_target(e.kind)) {
		if (lex_keyword(p, "static-key"))
			e.flags |= FACTS_STATIC_KEY;
	} else {
		while (parse_option(p, &e, &has_mode))
			;
	}
	parse_operands(p, &e);
	parse_tail(p, &e, &has_mode, &type);
	if (p->is_bad)
		return;
	if (!has_mode)
		e.mode = facts_default_mode(e.kind, e.lock_kind);
	if (e.loc == FACTS_NONE)
		e.loc = place_add(p, (struct facts_loc){.func = p->u->syms.at[p->f->sym].name,
					 .file = p->f->file, .line = p->f->line, .up = FACTS_NONE});
	if (result != FACTS_NONE)
		bind_result(p, result, type);
	vec_push(&p->f->events, e);
}

/* ---- blocks ----------------------------------------------------------------------------------- */

static struct facts_block *block_at(struct parser *p)
{
	return &p->f->blocks.at[p->block];
}

static void block_close(struct parser *p, struct facts_block b)
{
	struct facts_block *at = block_at(p);

	b.events = at->events;
	b.n_events = (uint32_t)p->f->events.n - at->events;
	*at = b;
	p->is_open = false;
}

/* A block that does not say how it ends goes on to the next one, or returns. */
static void block_fall(struct parser *p)
{
	struct facts_block b = {.term = FACTS_RET, .value = FACTS_NONE, .succs = (uint32_t)p->f->list.n};

	if (p->block == FACTS_NONE || !p->is_open)
		return;
	if (p->block + 1 < p->f->blocks.n) {
		b.term = FACTS_JUMP;
		b.n_succs = 1;
		vec_push(&p->f->list, p->block + 1);
	}
	block_close(p, b);
}

static void block_begin(struct parser *p)
{
	block_fall(p);
	p->block = p->block == FACTS_NONE ? 0 : p->block + 1;
	BUG_ON(p->block >= p->f->blocks.n);
	block_at(p)->events = (uint32_t)p->f->events.n;
	p->is_open = true;
}

/* "[1 b1, 2 b2]" */
static void parse_cases(struct parser *p, struct facts_block *b)
{
	b->cases = (uint32_t)p->f->cases.n;
	lex_need(p, "[");
	while (!p->is_bad && !lex_take(p, "]")) {
		vec_push(&p->f->cases, lex_number(p));
		vec_push(&p->f->list, parse_label(p));
		b->n_succs++;
		lex_take(p, ",");
	}
}

static void parse_term(struct parser *p, int term)
{
	struct facts_block b = {.term = (uint8_t)term, .value = FACTS_NONE};

	if (term == FACTS_BRANCH || term == FACTS_SWITCH || (term == FACTS_RET && !lex_at_end(p)))
		b.value = parse_operand(p);
	b.succs = (uint32_t)p->f->list.n;
	b.n_succs = term == FACTS_BRANCH ? 2 : term == FACTS_JUMP || term == FACTS_SWITCH ? 1 : 0;
	for (uint32_t k = 0; k < b.n_succs; k++)
		vec_push(&p->f->list, parse_label(p));
	if (term == FACTS_SWITCH)
		parse_cases(p, &b);
	if (!p->is_bad)
		block_close(p, b);
}

/* ---- the function ------------------------------------------------------------------------------- */

static void parse_head(struct parser *p)
{
	lex_need(p, "(");
	while (!p->is_bad && !lex_take(p, ")")) {
		struct facts_param param = {.name = lex_name(p, true, "a parameter")};

		parse_type(p, &param.type);
		vec_push(&p->f->params, param);
		if (!lex_peek(p, ')'))
			lex_need(p, ",");
	}
	p->f->file = p->u->source;
	p->f->line = p->line;
	while (!p->is_bad && !lex_at_end(p)) {
		if (lex_keyword(p, "static")) {
			p->u->syms.at[p->f->sym].is_local = true;
		} else if (lex_peek(p, '"')) {
			p->f->file = lex_name(p, true, "a file");
			lex_need(p, ":");
			p->f->line = lex_u32(p);
		} else {
			lex_end(p);
		}
	}
}

static void parse_effect(struct parser *p, uint32_t word, uint32_t result)
{
	int event = facts_word(facts_event_words, FACTS_EVENT_KINDS, lex_str(p, word));
	int term = facts_word(facts_term_words, FACTS_TERMS, lex_str(p, word));

	if (event < 0 && (term < 0 || result != FACTS_NONE)) {
		lex_fail(p, "'%s' is no %s", lex_str(p, word),
			 result == FACTS_NONE ? "event and no end of a block" : "operation and no event");
		return;
	}
	if (p->block == FACTS_NONE)
		block_begin(p);
	if (!p->is_open)
		lex_fail(p, "this block has ended; begin the next one with a label");
	else if (event >= 0)
		parse_event(p, event, result);
	else
		parse_term(p, term);
}

static void parse_definition(struct parser *p)
{
	uint32_t index = parse_value_name(p), word;
	int op;

	lex_need(p, "=");
	word = lex_word(p);
	op = facts_word(facts_op_words, FACTS_OPS, lex_str(p, word));
	if (p->is_bad)
		return;
	if (op >= 0)
		parse_value(p, index, op);
	else
		parse_effect(p, word, index);
}

/* One statement; false where the function ends before it. */
static bool statement(struct parser *p)
{
	const char *at = p->at;
	uint32_t word;

	if (lex_take(p, "%")) {
		parse_definition(p);
		lex_end(p);
		return true;
	}
	word = *p->at == '"' ? lex_name(p, false, "a block") : lex_word(p);
	if (lex_take(p, ":")) {
		block_begin(p);
		return true;
	}
	if (parse_top_word(lex_str(p, word))) {
		p->at = at;
		return false;
	}
	parse_effect(p, word, FACTS_NONE);
	lex_end(p);
	return true;
}

void parse_func(struct parser *p)
{
	uint32_t sym = parse_sym(p, lex_name(p, true, "a function"), true);

	p->f = vec_add(&p->u->funcs);
	p->f->sym = sym;
	p->block = FACTS_NONE;
	p->is_open = false;
	map_free(&p->values);
	map_free(&p->labels);
	parse_head(p);
	scan(p);
	while (!p->is_bad && lex_statement(p) && statement(p))
		;
	if (!p->is_bad)
		block_fall(p);
}
