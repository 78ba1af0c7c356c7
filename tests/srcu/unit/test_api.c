/* SPDX-License-Identifier: MIT */
/* What the header promises of domains, read sides, grace periods and cookies. */
#include "test.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>

DEFINE_SRCU(srcu_a);
DEFINE_STATIC_SRCU(srcu_b);
static struct srcu_struct srcu_zero;
static int constructed = -1;

/* Before main(): a static domain just works. */
__attribute__((constructor)) static void early(void)
{
	int idx = srcu_read_lock(&srcu_zero);

	srcu_read_unlock(&srcu_zero, idx);
	synchronize_srcu(&srcu_zero);
	constructed = idx;
}

TEST(constructor)
{
	CHECK(constructed >= 0);
	CHECK(sizeof(struct srcu_struct) <= 64);
}

TEST(nesting)
{
	for (int round = 0; round < 300; round++) {
		int a = srcu_read_lock(&srcu_a), b = srcu_read_lock(&srcu_b);
		int c = srcu_read_lock(&srcu_a);

		CHECK(a >= 0 && b >= 0 && c >= 0);
		CHECK(srcu_read_lock_held(&srcu_a) && srcu_read_lock_held(&srcu_b));
		srcu_read_unlock(&srcu_a, a);
		srcu_read_unlock(&srcu_b, b);
		srcu_read_unlock(&srcu_a, c);
		CHECK(!srcu_read_lock_held(&srcu_a));
	}
	synchronize_srcu(&srcu_a);
	synchronize_srcu_expedited(&srcu_b);
	CHECK(test_stats().reports == 0);
}

TEST(guards)
{
	int turns = 0;

	{
		SRCU_GUARD(&srcu_a);
		CHECK(srcu_read_lock_held(&srcu_a));
	}
	CHECK(!srcu_read_lock_held(&srcu_a));
	srcu_scoped_read(&srcu_a)
	{
		CHECK(srcu_read_lock_held(&srcu_a));
		turns++;
	}
	srcu_scoped_read(&srcu_a) break;
	CHECK(turns == 1 && !srcu_read_lock_held(&srcu_a));
	synchronize_srcu(&srcu_a);
}

static int go, done;

static void *waiter(void *ssp)
{
	synchronize_srcu(ssp);
	test_store(&done, 1);
	return NULL;
}

/* A grace period waits for the reader that was there, and for no later one. */
static void waits(struct srcu_struct *ssp)
{
	int old = srcu_down_read(ssp), late;
	pthread_t thread = test_thread(waiter, ssp);

	test_sleep_ms(100);
	CHECK(!test_load(&done));
	late = srcu_down_read(ssp);
	test_sleep_ms(20);
	srcu_up_read(ssp, old);
	test_join(thread);
	CHECK(test_load(&done));
	srcu_up_read(ssp, late);
	test_store(&done, 0);
}

TEST(waits)
{
	for (int i = 0; i < 3; i++)
		waits(&srcu_a);
	CHECK(srcu_promote(&srcu_a) == 0);
	for (int i = 0; i < 3; i++)
		waits(&srcu_a);
	CHECK(test_stats().reports == 0);
}

/* Locked small, promoted, unlocked: the grace period counts both kinds. */
TEST(promotion_under_readers)
{
	int small = srcu_read_lock(&srcu_a), percpu;
	unsigned long cookie;

	CHECK(srcu_promote(&srcu_a) == 0);
	percpu = srcu_read_lock(&srcu_a);
	cookie = start_poll_synchronize_srcu(&srcu_a);
	test_sleep_ms(50);
	CHECK(!poll_state_synchronize_srcu(&srcu_a, cookie));
	srcu_read_unlock(&srcu_a, small);
	test_sleep_ms(50);
	CHECK(!poll_state_synchronize_srcu(&srcu_a, cookie));
	srcu_read_unlock(&srcu_a, percpu);
	cond_synchronize_srcu(&srcu_a, cookie);
	CHECK(poll_state_synchronize_srcu(&srcu_a, cookie));
	CHECK(test_stats().reports == 0);
}

