/* SPDX-License-Identifier: MIT */
/* The swap gives its caller's slots_arch_lock away and then waits. */
// locklore: must-not deadlock
// locklore: must wait kvm->srcu inside kvm->slots_lock
// locklore: must-not wait kvm->srcu inside kvm->slots_arch_lock
// locklore: must order kvm->srcu kvm->slots_arch_lock
// locklore: must verdict upheld : kvm->slots_arch_lock is released before synchronize_srcu(&kvm->srcu)
// locklore: must verdict upheld : kvm->slots_arch_lock can be taken inside a kvm->srcu read-side critical section
// locklore: must verdict upheld : kvm->slots_lock cannot be taken inside a kvm->srcu read-side critical section
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct kvm {
	struct mutex slots_lock, slots_arch_lock;
	struct srcu_struct srcu;
	int *slots;
	int has_root;
};

static void swap_slots(struct kvm *kvm, int *slots)
{
	WRITE_ONCE(kvm->slots, slots);
	mutex_unlock(&kvm->slots_arch_lock);
	synchronize_srcu_expedited(&kvm->srcu);
}

int set_slots(struct kvm *kvm, int *slots)
{
	mutex_lock(&kvm->slots_lock);
	mutex_lock(&kvm->slots_arch_lock);
	if (!slots) {
		mutex_unlock(&kvm->slots_arch_lock);
		mutex_unlock(&kvm->slots_lock);
		return -EINVAL;
	}
	swap_slots(kvm, slots);
	mutex_unlock(&kvm->slots_lock);
	return 0;
}

void first_root(struct kvm *kvm)
{
	int idx = srcu_read_lock(&kvm->srcu);

	mutex_lock(&kvm->slots_arch_lock);
	kvm->has_root = 1;
	mutex_unlock(&kvm->slots_arch_lock);
	srcu_read_unlock(&kvm->srcu, idx);
}
