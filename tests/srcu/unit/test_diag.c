/* SPDX-License-Identifier: MIT */
/* Misuse is reported in one line, before anything hangs, and the program goes on where it can. */
#include "test.h"

DEFINE_STATIC_SRCU(srcu_a);
DEFINE_STATIC_SRCU(srcu_b);
static struct srcu_struct srcu_nameless;

static bool reported(const char *words)
{
	return test_load(&test_lines) > 0 && strstr(test_line, words) != NULL;
}

static void *ends_late(void *idx)
{
	while (!test_load(&test_lines))
		test_sleep_ms(1);
	srcu_up_read(&srcu_a, *(int *)idx);
	return NULL;
}

/* The report comes first; another thread then ends what this one waits for. */
static void waits_for_itself(bool promoted)
{
	int idx, other = srcu_read_lock(&srcu_b);
	pthread_t thread;

	if (promoted)
		CHECK(srcu_promote(&srcu_a) == 0);
	test_lines = 0;
	idx = srcu_read_lock(&srcu_a);
	thread = test_thread(ends_late, &idx);
	synchronize_srcu(&srcu_a);
	CHECK(reported("inside its own read side"));
	CHECK(reported("domain srcu_a"));
	test_join(thread);
	srcu_read_unlock(&srcu_b, other);
}

TEST(own_read_side)
{
	srcu_set_report(test_report);
	waits_for_itself(false);
}

TEST(own_read_side_percpu)
{
	srcu_set_report(test_report);
	waits_for_itself(true);
}

static void nothing(struct srcu_head *head)
{
	(void)head;
}

TEST(own_read_side_barrier)
{
	static struct srcu_head head;
	int idx = srcu_read_lock(&srcu_a);
	pthread_t thread;

	srcu_set_report(test_report);
	call_srcu(&srcu_a, &head, nothing);
	thread = test_thread(ends_late, &idx);
	srcu_barrier(&srcu_a);
	CHECK(reported("inside its own read side"));
	test_join(thread);
}

static void *synchronize(void *ssp)
{
	synchronize_srcu(ssp);
	return NULL;
}

/* A promotion waits for the grace period that waits for the read side it is in. */
TEST(own_read_side_promote)
{
	int idx = srcu_read_lock(&srcu_a);
	pthread_t threads[2];

	if (!(test_stats().mode & SRCU_MODE_PERCPU) || srcu_a.srcu_word)
		return;
	srcu_set_report(test_report);
	threads[0] = test_thread(synchronize, &srcu_a);
	test_sleep_ms(50);
	threads[1] = test_thread(ends_late, &idx);
	CHECK(srcu_promote(&srcu_a) == 0);
	CHECK(reported("inside its own read side"));
	test_join(threads[0]);
	test_join(threads[1]);
	CHECK(srcu_a.srcu_word);
}

/* Legal: waiting for one domain inside another's read side, and what was handed over and ended. */
TEST(no_false_report)
{
	int b = srcu_read_lock(&srcu_b), a = srcu_read_lock(&srcu_a);

	srcu_set_report(test_report);
	srcu_read_unlock(&srcu_a, a);
	synchronize_srcu(&srcu_a);
	srcu_read_unlock(&srcu_b, b);
	synchronize_srcu(&srcu_b);
	CHECK(test_lines == 0);
}

TEST(unlock_without_lock)
{
	int idx = srcu_read_lock(&srcu_a);

	srcu_set_report(test_report);
	srcu_read_unlock(&srcu_a, idx);
	CHECK(test_lines == 0);
	srcu_read_unlock(&srcu_a, idx);
	synchronize_srcu(&srcu_a);
	CHECK(test_lines == 1);
	CHECK(reported("without srcu_read_lock()") || reported("too many"));
	synchronize_srcu(&srcu_a);
	CHECK(test_lines == 1);
}

TEST(unlock_twice_percpu)
{
	int idx;

	CHECK(srcu_promote(&srcu_a) == 0);
	srcu_set_report(test_report);
	idx = srcu_read_lock(&srcu_a);
	srcu_read_unlock(&srcu_a, idx);
	srcu_read_unlock(&srcu_a, idx);
	synchronize_srcu(&srcu_a);
	CHECK(test_lines == 1);
	idx = srcu_read_lock(&srcu_a);
	srcu_read_unlock(&srcu_a, idx);
	synchronize_srcu(&srcu_a);
	CHECK(test_lines == 1);
}

