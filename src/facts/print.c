/* SPDX-License-Identifier: MIT */
/*
 * A unit as text.  All values stand at the head of their function in the order of their numbers,
 * so that the text keeps the numbering; places are written out at each event.
 */
#include "facts/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

struct printer {
	const struct facts_unit *u;
	const struct facts_func *f;
	struct buf *out;
};

static const char *str(const struct printer *p, uint32_t id)
{
	return strtab_str(p->u->str, id);
}

static void quoted(struct buf *out, const char *s)
{
	buf_addc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_addf(out, "\\%c", *s);
		else if ((unsigned char)*s < ' ')
			buf_addf(out, "\\x%02x", (unsigned char)*s);
		else
			buf_addc(out, *s);
	}
	buf_addc(out, '"');
}

/* Bare where it reads back as one word; dots are for the callers to say. */
static void word(struct buf *out, const char *s, bool may_dot)
{
	const char *p = s;

	if (isalpha((unsigned char)*p) || *p == '_' || *p == '$')
		for (p++; isalnum((unsigned char)*p) || *p == '_' || *p == '$' || (may_dot && *p == '.');)
			p++;
	if (p == s || *p || !strcmp(s, "_") || (may_dot && p[-1] == '.'))
		quoted(out, s);
	else
		buf_add(out, s);
}

static void named(const struct printer *p, const char *before, uint32_t id, bool may_dot)
{
	buf_add(p->out, before);
	word(p->out, str(p, id), may_dot);
}

static void sym(const struct printer *p, uint32_t id)
{
	named(p, "", p->u->syms.at[id].name, true);
}

static void value_or_none(const struct printer *p, uint32_t v)
{
	if (v == FACTS_NONE)
		buf_addc(p->out, '_');
	else
		buf_addf(p->out, "%%%u", v);
}

/* ---- tables ------------------------------------------------------------------------------ */

static void file_line(const struct printer *p, uint32_t file, uint32_t line)
{
	buf_addc(p->out, ' ');
	quoted(p->out, str(p, file));
	buf_addf(p->out, ":%u", line);
}

static void print_sym(const struct printer *p, const struct facts_sym *s)
{
	named(p, s->is_func ? "declare " : "var ", s->name, true);
	if (s->is_local)
		buf_add(p->out, " static");
	if (s->lock_kind)
		buf_addf(p->out, " lock %s", facts_kind_words[s->lock_kind]);
	if (s->type)
		named(p, " type ", s->type, true);
	if (s->file || s->line)
		file_line(p, s->file, s->line);
	buf_addc(p->out, '\n');
}

static void print_members(const struct printer *p)
{
	for (size_t i = 0; i < p->u->members.n; i++) {
		const struct facts_member *m = &p->u->members.at[i];

		if (!i || m->owner != m[-1].owner) {
			named(p, "struct ", m->owner, true);
			buf_addc(p->out, '\n');
		}
		named(p, "  member ", m->member, true);
		if (m->lock_kind)
			buf_addf(p->out, " lock %s", facts_kind_words[m->lock_kind]);
		if (m->type || m->is_pointer)
			named(p, m->is_pointer ? " ptr " : " type ", m->type, true);
		buf_addc(p->out, '\n');
	}
}

static void print_inits(const struct printer *p)
{
	for (size_t i = 0; i < p->u->inits.n; i++) {
		const struct facts_init *t = &p->u->inits.at[i];

		named(p, "init ", p->u->syms.at[t->table].name, false);
		if (t->owner || t->member)
			named(p, ".", t->owner, false);
		if (t->member)
			named(p, ".", t->member, true);
		buf_add(p->out, " = ");
		sym(p, t->target);
		buf_addc(p->out, '\n');
	}
}

/* ---- functions ---------------------------------------------------------------------------- */

static void print_phi(const struct printer *p, const struct facts_value *v)
{
	buf_add(p->out, " [");
	for (uint32_t k = 0; k < v->b; k++)
		buf_addf(p->out, "%sb%u %%%u", k ? ", " : "", p->f->list.at[v->a + 2 * (size_t)k],
			 p->f->list.at[v->a + 2 * (size_t)k + 1]);
	buf_addc(p->out, ']');
}

