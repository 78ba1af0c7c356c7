/* SPDX-License-Identifier: MIT */
/*
 * What no event, branch or return needs is dropped, and what is left is numbered anew.  Dropping
 * a branch frees its condition, which frees a phi, which lets blocks fall together (shape.c): so
 * both are repeated until nothing changes.
 */
#include "bitcode/prune.h"

enum { MAX_ROUNDS = 100 };

static void mark(struct prune *p, uint32_t v)
{
	if (v == FACTS_NONE)
		return;
	v = prune_value(p, v);
	if (p->live[v])
		return;
	p->live[v] = 1;
	vec_push(&p->todo, v);
}

static void mark_operands(struct prune *p, const struct facts_value *v)
{
	switch (v->op) {
	case FACTS_FIELD:
	case FACTS_INDEX:
	case FACTS_DEREF:
	case FACTS_CMP:
	case FACTS_NOT: mark(p, v->a); break;
	case FACTS_SAME:
	case FACTS_AND:
	case FACTS_OR:
		mark(p, v->a);
		mark(p, v->b);
		break;
	case FACTS_SELECT:
		mark(p, v->a);
		mark(p, v->b);
		mark(p, v->c);
		break;
	case FACTS_PHI:
		for (uint32_t i = 0; i < v->b; i++)
			if (prune_is_edge(p, p->f->list.at[v->a + 2 * i], v->block))
				mark(p, p->f->list.at[v->a + 2 * i + 1]);
		break;
	default: break;
	}
}

static void mark_event(struct prune *p, const struct facts_event *e)
{
	mark(p, e->lock);
	if (!(e->flags & FACTS_DIRECT))
		mark(p, e->target);
	for (uint32_t i = 0; i < e->n_args; i++)
		mark(p, p->f->list.at[e->args + i]);
	if (e->success != FACTS_ALWAYS)
		mark(p, e->result);
}

static void mark_live(struct prune *p)
{
	struct facts_func *f = p->f;

	memset(p->live, 0, f->values.n + 1);
	for (uint32_t b = 0; b < f->blocks.n; b++) {
		if (!p->blocks[b].is_reached)
			continue;
		for (uint32_t part = b; part != FACTS_NONE; part = p->blocks[part].next)
			for (uint32_t i = 0; i < f->blocks.at[part].n_events; i++)
				mark_event(p, &f->events.at[f->blocks.at[part].events + i]);
		if (f->blocks.at[b].term != FACTS_JUMP && f->blocks.at[b].term != FACTS_STOP)
			mark(p, f->blocks.at[b].value);
	}
	while (p->todo.n)
		mark_operands(p, &f->values.at[p->todo.at[--p->todo.n]]);
}

/* ---- numbering anew --------------------------------------------------------------- */

struct renew {
	struct prune *p;
	struct facts_func out; /* its vectors replace those of p->f */
	uint32_t *value, *event, *block;
};

static uint32_t new_value(const struct renew *r, uint32_t v)
{
	return v == FACTS_NONE ? FACTS_NONE : r->value[prune_value(r->p, v)];
}

static uint32_t copy_values(struct renew *r, uint32_t at, uint32_t n)
{
	uint32_t first = (uint32_t)r->out.list.n;

	for (uint32_t i = 0; i < n; i++)
		vec_push(&r->out.list, new_value(r, r->p->f->list.at[at + i]));
	return first;
}

static void copy_event(struct renew *r, uint32_t i)
{
	struct facts_event e = r->p->f->events.at[i];

	e.lock = new_value(r, e.lock);
	if (!(e.flags & FACTS_DIRECT))
		e.target = new_value(r, e.target);
	e.args = e.n_args ? copy_values(r, e.args, e.n_args) : 0;
	if (e.result != FACTS_NONE)
		e.result = r->p->live[e.result] ? r->value[e.result] : FACTS_NONE;
	vec_push(&r->out.events, e);
}

static void copy_block(struct renew *r, uint32_t b)
{
	struct facts_func *f = r->p->f;
	struct facts_block out = f->blocks.at[b];

	out.events = (uint32_t)r->out.events.n;
	for (uint32_t part = b; part != FACTS_NONE; part = r->p->blocks[part].next)
		for (uint32_t i = 0; i < f->blocks.at[part].n_events; i++)
			copy_event(r, f->blocks.at[part].events + i);
	out.n_events = (uint32_t)r->out.events.n - out.events;
	out.value = out.term == FACTS_JUMP || out.term == FACTS_STOP ? FACTS_NONE
								     : new_value(r, out.value);
	out.succs = out.n_succs ? (uint32_t)r->out.list.n : 0;
	for (uint32_t i = 0; i < out.n_succs; i++)
		vec_push(&r->out.list, r->block[f->list.at[f->blocks.at[b].succs + i]]);
	out.cases = out.term == FACTS_SWITCH ? (uint32_t)r->out.cases.n : 0;
	for (uint32_t i = 0; out.term == FACTS_SWITCH && i + 1 < out.n_succs; i++)
		vec_push(&r->out.cases, f->cases.at[f->blocks.at[b].cases + i]);
	vec_push(&r->out.blocks, out);
}

