/* SPDX-License-Identifier: MIT */
/*
 * libsrcu: sleepable RCU for user space, under the Linux kernel's names.
 *
 * A struct srcu_struct is a domain. Readers of a domain run between srcu_read_lock() and
 * srcu_read_unlock(); synchronize_srcu() on that domain returns when every read side that was
 * open when it was called has ended. Domains know nothing of each other, and threads need no
 * registration. A read side may sleep, nest, move between CPUs, be entered in a signal handler,
 * and (with srcu_down_read()) end on another thread.
 *
 * The guarantees, which the tests cite by number:
 *  1. Grace period. What a thread did before it called a grace-period function is seen by every
 *     read side that this function did not wait for; what a read side did that it did wait for is
 *     seen by the caller once the function has returned (or the callback once it runs).
 *  2. Readers never wait: no lock, no loop, no system call, except one futex wake when a grace
 *     period sleeps for this very reader, and once per domain the move to per-CPU counters.
 *  3. Progress: a grace period ends once the read sides that were open when it began have ended
 *     (plus at most one late one per thread), however many others overlap it.
 *  4. Order: callbacks of a domain run one after the other, in the order of their call_srcu().
 *  5. Independence: a domain with a stuck reader delays no other domain's grace periods or
 *     callbacks. A callback that blocks delays the later callbacks of the process, and the grace
 *     periods that only start_poll_synchronize_srcu() asked for, but nobody who waits for one.
 *  6. After the unlock nothing of the struct srcu_struct is touched by the reader: a domain that
 *     was cleaned up may be unmapped at once.
 *  7. fork() without exec works in the child, whatever other threads were doing.
 *
 * Costs are for x86-64 and aarch64 with rseq and membarrier (Linux 4.18, glibc 2.35 or newer);
 * elsewhere everything works and a read side costs two atomic operations on one shared line.
 *
 * Misuse is reported on standard error as one line that starts with "srcu:" (srcu_set_report()
 * takes the lines elsewhere), and the program goes on where it safely can.
 *
 * Signals: srcu_read_lock(), srcu_read_unlock(), srcu_down_read(), srcu_up_read(),
 * srcu_read_lock_held(), srcu_dereference(), srcu_assign_pointer(),
 * smp_mb__after_srcu_read_unlock() and poll_state_synchronize_srcu() may be called in a signal
 * handler; nothing else may.
 *
 * Fork: use fork() (not _Fork() or a bare clone()), not in a signal handler. The child starts with
 * no read side open: one that the forking thread had open may still be ended in the child (and in
 * a child of that), but no longer protects there. Callbacks that were pending run once in the
 * parent and once in the child, each on its copy of the memory; the child's thread for them is made
 * by the first call there that waits or hands in work.
 *
 * dlclose: a library that uses domains may be unloaded as soon as none of its code runs; domains of
 * its own it must clean up first (in a destructor). libsrcu.so itself stays. A program should hold
 * one copy of libsrcu: link plugins with the shared library.
 *
 * Environment, read once at the first use (ignored in set-user-ID programs):
 *  SRCU_MODE      words joined by commas: "norseq", "nomembarrier" (do without), "atomic" (both),
 *                 "cpuid" (index by CPU number even where mm_cid exists), "small" (never use per-
 *                 CPU counters), "percpu" (use them from a domain's first read side on)
 *  SRCU_STALL_MS  time after which a waiting grace period is reported, 0 for never (default 10000)
 *  SRCU_SPIN_US   how long a grace period spins before it sleeps (default 10)
 *  SRCU_TRACK     1: remember thread and place of every open read side, so that reports name them
 *                 (implies "small"; readers are slower)
 */
#ifndef SRCU_H
#define SRCU_H

#include <stddef.h>
#include <stdint.h>

#define SRCU_VERSION_MAJOR 1
#define SRCU_VERSION_MINOR 0

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The domain ---- */

struct srcu_core;

/*
 * A domain: 48 bytes, all zero when new. Private to the library, except that it is here for the
 * inline fast path. Must not be copied or moved while in use, nor lie in memory that processes
 * share.
 */
