/* SPDX-License-Identifier: MIT */
/* One ioctl of the vcpu takes the machine's lock. */
// locklore: must verdict contradicted : kvm->lock is taken outside vcpu->mutex
// locklore: must verdict upheld : kvm->lock is taken outside kvm->slots_lock
// locklore: must deadlock kvm->lock vcpu->mutex
// locklore: must order vcpu->mutex kvm->lock sites=1
// locklore: must-not order kvm->srcu kvm->lock
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

static void set_attr(struct vcpu *vcpu)
{
	int idx;

	mutex_lock(&vcpu->kvm->lock);
	idx = srcu_read_lock(&vcpu->kvm->srcu);
	touch(vcpu->kvm->slots);
	srcu_read_unlock(&vcpu->kvm->srcu, idx);
	mutex_unlock(&vcpu->kvm->lock);
}

int vcpu_ioctl(struct vcpu *vcpu, int request)
{
	if (mutex_lock_killable(&vcpu->mutex))
		return -EINTR;
	if (request == 7)
		set_attr(vcpu);
	mutex_unlock(&vcpu->mutex);
	return 0;
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
