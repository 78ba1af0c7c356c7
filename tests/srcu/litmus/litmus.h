/* SPDX-License-Identifier: MIT */
/*
 * Litmus shapes of sleepable RCU as programs.  A shape is some threads over shared variables and an
 * outcome.  `forbidden`: no run may end so, one is a bug.  `allowed`: some run must end so, for a
 * library that forbids it waits for readers that it need not wait for (a domain for another's, one
 * read side for a later one).
 *
 * Each thread of each iteration runs once, all at the same time.  r[] is what threads have read;
 * plain ints, for thread boundaries are barriers.
 */
#ifndef SRCU_LITMUS_H
#define SRCU_LITMUS_H

#include <srcu.h>
#include <stdatomic.h>

enum { LITMUS_THREADS = 4 };

struct litmus_var {
	_Atomic int v;
	char pad[60];
};

struct litmus {
	const char *name;
	void (*thread[LITMUS_THREADS])(void);
	int (*outcome)(void); /* is this the outcome? */
	int allowed;
	int unlikely; /* allowed, but only some machines show it: counted, not asked for */
};

/* What the iteration works on; all zero at its start. */
extern struct litmus_var litmus_x, litmus_y, litmus_z, litmus_w;
extern _Atomic int litmus_r[8];
extern struct srcu_struct litmus_a, litmus_b;

extern const struct litmus litmus_one[], litmus_two[], litmus_more[];

/* Relaxed: that the grace periods order these is what the shapes are about. */
#define READ(var)	  atomic_load_explicit(&litmus_##var.v, memory_order_relaxed)
#define WRITE(var, value) atomic_store_explicit(&litmus_##var.v, value, memory_order_relaxed)
#define SEND(var)	  atomic_store_explicit(&litmus_##var.v, 1, memory_order_release)
#define RECEIVE(var)	  atomic_load_explicit(&litmus_##var.v, memory_order_acquire)
#define KEEP(n, value)	  atomic_store_explicit(&litmus_r[n], value, memory_order_relaxed)
#define KEPT(n)		  atomic_load_explicit(&litmus_r[n], memory_order_relaxed)

/* One grace period, by any of the ways that the library has of waiting for one. */
void litmus_wait(struct srcu_struct *domain);
/* A moment of random length, often none. */
void litmus_dwell(void);
/* Waits until the variable is set, or a short time at most. */
void litmus_linger(struct litmus_var *var);
/* A longer moment of random length: time for another thread to wake and to begin. */
void litmus_pause(void);
int litmus_random(int below);

#endif
