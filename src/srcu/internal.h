/* SPDX-License-Identifier: MIT */
/*
 * libsrcu, inside. The protocol in numbered steps (doc/srcu-design.md argues, tests/srcu/model
 * checks it); the letters are the barriers in the code, each naming its partner.
 *
 * A domain has two ranks (0 and 1). For each there is a lock and an unlock counter per slot (CPU or
 * mm_cid), in cells, plus one atomic count of readers in the user's struct (the active word). A
 * new domain is small: it has the active words only. A reader always has lock = unlock + 1 for its
 * rank in the sum of all these, from its lock to its unlock.
 *
 * Reader
 *  R1  load the word: which cell, which rank. Small: rank from the core, and R2s instead of R2.
 *  R2  one rseq increment of lock[rank] in this slot. Aborted or no rseq:
 *  R2s one atomic addition to active[rank], and a full fence.
 *  R3  (A) the read side comes after the count, for the compiler; B makes it true of the CPU.
 *  R4  (C) the read side comes before the unlock's count: a release.
 *  R5  one rseq increment of unlock[rank] in this slot, or an atomic subtraction from active[rank].
 *  R6  (E) after the count, load waiter[rank], and wake it if there is one.
 * Grace period (one leader per domain: who has set core->busy)
 *  G1  make gp_seq odd (H: cookies taken later than this need the next grace period).
 *  G2  (B) one membarrier, shared by all leaders that want one now. Small: a full fence does.
 *  G3  for a rank: load all unlocks (D, acquire), then the active word, then all locks. The rank is
 *      drained when they balance. Both ranks drained: go to G7.
 *  G4  wait until the rank that new readers do not use (the previous one) is drained once.
 *  G5  flip: new readers use that rank. Needed for progress only, not for safety.
 *  G6  wait until the rank that was in use before is drained once.
 *  G7  (G) full fence, make gp_seq even, wake the followers, hand callbacks on.
 *      What the worker leads may be taken over while it is in a callback: again from G2.
 * Waiting (in G4 and G6)
 *  W1  poll with plain loads for about 10 us.
 *  W2  set waiter[rank]; (F) one membarrier, or a full fence if small.
 *  W3  load the waiter's sequence, poll the rank again, then sleep on the sequence; again from W3.
 *  W4  drained: clear waiter[rank].
 * Promotion (under busy, so never during G1 to G7)
 *  P1  set the core's cells. P2 (I) one membarrier. P3 publish the word.
 *      The active words stay in every later sum.
 * Fork, in the child (one thread)
 *  F1  a new generation: cookies and active words of older ones count for nothing.
 *  F2  per domain: make gp_seq even again; if it has cells, publish other, balanced ones.
 *
 * Order of the library's own locks: a queue lock (queue.c), the worker's lock, the pool's lock.
 * core->busy is not in this order: it is held across sleeps, and nobody waits for it with a lock.
 */
#ifndef SRCU_INTERNAL_H
#define SRCU_INTERNAL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct srcu_fast;
extern struct srcu_fast srcu_fast, srcu_fast_own;
#define SRCU_FAST srcu_fast_own /* its own copy is one load nearer */
#define SRCU_SLOW_LOCK(ssp) srcu_slow_lock_at(ssp, __builtin_return_address(0))
struct srcu_struct;
int srcu_slow_lock_at(struct srcu_struct *ssp, void *place);
#define SRCU_OUT_OF_LINE
#include "../../include/srcu.h"

#define SRCU_HIDDEN  __attribute__((visibility("hidden")))
#define SRCU_DEAD    0x80000000u /* in srcu_uses, after the cleanup */
#define SRCU_SLOW    1u		 /* in cookies: counted in the active word */
#define SRCU_TAG     0x7ffffff0u
#define SRCU_TURNS   3
#define SRCU_GEN_BIT (sizeof(long) * 8 - 8) /* of the generation in an active word */

#define srcu_load(p)	     __atomic_load_n((p), __ATOMIC_RELAXED)
#define srcu_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define srcu_store(p, v)     __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define srcu_publish(p, v)   __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define srcu_mb()	     smp_mb__after_srcu_read_unlock()

#ifdef __x86_64__ /* the atomic operation was a full fence */
#define srcu_mb_after_atomic() srcu_compiler_barrier()
#else
#define srcu_mb_after_atomic() srcu_mb()
#endif

