/* SPDX-License-Identifier: MIT */
/* Sentences about waiting, borne out. */
// locklore: must verdict upheld : synchronize_srcu(&kvm->srcu) is called inside kvm->slots_lock
// locklore: must verdict upheld : synchronize_srcu(&kvm->srcu) cannot be called inside kvm->lock
// locklore: must verdict upheld,upheld : synchronize_srcu(&kvm->srcu) is called inside critical sections for kvm->slots_lock and kvm->io_lock
// locklore: must verdict 'never exercised' : synchronize_srcu(&kvm->srcu) is called inside kvm->lock
// locklore: must wait kvm->srcu inside kvm->slots_lock
// locklore: must-not wait kvm->srcu inside kvm->lock
// locklore: must-not deadlock
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct kvm {
	struct mutex lock, slots_lock, io_lock;
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
	touch(kvm);
	mutex_unlock(&kvm->lock);
	mutex_lock(&kvm->slots_lock);
	publish(kvm, NULL);
	mutex_unlock(&kvm->slots_lock);
}

void set_io(struct kvm *kvm, int *slots)
{
	mutex_lock(&kvm->io_lock);
	publish(kvm, slots);
	mutex_unlock(&kvm->io_lock);
}
