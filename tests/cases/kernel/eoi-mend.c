/* SPDX-License-Identifier: MIT */
/* The ack notifiers are called with the ioapic's lock dropped, which its caller holds. */
// locklore: must-not deadlock
// locklore: must-not order ioapic->lock kvm->irq_lock
// locklore: must order kvm->irq_lock ioapic->lock
#include "include/linux/mutex.h"
#include "include/linux/spinlock.h"

struct kvm {
	struct mutex irq_lock;
	int acks;
};
struct ack {
	void (*irq_acked)(struct ack *ack);
	struct kvm *kvm;
};
struct ioapic {
	struct kvm *kvm;
	struct ack *ack;
	spinlock_t lock;
};

static void pit_acked(struct ack *ack)
{
	mutex_lock(&ack->kvm->irq_lock);
	ack->kvm->acks++;
	mutex_unlock(&ack->kvm->irq_lock);
}

void pit_init(struct ack *ack)
{
	ack->irq_acked = pit_acked;
}

static void update_eoi_one(struct ioapic *ioapic)
{
	spin_unlock(&ioapic->lock);
	ioapic->ack->irq_acked(ioapic->ack);
	spin_lock(&ioapic->lock);
	touch(ioapic);
}

void update_eoi(struct ioapic *ioapic)
{
	spin_lock(&ioapic->lock);
	for (int i = 0; i < 24; i++)
		if (maybe())
			update_eoi_one(ioapic);
	spin_unlock(&ioapic->lock);
}

void routing_update(struct kvm *kvm, struct ioapic *ioapic)
{
	mutex_lock(&kvm->irq_lock);
	spin_lock(&ioapic->lock);
	touch(kvm);
	spin_unlock(&ioapic->lock);
	mutex_unlock(&kvm->irq_lock);
}
