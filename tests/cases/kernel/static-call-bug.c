/* SPDX-License-Identifier: MIT */
/* A static call, updated from a table of operations; the exit handlers are an array. */
// locklore: must deadlock kvm->lock vcpu->mutex
// locklore: must order vcpu->mutex kvm->lock
// locklore: must order kvm->lock vcpu->mutex
#include "include/linux/mutex.h"
#include "include/linux/static_call.h"

struct kvm {
	struct mutex lock;
	int events;
};
struct vcpu {
	struct kvm *kvm;
	struct mutex mutex;
};
struct x86_ops {
	int (*handle_exit)(struct vcpu *vcpu);
};
struct x86_ops x86_ops;
DEFINE_STATIC_CALL_NULL(x86_handle_exit, *(((struct x86_ops *)0)->handle_exit))

static int vmx_hypercall(struct vcpu *vcpu)
{
	mutex_lock(&vcpu->kvm->lock);
	vcpu->kvm->events++;
	mutex_unlock(&vcpu->kvm->lock);
	return 1;
}

static int vmx_halt(struct vcpu *vcpu)
{
	return !vcpu;
}

static int (*const vmx_exit_handlers[])(struct vcpu *vcpu) = { vmx_halt, vmx_hypercall };

static int vmx_handle_exit(struct vcpu *vcpu)
{
	return vmx_exit_handlers[maybe() & 1](vcpu);
}

static struct x86_ops vmx_ops = { .handle_exit = vmx_handle_exit };

void hardware_setup(void)
{
	x86_ops = vmx_ops;
	static_call_update(x86_handle_exit, x86_ops.handle_exit);
}

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