struct srcu_struct {
	uintptr_t srcu_word;	      /* address of the lock counter to use, for slot 0; 0: small */
	struct srcu_core *srcu_core;  /* type-stable, owned by the library; NULL until needed */
	unsigned long srcu_active[2]; /* readers counted by atomics, per rank; top byte: fork */
	const char *srcu_name;	      /* for reports; borrowed, may be NULL */
	uint32_t srcu_uses;	      /* read sides taken by atomics, up to the promotion */
	uint32_t srcu_reserved;
} __attribute__((aligned(16)));

/*
 * DEFINE_SRCU(name): a static domain, ready before main() and in constructors. Needs neither
 * init_srcu_struct() nor, when it lives as long as the program, cleanup_srcu_struct(). A zero-
 * filled struct srcu_struct is as good, but has no name in reports.
 */
#define SRCU_STRUCT_INIT(name) { 0, NULL, { 0, 0 }, #name, 0, 0 }
#define DEFINE_SRCU(name)      struct srcu_struct name = SRCU_STRUCT_INIT(name)
#define DEFINE_STATIC_SRCU(name) static struct srcu_struct name = SRCU_STRUCT_INIT(name)

/*
 * Make *ssp a new domain. The memory may hold anything before, but no domain in use.
 * Returns 0; it allocates nothing and cannot fail (the kernel's can, hence the type).
 */
int init_srcu_struct(struct srcu_struct *ssp);

/* Name the domain in reports. The string is borrowed until the cleanup. */
void srcu_set_name(struct srcu_struct *ssp, const char *name);

/*
 * End a domain; afterwards its memory is the caller's. No read side may be open, no call_srcu()
 * callback pending (call srcu_barrier() first) and no other call under way. If that is broken, it
 * is reported and what the library owns is leaked: the pending callbacks never run, and nothing is
 * freed or recycled under a reader. Requests by start_poll_synchronize_srcu() are dropped.
 * Cost: one membarrier at most; may wait for a callback that is running.
 */
void cleanup_srcu_struct(struct srcu_struct *ssp);

/*
 * Give the domain its per-CPU counters now instead of after its first read sides (64 by default).
 * Returns 0 (also where the process uses no per-CPU counters) or -ENOMEM. For programs that want
 * no system call in any read side at all. Waits for a grace period that is under way, so not inside
 * a read side of the domain.
 */
int srcu_promote(struct srcu_struct *ssp);

/* ---- Read sides ---- */

#ifdef SRCU_OUT_OF_LINE /* the same functions as calls into the library; one body for both */

/*
 * Open a read side of the domain. Returns the cookie to hand to srcu_read_unlock(): not negative,
 * else opaque. Never fails, never waits. Nests, also within other domains' read sides.
 * Cost: about a nanosecond on per-CPU counters, two atomic operations a pair before that.
 * Must be ended by the same thread (else use srcu_down_read()): synchronize_srcu() uses this to
 * report a thread that is about to wait for itself.
 */
int srcu_read_lock(struct srcu_struct *ssp);

/*
 * End the read side that returned idx. A cookie that this domain never gave out is reported and
 * ignored. Cost as srcu_read_lock(), plus one system call when a grace period sleeps for it.
 */
void srcu_read_unlock(struct srcu_struct *ssp, int idx);

/*
 * The same for read sides that end on another thread, or in another coroutine: srcu_up_read()
 * may be called by any thread of the process. The hand-over itself must order the two (any lock,
 * queue, or release and acquire does). srcu_read_lock_held() knows nothing of these.
 */
int srcu_down_read(struct srcu_struct *ssp);
void srcu_up_read(struct srcu_struct *ssp, int idx);

/*
 * For assertions: 0 when this thread has surely no read side of the domain open that it entered by
 * srcu_read_lock(); else not 0. Cost: one thread-local load.
 */
int srcu_read_lock_held(const struct srcu_struct *ssp);

#endif

/*
 * srcu_dereference(pp, ssp): load the pointer at address pp inside a read side of ssp; what was
 * written before srcu_assign_pointer() stored it is seen through it.
 * srcu_assign_pointer(pp, value): publish value at address pp. Callers exclude each other.
 * Both take the address of the pointer. Cost: a plain load or store on x86-64.
 */
#define srcu_dereference(pp, ssp)      ((void)(ssp), __atomic_load_n((pp), __ATOMIC_CONSUME))
#define srcu_assign_pointer(pp, value) __atomic_store_n((pp), (value), __ATOMIC_RELEASE)

