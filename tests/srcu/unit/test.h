/* SPDX-License-Identifier: MIT */
/*
 * One program, many tests: each runs in a process of its own with a time limit, its standard error
 * kept for the tests of reports. A test is TEST(name) { ... CHECK(...); } and is run by RUN(name).
 */
#ifndef SRCU_TEST_H
#define SRCU_TEST_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "srcu.h"

#ifndef TEST_SECONDS
#define TEST_SECONDS 20
#endif

#define TEST(name) static void test_##name(void)
#define RUN(name)  test_run(#name, test_##name, argc, argv)
#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);  \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

static int test_failed, test_count;

static inline void test_run(const char *name, void (*func)(void), int argc, char **argv)
{
	int status = 0;
	pid_t pid;

	if (argc > 1 && strcmp(argv[1], name))
		return;
	fflush(stdout);
	test_count++;
	pid = fork();
	if (!pid) {
		alarm(TEST_SECONDS);
		func();
		exit(0);
	}
	waitpid(pid, &status, 0);
	if (status) {
		test_failed++;
		printf("not ok %d - %s (%s %d)\n", test_count, name,
		       WIFSIGNALED(status) ? "signal" : "exit",
		       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	} else {
		printf("ok %d - %s\n", test_count, name);
	}
}

static inline int test_end(void)
{
	printf("1..%d\n", test_count);
	return test_failed ? 1 : 0;
}

static inline void test_sleep_ms(long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static inline pthread_t test_thread(void *(*func)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, func, arg)) {
		fprintf(stderr, "no thread\n");
		_exit(1);
	}
	return thread;
}

static inline void test_join(pthread_t thread)
{
	pthread_join(thread, NULL);
}

static inline struct srcu_stats test_stats(void)
{
	struct srcu_stats stats;

	srcu_get_stats(&stats, sizeof(stats));
	return stats;
}

#define test_load(p)	 __atomic_load_n((p), __ATOMIC_SEQ_CST)
#define test_store(p, v) __atomic_store_n((p), (v), __ATOMIC_SEQ_CST)

/* The last report, by srcu_set_report(test_report). */
static char test_line[1024];
static int test_lines;

static inline void test_report(const char *line)
{
	snprintf(test_line, sizeof(test_line), "%s", line);
	__atomic_fetch_add(&test_lines, 1, __ATOMIC_SEQ_CST);
}

#endif
