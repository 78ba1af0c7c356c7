/* SPDX-License-Identifier: MIT */
/*
 * torture [--mode tight|late|birth|rounds|mix|flood|fork|signal|churn|all] [--seconds N] [--broken]
 * [--quiet]
 *         [--without rseq|membarrier] [--hung SECONDS]
 * --without: an error where the library thinks that it has this.  The library's own switches are in
 * the environment (SRCU_MODE).  Exit 0: no error; 1: an error; 2: wrong call; 3: hung.
 */
#define _GNU_SOURCE
#include "torture.h"
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { OBJECTS = 64 };

struct options options = { .seconds = 10, .hung_seconds = 30, .mode = "all" };
struct stage stages[DOMAINS];
struct counts counts;
_Atomic int stopping, quiet_writers;

DEFINE_STATIC_SRCU(first_domain);
DEFINE_STATIC_SRCU(second_domain);
static struct srcu_struct made_domains[DOMAINS - 2];

struct player {
	pthread_t thread;
	void *(*run)(void *);
	_Atomic int tid;
	uint32_t seed;
};

static struct player players[MAX_THREADS];
static _Atomic int player_count;
static int shown; /* the first players may be moved and signalled */

uint32_t torture_random(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

void torture_sleep_us(long us)
{
	struct timespec length = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&length, NULL);
}

uint64_t torture_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void torture_fail(const char *format, ...)
{
	va_list list;

	if (TALLY(failures) >= 10)
		return;
	va_start(list, format);
	flockfile(stderr);
	fprintf(stderr, "torture: ");
	vfprintf(stderr, format, list);
	fprintf(stderr, "\n");
	funlockfile(stderr);
	va_end(list);
}

int torture_pick_thread(uint32_t *seed, pthread_t *thread, int *tid)
{
	struct player *player = &players[torture_random(seed, (uint32_t)shown)];

	*thread = player->thread;
	*tid = atomic_load(&player->tid);
	return *tid != 0;
}

/* One reader against one writer shows nothing while they share a CPU. */
static void stay_apart(const struct player *player)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(player == &players[0] ? 0 : 1, &set);
	sched_setaffinity(0, sizeof(set), &set); /* no second CPU: as it is */
}

static void *play(void *argument)
{
	struct player *player = argument;

	if (options.tight || options.late)
		stay_apart(player);

	atomic_store(&player->tid, (int)syscall(SYS_gettid));
	return player->run((void *)(uintptr_t)player->seed);
}

static void start(int many, void *(*run)(void *))
{
	while (many-- > 0 && player_count < MAX_THREADS) {
		struct player *player = &players[player_count];

		player->run = run;
		player->seed = (uint32_t)torture_now_ns() + (uint32_t)player_count * 7919u;
		if (pthread_create(&player->thread, NULL, play, player)) {
			fprintf(stderr, "torture: no thread\n");
			exit(2);
		}
		player_count++;
	}
}

static long all_waits(void)
{
	return counts.waits + counts.expedited + counts.polls + counts.conds + counts.callbacks;
}

/* Ends the process: threads that hang cannot be joined. */
static void watch(double seconds)
{
	uint64_t end = torture_now_ns() + (uint64_t)(seconds * 1e9), moved = torture_now_ns();
	long before = all_waits();

	while (torture_now_ns() < end) {
		uint64_t left = end - torture_now_ns();

		torture_sleep_us(left > 200000000u ? 200000 : (long)(left / 1000) + 1);
		if (all_waits() != before) {
			before = all_waits();
			moved = torture_now_ns();
		} else if (torture_now_ns() - moved >
			   (uint64_t)options.hung_seconds * 1000000000u) {
			printf("FAIL %s: no grace period ended for %d s\n", options.mode,
			       options.hung_seconds);
			fflush(stdout);
			_exit(3);
		}
	}
}

static void hung(int number)
{
	static const char line[] = "FAIL: threads did not end: a wait or a barrier hangs\n";

	(void)number;
	if (write(1, line, sizeof(line) - 1) < 0)
		_exit(4);
	_exit(3);
}

static void stop(void)
{
	int i;

	signal(SIGALRM, hung);
	alarm((unsigned)options.hung_seconds);
	atomic_store(&stopping, 1);
	/* From the last to the first: those who disturb end before those who are disturbed. */
	for (i = player_count - 1; i >= 0; i--) {
		if (players[i].run != ender_thread)
			pthread_join(players[i].thread, NULL);
	}
	atomic_store(&quiet_writers, 1);
	for (i = 0; i < player_count; i++)
		if (players[i].run == ender_thread)
			pthread_join(players[i].thread, NULL);
}

static void set_mode(const char *mode)
{
	int all = !strcmp(mode, "all");

	options.mode = mode;
	if (!strcmp(mode, "tight")) {
		options.tight = 1;
		return;
	}
	if (!strcmp(mode, "late")) {
		options.late = 1;
		return;
	}
	if (!strcmp(mode, "birth")) {
		options.birth = 1;
		return;
	}
	if (!strcmp(mode, "rounds")) {
		options.rounds = 1;
		return;
	}
	options.readers = 2;
	options.sleepers = 2;
	options.writers = 2;
	options.enders = 1;
	options.shuffle = 1;
	options.flood = all || !strcmp(mode, "flood");
	options.fork = all || !strcmp(mode, "fork");
	options.signal = all || !strcmp(mode, "signal");
	options.churn = all || !strcmp(mode, "churn");
	if (!all && strcmp(mode, "mix") && !options.flood && !options.fork && !options.signal &&
	    !options.churn) {
		fprintf(stderr, "torture: no mode %s\n", mode);
		exit(2);
	}
}

