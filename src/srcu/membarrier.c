/* SPDX-License-Identifier: MIT */
/*
 * The gate: whoever needs a membarrier that begins after now either makes it or, when one is being
 * made, waits for it and shares the next one with everybody who came meanwhile. Two system calls
 * serve any number of callers that come at once.
 */
#include "internal.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
	uint32_t started; /* calls begun */
	uint32_t done;	  /* calls ended; futex */
	uint32_t busy;
	uint32_t sleepers;
} srcu_gate;

static long srcu_membarrier_call(int command)
{
	int saved = errno;
	long ret = syscall(SYS_membarrier, command, 0, 0);
	int error = errno;

	errno = saved;
	return ret < 0 ? -error : ret;
}

bool srcu_membarrier_register(void)
{
	return srcu_membarrier_call(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
}

void srcu_membarrier_now(void)
{
#ifndef SRCU_MUTANT_NO_MEMBARRIER
	if (srcu_membarrier_call(MEMBARRIER_CMD_PRIVATE_EXPEDITED) < 0) {
		/* Readers count on it, and it worked at the start: there is no safe way on. */
		srcu_report(NULL,
			    "membarrier stopped working (a seccomp filter set after the start?): "
			    "run with SRCU_MODE=nomembarrier");
		abort();
	}
#endif
	srcu_count_up(membarriers);
}

/* Sleeps on the word that changes when the caller ahead leaves: `done` may stay as it is. */
static void srcu_gate_wait(uint32_t seen)
{
	uint64_t start = 0;
	unsigned int pause = 1;

	while (srcu_load(&srcu_gate.done) == seen && srcu_load(&srcu_gate.busy))
		if (!srcu_spin(&start, &pause, 5000))
			break;
	__atomic_fetch_add(&srcu_gate.sleepers, 1, __ATOMIC_SEQ_CST);
	srcu_futex_wait(&srcu_gate.busy, 1, 0);
	__atomic_fetch_sub(&srcu_gate.sleepers, 1, __ATOMIC_RELAXED);
}

static void srcu_gate_perform(void)
{
	uint32_t number = srcu_load(&srcu_gate.started) + 1;

	/*
	 * barrier(L): pairs with K in srcu_membarrier(): the call begins after its number shows.
	 * Who saw the number before that has fenced before this call.
	 */
	__atomic_store_n(&srcu_gate.started, number, __ATOMIC_SEQ_CST);
	srcu_mb_after_atomic();
	srcu_membarrier_now();
	srcu_publish(&srcu_gate.done, number);
}

void srcu_membarrier(void)
{
	uint32_t want, seen;

	/*
	 * barrier(K): pairs with L in srcu_gate_perform(): what the caller did comes before it
	 * looks which call is the first that has not begun.
	 */
	srcu_mb();
	want = __atomic_load_n(&srcu_gate.started, __ATOMIC_SEQ_CST) + 1;
	while ((int32_t)((seen = srcu_load_acquire(&srcu_gate.done)) - want) < 0) {
		if (__atomic_exchange_n(&srcu_gate.busy, 1, __ATOMIC_ACQUIRE)) {
			srcu_gate_wait(seen);
			continue;
		}
		if ((int32_t)(srcu_load(&srcu_gate.done) - want) < 0)
			srcu_gate_perform();
		__atomic_store_n(&srcu_gate.busy, 0, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&srcu_gate.sleepers, __ATOMIC_SEQ_CST))
			srcu_futex_wake(&srcu_gate.busy);
	}
}

/* In the child: whoever was at the gate does not exist here. */
void srcu_membarrier_fork(void)
{
	srcu_gate.done = srcu_gate.started;
	srcu_gate.busy = 0;
	srcu_gate.sleepers = 0;
	if (srcu_config.mode & SRCU_MODE_MEMBARRIER)
		srcu_membarrier_register();
}