/* ---- Grace periods ---- */

/*
 * Wait until every read side of the domain that is open now has ended. May sleep; not inside a
 * read side of the same domain (it would wait for itself: reported before it hangs), but inside
 * another domain's as long as no cycle of domains arises. Callers at the same time share.
 * Cost: idle, one membarrier (0.5 to 16 us; none while the domain is small); a reader that sleeps
 * costs the waiter nothing while it sleeps.
 */
void synchronize_srcu(struct srcu_struct *ssp);

/* The same, but hurries a grace period of the domain that is under way, and spins longer. */
void synchronize_srcu_expedited(struct srcu_struct *ssp);

/* Hurry what is pending in this domain (callbacks, polled grace periods). Does not wait. */
void srcu_expedite_current(struct srcu_struct *ssp);

/*
 * Cookies for grace periods: get_state_synchronize_srcu() names the end of a full grace period
 * from now; start_poll_synchronize_srcu() also has one started (by the library's thread; requests
 * of many domains share one membarrier). poll_state_synchronize_srcu() returns 1 once it is over,
 * else 0; it is one load and starts nothing. cond_synchronize_srcu() waits if it is not over.
 * A cookie belongs to its domain and to its process (a child of fork() may use it, and waits for
 * a grace period of its own); it stays valid for ULONG_MAX / 4 later grace periods.
 * A grace period that a poll has found over gives the guarantees of synchronize_srcu().
 */
unsigned long get_state_synchronize_srcu(struct srcu_struct *ssp);
unsigned long start_poll_synchronize_srcu(struct srcu_struct *ssp);
int poll_state_synchronize_srcu(struct srcu_struct *ssp, unsigned long cookie);
void cond_synchronize_srcu(struct srcu_struct *ssp, unsigned long cookie);

/* A full memory fence: what an unlock (a release only) leaves open, this closes. A real fence. */
static inline void smp_mb__after_srcu_read_unlock(void);

/* ---- Callbacks ---- */

/* Embedded in the object to be freed, like the kernel's struct rcu_head. Private. */
struct srcu_head {
	struct srcu_head *next;
	void (*func)(struct srcu_head *head);
	unsigned long cookie;
};
typedef void (*srcu_callback_t)(struct srcu_head *head);

/*
 * Have func(head) called after a grace period of the domain, on the library's one thread (started
 * at the first need, all signals but faults blocked). *head is the library's until then; func may
 * free it, call call_srcu(), open read sides, and wait for grace periods (which delays other
 * callbacks).
 * Never waits, unless srcu_set_backlog() asked for it. May be called inside read sides.
 * Errors: without memory for the domain's core the process is ended with a message (only the
 * domain's first call allocates: srcu_promote() at start keeps that from happening later). If the
 * thread cannot be created, it is reported, and tried again at the next call.
 */
void call_srcu(struct srcu_struct *ssp, struct srcu_head *head, srcu_callback_t func);

/*
 * Wait until all callbacks that were given to call_srcu() of this domain before have returned.
 * Callbacks that re-arm themselves do not prolong it. Not inside a read side of the domain; called
 * from a callback it is reported and returns at once.
 */
void srcu_barrier(struct srcu_struct *ssp);

/*
 * Back-pressure: once more than max callbacks are pending in the domain, call_srcu() waits for the
 * backlog to shrink; 0 (the default) means never. It never waits in a callback or inside a read
 * side of the thread. Beyond a fixed backlog, grace periods are hurried in any case.
 */
void srcu_set_backlog(struct srcu_struct *ssp, unsigned long max);

/* ---- Reports and statistics ---- */

/*
 * Hand each report (one line with its newline) to func instead of standard error; NULL: back. func
 * may be called on any thread, inside read sides, and in signal handlers: it should only write.
 */
typedef void (*srcu_report_t)(const char *line);
void srcu_set_report(srcu_report_t func);

