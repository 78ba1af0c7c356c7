/* SPDX-License-Identifier: MIT */
/* call_srcu(), srcu_barrier(), back-pressure: guarantees 4 and 5. */
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
	return test_end();
}
