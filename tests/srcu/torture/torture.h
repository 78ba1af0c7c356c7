/* SPDX-License-Identifier: MIT */
/*
 * Torture in the manner of rcutorture.  Each domain of the test has a current object; writers
 * replace it and let the old one age: one step per grace period that began after its removal.  A
 * reader that holds an object of age 2 or more, or one that was given out again, has outlived a
 * grace period that should have waited for it: an error.
 *
 * object.c: the objects; reader.c, writer.c: who uses them; chaos.c: what disturbs them;
 * rounds.c: lost wake-ups; torture.c: options, the run, the statistics.
 */
#ifndef SRCU_TORTURE_H
#define SRCU_TORTURE_H

#include <srcu.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

enum {
	DOMAINS = 4,
	AGES = 5,     /* 0: current, 1: removed, 2..: grace periods survived + 1 */
	AGE_FREE = 4, /* given back to the pool at this age */
	MAX_THREADS = 64,
};

struct object {
	struct srcu_head head;
	struct object *next; /* in the pool */
	struct stage *stage;
	_Atomic int age;
	_Atomic unsigned serial; /* counts how often it was given out */
	unsigned long cookie;
};

/* One domain and what it protects. */
struct stage {
	struct srcu_struct *domain;
	struct object *current; /* by srcu_assign_pointer() and srcu_dereference() */
	pthread_mutex_t lock;	/* pool; one writer at a time replaces current */
	struct object *pool;
	_Atomic long aged[AGES]; /* what readers saw last */
	_Atomic long reused;	 /* objects given out again under a reader */
	_Atomic long in_flight;	 /* callbacks posted, not yet called */
};

struct counts {
	_Atomic long reads, nested, slept, handed_over, signals, waits, expedited, polls, conds,
		callbacks, barriers, floods, threads, domains, forks, moves, failures;
};

struct options {
	double seconds;
	int readers, sleepers, writers, enders;	 /* how many of each */
	int flood, shuffle, fork, signal, churn; /* switched on? */
	int late;				 /* a reader that is interrupted while it locks */
	int birth;				 /* nothing but domains that are born and die */
	int rounds; /* rounds in which no other caller mends a lost wake-up */
	int tight;  /* one reader and one writer without rest */
	int broken; /* waits do not wait: must be caught */
	int quiet;
	int hung_seconds;
	unsigned without; /* enum srcu_mode: must not be in use */
	const char *mode;
};

extern struct options options;
extern struct stage stages[DOMAINS];
extern struct counts counts;
extern _Atomic int stopping, quiet_writers;

/* object.c */
void stage_start(struct stage *stage, struct srcu_struct *domain, int objects);
void stage_stop(struct stage *stage); /* after the last reader; waits for callbacks */
/* Puts a new object in place and returns the old one at age 1; NULL when the pool is empty. */
struct object *stage_replace(struct stage *stage);
/* One more grace period is over: returns 1 while the object must wait for another. */
int object_grow(struct object *object);
void stage_see(struct stage *stage, const struct object *object, unsigned serial);

/* reader.c */
void *reader_thread(void *argument);
void *sleeper_thread(void *argument);
void *ender_thread(void *argument);
void *tight_reader(void *argument);
void *late_reader(void *argument);
void late_in_signal(int number);
void reader_once(struct stage *stage, uint32_t *seed, int may_sleep);
void reader_in_signal(int number);

/* writer.c */
void *writer_thread(void *argument);
void *tight_writer(void *argument);
void *flood_thread(void *argument);
void writer_wait(struct srcu_struct *domain); /* what `--broken` breaks */

/* chaos.c */
extern int chaos_in_child; /* this process is a child of the fork storm */
void *shuffle_thread(void *argument);
void *fork_thread(void *argument);
void *signal_thread(void *argument);
void *churn_thread(void *argument);
void *domain_thread(void *argument);

/* rounds.c */
void *round_thread(void *argument);
void delay_in_signal(int number);

/* torture.c: threads whose affinity and signals may be played with */
int torture_pick_thread(uint32_t *seed, pthread_t *thread, int *tid);
void torture_fail(const char *format, ...);
uint32_t torture_random(uint32_t *seed, uint32_t below);
void torture_sleep_us(long us);
uint64_t torture_now_ns(void);
#define TALLY(what) atomic_fetch_add_explicit(&counts.what, 1, memory_order_relaxed)
#define STOPPING()  atomic_load_explicit(&stopping, memory_order_relaxed)

#endif
