/* SPDX-License-Identifier: MIT */
/* Three locks and a read side, as the document of the machine describes them. */
// locklore: must verdict upheld : kvm->lock is taken outside vcpu->mutex
// locklore: must verdict upheld : kvm->lock is taken outside kvm->slots_lock
// locklore: must verdict upheld : vcpu->mutex is taken outside kvm->srcu
// locklore: must verdict 'never exercised' : kvm->slots_lock is taken outside vcpu->mutex
// locklore: must-not order kvm->slots_lock vcpu->mutex
// locklore: must order vcpu->mutex kvm->srcu
// locklore: must-not deadlock
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct kvm {
	struct mutex lock, slots_lock;
	struct srcu_struct srcu;
	int *slots;
};
struct vcpu {
	struct kvm *kvm;
	struct mutex mutex;
};

int vcpu_ioctl(struct vcpu *vcpu)
{
	int idx, slot;

	if (mutex_lock_killable(&vcpu->mutex))
		return -EINTR;
	idx = srcu_read_lock(&vcpu->kvm->srcu);
	slot = *vcpu->kvm->slots;
	srcu_read_unlock(&vcpu->kvm->srcu, idx);
	mutex_unlock(&vcpu->mutex);
	return slot;
}

void vm_ioctl(struct kvm *kvm, struct vcpu *vcpu)
{
	mutex_lock(&kvm->lock);
	mutex_lock(&vcpu->mutex);
	touch(vcpu);
	mutex_unlock(&vcpu->mutex);
	mutex_lock(&kvm->slots_lock);
	synchronize_srcu(&kvm->srcu);
	mutex_unlock(&kvm->slots_lock);
	mutex_unlock(&kvm->lock);
}
