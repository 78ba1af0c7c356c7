/* SPDX-License-Identifier: MIT */
/*
 * Writing programs for the machine.  Registers are numbers below MAX_REGS; a place is a cell, or a
 * row of cells and the register that says which.  A program that is too long ends the run.
 */
#pragma once
#include "machine.h"

struct place {
	uint8_t cell, index;
};

struct value {
	uint8_t reg, imm;
};

/* A program being written. */
struct code {
	struct machine *machine;
	struct program *program;
};

/* Makes `count` cells in a row. */
uint8_t code_cells(struct machine *m, const char *name, int count, uint8_t initial);
struct code code_thread(struct machine *m, const char *name);

struct place at(uint8_t cell);
struct place at_index(uint8_t row, uint8_t reg);
struct value imm(int v);
struct value reg(uint8_t r);

void code_load(struct code c, uint8_t dst, struct place from, enum order order);
void code_load_add(struct code c, uint8_t dst, struct place from, enum order order);
void code_load_sub(struct code c, uint8_t dst, struct place from, enum order order);
void code_await(struct code c, uint8_t dst, struct place from, enum fn fn, struct value v);
void code_store(struct code c, struct place to, struct value v, enum order order);
void code_increment(struct code c, struct place to, enum order order);
void code_atomic_add(struct code c, uint8_t dst, struct place to, struct value v, enum order order);
void code_exchange(struct code c, uint8_t dst, struct place to, struct value v, enum order order);
/* dst = what the place held; if that is `expected`, register `next` goes there.  Full order. */
void code_swap(struct code c, uint8_t dst, struct place to, struct value expected, uint8_t next);
void code_lock(struct code c, struct place lock);
void code_unlock(struct code c, struct place lock);
void code_fence(struct code c);
void code_membarrier(struct code c);
void code_futex_wait(struct code c, struct place word, struct value expected);
void code_futex_wake(struct code c, struct place word);
void code_set(struct code c, uint8_t dst, struct value v);
void code_compute(struct code c, uint8_t dst, uint8_t src, enum fn fn, struct value v);
void code_check(struct code c, uint8_t src, enum fn fn, struct value v);

/* A place in the program to jump back to. */
uint8_t code_here(struct code c);
void code_jump_if(struct code c, uint8_t src, enum fn fn, struct value v, uint8_t to);
void code_jump(struct code c, uint8_t to);
/* Jumps forward to where code_land() is called with what this returns. */
uint8_t code_skip_if(struct code c, uint8_t src, enum fn fn, struct value v);
uint8_t code_skip(struct code c);
void code_land(struct code c, uint8_t skip);
