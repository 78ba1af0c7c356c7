/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "code.h"

static void need(bool is_true, const char *what)
{
	if (is_true)
		return;
	fprintf(stderr, "model: too many %s\n", what);
	exit(2);
}

uint8_t code_cells(struct machine *m, const char *name, int count, uint8_t initial)
{
	int first = m->cells;

	need(first + count <= MAX_CELLS, "cells");
	for (int i = 0; i < count; i++) {
		m->cell_name[first + i] = name;
		m->cell_offset[first + i] = (uint8_t)i;
		m->initial[first + i] = initial;
	}
	m->cells += count;
	return (uint8_t)first;
}

struct code code_thread(struct machine *m, const char *name)
{
	need(m->threads < MAX_THREADS, "threads");
	m->program[m->threads].name = name;
	return (struct code){ m, &m->program[m->threads++] };
}

struct place at(uint8_t cell)
{
	return (struct place){ cell, NO_REG };
}

struct place at_index(uint8_t row, uint8_t r)
{
	return (struct place){ row, r };
}

struct value imm(int v)
{
	return (struct value){ NO_REG, (uint8_t)v };
}

struct value reg(uint8_t r)
{
	return (struct value){ r, 0 };
}

/* The last place stays OP_HALT. */
static struct insn *add(struct code c, enum op op, struct place place, struct value v)
{
	struct insn *in = &c.program->code[c.program->length++];

	need(c.program->length < MAX_CODE, "instructions");
	*in = (struct insn){ .op = op, .cell = place.cell, .index = place.index };
	in->reg = v.reg;
	in->imm = v.imm;
	in->dst = in->src = NO_REG;
	return in;
}

static void add_access(struct code c, enum op op, uint8_t dst, struct place place, struct value v,
		       enum order order)
{
	struct insn *in = add(c, op, place, v);

	in->dst = dst;
	in->order = order;
}

void code_load(struct code c, uint8_t dst, struct place from, enum order order)
{
	add_access(c, OP_LOAD, dst, from, imm(0), order);
}

void code_load_add(struct code c, uint8_t dst, struct place from, enum order order)
{
	add_access(c, OP_LOAD_ADD, dst, from, imm(0), order);
}

void code_load_sub(struct code c, uint8_t dst, struct place from, enum order order)
{
	add_access(c, OP_LOAD_SUB, dst, from, imm(0), order);
}

void code_await(struct code c, uint8_t dst, struct place from, enum fn fn, struct value v)
{
	add_access(c, OP_AWAIT, dst, from, v, ACQUIRE);
	c.program->code[c.program->length - 1].fn = fn;
}

void code_store(struct code c, struct place to, struct value v, enum order order)
{
	add_access(c, OP_STORE, NO_REG, to, v, order);
}

void code_increment(struct code c, struct place to, enum order order)
{
	add_access(c, OP_INC, NO_REG, to, imm(0), order);
}

void code_atomic_add(struct code c, uint8_t dst, struct place to, struct value v, enum order order)
{
	add_access(c, OP_RMW_ADD, dst, to, v, order);
}

void code_exchange(struct code c, uint8_t dst, struct place to, struct value v, enum order order)
{
	add_access(c, OP_RMW_XCHG, dst, to, v, order);
}

void code_swap(struct code c, uint8_t dst, struct place to, struct value expected, uint8_t next)
{
	add_access(c, OP_RMW_CAS, dst, to, expected, ACQUIRE | RELEASE);
	c.program->code[c.program->length - 1].src = next;
}

void code_lock(struct code c, struct place lock)
{
	add_access(c, OP_RMW_TAKE, NO_REG, lock, imm(0), ACQUIRE);
}

void code_unlock(struct code c, struct place lock)
{
	add_access(c, OP_STORE, NO_REG, lock, imm(0), RELEASE);
}

void code_fence(struct code c)
{
	add(c, OP_FENCE, at(0), imm(0));
}

void code_membarrier(struct code c)
{
	add(c, OP_MEMBARRIER, at(0), imm(0));
}

void code_futex_wait(struct code c, struct place word, struct value expected)
{
	add(c, OP_FUTEX_WAIT, word, expected);
}

void code_futex_wake(struct code c, struct place word)
{
	add(c, OP_FUTEX_WAKE, word, imm(0));
}

void code_set(struct code c, uint8_t dst, struct value v)
{
	add(c, OP_SET, at(0), v)->dst = dst;
}

static struct insn *add_test(struct code c, enum op op, uint8_t src, enum fn fn, struct value v)
{
	struct insn *in = add(c, op, at(0), v);

	in->src = src;
	in->fn = fn;
	return in;
}

void code_compute(struct code c, uint8_t dst, uint8_t src, enum fn fn, struct value v)
{
	add_test(c, OP_ALU, src, fn, v)->dst = dst;
}

void code_check(struct code c, uint8_t src, enum fn fn, struct value v)
{
	add_test(c, OP_CHECK, src, fn, v);
}

uint8_t code_here(struct code c)
{
	return (uint8_t)c.program->length;
}

void code_jump_if(struct code c, uint8_t src, enum fn fn, struct value v, uint8_t to)
{
	add_test(c, OP_BRANCH, src, fn, v)->target = to;
}

void code_jump(struct code c, uint8_t to)
{
	code_jump_if(c, NO_REG, FN_EQ, imm(0), to);
}

uint8_t code_skip_if(struct code c, uint8_t src, enum fn fn, struct value v)
{
	add_test(c, OP_BRANCH, src, fn, v);
	return (uint8_t)(c.program->length - 1);
}

uint8_t code_skip(struct code c)
{
	return code_skip_if(c, NO_REG, FN_EQ, imm(0));
}

void code_land(struct code c, uint8_t skip)
{
	c.program->code[skip].target = code_here(c);
}
