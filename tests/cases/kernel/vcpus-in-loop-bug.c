/* SPDX-License-Identifier: MIT */
/* All vcpus' mutexes in a loop, with more of them held each round; elsewhere the reverse. */
// locklore: must nest vcpu->mutex
// locklore: must deadlock kvm->lock vcpu->mutex
// locklore: must order kvm->lock vcpu->mutex
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

void lock_all(struct kvm *kvm)
{
	struct vcpu *vcpu;

	mutex_lock(&kvm->lock);
	list_for_each_entry(vcpu, &kvm->vcpus, node)
		mutex_lock(&vcpu->mutex);
	touch(kvm);
	list_for_each_entry(vcpu, &kvm->vcpus, node)
		mutex_unlock(&vcpu->mutex);
	mutex_unlock(&kvm->lock);
}

void set_attr(struct vcpu *vcpu)
{
	mutex_lock(&vcpu->mutex);
	mutex_lock(&vcpu->kvm->lock);
	touch(vcpu);
	mutex_unlock(&vcpu->kvm->lock);
	mutex_unlock(&vcpu->mutex);
}