TEST(promotion_by_use)
{
	unsigned long before = test_stats().promotions;

	for (int i = 0; i < 200; i++)
		srcu_read_unlock(&srcu_a, srcu_read_lock(&srcu_a));
	if (test_stats().mode & SRCU_MODE_PERCPU)
		CHECK(test_stats().promotions == before + 1);
	else
		CHECK(test_stats().promotions == before);
}

static void *overlap(void *ssp)
{
	int idx = srcu_read_lock(ssp);

	while (!test_load(&go)) {
		int next = srcu_read_lock(ssp);

		srcu_read_unlock(ssp, idx);
		idx = next;
	}
	srcu_read_unlock(ssp, idx);
	return NULL;
}

/* Readers that overlap for ever do not hold up grace periods. */
TEST(overlapping_readers)
{
	pthread_t a = test_thread(overlap, &srcu_a), b = test_thread(overlap, &srcu_a);

	for (int i = 0; i < 200; i++)
		synchronize_srcu(&srcu_a);
	test_store(&go, 1);
	test_join(a);
	test_join(b);
	synchronize_srcu(&srcu_a);
}

TEST(cookies)
{
	unsigned long first = get_state_synchronize_srcu(&srcu_a), second;

	CHECK(!poll_state_synchronize_srcu(&srcu_a, first));
	synchronize_srcu(&srcu_a);
	CHECK(poll_state_synchronize_srcu(&srcu_a, first));
	second = get_state_synchronize_srcu(&srcu_a);
	CHECK(!poll_state_synchronize_srcu(&srcu_a, second));
	CHECK(poll_state_synchronize_srcu(&srcu_a, first));
	cond_synchronize_srcu(&srcu_a, second);
	CHECK(poll_state_synchronize_srcu(&srcu_a, second));
	second = start_poll_synchronize_srcu(&srcu_a);
	for (int i = 0; i < 1000 && !poll_state_synchronize_srcu(&srcu_a, second); i++)
		test_sleep_ms(1);
	CHECK(poll_state_synchronize_srcu(&srcu_a, second));
}

/* A grace period in the middle does not count for a cookie that was taken in it. */
TEST(cookie_in_the_middle)
{
	int idx = srcu_down_read(&srcu_a);
	unsigned long outer = start_poll_synchronize_srcu(&srcu_a), inner;
	int late;

	test_sleep_ms(50);
	inner = get_state_synchronize_srcu(&srcu_a);
	late = srcu_down_read(&srcu_a);
	srcu_up_read(&srcu_a, idx);
	cond_synchronize_srcu(&srcu_a, outer);
	CHECK(!poll_state_synchronize_srcu(&srcu_a, inner));
	srcu_up_read(&srcu_a, late);
	cond_synchronize_srcu(&srcu_a, inner);
	CHECK(poll_state_synchronize_srcu(&srcu_a, inner));
}

struct handed {
	struct srcu_struct *ssp;
	int idx;
};

static void *end_it(void *arg)
{
	struct handed *handed = arg;

	test_sleep_ms(50);
	srcu_up_read(handed->ssp, handed->idx);
	return NULL;
}

TEST(ends_on_another_thread)
{
	for (int i = 0; i < 4; i++) {
		struct handed handed = { &srcu_a, srcu_down_read(&srcu_a) };
		pthread_t thread = test_thread(end_it, &handed);

		synchronize_srcu(&srcu_a);
		test_join(thread);
		CHECK(srcu_promote(&srcu_a) == 0);
	}
	CHECK(test_stats().reports == 0);
}

static void handler(int signal)
{
	int idx = srcu_read_lock(&srcu_a);

	(void)signal;
	srcu_read_unlock(&srcu_a, idx);
}

