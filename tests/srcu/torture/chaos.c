/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "torture.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int chaos_in_child;

void *shuffle_thread(void *argument)
{
	uint32_t seed = (uint32_t)(uintptr_t)argument;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	while (!STOPPING()) {
		cpu_set_t set;
		pthread_t thread;
		int tid;

		CPU_ZERO(&set);
		CPU_SET(torture_random(&seed, (uint32_t)cpus), &set);
		if (torture_pick_thread(&seed, &thread, &tid) &&
		    !sched_setaffinity(tid, sizeof(set), &set))
			TALLY(moves);
		torture_sleep_us(100 + torture_random(&seed, 900));
	}
	return NULL;
}

void *signal_thread(void *argument)
{
	uint32_t seed = (uint32_t)(uintptr_t)argument;

	prctl(PR_SET_TIMERSLACK, 1000); /* sleep as shortly as asked for */
	while (!STOPPING()) {
		pthread_t thread;
		int tid;

		if (torture_pick_thread(&seed, &thread, &tid))
			pthread_kill(thread, SIGUSR1);
		torture_sleep_us(20 +
				 torture_random(&seed, options.late || options.rounds ? 30 : 300));
	}
	return NULL;
}

/* Threads are born, read a little and die, sometimes inside a section that another one ends. */
static void *short_life(void *argument)
{
	uint32_t seed = (uint32_t)(uintptr_t)argument;
	int turns = (int)torture_random(&seed, 50);

	do
		reader_once(&stages[torture_random(&seed, DOMAINS)], &seed, 0);
	while (turns-- > 0);
	return NULL;
}

void *churn_thread(void *argument)
{
	uint32_t seed = (uint32_t)(uintptr_t)argument;

	while (!STOPPING()) {
		pthread_t thread[4];
		uint32_t many = 1 + torture_random(&seed, 4), born = 0;

		while (born < many && !pthread_create(&thread[born], NULL, short_life,
						      (void *)(uintptr_t)(seed + born)))
			born++;
		while (born > 0) {
			pthread_join(thread[--born], NULL);
			TALLY(threads);
		}
	}
	return NULL;
}

/*
 * Domains are born, used by three threads while they move to per-CPU counters, and cleaned up;
 * their memory is soiled and freed.
 */
enum { BRIEF_READERS = 2 };

struct brief {
	struct stage stage;
	struct srcu_struct *domain;
	uint32_t seed;
	_Atomic int readers;
};

static void *brief_reader(void *argument)
{
	struct brief *brief = argument;
	uint32_t seed = brief->seed + (uint32_t)atomic_fetch_add(&brief->readers, 1);
	int turns = (int)torture_random(&seed, 200);

	while (turns-- > 0) {
		int index = srcu_read_lock(brief->domain);
		struct object *object = srcu_dereference(&brief->stage.current, brief->domain);
		unsigned serial = atomic_load(&object->serial);
		uint32_t kind = torture_random(&seed, 64);

		if (kind == 0)
			torture_sleep_us(torture_random(&seed, 100));
		else if (kind < 8)
			sched_yield();
		stage_see(&brief->stage, object, serial);
		srcu_read_unlock(brief->domain, index);
	}
	return NULL;
}

static void brief_freed(struct srcu_head *head)
{
	struct object *object = (struct object *)(void *)head;

	object_grow(object);
	atomic_fetch_sub(&object->stage->in_flight, 1);
}

static void brief_writer(struct brief *brief, uint32_t turns)
{
	while (turns-- > 0) {
		struct object *old = stage_replace(&brief->stage);

		if (!old) {
			srcu_barrier(brief->domain);
			continue;
		}
		writer_wait(brief->domain);
		object_grow(old);
		object_grow(old);
		atomic_fetch_add(&brief->stage.in_flight, 1);
		call_srcu(brief->domain, &old->head, brief_freed);
	}
}

