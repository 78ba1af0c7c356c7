/* SPDX-License-Identifier: MIT */
/* call_srcu(), srcu_barrier(), back-pressure: guarantees 4 and 5. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "test.h"

DEFINE_STATIC_SRCU(srcu_a);
DEFINE_STATIC_SRCU(srcu_b);

struct object {
	struct srcu_head head;
	int number;
};

static int called, last, wrong_order;

static void ordered(struct srcu_head *head)
{
	struct object *object = (struct object *)head;

	wrong_order += object->number != last + 1;
	last = object->number;
	test_store(&called, called + 1);
	free(object);
}

TEST(order)
{
	for (int i = 1; i <= 20000; i++) {
		struct object *object = malloc(sizeof(*object));

		object->number = i;
		call_srcu(&srcu_a, &object->head, ordered);
		if (i % 1000 == 0)
			synchronize_srcu(&srcu_a);
	}
	srcu_barrier(&srcu_a);
	CHECK(called == 20000 && last == 20000 && wrong_order == 0);
}

static void count(struct srcu_head *head)
{
	(void)head;
	test_store(&called, called + 1);
}

/* Not before the reader is done; and the other domain's do not wait for that. */
TEST(independence)
{
	static struct srcu_head blocked, free_one;
	int idx = srcu_down_read(&srcu_a);

	call_srcu(&srcu_a, &blocked, count);
	for (int i = 1; i <= 50; i++) {
		call_srcu(&srcu_b, &free_one, count);
		srcu_barrier(&srcu_b);
		CHECK(test_load(&called) == i);
	}
	srcu_up_read(&srcu_a, idx);
	srcu_barrier(&srcu_a);
	CHECK(test_load(&called) == 51);
}

static int stop;

static void again(struct srcu_head *head)
{
	test_store(&called, called + 1);
	if (!test_load(&stop))
		call_srcu(&srcu_a, head, again);
}

TEST(barrier_with_rearming)
{
	static struct srcu_head head;

	call_srcu(&srcu_a, &head, again);
	for (int i = 0; i < 20; i++)
		srcu_barrier(&srcu_a);
	CHECK(test_load(&called) >= 20);
	test_store(&stop, 1);
	srcu_barrier(&srcu_a);
	srcu_barrier(&srcu_a);
}

static void uses_everything(struct srcu_head *head)
{
	int idx = srcu_read_lock(&srcu_a);

	(void)head;
	srcu_read_unlock(&srcu_a, idx);
	synchronize_srcu(&srcu_a);
	synchronize_srcu_expedited(&srcu_b);
	cond_synchronize_srcu(&srcu_a, start_poll_synchronize_srcu(&srcu_a));
	test_store(&called, called + 1);
}

TEST(callbacks_may_wait)
{
	static struct srcu_head heads[50];

	for (int i = 0; i < 50; i++) {
		call_srcu(i % 2 ? &srcu_a : &srcu_b, &heads[i], uses_everything);
		if (i % 10 == 0)
			test_sleep_ms(1);
	}
	srcu_barrier(&srcu_a);
	srcu_barrier(&srcu_b);
	CHECK(called == 50);
}

static struct srcu_struct *dynamic;

static void clean_up(struct srcu_head *head)
{
	free(head);
	cleanup_srcu_struct(dynamic);
	free(dynamic);
	test_store(&called, 1);
}

/* The last callback of a domain may end the domain. */
TEST(cleanup_in_callback)
{
	for (int i = 0; i < 20; i++) {
		test_store(&called, 0);
		dynamic = malloc(sizeof(*dynamic));
		init_srcu_struct(dynamic);
		if (i & 1)
			CHECK(srcu_promote(dynamic) == 0);
		call_srcu(dynamic, malloc(sizeof(struct srcu_head)), clean_up);
		while (!test_load(&called))
			test_sleep_ms(1);
	}
	CHECK(test_stats().reports == 0);
}

static int most;

static void tick(struct srcu_head *head)
{
	free(head);
	test_store(&called, called + 1);
}

static void *floods(void *unused)
{
	for (int i = 0; i < 20000; i++) {
		call_srcu(&srcu_a, malloc(sizeof(struct srcu_head)), tick);
		if (i + 1 - test_load(&called) > most)
			most = i + 1 - test_load(&called);
	}
	return unused;
}

TEST(back_pressure)
{
	srcu_set_backlog(&srcu_a, 500);
	test_join(test_thread(floods, NULL));
	srcu_barrier(&srcu_a);
	CHECK(called == 20000);
	printf("# backlog %d\n", most);
	CHECK(most <= 502);
}

TEST(hurried)
{
	static struct srcu_head head;

	for (int i = 0; i < 10; i++) {
		call_srcu(&srcu_a, &head, count);
		srcu_expedite_current(&srcu_a);
		while (test_load(&called) <= i)
			test_sleep_ms(1);
	}
	srcu_expedite_current(&srcu_b);
}

static void *adds(void *domain)
{
	for (int i = 0; i < 5000; i++)
		call_srcu(domain, malloc(sizeof(struct srcu_head)), tick);
	return NULL;
}

TEST(many_threads)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		threads[i] = test_thread(adds, i % 2 ? &srcu_a : &srcu_b);
	for (int i = 0; i < 4; i++)
		test_join(threads[i]);
	srcu_barrier(&srcu_a);
	srcu_barrier(&srcu_b);
	CHECK(called == 20000);
}

