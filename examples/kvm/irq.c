/* SPDX-License-Identifier: MIT */
/* irq.c - where an interrupt line leads, and who is told when the guest has acknowledged it. */
#include <errno.h>
#include <stdlib.h>

#include "vm.h"

void irq_deliver(struct kvm *kvm, unsigned id, unsigned vector)
{
	struct kvm_vcpu *vcpu = id < MAX_VCPUS ? atomic_load(&kvm->vcpu[id]) : NULL;

	if (!vcpu)
		return;
	atomic_fetch_or(&vcpu->irr, 1ull << vector % VECTORS);
	vcpu_kick(vcpu);
}

static bool set_msi(struct kvm *kvm, const struct irq_entry *e, int level)
{
	if (level)
		irq_deliver(kvm, e->vcpu, e->vector);
	return true;
}

const struct irq_kind_ops irq_kinds[IRQ_KINDS] = {
	[IRQ_PIN] = { .set = ioapic_set },
	[IRQ_MSI] = { .set = set_msi, .set_now = set_msi },
	[IRQ_HV_SINT] = { .set = hv_set_sint },
	[IRQ_XEN] = { .set = xen_set_evtchn, .set_now = xen_set_evtchn_now },
};

const struct irq_entry *irq_entry(struct kvm *kvm, unsigned gsi)
{
	struct irq_routing *routing = srcu_dereference(&kvm->irq_routing, &kvm->irq_srcu);

	if (!routing || gsi >= GSIS || routing->entry[gsi].kind == IRQ_NONE)
		return NULL;
	return &routing->entry[gsi];
}

/*
 * The entry is copied, and the read side left, before the line is set: what that does may take
 * long, and may come back here.
 */
bool irq_set(struct kvm *kvm, unsigned gsi, int level)
{
	int idx = srcu_read_lock(&kvm->irq_srcu);
	const struct irq_entry *found = irq_entry(kvm, gsi);
	struct irq_entry e = { 0 };

	if (found)
		e = *found;
	srcu_read_unlock(&kvm->irq_srcu, idx);
	return found && irq_kinds[e.kind].set(kvm, &e, level);
}

/* Replaces the whole table.  On return nobody goes by the old one. */
int irq_set_routing(struct kvm *kvm, const struct irq_entry *entries, unsigned count)
{
	struct irq_routing *routing = calloc(1, sizeof(*routing)), *old;

	if (!routing)
		return -ENOMEM;
	for (unsigned i = 0; i < count; i++) {
		if (entries[i].gsi >= GSIS || entries[i].kind >= IRQ_KINDS ||
		    entries[i].port >= PORTS) {
			free(routing);
			return -EINVAL;
		}
		routing->entry[entries[i].gsi] = entries[i];
	}
	pthread_mutex_lock(&kvm->irq_lock);
	old = kvm->irq_routing;
	srcu_assign_pointer(&kvm->irq_routing, routing);
	irqfd_update_all(kvm);
	pthread_mutex_unlock(&kvm->irq_lock);
	synchronize_srcu_expedited(&kvm->irq_srcu);
	free(old);
	return 0;
}

void irq_register_ack(struct kvm *kvm, struct irq_ack_notifier *kian)
{
	pthread_mutex_lock(&kvm->irq_lock);
	atomic_store(&kian->next, atomic_load(&kvm->ack_notifiers));
	atomic_store(&kvm->ack_notifiers, kian);
	pthread_mutex_unlock(&kvm->irq_lock);
}

void irq_unregister_ack(struct kvm *kvm, struct irq_ack_notifier *kian)
{
	_Atomic(struct irq_ack_notifier *) *at = &kvm->ack_notifiers;

	pthread_mutex_lock(&kvm->irq_lock);
	while (atomic_load(at) && atomic_load(at) != kian)
		at = &atomic_load(at)->next;
	if (atomic_load(at))
		atomic_store(at, atomic_load(&kian->next));
	pthread_mutex_unlock(&kvm->irq_lock);
	synchronize_srcu_expedited(&kvm->irq_srcu);
}

void irq_notify_acked(struct kvm *kvm, unsigned gsi)
{
	int idx = srcu_read_lock(&kvm->irq_srcu);

	for (struct irq_ack_notifier *kian = atomic_load(&kvm->ack_notifiers); kian;
	     kian = atomic_load(&kian->next))
		if (kian->gsi == gsi)
			kian->acked(kian);
	srcu_read_unlock(&kvm->irq_srcu, idx);
}