extern struct srcu_fast srcu_fast_own SRCU_HIDDEN;

/* ---- wait.c: sleeping and waking ---- */

/* Someone who sleeps for readers. In static or type-stable memory only: wakers may come late. */
struct srcu_waiter {
	uint32_t seq;
	uint32_t sleeping;
};

/* A lock of the library: 0 free, 1 held, 2 held and wanted. Never held across user code. */
struct srcu_lock {
	uint32_t word;
};

void srcu_lock(struct srcu_lock *lock) SRCU_HIDDEN;
bool srcu_trylock(struct srcu_lock *lock) SRCU_HIDDEN;
void srcu_unlock(struct srcu_lock *lock) SRCU_HIDDEN;
/* Sleep while *word is value, at most ns nanoseconds (0: for ever); may return early. */
void srcu_futex_wait(uint32_t *word, uint32_t value, uint64_t ns) SRCU_HIDDEN;
void srcu_futex_wake(uint32_t *word) SRCU_HIDDEN;
void srcu_waiter_sleep(struct srcu_waiter *waiter, uint32_t seen, uint64_t ns) SRCU_HIDDEN;
void srcu_waiter_wake(struct srcu_waiter *waiter) SRCU_HIDDEN;
uint64_t srcu_now_ns(void) SRCU_HIDDEN;

/* ---- The core ---- */

enum srcu_phase { SRCU_IDLE, SRCU_BOTH, SRCU_PREVIOUS, SRCU_OLD, SRCU_DRAINED };

/* What the library knows of a domain. Recycled, never unmapped: late wakers may look at it. */
struct srcu_core {
	struct srcu_sleepers small; /* as the cells' own, for readers without cells */
	struct srcu_struct *ssp;    /* NULL: not in use */
	struct srcu_cell *cells;    /* slot 0's cell when promoted, else NULL */
	/*
	 * Cells that stay with this core when it is recycled. The generations take turns, so that
	 * a cookie from before a fork is not taken for one of this process.
	 */
	struct srcu_cell *owned[SRCU_TURNS];
	uintptr_t rank; /* of new readers: 0 or SRCU_RANK */

	unsigned long gp_seq __attribute__((aligned(64))); /* odd: under way */
	uint32_t busy;	   /* a leader is at work (or a promotion) */
	uint32_t event;	   /* futex: moves when gp_seq, busy or the counts below may have changed */
	uint32_t sleepers; /* on event */
	uint8_t phase;	   /* enum srcu_phase; the leader's */
	bool young;	   /* readers may still have found no core: see srcu_early */
	bool armed;	   /* waiter[wait_rank] is set; the leader's */
	bool expedite;
	uint8_t wait_rank; /* what the leader waits for; 0 or SRCU_RANK */
	bool leaked;	   /* cleaned up while in use: *ssp is the user's again */
	uint16_t stalls;   /* reported in this grace period */
	struct srcu_waiter self;
	uint64_t since_ns; /* when the leader began to wait for readers; 0: not yet */

	struct srcu_head *queue; /* under the queue lock, in the order of call_srcu() */
	struct srcu_head *tail;	 /* valid while queue is not NULL */
	struct srcu_head *batch; /* taken out and over, not yet called; the worker's */
	unsigned long queued, taken; /* callbacks: given, moved to a batch; under the queue lock */
	unsigned long started, invoked; /* begun, returned */
	unsigned long poll_want; /* the latest cookie that the worker shall reach */
	uint32_t backlog_max;	 /* 0: none */
	bool listed;		 /* with the worker, or on its way there; under the queue lock */
	bool led_by_worker;	 /* busy is the worker's, or his who takes over */
	bool dying;		 /* cleaned up: the worker lets go, and calls nothing more */
	bool orphan;		 /* cleaned up in a callback: the worker frees the core */
	struct srcu_core *next;	 /* in the worker's list or inbox, or among the free ones */
};

static inline void **srcu_waiter_small(struct srcu_core *core, uintptr_t rank)
{
	return &core->small.waiter[rank / SRCU_RANK];
}

/* ---- start.c: what is decided once ---- */

