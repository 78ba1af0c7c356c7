/* SPDX-License-Identifier: MIT */
/*
 * Loads and unloads a user of libsrcu while the threads that ran its read sides live on and move
 * between CPUs: the kernel kills a thread whose rseq descriptor points into what is not there.
 * (-DSRCU_IMMORTAL in the plug-in leaves such descriptors, and this program dies.)
 *   dlclose PLUGIN.so [ROUNDS]
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS = 2 };

static void (*_Atomic plugin_read)(long);
static _Atomic int working, used, unloaded, over;

static void move(unsigned turn)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(turn % (unsigned)sysconf(_SC_NPROCESSORS_ONLN), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* In user mode all the time: a system call or a preemption would forget the descriptor. */
static void spin_until_unloaded(int round)
{
	for (long turns = 0; turns < 20000000; turns++)
		if (atomic_load_explicit(&unloaded, memory_order_relaxed) != round)
			return;
}

static void *reader(void *argument)
{
	unsigned turn = (unsigned)(uintptr_t)argument;

	while (!atomic_load(&over)) {
		int round = atomic_load(&unloaded);
		void (*read)(long);

		atomic_fetch_add(&working, 1);
		read = atomic_load(&plugin_read);
		if (read)
			read(5000);
		atomic_fetch_add(&used, read != NULL);
		atomic_fetch_sub(&working, 1);
		if (read)
			spin_until_unloaded(round);
		move(turn++); /* the kernel looks at the descriptor */
		sched_yield();
	}
	return NULL;
}

static void *need(void *library, const char *name)
{
	void *symbol = dlsym(library, name);

	if (!symbol) {
		fprintf(stderr, "dlclose: %s\n", dlerror());
		exit(2);
	}
	return symbol;
}

static void one_round(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void (*update)(void);
	int i;

	if (!library) {
		fprintf(stderr, "dlclose: %s\n", dlerror());
		exit(2);
	}
	*(void **)&update = need(library, "plugin_update");
	atomic_store(&used, 0);
	atomic_store(&plugin_read, (void (*)(long))(intptr_t)need(library, "plugin_read"));
	for (i = 0; i < 20; i++)
		update();
	while (atomic_load(&used) < THREADS)
		sched_yield();
	atomic_store(&plugin_read, NULL);
	while (atomic_load(&working)) /* nobody is inside, nobody will come */
		sched_yield();
	dlclose(library);
	atomic_fetch_add(&unloaded, 1);
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? atoi(argv[2]) : 200, i;
	pthread_t thread[THREADS];
	void *still;

	if (argc < 2) {
		fprintf(stderr, "usage: dlclose PLUGIN.so [ROUNDS]\n");
		return 2;
	}
	for (i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, reader, (void *)(intptr_t)i);
	for (i = 0; i < rounds; i++)
		one_round(argv[1]);
	atomic_store(&over, 1);
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	still = dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD);
	if (still) {
		printf("the plug-in was never unloaded\n");
		return 1;
	}
	printf("%d times loaded, used by %d threads and unloaded\n", rounds, THREADS);
	return 0;
}
