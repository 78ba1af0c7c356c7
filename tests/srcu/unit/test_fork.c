/* SPDX-License-Identifier: MIT */
/* fork() without exec: guarantee 7. What is checked in the child comes back as its exit status. */
#include "test.h"

DEFINE_STATIC_SRCU(srcu_a);
static struct srcu_struct domains[64];
static int go, stop, ready;

/* Run func in a child; it must end by itself. */
static void in_child(void (*func)(void))
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (!pid) {
		alarm(10);
		func();
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	if (status)
		fprintf(stderr, "child: %s %d\n", WIFSIGNALED(status) ? "signal" : "exit",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	CHECK(status == 0);
}

static void *stay(void *ssp)
{
	int idx = srcu_read_lock(ssp);

	test_store(&ready, 1);
	while (!test_load(&go))
		test_sleep_ms(1);
	srcu_read_unlock(ssp, idx);
	return NULL;
}

static void waits_are_over(void)
{
	for (int i = 0; i < 3; i++)
		synchronize_srcu(&srcu_a);
	cond_synchronize_srcu(&srcu_a, start_poll_synchronize_srcu(&srcu_a));
	CHECK(test_stats().reports == 0);
}

static void in_a_section(bool promoted)
{
	pthread_t thread;

	if (promoted)
		CHECK(srcu_promote(&srcu_a) == 0);
	test_store(&ready, 0);
	test_store(&go, 0);
	thread = test_thread(stay, &srcu_a);
	while (!test_load(&ready))
		;
	in_child(waits_are_over);
	test_store(&go, 1);
	test_join(thread);
	synchronize_srcu(&srcu_a);
}

TEST(other_thread_in_section)
{
	in_a_section(false);
	in_a_section(true);
	in_a_section(true);
}

static int own_idx;

static void end_own(void)
{
	srcu_read_unlock(&srcu_a, own_idx);
	synchronize_srcu(&srcu_a);
	CHECK(test_stats().reports == 0);
}

static void end_own_grandchild(void)
{
	in_child(end_own);
	end_own();
}

TEST(own_section)
{
	for (int i = 0; i < 3; i++) {
		own_idx = srcu_read_lock(&srcu_a);
		in_child(end_own);
		in_child(end_own_grandchild);
		srcu_read_unlock(&srcu_a, own_idx);
		synchronize_srcu(&srcu_a);
		if (i == 1)
			CHECK(srcu_promote(&srcu_a) == 0);
	}
	CHECK(test_stats().reports == 0);
}

static void *wait_for_it(void *ssp)
{
	synchronize_srcu(ssp);
	return NULL;
}

/* A grace period sleeps in the parent while it forks. */
TEST(grace_period_under_way)
{
	for (int i = 0; i < 2; i++) {
		int idx = srcu_down_read(&srcu_a);
		pthread_t thread = test_thread(wait_for_it, &srcu_a);

		test_sleep_ms(50);
		in_child(waits_are_over);
		srcu_up_read(&srcu_a, idx);
		test_join(thread);
		CHECK(srcu_promote(&srcu_a) == 0);
	}
}

static int called;
static struct srcu_head heads[100];

static void count(struct srcu_head *head)
{
	(void)head;
	test_store(&called, called + 1);
}

static void inherited(void)
{
	CHECK(test_load(&called) == 0);
	srcu_barrier(&srcu_a);
	CHECK(test_load(&called) == 100);
}

TEST(pending_callbacks)
{
	int idx = srcu_down_read(&srcu_a);

	for (int i = 0; i < 100; i++)
		call_srcu(&srcu_a, &heads[i], count);
	test_sleep_ms(20);
	in_child(inherited);
	CHECK(test_load(&called) == 0);
	srcu_up_read(&srcu_a, idx);
	srcu_barrier(&srcu_a);
	CHECK(test_load(&called) == 100);
}

static void slow(struct srcu_head *head)
{
	(void)head;
	test_store(&ready, 1);
	test_sleep_ms(200);
	test_store(&called, called + 1);
}

static void rest(void)
{
	srcu_barrier(&srcu_a);
	CHECK(test_load(&called) == 99);
}

/* The callback that was being called in the parent is not called again in the child. */
TEST(in_the_middle_of_a_batch)
{
	call_srcu(&srcu_a, &heads[0], slow);
	for (int i = 1; i < 100; i++)
		call_srcu(&srcu_a, &heads[i], count);
	while (!test_load(&ready))
		test_sleep_ms(1);
	in_child(rest);
	srcu_barrier(&srcu_a);
	CHECK(test_load(&called) == 100);
}

/* Nothing but a poll or a callback: the child's worker comes without a call that waits. */
static void polls_only(void)
{
	unsigned long cookie = start_poll_synchronize_srcu(&srcu_a);

	while (!poll_state_synchronize_srcu(&srcu_a, cookie))
		test_sleep_ms(1);
}

static void calls_only(void)
{
	static struct srcu_head head;

	call_srcu(&srcu_a, &head, count);
	while (test_load(&called) < 101)
		test_sleep_ms(1);
}

static void synchronizes_only(void)
{
	synchronize_srcu(&srcu_a);
	while (test_load(&called) < 100)
		test_sleep_ms(1);
}

TEST(no_barrier)
{
	int idx = srcu_down_read(&srcu_a);

	for (int i = 0; i < 100; i++)
		call_srcu(&srcu_a, &heads[i], count);
	test_sleep_ms(20);
	in_child(polls_only);
	in_child(calls_only);
	in_child(synchronizes_only);
	srcu_up_read(&srcu_a, idx);
	srcu_barrier(&srcu_a);
}

static int child_status = -1;

static void forks(struct srcu_head *head)
{
	pid_t pid = fork();

	(void)head;
	if (!pid) {
		alarm(10);
		synchronize_srcu(&srcu_a);
		_exit(0);
	}
	waitpid(pid, &child_status, 0);
}

TEST(callback_forks)
{
	for (int i = 0; i < 5; i++) {
		call_srcu(&srcu_a, &heads[0], forks);
		srcu_barrier(&srcu_a);
		CHECK(child_status == 0);
	}
}

static void *busy(void *unused)
{
	__atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
	while (!test_load(&stop)) {
		for (size_t i = 0; i < 64; i++) {
			int idx = srcu_read_lock(&domains[i]);

			srcu_read_unlock(&domains[i], idx);
			if (i % 8 == 7)
				synchronize_srcu(&domains[i]);
		}
	}
	return unused;
}

static void all_wait(void)
{
	static struct srcu_head head[64];

	called = 0;
	for (size_t i = 0; i < 64; i++) {
		srcu_read_unlock(&domains[i], srcu_read_lock(&domains[i]));
		synchronize_srcu(&domains[i]);
		call_srcu(&domains[i], &head[i], count);
	}
	for (size_t i = 0; i < 64; i++)
		srcu_barrier(&domains[i]);
	CHECK(called == 64);
	CHECK(test_stats().reports == 0);
}

TEST(storm)
{
	pthread_t a = test_thread(busy, NULL), b = test_thread(busy, NULL);

	while (test_load(&ready) < 2) /* a thread being born may hold the allocator's locks */
		test_sleep_ms(1);
	for (int i = 0; i < 150; i++)
		in_child(all_wait);
	test_store(&stop, 1);
	test_join(a);
	test_join(b);
	all_wait();
}

static int depth;

static void deeper(void)
{
	all_wait();
	if (++depth < 10)
		in_child(deeper);
}

TEST(generations)
{
	in_child(deeper);
	all_wait();
}

int main(int argc, char **argv)
{
	RUN(other_thread_in_section);
	RUN(own_section);
	RUN(grace_period_under_way);
	RUN(pending_callbacks);
	RUN(in_the_middle_of_a_batch);
	RUN(no_barrier);
	RUN(callback_forks);
	RUN(storm);
	RUN(generations);
	return test_end();
}
