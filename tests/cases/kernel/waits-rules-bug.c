/* SPDX-License-Identifier: MIT */
/* The same sentences, broken. */
// locklore: must verdict contradicted : synchronize_srcu(&kvm->srcu) cannot be called inside kvm->lock
// locklore: must verdict 'never exercised' : synchronize_srcu(&kvm->srcu) is called inside kvm->slots_lock
// locklore: must wait kvm->srcu inside kvm->lock
// locklore: must-not wait kvm->srcu inside kvm->slots_lock
// locklore: must-not deadlock
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct kvm {
	struct mutex lock, slots_lock;
	struct srcu_struct srcu;
	int *slots;
};

static void publish(struct kvm *kvm, int *slots)
{
	WRITE_ONCE(kvm->slots, slots);
	synchronize_srcu(&kvm->srcu);
}

void set_slots(struct kvm *kvm)
{
	mutex_lock(&kvm->lock);
	mutex_lock(&kvm->slots_lock);
	touch(kvm);
	mutex_unlock(&kvm->slots_lock);
	publish(kvm, NULL);
	mutex_unlock(&kvm->lock);
}
