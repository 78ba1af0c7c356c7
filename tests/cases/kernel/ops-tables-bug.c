/* SPDX-License-Identifier: MIT */
/* Run and flush of one and the same table. */
// locklore: must self vmx_lock
// locklore: must order vmx_lock shared_lock
// locklore: must deadlock shared_lock vmx_lock
#include "include/linux/mutex.h"

struct vcpu;
struct x86_ops {
	int (*run)(struct vcpu *vcpu);
	void (*flush)(struct vcpu *vcpu);
};
extern const struct x86_ops *x86_ops;
static DEFINE_MUTEX(vmx_lock);
static DEFINE_MUTEX(shared_lock);

static void flush_all(struct vcpu *vcpu)
{
	mutex_lock(&shared_lock);
	x86_ops->flush(vcpu);
	mutex_unlock(&shared_lock);
}

static int vmx_run(struct vcpu *vcpu)
{
	mutex_lock(&vmx_lock);
	flush_all(vcpu);
	mutex_unlock(&vmx_lock);
	return 0;
}

static void vmx_flush(struct vcpu *vcpu)
{
	mutex_lock(&vmx_lock);
	touch(vcpu);
	mutex_unlock(&vmx_lock);
}

const struct x86_ops vmx_ops = { .run = vmx_run, .flush = vmx_flush };

int vcpu_run(struct vcpu *vcpu)
{
	return x86_ops->run(vcpu);
}

void vcpu_flush(struct vcpu *vcpu)
{
	flush_all(vcpu);
}