struct srcu_config {
	unsigned int mode; /* enum srcu_mode */
	uint32_t slots;
	uint32_t promote_after; /* slow read sides before promotion; 0: never */
	uint64_t stall_ns, spin_ns;
};

extern struct srcu_config srcu_config SRCU_HIDDEN;
extern struct srcu_stats srcu_count SRCU_HIDDEN; /* relaxed atomic additions */
#define srcu_count_up(field) __atomic_fetch_add(&srcu_count.field, 1, __ATOMIC_RELAXED)

/* Make the decisions if they are not made; false: another thread is at it (only if !wait). */
bool srcu_start(bool wait) SRCU_HIDDEN;

/* ---- membarrier.c ---- */

bool srcu_membarrier_register(void) SRCU_HIDDEN;
/* A full fence on every running thread of the process, begun after this call; shared. */
void srcu_membarrier(void) SRCU_HIDDEN;
/* The same, alone and without waiting for anybody. */
void srcu_membarrier_now(void) SRCU_HIDDEN;
void srcu_membarrier_fork(void) SRCU_HIDDEN;

/* ---- arena.c: memory that is never given back ---- */

/* The domain's core, made if needed; NULL: no memory, or (if !wait) somebody else allocates. */
struct srcu_core *srcu_core_get(struct srcu_struct *ssp, bool wait) SRCU_HIDDEN;
/* The same for callers that cannot go on without. */
struct srcu_core *srcu_core_need(struct srcu_struct *ssp) SRCU_HIDDEN;
void srcu_core_free(struct srcu_core *core) SRCU_HIDDEN;
/* The cells for this generation, owned by the core; NULL: as above. */
struct srcu_cell *srcu_core_own_cells(struct srcu_core *core, bool wait) SRCU_HIDDEN;
/* For all cores in use. */
void srcu_core_each(void (*func)(struct srcu_core *core)) SRCU_HIDDEN;
struct srcu_lock *srcu_pool_lock(void) SRCU_HIDDEN;

static inline struct srcu_cell *srcu_cell_of(struct srcu_cell *cells, uint32_t slot)
{
	return (struct srcu_cell *)((char *)cells + ((size_t)slot << SRCU_ROW_SHIFT));
}

/* ---- slots.c: counters ---- */

/* srcu_slow_lock() for a read side whose lock was called from place. */
int srcu_slow_lock_at(struct srcu_struct *ssp, void *place) SRCU_HIDDEN;

extern uint32_t srcu_generation SRCU_HIDDEN; /* forks between the first process and this one */

uint32_t srcu_tag_of(const struct srcu_struct *ssp, uint32_t generation) SRCU_HIDDEN;
/* Readers of the rank: 0 is proof that every one from before the last fence has ended. */
unsigned long srcu_sum(struct srcu_core *core, uintptr_t rank) SRCU_HIDDEN;
long srcu_active_count(struct srcu_struct *ssp, uintptr_t rank) SRCU_HIDDEN;
void srcu_active_add(struct srcu_struct *ssp, uintptr_t rank, long delta) SRCU_HIDDEN;
/* Make both ranks balance within the cells; nobody may be counting there. */
void srcu_cells_balance(struct srcu_cell *cells) SRCU_HIDDEN;
int srcu_promote_core(struct srcu_struct *ssp, bool wait) SRCU_HIDDEN;

/* ---- gp.c: the grace period of one domain; all but the cookies for its leader only ---- */

bool srcu_gp_trylead(struct srcu_core *core) SRCU_HIDDEN;
void srcu_gp_release(struct srcu_core *core) SRCU_HIDDEN;
void srcu_gp_open(struct srcu_core *core) SRCU_HIDDEN;
void srcu_gp_fence(bool percpu) SRCU_HIDDEN;
bool srcu_gp_step(struct srcu_core *core) SRCU_HIDDEN; /* true: can be closed */
void srcu_gp_close(struct srcu_core *core) SRCU_HIDDEN;
unsigned long srcu_gp_snap(struct srcu_core *core) SRCU_HIDDEN;
bool srcu_gp_done(struct srcu_core *core, unsigned long cookie) SRCU_HIDDEN;

/* ---- sleep.c: the leader waits for readers; followers wait for the leader ---- */

