/* SPDX-License-Identifier: MIT */
/* Two domains: the one that is waited for under the lock is not the one that the lock is taken in. */
// locklore: must-not deadlock
// locklore: must order kvm->srcu kvm->lock
// locklore: must wait kvm->irq_srcu inside kvm->lock
// locklore: must-not wait kvm->srcu inside kvm->lock
// locklore: must-not order kvm->irq_srcu kvm->lock
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct kvm {
	struct srcu_struct srcu, irq_srcu;
	struct mutex lock;
	int *routing;
};

void hypercall(struct kvm *kvm)
{
	int idx = srcu_read_lock(&kvm->srcu);

	mutex_lock(&kvm->lock);
	touch(kvm);
	mutex_unlock(&kvm->lock);
	srcu_read_unlock(&kvm->srcu, idx);
}

int inject(struct kvm *kvm)
{
	int idx = srcu_read_lock(&kvm->irq_srcu);
	int pin = *kvm->routing;

	srcu_read_unlock(&kvm->irq_srcu, idx);
	return pin;
}

void set_routing(struct kvm *kvm, int *routing)
{
	mutex_lock(&kvm->lock);
	swap(kvm->routing, routing);
	synchronize_srcu_expedited(&kvm->irq_srcu);
	mutex_unlock(&kvm->lock);
	kfree(routing);
}