static void other_domains_cookie(void)
{
	int a = srcu_read_lock(&srcu_a), b = srcu_read_lock(&srcu_b);

	test_lines = 0;
	srcu_read_unlock(&srcu_a, b);
	CHECK(test_lines == 1 && reported("not of this domain") && reported("domain srcu_a"));
	srcu_read_unlock(&srcu_b, -1);
	srcu_read_unlock(&srcu_b, 0);
	CHECK(test_lines == 3);
	srcu_read_unlock(&srcu_a, a);
	srcu_read_unlock(&srcu_b, b);
	CHECK(test_lines == 3);
}

TEST(cookies)
{
	srcu_set_report(test_report);
	other_domains_cookie();
	CHECK(srcu_promote(&srcu_a) == 0);
	other_domains_cookie();
	CHECK(srcu_promote(&srcu_b) == 0);
	other_domains_cookie();
}

/* The thread's own account is as if the wrong call had not been. */
static void wrong_unlock_account(void)
{
	int a = srcu_read_lock(&srcu_a), b, wrong;

	test_lines = 0;
	srcu_read_unlock(&srcu_b, a);
	srcu_read_unlock(&srcu_a, a);
	CHECK(test_lines == 1);
	b = srcu_read_lock(&srcu_b);
	CHECK(srcu_read_lock_held(&srcu_b));
	srcu_up_read(&srcu_a, b);
	CHECK(test_lines == 2 && srcu_read_lock_held(&srcu_b));
	wrong = srcu_down_read(&srcu_a);
	srcu_up_read(&srcu_a, wrong);
	srcu_read_unlock(&srcu_b, b);
	CHECK(test_lines == 2 && !srcu_read_lock_held(&srcu_a) && !srcu_read_lock_held(&srcu_b));
}

TEST(wrong_unlock_account)
{
	srcu_set_report(test_report);
	wrong_unlock_account();
	CHECK(srcu_promote(&srcu_a) == 0);
	wrong_unlock_account();
	CHECK(srcu_promote(&srcu_b) == 0);
	wrong_unlock_account();
}

static void cleanup_with_reader(bool promoted)
{
	static struct srcu_struct ssp;
	int idx;

	test_lines = 0;
	init_srcu_struct(&ssp);
	srcu_set_name(&ssp, "short");
	if (promoted)
		CHECK(srcu_promote(&ssp) == 0);
	idx = srcu_read_lock(&ssp);
	cleanup_srcu_struct(&ssp);
	CHECK(test_lines == 1 && reported("domain short") && reported("a read side is open"));
	srcu_read_unlock(&ssp, idx);
	CHECK(test_lines == 1);
	cleanup_srcu_struct(&ssp);
	CHECK(reported("twice"));
}

TEST(cleanup_with_reader)
{
	srcu_set_report(test_report);
	cleanup_with_reader(false);
	cleanup_with_reader(true);
}

static int called;

static void count(struct srcu_head *head)
{
	(void)head;
	test_store(&called, called + 1);
}

TEST(cleanup_with_callbacks)
{
	static struct srcu_head head;
	int idx = srcu_down_read(&srcu_nameless);

	srcu_set_report(test_report);
	call_srcu(&srcu_nameless, &head, count);
	test_sleep_ms(20);
	cleanup_srcu_struct(&srcu_nameless);
	CHECK(test_lines == 1 && reported("domain at "));
	srcu_up_read(&srcu_nameless, idx);
	test_sleep_ms(20);
	CHECK(called == 0);
	idx = srcu_read_lock(&srcu_nameless);
	CHECK(test_lines == 2 && reported("after cleanup"));
}

static void ignore_report(const char *line)
{
	(void)line;
}

