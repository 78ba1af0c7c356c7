/* SPDX-License-Identifier: MIT */
/* It leaves its read side first; a read side may be entered twice. */
// locklore: must-not deadlock
// locklore: must-not self kvm->srcu
// locklore: must-not wait kvm->srcu inside kvm->srcu
// locklore: must wait kvm->srcu inside kvm->lock
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct kvm {
	struct mutex lock;
	struct srcu_struct srcu;
	int *slots;
};

static int look_up(struct kvm *kvm)
{
	int idx = srcu_read_lock(&kvm->srcu);
	int slot = *kvm->slots;

	srcu_read_unlock(&kvm->srcu, idx);
	return slot;
}

void handle_exit(struct kvm *kvm)
{
	int idx = srcu_read_lock(&kvm->srcu);
	int slot = look_up(kvm);

	srcu_read_unlock(&kvm->srcu, idx);
	mutex_lock(&kvm->lock);
	if (slot)
		synchronize_srcu(&kvm->srcu);
	mutex_unlock(&kvm->lock);
}