static void print_operands(const struct printer *p, const struct facts_value *v)
{
	switch (v->op) {
	case FACTS_PARAM:
		buf_addf(p->out, " %u", v->a);
		break;
	case FACTS_CONST:
		buf_addf(p->out, " %" PRId64, v->imm);
		break;
	case FACTS_FUNC:
	case FACTS_GLOBAL:
		buf_addc(p->out, ' ');
		sym(p, v->a);
		break;
	case FACTS_LOCAL:
		named(p, " ", v->a, true);
		break;
	case FACTS_FIELD:
		buf_addf(p->out, " %%%u", v->a);
		named(p, " ", v->b, false);
		named(p, ".", v->c, true);
		break;
	case FACTS_PHI:
		print_phi(p, v);
		break;
	case FACTS_CMP:
		buf_addf(p->out, " %s %%%u", facts_pred_words[v->b], v->a);
		if (v->b != FACTS_IS_ERR)
			buf_addf(p->out, " %" PRId64, v->imm);
		break;
	case FACTS_SAME:
	case FACTS_AND:
	case FACTS_OR:
		buf_addf(p->out, " %%%u %%%u", v->a, v->b);
		break;
	case FACTS_SELECT:
		buf_addf(p->out, " %%%u %%%u %%%u", v->a, v->b, v->c);
		break;
	case FACTS_INDEX:
	case FACTS_DEREF:
	case FACTS_NOT:
		buf_addf(p->out, " %%%u", v->a);
		break;
	default:
		break;
	}
}

static void print_value(const struct printer *p, uint32_t i)
{
	const struct facts_value *v = &p->f->values.at[i];

	buf_addf(p->out, "  %%%u = %s", i, facts_op_words[v->op]);
	print_operands(p, v);
	if (v->type || (v->op == FACTS_PARAM && p->f->params.at[v->a].type))
		named(p, " : ", v->type, true);
	if (v->block)
		buf_addf(p->out, " in b%u", v->block);
	buf_addc(p->out, '\n');
}

/* "@12", "@"x.h":12", "@helper "x.h":12 from 40": what the function itself says is left out. */
static void print_place(const struct printer *p, uint32_t loc)
{
	const char *before = " @";

	for (; loc != FACTS_NONE; loc = p->u->locs.at[loc].up, before = " from ") {
		const struct facts_loc *l = &p->u->locs.at[loc];

		buf_add(p->out, before);
		if (l->func != p->u->syms.at[p->f->sym].name) {
			named(p, "", l->func, true);
			buf_addc(p->out, ' ');
		}
		if (l->file != p->f->file) {
			quoted(p->out, str(p, l->file));
			buf_addc(p->out, ':');
		}
		buf_addf(p->out, "%u", l->line);
	}
}

static void print_target(const struct printer *p, const struct facts_event *e)
{
	if (e->flags & FACTS_DIRECT) {
		sym(p, e->target);
		return;
	}
	if (e->target != FACTS_NONE)
		buf_addc(p->out, '*');
	value_or_none(p, e->target);
}

static void print_args(const struct printer *p, const struct facts_event *e)
{
	buf_addc(p->out, '(');
	for (uint32_t k = 0; k < e->n_args; k++) {
		buf_add(p->out, k ? ", " : "");
		value_or_none(p, p->f->list.at[e->args + k]);
	}
	buf_addc(p->out, ')');
}

static void print_options(const struct printer *p, const struct facts_event *e)
{
	if (e->mode != facts_default_mode(e->kind, e->lock_kind))
		buf_addf(p->out, " %s", facts_mode_words[e->mode]);
	if (e->lock_kind)
		buf_addf(p->out, " %s", facts_kind_words[e->lock_kind]);
	for (size_t k = 0; k < ARRAY_LEN(facts_flag_words); k++)
		if ((e->flags & facts_flag_words[k].flag) && (facts_flag_words[k].flag != FACTS_STATIC_KEY ||
								  !facts_has_target(e->kind)))
			buf_addf(p->out, " %s", facts_flag_words[k].word);
	if (e->success)
		buf_addf(p->out, " %s", facts_success_words[e->success]);
}