static void parse(int argc, char **argv)
{
	const char *mode = "all";
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--mode") && i + 1 < argc)
			mode = argv[++i];
		else if (!strcmp(argv[i], "--seconds") && i + 1 < argc)
			options.seconds = atof(argv[++i]);
		else if (!strcmp(argv[i], "--hung") && i + 1 < argc)
			options.hung_seconds = atoi(argv[++i]);
		else if (!strcmp(argv[i], "--without") && i + 1 < argc)
			options.without |=
				!strcmp(argv[++i], "rseq") ? SRCU_MODE_RSEQ : SRCU_MODE_MEMBARRIER;
		else if (!strcmp(argv[i], "--broken"))
			options.broken = 1;
		else if (!strcmp(argv[i], "--quiet"))
			options.quiet = 1;
		else {
			fprintf(stderr, "torture: unknown argument %s\n", argv[i]);
			exit(2);
		}
	}
	set_mode(mode);
}

static void start_all(void)
{
	struct sigaction action = { .sa_handler = reader_in_signal, .sa_flags = SA_RESTART };

	if (options.late)
		action.sa_handler = late_in_signal;
	if (options.rounds)
		action.sa_handler = delay_in_signal;
	sigaction(SIGUSR1, &action, NULL);
	if (options.late) {
		start(1, late_reader);
		shown = 1; /* to the thread that sends signals */
		start(1, tight_writer);
		start(1, signal_thread);
		return;
	}
	if (options.rounds) {
		start(3, round_thread);
		shown = player_count;
		start(1, signal_thread);
		return;
	}
	if (options.birth) {
		start(3, domain_thread);
		return;
	}
	if (options.tight) {
		start(1, tight_reader);
		start(1, tight_writer);
		return;
	}
	start(options.readers, reader_thread);
	start(options.sleepers, sleeper_thread);
	start(options.writers, writer_thread);
	start(options.enders, ender_thread);
	shown = player_count;
	if (options.flood)
		start(1, flood_thread);
	if (options.churn) {
		start(1, churn_thread);
		start(1, domain_thread);
	}
	if (options.fork)
		start(1, fork_thread);
	if (options.shuffle)
		start(1, shuffle_thread);
	if (options.signal)
		start(1, signal_thread);
}

/* Everything that was seen, and the verdict. */
static int report(void)
{
	struct srcu_stats stats;
	long age[AGES] = { 0 }, reused = 0, errors = 0;
	int i, j;

	for (i = 0; i < DOMAINS; i++) {
		reused += stages[i].reused;
		for (j = 0; j < AGES; j++)
			age[j] += stages[i].aged[j];
	}
	for (j = 2; j < AGES; j++)
		errors += age[j];
	srcu_get_stats(&stats, sizeof(stats));
	if (stats.mode & options.without)
		torture_fail("the library uses what is not there (mode %u)", stats.mode);
	if (stats.reports)
		torture_fail("the library reported something %lu times", stats.reports);
	errors += reused + counts.failures;
	if (!options.quiet) {
		printf("reads %ld nested %ld slept %ld handed-over %ld in-signals %ld\n",
		       counts.reads, counts.nested, counts.slept, counts.handed_over,
		       counts.signals);
		printf("ages %ld %ld %ld %ld %ld reused %ld\n", age[0], age[1], age[2], age[3],
		       age[4], reused);
		printf("waits %ld expedited %ld polls %ld conds %ld callbacks %ld barriers %ld\n",
		       counts.waits, counts.expedited, counts.polls, counts.conds, counts.callbacks,
		       counts.barriers);
		printf("floods %ld threads %ld domains %ld forks %ld moves %ld failures %ld\n",
		       counts.floods, counts.threads, counts.domains, counts.forks, counts.moves,
		       counts.failures);
		printf("mode %u flips %lu sleeps %lu wake-ups %lu membarriers %lu promotions %lu\n",
		       stats.mode, stats.flips, stats.sleeps, stats.wakeups, stats.membarriers,
		       stats.promotions);
	}
	printf("%s %s%s: %ld reads, %ld grace periods, %ld errors\n", errors ? "FAIL" : "ok  ",
	       options.mode, options.broken ? ", broken" : "", counts.reads, all_waits(), errors);
	return errors != 0;
}

int main(int argc, char **argv)
{
	int i;

	parse(argc, argv);
	stage_start(&stages[0], &first_domain, OBJECTS);
	stage_start(&stages[1], &second_domain, OBJECTS);
	for (i = 2; i < DOMAINS; i++) {
		if (init_srcu_struct(&made_domains[i - 2])) {
			perror("torture: init_srcu_struct");
			return 2;
		}
		stage_start(&stages[i], &made_domains[i - 2], OBJECTS);
	}
	if (options.flood)
		srcu_set_backlog(stages[1].domain,
				 1000); /* back-pressure in one, none in the others */
	start_all();
	watch(options.seconds);
	stop();
	for (i = 0; i < DOMAINS; i++) {
		stage_stop(&stages[i]);
		cleanup_srcu_struct(stages[i].domain);
	}
	return report();
}
