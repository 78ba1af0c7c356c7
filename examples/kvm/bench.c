/* SPDX-License-Identifier: MIT */
/*
 * bench: frame-to-address lookups per second and vCPU, while slots change at a given rate.
 *   bench [--vcpus N] [--ms N] [--rate UPDATES_PER_SECOND|max]
 * Prints one line: lookups per second and vCPU (the slowest one's), updates per second.
 * peer/ has other <srcu.h>s: the same program on a pthread_rwlock_t, and on liburcu.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vm.h"

#ifndef SRCU_THREAD_BEGIN /* peers whose threads must register define these */
#define SRCU_THREAD_BEGIN() ((void)0)
#define SRCU_THREAD_END()   ((void)0)
#endif

#define PAGES	   256u
#define SLOT_PAGES 16u
#define BATCH	   64u /* lookups between two looks at the clock's flag */

struct bench {
	struct mm mm;
	struct kvm *kvm;
	unsigned rate; /* 0: none */
	atomic_bool has_begun, must_stop;
	unsigned long updates;
};

struct reader {
	struct bench *bench;
	struct kvm_vcpu *vcpu;
	unsigned long lookups;
} __attribute__((aligned(128)));

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void no_guest(struct kvm_vcpu *vcpu)
{
	(void)vcpu;
}

/* One lookup is one read side: frame in, address out, as an exit handler does it. */
static void *look_up(void *arg)
{
	struct reader *r = arg;
	struct kvm *kvm = r->bench->kvm;
	unsigned long done = 0, random = r->vcpu->id + 1;

	SRCU_THREAD_BEGIN();
	while (!atomic_load(&r->bench->has_begun))
		;
	while (!atomic_load_explicit(&r->bench->must_stop, memory_order_relaxed)) {
		gfn_t gfn;

		random = random * 6364136223846793005ul + 1442695040888963407ul;
		gfn = random >> 33 & (PAGES - 1) & ~(gfn_t)(SLOT_PAGES - 1);
		for (unsigned i = 0; i < BATCH; i++) {
			int idx = srcu_read_lock(&kvm->srcu);
			char *addr = vcpu_gfn_to_addr(r->vcpu, gfn + i % (SLOT_PAGES - 1));

			if (!addr)
				abort();
			srcu_read_unlock(&kvm->srcu, idx);
		}
		done += BATCH;
	}
	r->lookups = done;
	SRCU_THREAD_END();
	return NULL;
}

static void update(struct bench *b, unsigned long n)
{
	struct memory_region region = { 3, n & 1 ? 0 : SLOT_LOG_DIRTY, 3 * SLOT_PAGES, SLOT_PAGES,
					3 * SLOT_PAGES };

	if (slots_set_region(b->kvm, &region))
		abort();
}

static void *change(void *arg)
{
	struct bench *b = arg;
	double start = now();

	SRCU_THREAD_BEGIN();
	while (!atomic_load(&b->must_stop)) {
		double due = start + (double)b->updates / b->rate, wait = due - now();

		if (b->rate != ~0u && wait > 0) {
			const struct timespec t = { 0, (long)((wait > 0.01 ? 0.01 : wait) * 1e9) };

			nanosleep(&t, NULL);
			continue;
		}
		update(b, b->updates++);
	}
	SRCU_THREAD_END();
	return NULL;
}

static void set_up(struct bench *b, struct reader *readers, unsigned vcpus)
{
	if (mm_init(&b->mm, PAGES, PAGES + 8) || !(b->kvm = vm_create(&b->mm)))
		abort();
	for (unsigned i = 0; i < PAGES / SLOT_PAGES; i++) {
		struct memory_region region = { i, 0, i * SLOT_PAGES, SLOT_PAGES, i * SLOT_PAGES };

		if (slots_set_region(b->kvm, &region))
			abort();
	}
	for (unsigned i = 0; i < vcpus; i++) {
		readers[i].bench = b;
		readers[i].vcpu = vm_create_vcpu(b->kvm, no_guest, NULL);
		if (!readers[i].vcpu)
			abort();
	}
}

/* Prints lookups per second of the slowest vCPU, and updates per second. */
static void run(struct bench *b, struct reader *readers, unsigned vcpus, unsigned ms)
{
	const struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };
	pthread_t thread[MAX_VCPUS], updater;
	double begin, seconds, least = 0;

	for (unsigned i = 0; i < vcpus; i++)
		if (pthread_create(&thread[i], NULL, look_up, &readers[i]))
			abort();
	if (b->rate && pthread_create(&updater, NULL, change, b))
		abort();
	begin = now();
	atomic_store(&b->has_begun, true);
	nanosleep(&t, NULL);
	atomic_store(&b->must_stop, true);
	seconds = now() - begin;
	for (unsigned i = 0; i < vcpus; i++) {
		pthread_join(thread[i], NULL);
		if (!i || (double)readers[i].lookups < least)
			least = (double)readers[i].lookups;
	}
	if (b->rate)
		pthread_join(updater, NULL);
	printf("%.0f %.0f\n", least / seconds, (double)b->updates / seconds);
}

int main(int argc, char **argv)
{
	static struct bench bench;
	static struct reader readers[MAX_VCPUS];
	unsigned vcpus = 2, ms = 300;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--vcpus"))
			vcpus = (unsigned)strtoul(argv[i + 1], NULL, 10);
		else if (!strcmp(argv[i], "--ms"))
			ms = (unsigned)strtoul(argv[i + 1], NULL, 10);
		else if (!strcmp(argv[i], "--rate"))
			bench.rate = strcmp(argv[i + 1], "max")
					     ? (unsigned)strtoul(argv[i + 1], NULL, 10)
					     : ~0u;
	}
	if (!vcpus || vcpus > MAX_VCPUS || !ms) {
		fprintf(stderr, "usage: %s [--vcpus 1..%u] [--ms N] [--rate N|max]\n", argv[0],
			MAX_VCPUS);
		return 2;
	}
	SRCU_THREAD_BEGIN();
	set_up(&bench, readers, vcpus);
	run(&bench, readers, vcpus, ms);
	vm_destroy(bench.kvm);
	mm_destroy(&bench.mm);
	SRCU_THREAD_END();
	return 0;
}
