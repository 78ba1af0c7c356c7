/* SPDX-License-Identifier: MIT */
/*
 * The one thread that runs callbacks and drives the grace periods they and polls wait for: an event
 * loop over the domains that have something to do. All that begin together share one membarrier,
 * and so do all that go to sleep together; a domain that is blocked costs the others nothing.
 */
#include "internal.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#define SRCU_GATHER_NS	   100000 /* how long new work waits for more, to share the membarrier */
#define SRCU_GATHER_ROUNDS 10

enum { SRCU_WORKER_NONE, SRCU_WORKER_FAILED, SRCU_WORKER_BORN, SRCU_WORKER_RUNS };

static struct {
	struct srcu_waiter waiter; /* readers and submitters wake it */
	uint32_t urgent;	   /* futex: do not gather */
	uint32_t state;
	struct srcu_lock lock;	 /* of inbox and arrivals */
	struct srcu_core *inbox; /* newest first */
	uint32_t arrivals;
	struct srcu_core *list; /* the worker's own */
	struct srcu_lock lead;	/* of calling, and of led_by_worker while calling */
	bool calling;		/* in callbacks, for who knows how long */
} srcu_worker;

__thread bool srcu_on_worker;

struct srcu_waiter *srcu_worker_waiter(void)
{
	return &srcu_worker.waiter;
}

struct srcu_lock *srcu_worker_lock(void)
{
	return &srcu_worker.lock;
}

bool srcu_worker_running(void)
{
	return srcu_load_acquire(&srcu_worker.state) == SRCU_WORKER_RUNS;
}

bool srcu_worker_drives(void)
{
	return srcu_worker_running() && !srcu_load(&srcu_worker.calling);
}

/* Who sleeps for the worker to end a grace period had better do it himself now. */
static void srcu_worker_offer(struct srcu_core *list)
{
	for (struct srcu_core *core = list; core; core = core->next)
		if (srcu_load(&core->led_by_worker) ||
		    !srcu_gp_done(core, srcu_load(&core->poll_want)))
			srcu_event_signal(core);
}

/*
 * Callbacks may block, and wait for threads that wait for grace periods: while the worker is in
 * them, the grace periods that it leads are free to be taken over.
 */
void srcu_worker_calls(bool begin)
{
	if (srcu_worker.calling == begin)
		return;
	srcu_lock(&srcu_worker.lead);
	srcu_store(&srcu_worker.calling, begin);
	srcu_unlock(&srcu_worker.lead);
	if (!begin)
		return;
	srcu_worker_offer(srcu_worker.list);
	srcu_lock(&srcu_worker.lock);
	srcu_worker_offer(srcu_worker.inbox);
	srcu_unlock(&srcu_worker.lock);
}

/* The caller is the leader then, of a grace period that may be anywhere between G1 and G7. */
bool srcu_worker_take_over(struct srcu_core *core)
{
	bool taken;

	if (!srcu_load(&core->led_by_worker))
		return false;
	srcu_lock(&srcu_worker.lead);
	taken = srcu_worker.calling && core->led_by_worker;
	if (taken)
		srcu_store(&core->led_by_worker, false);
	srcu_unlock(&srcu_worker.lead);
	if (taken)
		srcu_wait_disarm(core);
	return taken;
}

/* Under the core's queue lock. */
void srcu_worker_submit(struct srcu_core *core)
{
	srcu_lock(&srcu_worker.lock);
	core->next = srcu_worker.inbox;
	srcu_worker.inbox = core;
	srcu_store(&srcu_worker.arrivals, srcu_worker.arrivals + 1);
	srcu_unlock(&srcu_worker.lock);
}

/* New domains to the list. */
static void srcu_worker_collect(void)
{
	struct srcu_core *core, *next;

	srcu_lock(&srcu_worker.lock);
	core = srcu_worker.inbox;
	srcu_worker.inbox = NULL;
	srcu_store(&srcu_worker.arrivals, 0);
	for (; core; core = next) {
		next = core->next;
		core->next = srcu_worker.list;
		srcu_worker.list = core;
	}
	srcu_unlock(&srcu_worker.lock);
}

