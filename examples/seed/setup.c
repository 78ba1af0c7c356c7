/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "vm.h"

/* Waits for the readers of the old filter with kvm->lock held. */
bool vm_set_msr_filter(struct kvm *kvm, unsigned msr, bool is_allowed)
{
	struct msr_filter *filter = calloc(1, sizeof(*filter)), *old;

	if (!filter || msr >= MSRS) {
		free(filter);
		return false;
	}
	pthread_mutex_lock(&kvm->lock);
	*filter = *atomic_load(&kvm->msr_filter);
	filter->allowed[msr] = is_allowed;
	old = atomic_exchange(&kvm->msr_filter, filter);
	synchronize_srcu(&kvm->srcu);
	pthread_mutex_unlock(&kvm->lock);
	free(old);
	return true;
}

static void add_irq_route(struct kvm *kvm)
{
	pthread_mutex_lock(&kvm->irq_lock);
	kvm->irq_routes++;
	pthread_mutex_unlock(&kvm->irq_lock);
}

/* An interrupt controller is a device on a bus, and buses change under slots_lock. */
void vm_create_irqchip(struct kvm *kvm)
{
	pthread_mutex_lock(&kvm->lock);
	pthread_mutex_lock(&kvm->slots_lock);
	add_irq_route(kvm);
	pthread_mutex_unlock(&kvm->slots_lock);
	pthread_mutex_unlock(&kvm->lock);
}

/* All vCPUs stand still while their clocks are set from guest memory. */
bool vm_set_clock(struct kvm *kvm)
{
	unsigned long now = 0;
	bool ok;

	pthread_mutex_lock(&kvm->lock);
	ok = guest_read(kvm, 0, &now);
	for (int i = 0; ok && i < 2; i++) {
		struct kvm_vcpu *vcpu = kvm->vcpu[i];

		pthread_mutex_lock(&vcpu->mutex);
		vcpu->clock = now;
		pthread_mutex_unlock(&vcpu->mutex);
	}
	pthread_mutex_unlock(&kvm->lock);
	return ok;
}
