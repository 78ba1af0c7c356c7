/* SPDX-License-Identifier: MIT */
/*
 * What a peer of the benchmark is: a way of reading shared data, and of waiting for readers.
 * Each peer is one row defined in one peer_*.c; a peer whose package was not there at build time is
 * left out by the Makefile and named by the script.
 */
#ifndef BENCH_SRCU_BENCH_H
#define BENCH_SRCU_BENCH_H

#include <stdint.h>

struct peer {
	const char *name;
	void (*enter)(void);	     /* the calling thread will read or wait (registers it) */
	void (*leave)(void);	     /* and will no longer */
	void (*pairs)(long n);	     /* n empty read sides */
	void (*wait)(void);	     /* one grace period; NULL: none to measure */
	void (*sleep_in)(long usec); /* one read side that sleeps; NULL: not measured */
};

extern const struct peer peer_floor, peer_rwlock, peer_mutex;
extern const struct peer peer_srcu, peer_srcu_out;
extern const struct peer peer_urcu_memb, peer_urcu_bp, peer_urcu_qsbr, peer_urcu_memb_out;
extern const struct peer peer_ck;

/*
 * The loop every peer runs: LOCK, a compiler barrier for the work, UNLOCK.  No peer may merge two
 * pairs or keep its state in registers across the barrier.
 */
#define BENCH_PAIRS(name, LOCK, UNLOCK)                                                            \
	static void name(long n)                                                                   \
	{                                                                                          \
		for (; n > 0; n--) {                                                               \
			LOCK;                                                                      \
			__asm__ volatile("" ::: "memory");                                         \
			UNLOCK;                                                                    \
			__asm__ volatile("" ::: "memory");                                         \
		}                                                                                  \
	}

/* The rows of this build; the named ones are NULL where their package was not there. */
extern const struct peer *const bench_peers[];
extern const int bench_peers_count;
extern const struct peer *const bench_memb, *const bench_bp, *const bench_memb_out;
#define BENCH_MAX 32 /* rows at most */

void bench_nothing(void);
void bench_sleep(long usec);
uint64_t bench_now_ns(void);  /* CLOCK_MONOTONIC */
uint64_t bench_cpu_ns(void);  /* CPU time of the calling thread */
long bench_membarriers(void); /* membarrier commands issued by this process so far */
int bench_compare(const void *left, const void *right); /* for qsort of doubles */
double bench_median(double *value, int count);		/* sorts value */
void bench_pin(int cpu);

void bench_read(int rounds);
void bench_read_weak(int rounds); /* of libsrcu alone: this process has no rseq, by SRCU_MODE */
void bench_grace(int rounds);
void bench_sleeper(int rounds);
void bench_domains(void);

#endif