static void one_domain(uint32_t *seed)
{
	struct brief *brief = calloc(1, sizeof(*brief));
	pthread_t thread[BRIEF_READERS];
	int i, born = 0;

	if (!brief)
		abort();
	brief->seed = *seed;
	brief->domain = malloc(sizeof(*brief->domain));
	if (!brief->domain)
		abort();
	memset(brief->domain, 0x5a, sizeof(*brief->domain));
	if (init_srcu_struct(brief->domain))
		torture_fail("init_srcu_struct failed: %s", strerror(errno));
	stage_start(&brief->stage, brief->domain, 6);
	while (born < BRIEF_READERS && !pthread_create(&thread[born], NULL, brief_reader, brief))
		born++;
	brief_writer(brief, torture_random(seed, 40));
	while (born > 0)
		pthread_join(thread[--born], NULL);
	for (i = 2; i < AGES; i++)
		atomic_fetch_add(&stages[0].aged[i], atomic_load(&brief->stage.aged[i]));
	atomic_fetch_add(&stages[0].reused, atomic_load(&brief->stage.reused));
	stage_stop(&brief->stage);
	cleanup_srcu_struct(brief->domain);
	memset(brief->domain, 0xa5, sizeof(*brief->domain));
	free(brief->domain);
	free(brief);
	TALLY(domains);
}

void *domain_thread(void *argument)
{
	uint32_t seed = (uint32_t)(uintptr_t)argument;

	while (!STOPPING()) {
		one_domain(&seed);
		if (!options.birth)
			torture_sleep_us(torture_random(&seed, 2000));
	}
	return NULL;
}

/*
 * Fork storms.  The child is alone: whoever was inside a read side, a wait or a callback at the
 * fork is not there any more.  It must be able to read, wait, call back and fork again.
 */
static _Atomic int child_called;

static void child_call(struct srcu_head *head)
{
	(void)head;
	atomic_store(&child_called, 1);
}

static void *child_reader(void *argument)
{
	struct stage *stage = argument;
	int index = srcu_read_lock(stage->domain);

	srcu_read_unlock(stage->domain, index);
	return NULL;
}

static void child_domain(struct stage *stage, uint32_t *seed)
{
	static struct srcu_head head;
	pthread_t thread;
	int index = srcu_read_lock(stage->domain);

	srcu_read_unlock(stage->domain, index);
	synchronize_srcu(stage->domain);
	if (torture_random(seed, 2) && !pthread_create(&thread, NULL, child_reader, stage))
		pthread_join(thread, NULL);
	synchronize_srcu_expedited(stage->domain);
	atomic_store(&child_called, 0);
	call_srcu(stage->domain, &head, child_call);
	srcu_barrier(stage->domain);
	if (!atomic_load(&child_called))
		_exit(3);
}

static unsigned long reports(void)
{
	struct srcu_stats stats;

	srcu_get_stats(&stats, sizeof(stats));
	return stats.reports;
}

static void child(uint32_t *seed, int held, int index)
{
	unsigned long before = reports();
	int i;

	chaos_in_child = 1;
	signal(SIGUSR1, SIG_IGN);
	signal(SIGALRM, SIG_DFL);
	alarm(15); /* a hang becomes a death that the parent sees */
	if (held)
		srcu_read_unlock(stages[0].domain, index);
	for (i = 0; i < DOMAINS; i++)
		child_domain(&stages[i], seed);
	if (torture_random(seed, 4) == 0) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			alarm(15);
			child_domain(&stages[0], seed);
			_exit(0);
		}
		if (pid > 0 && (waitpid(pid, &status, 0) != pid || status))
			_exit(4);
	}
	_exit(reports() == before ? 0 : 5);
}

void *fork_thread(void *argument)
{
	uint32_t seed = (uint32_t)(uintptr_t)argument;

	while (!STOPPING()) {
		int held = torture_random(&seed, 4) == 0, index = 0, status = 0;
		pid_t pid;

		if (held)
			index = srcu_read_lock(stages[0].domain);
		pid = fork();
		if (pid == 0)
			child(&seed, held, index);
		if (held)
			srcu_read_unlock(stages[0].domain, index);
		if (pid < 0)
			continue;
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (status)
			torture_fail("a child of fork() %s %d",
				     WIFSIGNALED(status) ? "was killed by signal" : "exited with",
				     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		TALLY(forks);
		torture_sleep_us(torture_random(&seed, 10000));
	}
	return NULL;
}