/* More often comes soon after: a thousand domains cost one membarrier, not a thousand. */
static void srcu_worker_gather(void)
{
	uint32_t before = 0, now;

	for (int round = 0; round < SRCU_GATHER_ROUNDS; round++) {
		now = srcu_load(&srcu_worker.arrivals);
		if (now == before || srcu_load_acquire(&srcu_worker.urgent))
			break;
		before = now;
		srcu_futex_wait(&srcu_worker.urgent, 0, SRCU_GATHER_NS);
	}
}

/* Does the worker still need this domain? If not, it is let go, and may be freed at once. */
static bool srcu_worker_keeps(struct srcu_core *core)
{
	struct srcu_lock *lock = srcu_queue_lock(core);
	bool keeps;

	srcu_lock(lock);
	keeps = core->led_by_worker ||
		(!srcu_load(&core->dying) && !core->orphan && srcu_queue_wants(core));
	if (!keeps) {
		bool orphan = core->orphan;

		srcu_store(&core->expedite, false);
		srcu_store(&core->listed, false);
		srcu_event_signal(core);
		srcu_unlock(lock);
		if (orphan)
			srcu_core_free(core);
		return false;
	}
	srcu_unlock(lock);
	return true;
}

/* A grace period under way for a domain that goes away: nobody waits for it any more. */
static void srcu_worker_drop(struct srcu_core *core)
{
	srcu_wait_disarm(core);
	core->phase = SRCU_IDLE;
	srcu_publish(&core->gp_seq, core->gp_seq & ~1ul);
	srcu_store(&core->led_by_worker, false);
	srcu_gp_release(core);
}

/* Run the callbacks that are due. Returns whether there were any. */
static bool srcu_worker_call(void)
{
	uint32_t generation = srcu_load(&srcu_generation);
	bool called = false;

	for (struct srcu_core *core = srcu_worker.list; core; core = core->next) {
		called |= !srcu_load(&core->dying) && srcu_queue_run(core);
		if (srcu_load(&srcu_generation) != generation)
			break; /* a callback forked, and this is the child: the list is new */
	}
	srcu_worker_calls(false);
	return called;
}

/* Begin what is needed. Returns the link to the next domain. */
static struct srcu_core **srcu_worker_visit(struct srcu_core **link, int *begun, bool *percpu)
{
	struct srcu_core *core = *link, *next = core->next;

	if (srcu_load_acquire(&core->dying) && core->led_by_worker)
		srcu_worker_drop(core);
	if (!srcu_worker_keeps(core)) {
		*link = next;
		return link;
	}
	if (!core->batch && !core->led_by_worker && srcu_gp_trylead(core)) {
		srcu_store(&core->led_by_worker, true);
		srcu_gp_open(core);
		++*begun;
		*percpu |= core->cells != NULL;
	}
	return &core->next;
}

static bool srcu_worker_step(struct srcu_core *core)
{
	if (!core->led_by_worker || srcu_load(&core->dying) || !srcu_gp_step(core))
		return false;
	srcu_gp_close(core);
	srcu_store(&core->led_by_worker, false);
	srcu_gp_release(core);
	return true;
}

static bool srcu_worker_step_all(void)
{
	bool progress = false;

	for (struct srcu_core *core = srcu_worker.list; core; core = core->next)
		progress |= srcu_worker_step(core);
	return progress;
}

static bool srcu_worker_round(void)
{
	bool progress = srcu_worker_call(), percpu = false;
	int begun = 0;

	for (struct srcu_core **link = &srcu_worker.list; *link;)
		link = srcu_worker_visit(link, &begun, &percpu);
	if (begun)
		srcu_gp_fence(percpu);
	return srcu_worker_step_all() || progress || begun;
}

/* Set the waiter of all that are blocked and have none yet. Returns how many are blocked. */
static int srcu_worker_arm(void)
{
	bool fence = false, percpu = false;
	int blocked = 0;

	for (struct srcu_core *core = srcu_worker.list; core; core = core->next) {
		if (!core->led_by_worker)
			continue;
		blocked++;
		if (core->armed)
			continue;
		if (!core->since_ns)
			core->since_ns = srcu_now_ns();
		srcu_wait_arm(core, &srcu_worker.waiter);
		fence = true;
		percpu |= core->cells != NULL;
	}
	if (fence)
		srcu_wait_fence(percpu);
	return blocked;
}

static bool srcu_worker_unarmed(void)
{
	for (struct srcu_core *core = srcu_worker.list; core; core = core->next)
		if (core->led_by_worker && !core->armed)
			return true;
	return false;
}

