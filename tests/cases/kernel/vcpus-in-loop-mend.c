/* SPDX-License-Identifier: MIT */
/* One at a time. */
// locklore: must-not nest vcpu->mutex
// locklore: must-not deadlock
// locklore: must order kvm->lock vcpu->mutex
// locklore: must-not order vcpu->mutex kvm->lock
#include "include/linux/list.h"
#include "include/linux/mutex.h"

struct kvm {
	struct mutex lock;
	struct list_head vcpus;
};
struct vcpu {
	struct list_head node;
	struct mutex mutex;
	struct kvm *kvm;
};

void update_all(struct kvm *kvm)
{
	struct vcpu *vcpu;

	mutex_lock(&kvm->lock);
	list_for_each_entry(vcpu, &kvm->vcpus, node) {
		if (mutex_lock_killable(&vcpu->mutex))
			break;
		touch(vcpu);
		mutex_unlock(&vcpu->mutex);
	}
	mutex_unlock(&kvm->lock);
}

void set_attr(struct vcpu *vcpu)
{
	mutex_lock(&vcpu->mutex);
	touch(vcpu);
	mutex_unlock(&vcpu->mutex);
	mutex_lock(&vcpu->kvm->lock);
	touch(vcpu->kvm);
	mutex_unlock(&vcpu->kvm->lock);
}
