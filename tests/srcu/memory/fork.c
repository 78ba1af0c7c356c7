/* SPDX-License-Identifier: MIT */
/*
 * fork() without exec, one case per row: what other threads were doing at the fork, and what the
 * child must be able to do.  A child that hangs is killed by its alarm, and fails.
 */
#define _GNU_SOURCE
#include <srcu.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHILD_SECONDS = 10, CALLBACKS = 100 };

DEFINE_STATIC_SRCU(domain);
static _Atomic int inside, leave, parked;
static _Atomic int *ran; /* callbacks by process: [0] parent, [1] child; shared memory */
static int who;
static struct srcu_head heads[CALLBACKS];
static _Atomic int local_ran; /* in this process's memory */

static void sleep_ms(long ms)
{
	struct timespec length = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&length, NULL);
}

static void *reader(void *argument)
{
	int index = srcu_read_lock(&domain);

	(void)argument;
	atomic_fetch_add(&inside, 1);
	while (!atomic_load(&leave))
		sleep_ms(1);
	srcu_read_unlock(&domain, index);
	return NULL;
}

static void *waiter(void *argument)
{
	(void)argument;
	atomic_fetch_add(&parked, 1);
	synchronize_srcu(&domain);
	return NULL;
}

static void *barrier_waiter(void *argument)
{
	(void)argument;
	atomic_fetch_add(&parked, 1);
	srcu_barrier(&domain);
	return NULL;
}

static void count_call(struct srcu_head *head)
{
	(void)head;
	atomic_fetch_add(&ran[who], 1);
	atomic_fetch_add(&local_ran, 1);
}

static void use_domain(void)
{
	static struct srcu_head mine;
	int index = srcu_read_lock(&domain), before;

	srcu_read_unlock(&domain, index);
	synchronize_srcu(&domain);
	synchronize_srcu_expedited(&domain);
	cond_synchronize_srcu(&domain, start_poll_synchronize_srcu(&domain));
	before = atomic_load(&ran[who]);
	call_srcu(&domain, &mine, count_call);
	srcu_barrier(&domain);
	if (atomic_load(&ran[who]) <= before)
		_exit(20);
}

/* Is a grace period of this process still one? */
static void *short_reader(void *argument)
{
	_Atomic int *state = argument;
	int index = srcu_read_lock(&domain);

	atomic_store(state, 1);
	sleep_ms(30);
	atomic_store(state, 2);
	srcu_read_unlock(&domain, index);
	return NULL;
}

static void still_waits(void)
{
	static _Atomic int state;
	pthread_t thread;

	atomic_store(&state, 0);
	if (pthread_create(&thread, NULL, short_reader, &state))
		_exit(21);
	while (atomic_load(&state) == 0)
		sched_yield();
	synchronize_srcu(&domain);
	if (atomic_load(&state) != 2)
		_exit(22);
	pthread_join(thread, NULL);
}

static void child_plain(void)
{
	use_domain();
	still_waits();
}

/* Pending callbacks run once in each process. */
static void child_callbacks(void)
{
	srcu_barrier(&domain);
	if (atomic_load(&ran[1]) != CALLBACKS)
		_exit(23);
	use_domain();
}

static void child_cleanup(void)
{
	/* The reader of the parent is none of this process: nothing to report. */
	use_domain();
	cleanup_srcu_struct(&domain);
}

static void child_forks_again(void)
{
	pid_t pid;
	int status = 0;

	use_domain();
	pid = fork();
	if (pid == 0) {
		alarm(CHILD_SECONDS);
		child_plain();
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		_exit(24);
	still_waits();
}

struct situation {
	const char *name;
	int readers, waiters, barriers, callbacks, own;
	void (*child)(void);
};

static const struct situation situations[] = {
	{ "nobody", 0, 0, 0, 0, 0, child_plain },
	{ "a reader", 1, 0, 0, 0, 0, child_plain },
	{ "five readers", 5, 0, 0, 0, 0, child_plain },
	{ "the forking thread reads", 0, 0, 0, 0, 1, child_plain },
	{ "both read", 2, 0, 0, 0, 1, child_plain },
	{ "a grace period behind a reader", 1, 1, 0, 0, 0, child_plain },
	{ "four grace periods", 1, 4, 0, 0, 0, child_plain },
	{ "callbacks pending", 1, 0, 0, 1, 0, child_callbacks },
	{ "callbacks, barrier, grace period", 1, 1, 1, 1, 0, child_callbacks },
	{ "the child cleans up", 1, 1, 0, 0, 0, child_cleanup },
	{ "the child forks", 2, 1, 0, 0, 1, child_forks_again },
};

/* In a process of its own: the domain and the library start fresh. */
static int play(const struct situation *s)
{
	pthread_t thread[16];
	int many = 0, i, index = 0, status = 0;
	pid_t pid;

	for (i = 0; i < s->readers; i++)
		pthread_create(&thread[many++], NULL, reader, NULL);
	while (atomic_load(&inside) < s->readers)
		sched_yield();
	if (s->callbacks)
		for (i = 0; i < CALLBACKS; i++)
			call_srcu(&domain, &heads[i], count_call);
	for (i = 0; i < s->waiters; i++)
		pthread_create(&thread[many++], NULL, waiter, NULL);
	for (i = 0; i < s->barriers; i++)
		pthread_create(&thread[many++], NULL, barrier_waiter, NULL);
	while (atomic_load(&parked) < s->waiters + s->barriers)
		sched_yield();
	if (s->waiters)
		sleep_ms(20); /* asleep by now */
	if (s->own)
		index = srcu_read_lock(&domain);
	pid = fork();
	if (pid == 0) {
		who = 1;
		alarm(CHILD_SECONDS);
		if (s->own)
			srcu_read_unlock(&domain, index);
		s->child();
		_exit(0);
	}
	if (s->own)
		srcu_read_unlock(&domain, index);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	atomic_store(&leave, 1);
	for (i = 0; i < many; i++)
		pthread_join(thread[i], NULL);
	srcu_barrier(&domain);
	if (s->callbacks && atomic_load(&local_ran) != CALLBACKS)
		return 30;
	use_domain();
	still_waits();
	return WIFSIGNALED(status) ? 100 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(void)
{
	int count = sizeof(situations) / sizeof(*situations), failed = 0, i;

	ran = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ran == MAP_FAILED)
		return 2;
	for (i = 0; i < count; i++) {
		int status = 0;
		pid_t pid;

		fflush(stdout);
		atomic_store(&ran[0], 0);
		atomic_store(&ran[1], 0);
		pid = fork();
		if (pid == 0) {
			alarm(2 * CHILD_SECONDS);
			_exit(play(&situations[i]));
		}
		waitpid(pid, &status, 0);
		if (status) {
			printf("FAIL fork, %s: %s %d\n", situations[i].name,
			       WIFSIGNALED(status) ? "killed by" : "status",
			       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
			failed++;
		}
	}
	printf("%d ways to fork, %d failed\n", count, failed);
	return failed != 0;
}