extern uint32_t srcu_early_armed SRCU_HIDDEN;
void srcu_wake_early(void) SRCU_HIDDEN;
void srcu_wait_arm(struct srcu_core *core, struct srcu_waiter *waiter) SRCU_HIDDEN;
void srcu_wait_fence(bool percpu) SRCU_HIDDEN;
void srcu_wait_disarm(struct srcu_core *core) SRCU_HIDDEN;
/* Bring an open grace period to where it can be closed; sleeps as needed. */
void srcu_gp_drive(struct srcu_core *core, bool expedited) SRCU_HIDDEN;
void srcu_event_signal(struct srcu_core *core) SRCU_HIDDEN;
void srcu_event_wait(struct srcu_core *core, uint32_t seen, uint64_t ns) SRCU_HIDDEN;
/* Spin with growing pauses; false once limit_ns have passed since *start (0 at first). */
bool srcu_spin(uint64_t *start, unsigned int *pause, uint64_t limit_ns) SRCU_HIDDEN;

/* ---- queue.c, worker.c: callbacks ---- */

extern __thread bool srcu_on_worker SRCU_HIDDEN;
struct srcu_waiter *srcu_worker_waiter(void) SRCU_HIDDEN;
struct srcu_lock *srcu_queue_lock(struct srcu_core *core) SRCU_HIDDEN;
void srcu_queue_lock_all(bool take) SRCU_HIDDEN;
void srcu_queue_fork(void) SRCU_HIDDEN;
void srcu_queue_recount(struct srcu_core *core) SRCU_HIDDEN; /* in the child */
bool srcu_queue_run(struct srcu_core *core) SRCU_HIDDEN; /* true: called some */
bool srcu_queue_wants(struct srcu_core *core) SRCU_HIDDEN;
unsigned long srcu_queue_pending(struct srcu_core *core) SRCU_HIDDEN;
void srcu_worker_submit(struct srcu_core *core) SRCU_HIDDEN;
void srcu_worker_wake(void) SRCU_HIDDEN; /* if there is one */
void srcu_worker_kick(void) SRCU_HIDDEN; /* and make it, if there is none */
void srcu_worker_hurry(struct srcu_core *core) SRCU_HIDDEN;
bool srcu_worker_running(void) SRCU_HIDDEN;
bool srcu_worker_drives(void) SRCU_HIDDEN; /* it runs, and is not in a callback */
void srcu_worker_calls(bool begin) SRCU_HIDDEN;
bool srcu_worker_take_over(struct srcu_core *core) SRCU_HIDDEN;
void srcu_worker_let_go(struct srcu_core *core) SRCU_HIDDEN;
void srcu_worker_fork(void) SRCU_HIDDEN;
struct srcu_lock *srcu_worker_lock(void) SRCU_HIDDEN;

/* ---- fork.c ---- */

void srcu_fork_register(void) SRCU_HIDDEN;

/* ---- diag.c, track.c: reports ---- */

void srcu_report(struct srcu_struct *ssp, const char *format, ...) SRCU_HIDDEN
	__attribute__((format(printf, 2, 3)));
/* Is this thread, by its own list, inside a read side of the domain, or of any? */
bool srcu_self_reads(struct srcu_struct *ssp) SRCU_HIDDEN;
bool srcu_self_reads_any(void) SRCU_HIDDEN;
void srcu_check_self(struct srcu_struct *ssp, const char *who) SRCU_HIDDEN;
void srcu_check_stall(struct srcu_core *core) SRCU_HIDDEN;
/* True: reported. */
bool srcu_bad_cookie(struct srcu_struct *ssp, int idx) SRCU_HIDDEN;
void srcu_track_open(struct srcu_struct *ssp, void *place) SRCU_HIDDEN;
void srcu_track_close(struct srcu_struct *ssp) SRCU_HIDDEN;
/* "thread 12 from program+0x1234, 3100 ms ago; ..." of the open read sides; "" if not tracked. */
void srcu_track_print(struct srcu_struct *ssp, char *text, size_t size) SRCU_HIDDEN;
void srcu_track_fork(void) SRCU_HIDDEN;

/* ThreadSanitizer, if the program has it. */
void srcu_tsan_release(void *place) SRCU_HIDDEN;
void srcu_tsan_acquire(void *place) SRCU_HIDDEN;
bool srcu_tsan_there(void) SRCU_HIDDEN;

#endif