TEST(signals)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
	timer_t timer;
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec every = { { 0, 20000 }, { 0, 20000 } };
	time_t end = time(NULL) + 2;

	sigaction(SIGUSR1, &action, NULL);
	CHECK(!timer_create(CLOCK_MONOTONIC, &event, &timer));
	timer_settime(timer, 0, &every, NULL);
	while (time(NULL) < end) {
		for (int i = 0; i < 1000; i++)
			srcu_read_unlock(&srcu_a, srcu_read_lock(&srcu_a));
		synchronize_srcu(&srcu_a);
	}
	timer_delete(timer);
	synchronize_srcu(&srcu_a);
	CHECK(test_stats().reports == 0);
}

/* 1000 idle domains waited for at once: at most 3 membarriers, and recycled ones work. */
static void many(bool promoted)
{
	enum { COUNT = 1000 };
	struct srcu_struct *domains = calloc(COUNT, sizeof(*domains));
	static unsigned long cookies[COUNT];
	unsigned long before;

	for (int i = 0; i < COUNT; i++) {
		init_srcu_struct(&domains[i]);
		if (promoted)
			CHECK(srcu_promote(&domains[i]) == 0);
	}
	before = test_stats().membarriers;
	for (int i = 0; i < COUNT; i++)
		cookies[i] = start_poll_synchronize_srcu(&domains[i]);
	for (int i = 0; i < COUNT; i++)
		cond_synchronize_srcu(&domains[i], cookies[i]);
	printf("# %d %s domains: %lu membarriers\n", COUNT, promoted ? "per-CPU" : "small",
	       test_stats().membarriers - before);
	CHECK(test_stats().membarriers - before <= 3);
	for (int i = 0; i < COUNT; i++)
		cleanup_srcu_struct(&domains[i]);
	free(domains);
	CHECK(test_stats().reports == 0);
}

TEST(many_domains)
{
	for (int i = 0; i < 2; i++) {
		many(false);
		many(true);
	}
}

/* Guarantee 6: the domain's page goes right after the cleanup. */
static void *reader_of_page(void *ssp)
{
	int idx = srcu_read_lock(ssp);

	test_store(&go, 1);
	test_sleep_ms(5);
	srcu_read_unlock(ssp, idx);
	return NULL;
}

TEST(unmapped_after_cleanup)
{
	for (int i = 0; i < 40; i++) {
		struct srcu_struct *ssp = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		pthread_t thread;

		if (i & 1)
			CHECK(srcu_promote(ssp) == 0);
		test_store(&go, 0);
		thread = test_thread(reader_of_page, ssp);
		while (!test_load(&go))
			;
		if (i & 2)
			cond_synchronize_srcu(ssp, start_poll_synchronize_srcu(ssp));
		else
			synchronize_srcu(ssp);
		cleanup_srcu_struct(ssp);
		munmap(ssp, 4096);
		test_join(thread);
	}
	CHECK(test_stats().reports == 0);
}

static void *syncs(void *ssp)
{
	for (int i = 0; i < 300; i++)
		synchronize_srcu(ssp);
	return NULL;
}

TEST(many_waiters)
{
	pthread_t threads[8];

	for (int i = 0; i < 8; i++)
		threads[i] = test_thread(syncs, &srcu_a);
	for (int i = 0; i < 1000; i++)
		srcu_read_unlock(&srcu_a, srcu_read_lock(&srcu_a));
	for (int i = 0; i < 8; i++)
		test_join(threads[i]);
}

static void *asleep(void *ssp)
{
	int idx = srcu_read_lock(ssp);

	test_store(&go, 1);
	test_sleep_ms(50);
	srcu_read_unlock(ssp, idx);
	return NULL;
}

