/* SPDX-License-Identifier: MIT */
/* main.c - two vCPU threads and a set-up thread; says how far they came, or that they are stuck. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "vm.h"

#define ROUNDS 300

static struct kvm *vm_create(void)
{
	struct kvm *kvm = calloc(1, sizeof(*kvm));

	if (!kvm)
		exit(2);
	pthread_mutex_init(&kvm->lock, NULL);
	pthread_mutex_init(&kvm->slots_lock, NULL);
	pthread_mutex_init(&kvm->slots_arch_lock, NULL);
	pthread_mutex_init(&kvm->irq_lock, NULL);
	pthread_mutex_init(&kvm->xen.xen_lock, NULL);
	atomic_store(&kvm->memslots, calloc(1, sizeof(struct memslots)));
	atomic_store(&kvm->msr_filter, calloc(1, sizeof(struct msr_filter)));
	for (int i = 0; i < 2; i++) {
		struct kvm_vcpu *vcpu = calloc(1, sizeof(*vcpu));

		if (!vcpu)
			exit(2);
		pthread_mutex_init(&vcpu->mutex, NULL);
		vcpu->kvm = kvm;
		kvm->vcpu[i] = vcpu;
	}
	return kvm;
}

static void *vcpu_thread(void *arg)
{
	for (int i = 0; i < ROUNDS * 10; i++)
		if (!vcpu_run(arg, 40))
			exit(2);
	return NULL;
}

static void *setup_thread(void *arg)
{
	struct kvm *kvm = arg;

	vm_create_irqchip(kvm);
	for (unsigned i = 0; i < ROUNDS; i++)
		if (!vm_set_memory(kvm, i) || !vm_set_msr_filter(kvm, i % MSRS, i & 1) ||
		    !xen_set_shared_info(kvm, i % SLOT_PAGES) || !vm_set_clock(kvm))
			exit(2);
	return NULL;
}

static void on_alarm(int number)
{
	static const char message[] = "stuck: the threads wait for one another\n";

	(void)number;
	if (write(STDERR_FILENO, message, sizeof(message) - 1) < 0)
		_exit(2);
	_exit(1);
}

int main(void)
{
	struct kvm *kvm = vm_create();
	pthread_t thread[3];

	signal(SIGALRM, on_alarm);
	alarm(10);
	pthread_create(&thread[0], NULL, vcpu_thread, kvm->vcpu[0]);
	pthread_create(&thread[1], NULL, vcpu_thread, kvm->vcpu[1]);
	pthread_create(&thread[2], NULL, setup_thread, kvm);
	for (int i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	printf("done: %lu and %lu exits, %u generations\n", kvm->vcpu[0]->exits, kvm->vcpu[1]->exits,
	       atomic_load(&kvm->memslots)->generation);
	return 0;
}