static void print_event(const struct printer *p, const struct facts_event *e)
{
	bool has_target = facts_has_target(e->kind);

	buf_add(p->out, "    ");
	if (e->result != FACTS_NONE)
		buf_addf(p->out, "%%%u = ", e->result);
	buf_add(p->out, facts_event_words[e->kind]);
	if (has_target && (e->flags & FACTS_STATIC_KEY))
		buf_add(p->out, " static-key");
	if (!has_target)
		print_options(p, e);
	buf_addc(p->out, ' ');
	if (e->kind == FACTS_STORE) {
		value_or_none(p, p->f->list.at[e->args]);
		buf_add(p->out, " -> ");
	}
	if (has_target) {
		print_target(p, e);
		if (e->n_args || e->kind == FACTS_CALL_EVENT)
			print_args(p, e);
		if (e->lock != FACTS_NONE)
			buf_addf(p->out, " lock %%%u", e->lock);
		print_options(p, e);
	} else {
		value_or_none(p, e->lock);
		if (e->target != FACTS_NONE) {
			buf_add(p->out, " target ");
			print_target(p, e);
		}
		if (e->n_args && e->kind != FACTS_STORE) {
			buf_add(p->out, " args");
			print_args(p, e);
		}
	}
	if (e->prim)
		named(p, " by ", e->prim, true);
	print_place(p, e->loc);
	buf_addc(p->out, '\n');
}

static void print_term(const struct printer *p, const struct facts_block *b)
{
	const uint32_t *succs = b->n_succs ? &p->f->list.at[b->succs] : NULL;

	buf_addf(p->out, "    %s", facts_term_words[b->term]);
	if (b->term == FACTS_BRANCH || b->term == FACTS_SWITCH ||
	    (b->term == FACTS_RET && b->value != FACTS_NONE))
		buf_addf(p->out, " %%%u", b->value);
	for (uint32_t k = 0; k < b->n_succs && (b->term != FACTS_SWITCH || !k); k++)
		buf_addf(p->out, " b%u", succs[k]);
	if (b->term == FACTS_SWITCH) {
		buf_add(p->out, " [");
		for (uint32_t k = 1; k < b->n_succs; k++)
			buf_addf(p->out, "%s%" PRId64 " b%u", k > 1 ? ", " : "",
				 p->f->cases.at[b->cases + k - 1], succs[k]);
		buf_addc(p->out, ']');
	}
	buf_addc(p->out, '\n');
}

static void print_func(const struct printer *p)
{
	const struct facts_func *f = p->f;

	buf_add(p->out, "\nfunc ");
	sym(p, f->sym);
	buf_addc(p->out, '(');
	for (size_t i = 0; i < f->params.n; i++) {
		named(p, i ? ", " : "", f->params.at[i].name, true);
		if (f->params.at[i].type)
			named(p, ": ", f->params.at[i].type, true);
	}
	buf_addc(p->out, ')');
	file_line(p, f->file, f->line);
	buf_addc(p->out, '\n');
	for (uint32_t i = 0; i < f->values.n; i++)
		print_value(p, i);
	for (uint32_t i = 0; i < f->blocks.n; i++) {
		const struct facts_block *b = &f->blocks.at[i];

		buf_addf(p->out, "  b%u:\n", i);
		for (uint32_t k = 0; k < b->n_events; k++)
			print_event(p, &f->events.at[b->events + k]);
		print_term(p, b);
	}
}

void facts_print(const struct facts_unit *u, struct buf *out)
{
	struct printer p = {.u = u, .out = out};

	buf_add(out, "unit ");
	quoted(out, str(&p, u->source));
	buf_addc(out, '\n');
	for (size_t i = 0; i < u->syms.n; i++)
		print_sym(&p, &u->syms.at[i]);
	print_members(&p);
	for (size_t i = 0; i < u->varnames.n; i++) {
		const struct facts_varname *v = &u->varnames.at[i];

		named(&p, "varname ", v->owner, true);
		named(&p, " ", v->name, true);
		buf_addf(out, " %u\n", v->count);
	}
	for (size_t i = 0; i < u->offsets.n; i++) {
		named(&p, "offset ", u->offsets.at[i].owner, true);
		buf_addf(out, " %u", u->offsets.at[i].at);
		named(&p, " ", u->offsets.at[i].member, true);
		buf_addc(out, '\n');
	}
	print_inits(&p);
	for (size_t i = 0; i < u->funcs.n; i++) {
		p.f = &u->funcs.at[i];
		print_func(&p);
	}
}
