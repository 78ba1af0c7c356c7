/* SPDX-License-Identifier: MIT */
/*
 * ioapic.c - level-triggered lines.  A line that is asserted is delivered once, and again after
 * the guest's end of interrupt if it still is asserted.
 */
#include "vm.h"

void ioapic_init(struct kvm *kvm)
{
	pthread_mutex_init(&kvm->arch.ioapic.lock, NULL);
}

/* Under ioapic->lock. */
static void deliver(struct kvm *kvm, struct ioapic *ioapic, unsigned gsi)
{
	if (!ioapic->level[gsi] || ioapic->is_in_service[gsi])
		return;
	ioapic->is_in_service[gsi] = true;
	irq_deliver(kvm, ioapic->target[gsi].vcpu, ioapic->target[gsi].vector);
}

bool ioapic_set(struct kvm *kvm, const struct irq_entry *e, int level)
{
	struct ioapic *ioapic = &kvm->arch.ioapic;

	pthread_mutex_lock(&ioapic->lock);
	ioapic->level[e->gsi] = level != 0;
	if (!ioapic->is_in_service[e->gsi])
		ioapic->target[e->gsi] = *e;
	deliver(kvm, ioapic, e->gsi);
	pthread_mutex_unlock(&ioapic->lock);
	return true;
}

/*
 * The lock is dropped while the notifiers run: they set the line themselves.  What they assert
 * meanwhile is delivered afterwards, because the interrupt is in service until then.
 */
void ioapic_eoi(struct kvm *kvm, unsigned vector)
{
	struct ioapic *ioapic = &kvm->arch.ioapic;

	pthread_mutex_lock(&ioapic->lock);
	for (unsigned gsi = 0; gsi < GSIS; gsi++) {
		if (!ioapic->is_in_service[gsi] || ioapic->target[gsi].vector != vector)
			continue;
		pthread_mutex_unlock(&ioapic->lock);
		irq_notify_acked(kvm, gsi);
		pthread_mutex_lock(&ioapic->lock);
		ioapic->is_in_service[gsi] = false;
		deliver(kvm, ioapic, gsi);
	}
	pthread_mutex_unlock(&ioapic->lock);
}