/* The one who waits stays behind, but nothing crashes, in a child neither. */
TEST(cleanup_with_a_waiter)
{
	static struct srcu_struct ssp;
	int idx = srcu_read_lock(&ssp), status = -1;
	pid_t pid;

	srcu_set_report(test_report);
	CHECK(srcu_promote(&ssp) == 0);
	test_thread(synchronize, &ssp);
	test_sleep_ms(50);
	cleanup_srcu_struct(&ssp);
	CHECK(test_lines == 1 && reported("a synchronize_srcu() is under way"));
	srcu_set_report(ignore_report); /* the one who waits reports that it does */
	srcu_read_unlock(&ssp, idx);
	test_sleep_ms(500); /* it looks at its readers again for the stall report */
	pid = fork();
	if (!pid) {
		static struct srcu_struct none;

		synchronize_srcu(&srcu_a);
		_exit(memcmp(&ssp.srcu_word, &none.srcu_word, sizeof(ssp.srcu_word)) != 0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static struct srcu_struct srcu_ended;

static void ends_domain(struct srcu_head *head)
{
	(void)head;
	cleanup_srcu_struct(&srcu_ended);
}

/* In the first of three callbacks: the others never run, and other domains' callbacks do. */
TEST(cleanup_in_a_callback)
{
	static struct srcu_head heads[3], other;
	int idx = srcu_down_read(&srcu_ended);

	srcu_set_report(test_report);
	call_srcu(&srcu_ended, &heads[0], ends_domain);
	call_srcu(&srcu_ended, &heads[1], count);
	call_srcu(&srcu_ended, &heads[2], count);
	srcu_up_read(&srcu_ended, idx);
	while (!test_load(&test_lines))
		test_sleep_ms(1);
	CHECK(reported("callbacks are pending"));
	call_srcu(&srcu_a, &other, count);
	srcu_barrier(&srcu_a);
	CHECK(called == 1 && test_lines == 1);
}

TEST(stall)
{
	int idx = srcu_read_lock(&srcu_a);
	pthread_t thread;

	srcu_set_report(test_report);
	thread = test_thread((void *(*)(void *))(void *)synchronize_srcu, &srcu_a);
	for (int i = 0; i < 3000 && !test_load(&test_lines); i++)
		test_sleep_ms(1);
	CHECK(reported("a grace period has waited") && reported("for 1 read side"));
	if (test_stats().mode & SRCU_MODE_TRACK) {
		char name[40];

		snprintf(name, sizeof(name), "thread %ld from ", (long)getpid());
		CHECK(reported(name));
#if __GLIBC__ > 2 || __GLIBC_MINOR__ >= 35
		CHECK(reported("unit-diag+0x") || reported("srcu_diag+0x") || reported(".so.1+0x"));
#endif
	}
	srcu_read_unlock(&srcu_a, idx);
	test_join(thread);
}

TEST(stall_of_a_callback)
{
	static struct srcu_head head;
	int idx = srcu_read_lock(&srcu_a);

	srcu_set_report(test_report);
	CHECK(srcu_promote(&srcu_a) == 0);
	call_srcu(&srcu_a, &head, count);
	for (int i = 0; i < 3000 && !test_load(&test_lines); i++)
		test_sleep_ms(1);
	CHECK(reported("a grace period has waited") && reported("for 1 read side"));
	srcu_read_unlock(&srcu_a, idx);
	srcu_barrier(&srcu_a);
	CHECK(called == 1);
}

static void barrier_inside(struct srcu_head *head)
{
	(void)head;
	srcu_barrier(&srcu_a);
	test_store(&called, 1);
}

TEST(barrier_in_callback)
{
	static struct srcu_head head;

	srcu_set_report(test_report);
	call_srcu(&srcu_a, &head, barrier_inside);
	srcu_barrier(&srcu_a);
	CHECK(called == 1 && reported("refused"));
}

int main(int argc, char **argv)
{
	if (!getenv("SRCU_STALL_MS")) { /* it is read before main() */
		setenv("SRCU_STALL_MS", "300", 1);
		execv("/proc/self/exe", argv);
	}
	RUN(own_read_side);
	RUN(own_read_side_percpu);
	RUN(own_read_side_barrier);
	RUN(own_read_side_promote);
	RUN(no_false_report);
	RUN(unlock_without_lock);
	RUN(unlock_twice_percpu);
	RUN(cookies);
	RUN(cleanup_with_reader);
	RUN(cleanup_with_callbacks);
	RUN(cleanup_with_a_waiter);
	RUN(cleanup_in_a_callback);
	RUN(wrong_unlock_account);
	RUN(stall);
	RUN(stall_of_a_callback);
	RUN(barrier_in_callback);
	return test_end();
}