enum srcu_mode {
	SRCU_MODE_RSEQ = 1,	  /* rseq is there and used */
	SRCU_MODE_MEMBARRIER = 2, /* membarrier is there and used */
	SRCU_MODE_MM_CID = 4,	  /* the slot is mm_cid, else the CPU number */
	SRCU_MODE_PERCPU = 8,	  /* domains get per-CPU counters (rseq and membarrier) */
	SRCU_MODE_TSAN = 16,	  /* ThreadSanitizer found: atomics and annotations */
	SRCU_MODE_TRACK = 32,	  /* open read sides are tracked (SRCU_TRACK=1) */
};

/* Counted since the start of the process, over all domains. New fields are added at the end. */
struct srcu_stats {
	unsigned int mode;	     /* enum srcu_mode, or-ed */
	unsigned int slots;	     /* per-CPU counters of a domain */
	unsigned long membarriers;   /* system calls made */
	unsigned long grace_periods; /* ended */
	unsigned long flips;	     /* grace periods that had to flip the rank */
	unsigned long sleeps;	     /* times a grace period went to sleep for a reader */
	unsigned long wakeups;	     /* wake-ups sent by readers */
	unsigned long promotions;    /* domains moved to per-CPU counters */
	unsigned long callbacks;     /* callbacks that have returned */
	unsigned long reports;	     /* reports written */
};

/*
 * Fill in size bytes of *stats (pass sizeof(struct srcu_stats)). Cheap; the numbers are each
 * exact but not of one moment.
 */
void srcu_get_stats(struct srcu_stats *stats, size_t size);

/* ---- What follows is the inline fast path: not an interface. ---- */

#define SRCU_RANK      8u   /* in the word and in cookies: which of the two counter pairs */
#define SRCU_UNLOCK    16   /* from a cell's lock counter to the unlock counter of its rank */
#define SRCU_ROW_SHIFT 18   /* from one slot's cell to the next slot's: 2 to this, in bytes */
#define SRCU_MAX_SLOTS 4096 /* CPU numbers from here on (and none) take the slow path */
#define SRCU_HELD      128  /* bytes of the thread's own list of open read sides */

/*
 * One domain's counters in one slot; 32-byte aligned. Only the slot's CPU (mm_cid) writes it. (They
 * are used where long has 64 bits, and compile elsewhere.)
 */
struct srcu_cell {
	unsigned long lock[2];
	unsigned long unlock[2];
};

/* In the row before slot 0's: whom an unlock has to wake, after its commit. Never unmapped. */
struct srcu_sleepers {
	void *waiter[2]; /* by rank: who sleeps for it, or NULL */
};

/* Decided once, before any domain has per-CPU counters; so the compiler may keep it. */
struct srcu_fast {
	intptr_t rseq; /* struct rseq, from the thread pointer */
	intptr_t slot; /* the slot's number, from the thread pointer: mm_cid or cpu_id */
};
#ifndef SRCU_FAST
extern const struct srcu_fast srcu_fast;
#define SRCU_FAST srcu_fast
#define SRCU_SLOW_LOCK(ssp) srcu_slow_lock(ssp)
#endif

/* Sums of the addresses of the domains this thread reads, by bucket: what a waiter checks. */
struct srcu_self {
	uintptr_t held[SRCU_HELD / sizeof(uintptr_t)];
};
extern __thread struct srcu_self srcu_self __attribute__((tls_model("initial-exec")));

int srcu_slow_lock(struct srcu_struct *ssp);
void srcu_slow_unlock(struct srcu_struct *ssp, int idx);
void srcu_slow_up(struct srcu_struct *ssp, int idx);
void srcu_wake_waiter(void **waiter);

#define SRCU_ALWAYS static inline __attribute__((always_inline))
#define srcu_unlikely(x) __builtin_expect(!!(x), 0)
#define srcu_compiler_barrier() __asm__ __volatile__("" : : : "memory")

