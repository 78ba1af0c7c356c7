/* SPDX-License-Identifier: MIT */
/*
 * Values as they are defined ("%1 = field %0 kvm.lock") and operands as they are used.  An
 * operand may be short for values of its own: "&lock", "3", "null", a parameter's name, and
 * "%vcpu->kvm->lock", which follows members that were declared.
 */
#include "facts/parse.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

uint32_t parse_label(struct parser *p)
{
	uint32_t name = lex_name(p, false, "a block");
	uint64_t i;

	if (p->is_bad)
		return 0;
	if (!map_get(&p->labels, name, &i)) {
		lex_fail(p, "no block %s in this function", lex_str(p, name));
		return 0;
	}
	return (uint32_t)i;
}

void parse_type(struct parser *p, uint32_t *type)
{
	if (lex_take(p, ":"))
		*type = lex_name(p, true, "a struct");
}

/* Adds a value, or finds the same one where that cannot change its meaning. */
static uint32_t value_pure(struct parser *p, struct facts_value v)
{
	struct facts_value *at = p->f->values.at;

	v.block = v.op == FACTS_FIELD && p->block != FACTS_NONE ? p->block : 0;
	for (uint32_t i = 0; i < p->f->values.n; i++)
		if (at[i].op == v.op && at[i].a == v.a && at[i].b == v.b && at[i].c == v.c &&
		    at[i].imm == v.imm && at[i].block == v.block)
			return i;
	vec_push(&p->f->values, v);
	return (uint32_t)p->f->values.n - 1;
}

uint32_t parse_value_name(struct parser *p)
{
	uint32_t name = lex_name(p, false, "a value's name");
	uint64_t i;

	if (p->is_bad)
		return 0;
	if (map_get(&p->values, name, &i))
		return (uint32_t)i;
	for (uint32_t k = 0; k < p->f->params.n; k++)
		if (p->f->params.at[k].name == name)
			return value_pure(p, (struct facts_value){.op = FACTS_PARAM, .a = k,
							.type = p->f->params.at[k].type});
	lex_fail(p, "no value and no parameter %%%s in this function", lex_str(p, name));
	return 0;
}

static uint32_t symbol_operand(struct parser *p)
{
	uint32_t name = lex_name(p, true, "a variable or a function"), sym;
	uint64_t i;
	bool is_func = map_get(&p->syms, name, &i) && p->u->syms.at[i].is_func;

	sym = parse_sym(p, name, is_func);
	if (p->is_bad)
		return 0;
	return value_pure(p, (struct facts_value){.op = is_func ? FACTS_FUNC : FACTS_GLOBAL, .a = sym,
						  .type = is_func ? 0 : p->u->syms.at[sym].type});
}

static const struct facts_member *member_find(const struct parser *p, uint32_t owner, uint32_t member)
{
	for (size_t i = 0; i < p->u->members.n; i++)
		if (p->u->members.at[i].owner == owner && p->u->members.at[i].member == member)
			return &p->u->members.at[i];
	return NULL;
}

/*
 * "arch.mmu_lock" at *base, where arch is a declared member of a struct of its own: *base moves to
 * arch, and "mmu_lock" is left.  A dotted member that was declared as such stays whole.
 */
static uint32_t path_enter(struct parser *p, uint32_t *base, uint32_t member)
{
	for (;;) {
		uint32_t owner = p->f->values.at[*base].type, head;
		const char *name = lex_str(p, member), *dot = strchr(name, '.');
		const struct facts_member *m;

		if (!dot || member_find(p, owner, member))
			return member;
		head = strtab_idn(p->u->str, name, (size_t)(dot - name));
		m = member_find(p, owner, head);
		if (!m || m->is_pointer || !m->type)
			return member;
		*base = value_pure(p, (struct facts_value){.op = FACTS_FIELD, .a = *base, .b = owner,
							   .c = head, .type = m->type});
		member = strtab_id(p->u->str, strchr(lex_str(p, member), '.') + 1);
	}
}

/* "->member" at the address `base`; followed by another "->", the member is a pointer. */
static uint32_t path_step(struct parser *p, uint32_t base)
{
	uint32_t member = lex_name(p, true, "a member"), owner, at;
	const struct facts_member *m;

	if (p->is_bad)
		return 0;
	member = path_enter(p, &base, member);
	owner = p->f->values.at[base].type;
	if (!owner) {
		lex_fail(p, "what does it point to before '->%s'? give the value a type, or write: field %%V STRUCT.%s",
			 lex_str(p, member), lex_str(p, member));
		return 0;
	}
	m = member_find(p, owner, member);
	at = value_pure(p, (struct facts_value){.op = FACTS_FIELD, .a = base, .b = owner, .c = member,
						.type = m && !m->is_pointer ? m->type : 0});
	if (p->at[0] != '-' || p->at[1] != '>' || (m && !m->is_pointer))
		return at;
	if (!m) {
		lex_fail(p, "what does %s of %s point to? declare it: struct %s member %s ptr TYPE",
			 lex_str(p, member), lex_str(p, owner), lex_str(p, owner), lex_str(p, member));
		return 0;
	}
	vec_push(&p->f->values, (struct facts_value){.op = FACTS_DEREF, .a = at, .type = m->type,
						     .block = p->block == FACTS_NONE ? 0 : p->block});
	return (uint32_t)p->f->values.n - 1;
}