static void srcu_worker_sleep(uint32_t seen)
{
	uint64_t start = 0;
	unsigned int pause = 1;
	int blocked;

	while (srcu_worker.list && srcu_spin(&start, &pause, srcu_config.spin_ns))
		if (srcu_worker_step_all())
			return;
	/* A step may go on to the other rank, which has no waiter yet. */
	do {
		blocked = srcu_worker_arm();
		if (srcu_worker_step_all())
			return;
	} while (srcu_worker_unarmed());
	srcu_waiter_sleep(&srcu_worker.waiter, seen, blocked ? srcu_config.stall_ns : 0);
	for (struct srcu_core *core = srcu_worker.list; core; core = core->next)
		if (core->led_by_worker && !srcu_load(&core->dying))
			srcu_check_stall(core);
}

static void *srcu_worker_main(void *unused)
{
	srcu_on_worker = true;
	for (;;) {
		uint32_t seen = __atomic_load_n(&srcu_worker.waiter.seq, __ATOMIC_SEQ_CST);

		if (srcu_load(&srcu_worker.arrivals))
			srcu_worker_gather();
		srcu_store(&srcu_worker.urgent, 0);
		srcu_worker_collect();
		if (!srcu_worker_round())
			srcu_worker_sleep(seen);
	}
	return unused;
}

/* No lock is held: pthread_create() allocates, and fork() may want the allocator's locks first. */
static void srcu_worker_create(void)
{
	uint32_t before = srcu_load(&srcu_worker.state);
	pthread_attr_t attr;
	pthread_t thread;
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT };
	sigset_t all, old;
	int error;

	if (before >= SRCU_WORKER_BORN ||
	    !__atomic_compare_exchange_n(&srcu_worker.state, &before, SRCU_WORKER_BORN, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	sigfillset(&all); /* but a callback's own faults go where the program wants them */
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		sigdelset(&all, faults[i]);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attr, srcu_worker_main, NULL);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (error && before != SRCU_WORKER_FAILED)
		srcu_report(NULL, "no thread for callbacks (%s): will try again", strerror(error));
	srcu_publish(&srcu_worker.state, error ? SRCU_WORKER_FAILED : SRCU_WORKER_RUNS);
}

void srcu_worker_wake(void)
{
	srcu_waiter_wake(&srcu_worker.waiter);
}

/* There is something new for the worker. */
void srcu_worker_kick(void)
{
	if (!srcu_worker_running())
		srcu_worker_create();
	srcu_worker_wake();
}

void srcu_worker_hurry(struct srcu_core *core)
{
	srcu_store(&core->expedite, true);
	if (!__atomic_exchange_n(&srcu_worker.urgent, 1, __ATOMIC_SEQ_CST))
		srcu_futex_wake(&srcu_worker.urgent);
	srcu_worker_kick();
}

/* For cleanup: afterwards the worker does not know the domain. In a callback, it soon will not. */
void srcu_worker_let_go(struct srcu_core *core)
{
	__atomic_store_n(&core->dying, true, __ATOMIC_SEQ_CST);
	if (srcu_on_worker) {
		if (srcu_worker_take_over(core))
			srcu_worker_drop(core);
		return;
	}
	for (;;) {
		uint32_t seen = srcu_load_acquire(&core->event);

		if (!srcu_load_acquire(&core->listed))
			break;
		srcu_worker_hurry(core);
		srcu_event_wait(core, seen, srcu_worker_running() ? 0 : 10000000);
	}
	/* It let go under the lock: wait until it is out. */
	srcu_lock(srcu_queue_lock(core));
	srcu_unlock(srcu_queue_lock(core));
}

/* In the child: no worker, or (a callback forked) this thread is it. */
void srcu_worker_fork(void)
{
	srcu_worker.waiter.sleeping = 0;
	srcu_worker.urgent = 0;
	srcu_worker.lock.word = 0;
	srcu_worker.inbox = NULL;
	srcu_worker.list = NULL;
	srcu_worker.arrivals = 0;
	srcu_worker.lead.word = 0;
	srcu_worker.calling = srcu_on_worker;
	srcu_worker.state = srcu_on_worker ? SRCU_WORKER_RUNS : SRCU_WORKER_NONE;
}