static double cpu_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* A reader that sleeps costs the writer nothing while it sleeps. */
TEST(sleeping_reader)
{
	struct srcu_stats before, after;
	pthread_t thread;
	double cpu;

	CHECK(srcu_promote(&srcu_a) == 0);
	synchronize_srcu(&srcu_a);
	thread = test_thread(asleep, &srcu_a);
	while (!test_load(&go))
		;
	before = test_stats();
	cpu = cpu_ms();
	synchronize_srcu(&srcu_a);
	cpu = cpu_ms() - cpu;
	after = test_stats();
	test_join(thread);
	printf("# writer CPU %.3f ms, %lu membarriers, %lu sleeps\n", cpu,
	       after.membarriers - before.membarriers, after.sleeps - before.sleeps);
	CHECK(cpu < 5);
	CHECK(after.membarriers - before.membarriers <= 4);
}

#if SRCU_HAVE_RSEQ && defined(__x86_64__)
extern const ptrdiff_t __rseq_offset __attribute__((weak));

/* Take rseq from this thread, as a program may do that has its own use for it. */
static bool drop_rseq(void)
{
	char *area = (char *)__builtin_thread_pointer();
	const unsigned int signature = 0x53053053, unregister = 1;

	return &__rseq_offset &&
	       !syscall(SYS_rseq, area + __rseq_offset, 32, unregister, signature);
}

static void *ends_without_rseq(void *arg)
{
	int *cookies = arg;

	CHECK(!(test_stats().mode & SRCU_MODE_RSEQ) || drop_rseq());
	for (int i = 0; i < 100; i++)
		srcu_up_read(&srcu_a, cookies[i]);
	for (int i = 0; i < 1000000; i++)
		srcu_read_unlock(&srcu_a, srcu_read_lock(&srcu_a));
	return NULL;
}

/*
 * Read sides that begin in a cell and end in the active word; and the cells must balance by
 * themselves again once another domain gets them.
 */
TEST(thread_without_rseq)
{
	static struct srcu_struct next;
	int cookies[100];
	pthread_t thread;

	CHECK(srcu_promote(&srcu_a) == 0);
	for (int i = 0; i < 100; i++)
		cookies[i] = srcu_down_read(&srcu_a);
	thread = test_thread(ends_without_rseq, cookies);
	for (int i = 0; i < 1000000; i++)
		srcu_read_unlock(&srcu_a, srcu_read_lock(&srcu_a));
	test_join(thread);
	synchronize_srcu(&srcu_a);
	cleanup_srcu_struct(&srcu_a);
	CHECK(srcu_promote(&next) == 0);
	synchronize_srcu(&next);
	CHECK(test_stats().reports == 0);
}
#endif

/* Cookies want half of all addresses for counters; the kernel starts with the other half here. */
TEST(room_for_counters)
{
	const size_t size = (size_t)1 << 28, count = 100000;
	struct srcu_struct *ssp;
	void *taken;

	if (!(test_stats().mode & SRCU_MODE_PERCPU))
		return;
	ssp = calloc(count, sizeof(*ssp));
	CHECK(ssp);
	do {
		taken = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			     0);
		CHECK(taken != MAP_FAILED);
	} while (((uintptr_t)taken >> 28 & 15) != 15);
	for (size_t i = 0; i < count; i++) {
		CHECK(srcu_promote(&ssp[i]) == 0);
		CHECK(ssp[i].srcu_word);
	}
	for (size_t i = 0; i < count; i++)
		cleanup_srcu_struct(&ssp[i]);
	free(ssp);
}

int main(int argc, char **argv)
{
	RUN(constructor);
	RUN(nesting);
	RUN(guards);
	RUN(waits);
	RUN(promotion_under_readers);
	RUN(promotion_by_use);
	RUN(overlapping_readers);
	RUN(cookies);
	RUN(cookie_in_the_middle);
	RUN(ends_on_another_thread);
	RUN(signals);
	RUN(many_domains);
	RUN(room_for_counters);
	RUN(unmapped_after_cleanup);
	RUN(many_waiters);
	RUN(sleeping_reader);
#if SRCU_HAVE_RSEQ && defined(__x86_64__)
	RUN(thread_without_rseq);
#endif
	return test_end();
}
