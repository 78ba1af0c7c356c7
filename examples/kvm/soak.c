/* SPDX-License-Identifier: MIT */
/*
 * soak --seconds N: four vCPUs run their program while slots, frames, devices, routes, settings
 * and VMs change.  Prints what was done; exit status 1 if anything was lost, stale or left over.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"

static struct machine machine;

static void *run_vcpu(void *arg)
{
	while (vcpu_run(arg, 1000)) {
		machine_may_run(&machine);
		sched_yield();
	}
	machine_has_ended(&machine);
	return NULL;
}

static void start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	if (pthread_create(thread, NULL, run, arg)) {
		fputs("no thread\n", stderr);
		exit(2);
	}
}

static void wait_ms(unsigned ms)
{
	const struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* All interrupts that were raised must arrive, and soon. */
static void drain(struct machine *m)
{
	for (unsigned i = 0; i < 2000; i++) {
		if (machine_is_drained(m))
			return;
		wait_ms(10);
	}
	fail(m, "lost interrupt: %lu edge, %lu level left",
	     (unsigned long)atomic_load(&m->edge.pending),
	     (unsigned long)atomic_load(&m->level.pending));
}

static void print_counts(struct machine *m)
{
	static const char *const names[] = {
		"hot slots",   "moves",	   "resizes", "migrations",    "harvests", "pages sent",
		"bus changes", "routings", "irqfds",  "filters",       "zaps",	   "secrets moved",
		"xen set-ups", "VMs",	   "clocks",  "hyper-v ports",
	};

	program_print(m->program, VCPUS);
	printf("host:");
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		printf(" %lu %s,", atomic_load(&m->did[i]), names[i]);
	printf(" %lu frames moved, %lu swapped out, %lu in\n", atomic_load(&m->mm.migrations),
	       atomic_load(&m->mm.swap_outs), atomic_load(&m->mm.swap_ins));
	printf("interrupts: %lu edge, %lu level; xen sends: %lu fast, %lu slow\n",
	       atomic_load(&m->edge.made), atomic_load(&m->level.made),
	       atomic_load(&m->kvm->arch.xen.fast), atomic_load(&m->kvm->arch.xen.slow));
}

static void soak(struct machine *m, unsigned seconds)
{
	pthread_t vcpu[VCPUS], helper[2], thread[16];

	for (unsigned i = 0; i < VCPUS; i++)
		start(&vcpu[i], run_vcpu, atomic_load(&m->kvm->vcpu[i]));
	start(&helper[0], line_thread, m);
	start(&helper[1], hv_thread, m);
	for (unsigned i = 0; i < churn_count; i++)
		start(&thread[i], churns[i].run, m);
	for (unsigned ms = 0; ms < seconds * 1000 && !atomic_load(&m->has_failed); ms += 10)
		wait_ms(10);
	atomic_store(&m->must_stop, true);
	for (unsigned i = 0; i < churn_count; i++)
		pthread_join(thread[i], NULL);
	drain(m);
	atomic_store(&m->may_end, true);
	for (unsigned i = 0; i < VCPUS; i++)
		pthread_join(vcpu[i], NULL);
	for (unsigned i = 0; i < 2; i++)
		pthread_join(helper[i], NULL);
	churn_send_dirty(m);
}

static void on_alarm(int number)
{
	static const char message[] = "FAILED: stuck: the threads wait for one another\n";

	if (write(STDERR_FILENO, message, sizeof(message) - 1) < 0)
		_exit(3);
	_exit(1);
}

int main(int argc, char **argv)
{
	unsigned seconds = 5;

	if (argc == 3 && !strcmp(argv[1], "--seconds"))
		seconds = (unsigned)strtoul(argv[2], NULL, 10);
	else if (argc != 1) {
		fprintf(stderr, "usage: %s [--seconds N]\n", argv[0]);
		return 2;
	}
	signal(SIGALRM, on_alarm);
	alarm(seconds + 60);
	machine_init(&machine);
	soak(&machine, seconds);
	machine_verify(&machine);
	print_counts(&machine);
	machine_destroy(&machine);
	puts(atomic_load(&machine.has_failed)
		     ? "soak: FAILED"
		     : "soak: nothing lost, nothing stale, nothing left over");
	return atomic_load(&machine.has_failed);
}
