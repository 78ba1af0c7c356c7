/* SPDX-License-Identifier: MIT */
/*
 * A small machine for small concurrent programs: shared bytes, a few threads with registers, and a
 * memory model that decides which instruction of a thread may take effect before an earlier one.
 *
 * Each thread has a window of instructions that were fetched and have not all taken effect.
 * Memory is one array: what takes effect is seen by all others at once (x86 and ARMv8 are both
 * such machines).  Everything weak comes out of the order in which a window empties:
 *
 *	SC	in program order
 *	TSO	a load may overtake earlier plain stores to other cells, and reads its own by
 *forwarding; an atomic read-modify-write is a full fence WEAK	anything may overtake anything, but
 *for: fences, acquire and release, the same cell, dependencies by value and address, and a store
 *behind an undecided branch.  Loads run ahead of undecided branches (a wrong guess is thrown away)
 *and of stores whose address is not known yet.
 *
 * An interrupt for a membarrier comes between two instructions: all before are done, none after.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum {
	MAX_CELLS = 40,
	MAX_THREADS = 6,
	MAX_REGS = 8,
	MAX_WINDOW = 14,
	MAX_CODE = 200,
	NO_REG = 255
};

enum memory { SC, TSO, WEAK, MEMORIES };

enum op {
	OP_HALT,
	OP_LOAD,     /* dst = cell */
	OP_LOAD_ADD, /* dst += cell; the loads of a sum do not wait for each other */
	OP_LOAD_SUB, /* dst -= cell */
	OP_AWAIT, /* dst = cell, as soon as the cell compares with the operand; blocks until then */
	OP_STORE, /* cell = operand */
	OP_INC,	  /* cell += 1 (modulo operand + 1); for a cell nobody else writes then */
	OP_RMW_ADD,  /* dst = cell, cell += operand, at once */
	OP_RMW_XCHG, /* dst = cell, cell = operand, at once */
	OP_RMW_CAS,  /* dst = cell; if that was the operand, cell = register src; at once */
	OP_RMW_TAKE, /* blocks until the cell is 0, then cell = 1, at once: a lock */
	OP_FENCE,    /* full */
	OP_MEMBARRIER,
	OP_FUTEX_WAIT, /* sleep if the cell equals the operand */
	OP_FUTEX_WAKE, /* wake all who sleep on the cell */
	OP_SET,	       /* dst = operand */
	OP_ALU,	       /* dst = src (fn) operand */
	OP_BRANCH,     /* if src (fn) operand, go to target */
	OP_CHECK,      /* the claim under test: src (fn) operand */
};

enum fn { FN_ADD, FN_SUB, FN_XOR, FN_AND, FN_EQ, FN_NE, FN_LE };
enum order { RELAXED = 0, ACQUIRE = 1, RELEASE = 2 };

struct insn {
	uint8_t op, fn, order, dst, src;
	uint8_t cell, index; /* the cell is `cell` + register `index` */
	uint8_t reg, imm;    /* the operand is register `reg`, or `imm` if that is NO_REG */
	uint8_t target;
};

/* What a thread is at: the next instruction to fetch, and those in flight, oldest first. */
struct slot {
	uint8_t pc, stage, value;
};

enum stage {
	WAITING,
	DONE,
	FORWARDED,   /* done, with the value of a store still in flight */
	SLEEPING,    /* OP_FUTEX_WAIT */
	STARTED,     /* OP_MEMBARRIER: the interrupts are on their way */
	GUESS_TAKEN, /* OP_BRANCH, fetched past before it is decided */
	GUESS_NEXT,
};

struct thread {
	uint8_t pc, count, interrupts; /* one bit for each thread whose membarrier waits for us */
	uint8_t reg[MAX_REGS];
	struct slot slot[MAX_WINDOW];
};

struct state {
	uint8_t cell[MAX_CELLS];
	struct thread thread[MAX_THREADS];
};

struct program {
	const char *name;
	int length;
	struct insn code[MAX_CODE];
};

struct machine {
	enum memory memory;
	int window; /* how many memory accesses of a thread are in flight at most */
	int cells, threads;
	const char *cell_name[MAX_CELLS];
	uint8_t cell_offset[MAX_CELLS];
	uint8_t initial[MAX_CELLS];
	struct program program[MAX_THREADS];
};

enum verdict {
	STEP_GOOD,
	STEP_WRONG_GUESS, /* no state of the real machine: forget it */
	STEP_VIOLATION,	  /* a check failed */
};

/* One thing that can happen: `slot` of `thread` takes effect, or what the kind says. */
struct step {
	enum { TAKE_EFFECT, GUESS_BRANCH_TAKEN, GUESS_BRANCH_NOT, TAKE_INTERRUPT } kind;
	uint8_t thread, slot; /* TAKE_INTERRUPT: slot is the thread that asked */
};

enum { MAX_STEPS = MAX_THREADS * (MAX_WINDOW + MAX_THREADS) };

enum verdict machine_start(const struct machine *m, struct state *s);
/* Fills `steps` with what can happen in `s`; returns how many. */
int machine_steps(const struct machine *m, const struct state *s, struct step *steps);
enum verdict machine_do(const struct machine *m, struct state *s, struct step step);
bool machine_finished(const struct machine *m, const struct state *s);
/* No thread has fetched past an undecided branch: this state is sure to be a real one. */
bool machine_is_certain(const struct machine *m, const struct state *s);
/* One line, for traces. */
void machine_print_step(const struct machine *m, const struct state *before, struct step step);

/* window.c: what the machine asks about a window; `at` is a slot of `t`. */
bool window_value(const struct program *p, const struct thread *t, int at, uint8_t reg, uint8_t *v);
bool window_operand(const struct program *p, const struct thread *t, int at, uint8_t *v);
bool window_cell(const struct program *p, const struct thread *t, int at, uint8_t *cell);
bool window_may_take_effect(const struct machine *m, int thread, const struct thread *t, int at);
/* Finds the youngest store before `at` to its cell that is in flight; -1 if there is none. */
int window_forward_from(const struct program *p, const struct thread *t, int at);
bool window_is_done(const struct slot *slot);
bool op_is_memory(enum op op);
bool op_is_load(enum op op);
bool op_is_plain_store(enum op op);
bool op_is_full(enum op op);
bool op_writes_register(enum op op);
