/* SPDX-License-Identifier: MIT */
/* Each domain is waited for inside the other's read side. */
// locklore: must deadlock kvm->irq_srcu kvm->srcu
// locklore: must wait kvm->irq_srcu inside kvm->srcu
// locklore: must wait kvm->srcu inside kvm->irq_srcu
// locklore: must-not self kvm->srcu
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct kvm {
	struct srcu_struct srcu, irq_srcu;
	int *routing, *slots;
};

void drop_routing(struct kvm *kvm)
{
	int idx = srcu_read_lock(&kvm->srcu);

	WRITE_ONCE(kvm->routing, NULL);
	synchronize_srcu(&kvm->irq_srcu);
	srcu_read_unlock(&kvm->srcu, idx);
}

void drop_slots(struct kvm *kvm)
{
	int idx = srcu_read_lock(&kvm->irq_srcu);

	WRITE_ONCE(kvm->slots, NULL);
	synchronize_srcu(&kvm->srcu);
	srcu_read_unlock(&kvm->irq_srcu, idx);
}