uint32_t parse_operand(struct parser *p)
{
	uint32_t v;

	if (lex_keyword(p, "null"))
		return value_pure(p, (struct facts_value){.op = FACTS_CONST});
	if (lex_is_number(p))
		return value_pure(p, (struct facts_value){.op = FACTS_CONST, .imm = lex_number(p)});
	if (lex_take(p, "&")) {
		v = symbol_operand(p);
	} else {
		lex_need(p, "%");
		v = parse_value_name(p);
	}
	/* no blank before the arrow: "store %v -> %addr" is two operands */
	while (!p->is_bad && p->at[0] == '-' && p->at[1] == '>') {
		lex_need(p, "->");
		v = path_step(p, v);
	}
	return v;
}

uint32_t parse_operand_or_none(struct parser *p)
{
	return lex_keyword(p, "_") ? FACTS_NONE : parse_operand(p);
}

static uint32_t param_index(struct parser *p)
{
	uint32_t name;

	if (lex_is_number(p))
		return lex_u32(p);
	name = lex_name(p, true, "a parameter");
	for (uint32_t k = 0; k < p->f->params.n; k++)
		if (p->f->params.at[k].name == name)
			return k;
	lex_fail(p, "no parameter %s", lex_str(p, name));
	return 0;
}

/* "[b0 %1, b1 %2]"; operands may add values but never to the list, so the pairs stay together. */
static void parse_phi(struct parser *p, struct facts_value *v)
{
	v->a = (uint32_t)p->f->list.n;
	lex_need(p, "[");
	while (!p->is_bad && !lex_take(p, "]")) {
		uint32_t block = parse_label(p), from = parse_operand(p);

		vec_push(&p->f->list, block);
		vec_push(&p->f->list, from);
		v->b++;
		lex_take(p, ",");
	}
}

static void parse_cmp(struct parser *p, struct facts_value *v)
{
	uint32_t word = lex_word(p);
	int pred = facts_word(facts_pred_words, FACTS_PREDS, lex_str(p, word));

	if (pred < 0) {
		lex_fail(p, "'%s' is no comparison; known: eq ne lt le gt ge is-err", lex_str(p, word));
		return;
	}
	v->b = (uint32_t)pred;
	v->a = parse_operand(p);
	if (pred == FACTS_IS_ERR)
		return;
	v->imm = lex_keyword(p, "null") ? 0 : lex_number(p);
}

static void parse_parts(struct parser *p, struct facts_value *v)
{
	switch (v->op) {
	case FACTS_PARAM:
		v->a = param_index(p);
		break;
	case FACTS_CONST:
		v->imm = lex_keyword(p, "null") ? 0 : lex_number(p);
		break;
	case FACTS_FUNC:
	case FACTS_GLOBAL:
		v->a = parse_sym(p, lex_name(p, true, "a symbol"), v->op == FACTS_FUNC);
		break;
	case FACTS_LOCAL:
		v->a = lex_name(p, true, "a name");
		break;
	case FACTS_CALL:
		v->a = FACTS_NONE; /* the event says which one it is */
		break;
	case FACTS_PHI:
		parse_phi(p, v);
		break;
	case FACTS_CMP:
		parse_cmp(p, v);
		break;
	case FACTS_OPAQUE:
		break;
	default:
		v->a = parse_operand(p);
		if (v->op == FACTS_FIELD) {
			v->b = lex_name(p, false, "STRUCT.MEMBER");
			lex_need(p, ".");
			v->c = lex_name(p, true, "a member");
		} else if (v->op == FACTS_SAME || v->op == FACTS_AND || v->op == FACTS_OR ||
			   v->op == FACTS_SELECT) {
			v->b = parse_operand(p);
			if (v->op == FACTS_SELECT)
				v->c = parse_operand(p);
		}
	}
}

void parse_value(struct parser *p, uint32_t index, int op)
{
	struct facts_value v = {.op = (uint8_t)op};

	if (op != FACTS_PARAM && op != FACTS_CONST && op != FACTS_FUNC && op != FACTS_GLOBAL &&
	    p->block != FACTS_NONE)
		v.block = p->block;
	parse_parts(p, &v);
	if (op == FACTS_PARAM && v.a < p->f->params.n)
		v.type = p->f->params.at[v.a].type;
	parse_type(p, &v.type);
	if (lex_keyword(p, "in"))
		v.block = parse_label(p);
	if (p->is_bad)
		return;
	if (p->f->values.at[index].op != FACTS_UNDEFINED)
		lex_fail(p, "this value is defined twice in the function");
	else
		p->f->values.at[index] = v;
}