static inline void smp_mb__after_srcu_read_unlock(void)
{
#if defined(__x86_64__)
	__asm__ __volatile__("lock; orl $0, -4(%%rsp)" : : : "memory", "cc");
#elif defined(__aarch64__)
	__asm__ __volatile__("dmb ish" : : : "memory");
#else
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

SRCU_ALWAYS void **srcu_waiter_of(uintptr_t lock)
{
	return (void **)(lock - ((uintptr_t)1 << SRCU_ROW_SHIFT));
}

SRCU_ALWAYS uintptr_t *srcu_bucket(const struct srcu_struct *ssp)
{
	return (uintptr_t *)((char *)srcu_self.held + (uintptr_t)ssp % SRCU_HELD);
}

/*
 * A signal handler may come between the load and the store of these: it leaves the bucket as it
 * found it, so nothing is lost.
 */
SRCU_ALWAYS void srcu_note_lock(const struct srcu_struct *ssp)
{
	*srcu_bucket(ssp) += (uintptr_t)ssp;
}

SRCU_ALWAYS void srcu_note_unlock(const struct srcu_struct *ssp)
{
	*srcu_bucket(ssp) -= (uintptr_t)ssp;
}

#if defined(__x86_64__) && defined(__linux__) && defined(__LP64__) && !defined(SRCU_NO_ASM)

/*
 * Code that dlclose() may unmap must not leave the thread's rseq_cs pointing into it. The library
 * itself is never unmapped (-z nodelete), and neither is a program.
 */
#if defined(__PIC__) && !defined(__PIE__) && !defined(SRCU_IMMORTAL)
#define SRCU_RSEQ_CLEAR "movq $0, %%fs:8(%[rseq])\n\t"
#else
#define SRCU_RSEQ_CLEAR ""
#endif

/*
 * ++*counter of this CPU's slot, as a restartable sequence: if the thread is preempted, migrated or
 * signalled between 1 and 2, the kernel sends it to 4, and nothing was counted. The slot is loaded
 * inside, so that it is the slot of the CPU that commits. A thread without rseq has a cpu_id out
 * of range (its mm_cid would read 0); that does not change under way, so it is asked first. The
 * descriptor goes to the section group of the code ("?").
 */
#define SRCU_COUNT(lock, disp, after, abort, ...)                                           \
	__asm__ goto(".pushsection __rseq_cs, \"aw?\"\n\t"                                  \
		     ".balign 32\n"                                                        \
		     "3:\t.long 0, 0\n\t"                                                  \
		     ".quad 1f, 2f - 1f, 4f\n\t"                                           \
		     ".popsection\n\t"                                                     \
		     "cmpl %[max], %%fs:4(%[rseq])\n\t"                                    \
		     "jae %l[" #abort "]\n\t"                                              \
		     "leaq 3b(%%rip), %%rax\n\t"                                           \
		     "movq %%rax, %%fs:8(%[rseq])\n"                                       \
		     "1:\tmovl %%fs:(%[slot]), %%eax\n\t"                                  \
		     "shlq %[shift], %%rax\n\t"                                            \
		     "incq %c[at](%[cell], %%rax)\n"                                       \
		     "2:\t" SRCU_RSEQ_CLEAR after                                          \
		     ".pushsection __rseq_failure, \"ax?\"\n\t"                            \
		     ".byte 0x0f, 0xb9, 0x3d\n\t"                                          \
		     ".long 0x53053053\n"                                                  \
		     "4:\tjmp %l[" #abort "]\n\t"                                          \
		     ".popsection\n\t"                                                     \
		     :                                                                     \
		     : [rseq] "r"(SRCU_FAST.rseq), [slot] "r"(SRCU_FAST.slot),             \
		       [max] "i"(SRCU_MAX_SLOTS), [cell] "r"(lock), [at] "i"(disp),        \
		       [shift] "i"(SRCU_ROW_SHIFT), [row] "i"(1 << SRCU_ROW_SHIFT)         \
		     : "memory", "cc", "rax"                                               \
		     : __VA_ARGS__)
#define SRCU_COUNT_LOCK(lock, abort) SRCU_COUNT(lock, 0, "", abort, abort)
/* Every store is a release. Then, as srcu_waiter_of() has it: is there somebody to wake? */
#define SRCU_COUNT_UNLOCK(lock, abort, wake)                                                \
	SRCU_COUNT(lock, SRCU_UNLOCK, "cmpq $0, -%c[row](%[cell])\n\tjne %l[" #wake "]\n\t", \
		   abort, abort, wake)
#define SRCU_HAVE_RSEQ	  1

#elif defined(__aarch64__) && defined(__linux__) && defined(__LP64__) && \
	!defined(__AARCH64EB__) && !defined(SRCU_NO_ASM)

#if defined(__PIC__) && !defined(__PIE__) && !defined(SRCU_IMMORTAL)
#define SRCU_RSEQ_CLEAR "str xzr, [%[rseq], #8]\n\t"
#else
#define SRCU_RSEQ_CLEAR ""
#endif

/* See above; the store that commits is given, because the unlock's must be a release. */
#define SRCU_COUNT(lock, disp, abort, store)                                                \
	__asm__ goto(".pushsection __rseq_cs, \"aw?\"\n\t"                                  \
		     ".balign 32\n"                                                        \
		     "3:\t.long 0, 0\n\t"                                                  \
		     ".quad 1f, 2f - 1f, 4f\n\t"                                           \
		     ".popsection\n\t"                                                     \
		     "ldr w16, [%[rseq], #4]\n\t"                                          \
		     "cmp w16, %[max]\n\t"                                                 \
		     "b.hs %l[" #abort "]\n\t"                                             \
		     "adrp x16, 3b\n\t"                                                    \
		     "add x16, x16, :lo12:3b\n\t"                                          \
		     "str x16, [%[rseq], #8]\n"                                            \
		     "1:\tldr w16, [%[slot]]\n\t"                                          \
		     "add x16, %[cell], x16, lsl %[shift]\n\t"                             \
		     "ldr x17, [x16]\n\t"                                                  \
		     "add x17, x17, #1\n\t" store " x17, [x16]\n"                          \
		     "2:\t" SRCU_RSEQ_CLEAR                                                \
		     "b 5f\n\t"                                                            \
		     ".long 0xd428bc00\n"                                                  \
		     "4:\tb %l[" #abort "]\n"                                              \
		     "5:\n\t"                                                              \
		     :                                                                     \
		     : [rseq] "r"((char *)__builtin_thread_pointer() + SRCU_FAST.rseq),    \
		       [slot] "r"((char *)__builtin_thread_pointer() + SRCU_FAST.slot),    \
		       [max] "i"(SRCU_MAX_SLOTS), [cell] "r"((lock) + (disp)),            \
		       [shift] "i"(SRCU_ROW_SHIFT)                                         \
		     : "memory", "cc", "x16", "x17"                                        \
		     : abort)
#define SRCU_COUNT_LOCK(lock, abort) SRCU_COUNT(lock, 0, abort, "str")
#define SRCU_COUNT_UNLOCK(lock, abort, wake)                                                \
	do {                                                                                \
		SRCU_COUNT(lock, SRCU_UNLOCK, abort, SRCU_RELEASE);                         \
		if (srcu_unlikely(__atomic_load_n(srcu_waiter_of(lock), __ATOMIC_RELAXED))) \
			goto wake;                                                          \
	} while (0)
#ifdef SRCU_MUTANT_PLAIN_UNLOCK
#define SRCU_RELEASE "str"
#else
#define SRCU_RELEASE "stlr"
#endif
#define SRCU_HAVE_RSEQ			  1

#else
#define SRCU_HAVE_RSEQ 0
#endif

SRCU_ALWAYS int srcu_lock_body(struct srcu_struct *ssp)
{
#if SRCU_HAVE_RSEQ
	uintptr_t lock = __atomic_load_n(&ssp->srcu_word, __ATOMIC_RELAXED);

	if (srcu_unlikely(!lock))
		goto slow;
	SRCU_COUNT_LOCK(lock, slow);
	/*
	 * barrier(A): pairs with B in srcu_gp_fence(): the compiler keeps the read side after the
	 * count, the writer's membarrier makes that true on this CPU. Reordered, a grace period
	 * could miss a reader that already holds an old pointer.
	 */
	srcu_compiler_barrier();
	return (int)(uint32_t)lock; /* cells lie where this is not negative */
slow:
#endif
	return SRCU_SLOW_LOCK(ssp);
}

/* slow_unlock: srcu_slow_unlock() (a wrong cookie takes back the note) or srcu_slow_up() */
SRCU_ALWAYS void srcu_unlock_body(struct srcu_struct *ssp, int idx,
				  void (*slow_unlock)(struct srcu_struct *, int))
{
#if SRCU_HAVE_RSEQ
	uintptr_t lock = __atomic_load_n(&ssp->srcu_word, __ATOMIC_RELAXED);
	/* Only the rank may differ, if the cookie is one of this domain's fast ones. */
	uintptr_t differs = (uint32_t)lock ^ (uint32_t)idx;

	if (srcu_unlikely((differs & ~(uintptr_t)SRCU_RANK) || !lock))
		goto slow;
	lock ^= differs;
	/*
	 * barrier(C): pairs with D in srcu_sum(): the commit is a release, so whoever counts
	 * this unlock sees all that the read side did, its lock's count included.
	 */
	srcu_compiler_barrier();
	/*
	 * barrier(E): pairs with F in srcu_wait_fence(): commit first, then look for a sleeper.
	 * The other way round both could miss each other, and the writer would sleep for ever.
	 * From the commit on nothing of *ssp is touched.
	 */
	SRCU_COUNT_UNLOCK(lock, slow, wake);
	return;
wake:
	srcu_wake_waiter(srcu_waiter_of(lock));
	return;
slow:
#endif
	slow_unlock(ssp, idx);
}

#ifndef SRCU_OUT_OF_LINE

/*
 * Open a read side of the domain. Returns the cookie to hand to srcu_read_unlock(): not negative,
 * else opaque. Never fails, never waits. Nests, also within other domains' read sides.
 * Cost: about a nanosecond on per-CPU counters, two atomic operations a pair before that.
 * Must be ended by the same thread (else use srcu_down_read()): synchronize_srcu() uses this to
 * report a thread that is about to wait for itself.
 */
static inline int srcu_read_lock(struct srcu_struct *ssp)
{
	srcu_note_lock(ssp);
	return srcu_lock_body(ssp);
}

/*
 * End the read side that returned idx. A cookie that this domain never gave out is reported and
 * ignored. Cost as srcu_read_lock(), plus one system call when a grace period sleeps for it.
 */
static inline void srcu_read_unlock(struct srcu_struct *ssp, int idx)
{
	srcu_note_unlock(ssp);
	srcu_unlock_body(ssp, idx, srcu_slow_unlock);
}

/*
 * The same for read sides that end on another thread, or in another coroutine: srcu_up_read()
 * may be called by any thread of the process. The hand-over itself must order the two (any lock,
 * queue, or release and acquire does). srcu_read_lock_held() knows nothing of these.
 */
static inline int srcu_down_read(struct srcu_struct *ssp)
{
	return srcu_lock_body(ssp);
}

static inline void srcu_up_read(struct srcu_struct *ssp, int idx)
{
	srcu_unlock_body(ssp, idx, srcu_slow_up);
}

/*
 * For assertions: 0 when this thread has surely no read side of the domain open that it entered by
 * srcu_read_lock(); else not 0. Cost: one thread-local load.
 */
static inline int srcu_read_lock_held(const struct srcu_struct *ssp)
{
	return *srcu_bucket(ssp) != 0;
}

#endif

/* ---- Guards: a read side that ends with its scope, however that is left ---- */

struct srcu_guard {
	struct srcu_struct *ssp;
	int idx;
	int once;
};

static inline struct srcu_guard srcu_guard_enter(struct srcu_struct *ssp)
{
	struct srcu_guard guard = { ssp, srcu_read_lock(ssp), 1 };

	return guard;
}

static inline void srcu_guard_exit(struct srcu_guard *guard)
{
	srcu_read_unlock(guard->ssp, guard->idx);
}

#define SRCU_PASTE2(a, b) a##b
#define SRCU_PASTE(a, b)  SRCU_PASTE2(a, b)

/* SRCU_GUARD(ssp); opens a read side that ends with the enclosing block (return, goto, break). */
#define SRCU_GUARD(ssp)                                                               \
	struct srcu_guard SRCU_PASTE(srcu_guard_, __LINE__)                           \
		__attribute__((cleanup(srcu_guard_exit), unused)) = srcu_guard_enter(ssp)

/* srcu_scoped_read(ssp) { ... } is a block that is a read side; break leaves it. */
#define srcu_scoped_read(ssp)                                                         \
	for (struct srcu_guard srcu_scope __attribute__((cleanup(srcu_guard_exit))) = \
		     srcu_guard_enter(ssp);                                           \
	     srcu_scope.once; srcu_scope.once = 0)

#ifdef __cplusplus
}
#endif

#endif
