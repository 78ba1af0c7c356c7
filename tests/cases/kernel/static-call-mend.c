/* SPDX-License-Identifier: MIT */
/* The handler takes the leaf lock. */
// locklore: must-not deadlock
// locklore: must order vcpu->mutex kvm->event_lock
// locklore: must-not order vcpu->mutex kvm->lock
// locklore: must order kvm->lock vcpu->mutex
#include "include/linux/mutex.h"
#include "include/linux/static_call.h"

struct kvm {
	struct mutex lock, event_lock;
	int events;
};
struct vcpu {
	struct kvm *kvm;
	struct mutex mutex;
};

static int vmx_handle_exit(struct vcpu *vcpu)
{
	mutex_lock(&vcpu->kvm->event_lock);
	vcpu->kvm->events++;
	mutex_unlock(&vcpu->kvm->event_lock);
	return 1;
}

DEFINE_STATIC_CALL(x86_handle_exit, vmx_handle_exit)

int vcpu_run(struct vcpu *vcpu)
{
	int ret;

	mutex_lock(&vcpu->mutex);
	ret = static_call(x86_handle_exit)(vcpu);
	mutex_unlock(&vcpu->mutex);
	return ret;
}

void vm_reset(struct kvm *kvm, struct vcpu *vcpu)
{
	mutex_lock(&kvm->lock);
	mutex_lock(&vcpu->mutex);
	kvm->events = 0;
	mutex_unlock(&vcpu->mutex);
	mutex_unlock(&kvm->lock);
}