static void copy_phi(struct renew *r, struct facts_value *v, uint32_t block)
{
	const uint32_t *list = r->p->f->list.at;
	uint32_t first = (uint32_t)r->out.list.n, n = 0;

	for (uint32_t i = 0; i < v->b; i++) {
		uint32_t from = list[v->a + 2 * i];

		if (!prune_is_edge(r->p, from, block))
			continue;
		vec_push(&r->out.list, r->block[prune_block(r->p, from)]);
		vec_push(&r->out.list, new_value(r, list[v->a + 2 * i + 1]));
		n++;
	}
	v->a = first;
	v->b = n;
}

static void copy_value(struct renew *r, uint32_t i)
{
	struct facts_value v = r->p->f->values.at[i];
	uint32_t block = v.block, home = prune_block(r->p, v.block);

	v.block = r->p->blocks[home].is_reached ? r->block[home] : 0;
	switch (v.op) {
	case FACTS_SELECT:
		v.c = new_value(r, v.c);
		/* fallthrough */
	case FACTS_SAME:
	case FACTS_AND:
	case FACTS_OR:
		v.b = new_value(r, v.b);
		/* fallthrough */
	case FACTS_FIELD:
	case FACTS_INDEX:
	case FACTS_DEREF:
	case FACTS_CMP:
	case FACTS_NOT: v.a = new_value(r, v.a); break;
	case FACTS_CALL: v.a = r->event[v.a]; break;
	case FACTS_PHI: copy_phi(r, &v, block); break;
	default: break;
	}
	if (v.op == FACTS_CALL && v.a == FACTS_NONE)
		v = (struct facts_value){ .op = FACTS_OPAQUE, .type = v.type, .block = v.block };
	vec_push(&r->out.values, v);
}

static void number(struct renew *r)
{
	struct facts_func *f = r->p->f;
	uint32_t values = 0, blocks = 0, events = 0;

	for (uint32_t i = 0; i < f->values.n; i++)
		r->value[i] = r->p->live[i] ? values++ : FACTS_NONE;
	for (uint32_t i = 0; i < f->events.n; i++)
		r->event[i] = FACTS_NONE;
	for (uint32_t b = 0; b < f->blocks.n; b++) {
		r->block[b] = r->p->blocks[b].is_reached ? blocks++ : FACTS_NONE;
		for (uint32_t part = r->p->blocks[b].is_reached ? b : FACTS_NONE;
		     part != FACTS_NONE; part = r->p->blocks[part].next)
			for (uint32_t i = 0; i < f->blocks.at[part].n_events; i++)
				r->event[f->blocks.at[part].events + i] = events++;
	}
}

static void renumber(struct prune *p)
{
	struct facts_func *f = p->f;
	struct renew r = { .p = p };

	r.value = xcalloc(f->values.n + 1, sizeof(*r.value));
	r.event = xcalloc(f->events.n + 1, sizeof(*r.event));
	r.block = xcalloc(f->blocks.n + 1, sizeof(*r.block));
	number(&r);
	for (uint32_t b = 0; b < f->blocks.n; b++)
		if (p->blocks[b].is_reached)
			copy_block(&r, b);
	for (uint32_t i = 0; i < f->values.n; i++)
		if (p->live[i])
			copy_value(&r, i);
	free(r.value);
	free(r.event);
	free(r.block);
	prune_empty(f);
	memcpy(&f->values, &r.out.values, sizeof(f->values));
	memcpy(&f->events, &r.out.events, sizeof(f->events));
	memcpy(&f->blocks, &r.out.blocks, sizeof(f->blocks));
	memcpy(&f->list, &r.out.list, sizeof(f->list));
	memcpy(&f->cases, &r.out.cases, sizeof(f->cases));
}

void prune_empty(struct facts_func *f)
{
	vec_free(&f->values);
	vec_free(&f->events);
	vec_free(&f->blocks);
	vec_free(&f->list);
	vec_free(&f->cases);
}

void prune_func(struct facts_func *f, bool keep)
{
	struct prune p = { .f = f };

	p.blocks = xcalloc(f->blocks.n + 1, sizeof(*p.blocks));
	p.live = xcalloc(f->values.n + 1, 1);
	shape_start(&p);
	mark_live(&p);
	for (int i = 0; i < MAX_ROUNDS && shape_step(&p); i++)
		mark_live(&p);
	mark_live(&p);
	renumber(&p);
	free(p.blocks);
	free(p.live);
	vec_free(&p.todo);
	if (!f->events.n && !keep)
		prune_empty(f);
}