/* Short-lived domains, each with one callback and a barrier: cleanup against the worker. */
TEST(short_lives)
{
	for (int i = 0; i < 2000; i++) {
		struct srcu_struct *ssp = malloc(sizeof(*ssp));

		init_srcu_struct(ssp);
		call_srcu(ssp, malloc(sizeof(struct srcu_head)), tick);
		if (i % 2)
			start_poll_synchronize_srcu(ssp);
		srcu_barrier(ssp);
		cleanup_srcu_struct(ssp);
		memset(ssp, 0xff, sizeof(*ssp));
		free(ssp);
	}
	CHECK(called == 2000 && test_stats().reports == 0);
}

static unsigned long fences_short;

/* In a callback while srcu_b's grace period is open and, in this round, not fenced yet. */
static void counts_fences(struct srcu_head *head)
{
	struct srcu_stats before = test_stats(), after;

	(void)head;
	synchronize_srcu(&srcu_b);
	after = test_stats();
	if (after.mode & SRCU_MODE_PERCPU &&
	    after.membarriers - before.membarriers < after.grace_periods - before.grace_periods)
		fences_short++;
	test_store(&called, called + 1);
}

static void begins_other(struct srcu_head *head)
{
	static struct srcu_head other[8];
	static int used;

	(void)head;
	call_srcu(&srcu_b, &other[used++ % 8], count);
}

/* More than one batch, so that the worker visits srcu_b between two callbacks of srcu_a. */
TEST(each_grace_period_has_its_fence)
{
	static struct srcu_head heads[600];
	int idx = srcu_down_read(&srcu_a);

	CHECK(srcu_promote(&srcu_b) == 0);
	for (int i = 0; i < 600; i++)
		call_srcu(&srcu_a, &heads[i],
			  i == 0 || i == 300 ? begins_other
			  : i % 256 < 2	     ? counts_fences
					     : count);
	srcu_up_read(&srcu_a, idx);
	srcu_barrier(&srcu_a);
	srcu_barrier(&srcu_b);
	CHECK(called == 600 && !fences_short);
}

static int blocked, unblock;

static void blocks(struct srcu_head *head)
{
	(void)head;
	test_store(&blocked, 1);
	while (!test_load(&unblock))
		test_sleep_ms(1);
	test_store(&called, called + 1);
}

static void *synchronize(void *ssp)
{
	synchronize_srcu(ssp);
	test_store(&unblock, 1);
	return NULL;
}

static void *finish_poll(void *ssp)
{
	cond_synchronize_srcu(ssp, start_poll_synchronize_srcu(ssp));
	test_store(&unblock, 1);
	return NULL;
}

/* A callback waits for a thread that waits for a grace period that the worker has begun. */
static void waiter_goes_on(void *(*waits)(void *), bool early)
{
	static struct srcu_head heads[2];
	pthread_t thread;
	int idx = srcu_down_read(&srcu_b);

	test_store(&blocked, 0);
	test_store(&unblock, 0);
	call_srcu(&srcu_b, &heads[0], count); /* the worker begins a grace period of srcu_b */
	test_sleep_ms(20);
	if (early) {
		thread = test_thread(waits, &srcu_b);
		test_sleep_ms(20);
	}
	call_srcu(&srcu_a, &heads[1], blocks);
	while (!test_load(&blocked))
		test_sleep_ms(1);
	if (!early) {
		thread = test_thread(waits, &srcu_b);
		test_sleep_ms(20);
	}
	srcu_up_read(&srcu_b, idx);
	test_join(thread);
	srcu_barrier(&srcu_a);
	srcu_barrier(&srcu_b);
}

TEST(blocking_callback)
{
	for (int i = 0; i < 2; i++) {
		waiter_goes_on(synchronize, true);
		waiter_goes_on(synchronize, false);
		waiter_goes_on(finish_poll, true);
		waiter_goes_on(finish_poll, false);
		CHECK(srcu_promote(&srcu_b) == 0);
	}
	CHECK(called == 16 && test_stats().reports == 0);
}

#ifdef __GLIBC__
/* Too large a stack by default: no thread. */
static void threads_work(bool work)
{
	static size_t size;
	pthread_attr_t attr;

	CHECK(!pthread_getattr_default_np(&attr));
	if (!size)
		pthread_attr_getstacksize(&attr, &size);
	CHECK(!pthread_attr_setstacksize(&attr, work ? size : (size_t)1 << 46));
	CHECK(!pthread_setattr_default_np(&attr));
	pthread_attr_destroy(&attr);
}

TEST(no_thread_at_first)
{
	static struct srcu_head heads[2];

	srcu_set_report(test_report);
	threads_work(false);
	call_srcu(&srcu_a, &heads[0], count);
	CHECK(test_lines == 1 && strstr(test_line, "no thread for callbacks"));
	threads_work(true);
	call_srcu(&srcu_a, &heads[1], count);
	for (int i = 0; i < 5000 && test_load(&called) < 2; i++)
		test_sleep_ms(1);
	CHECK(called == 2 && test_lines == 1);
}
#endif

int main(int argc, char **argv)
{
	RUN(order);
	RUN(independence);
	RUN(barrier_with_rearming);
	RUN(callbacks_may_wait);
	RUN(cleanup_in_callback);
	RUN(back_pressure);
	RUN(hurried);
	RUN(many_threads);
	RUN(short_lives);
	RUN(each_grace_period_has_its_fence);
	RUN(blocking_callback);
#ifdef __GLIBC__
	RUN(no_thread_at_first);
#endif
	return test_end();
}
