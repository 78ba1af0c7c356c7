/* SPDX-License-Identifier: MIT */
/* Two makers of one table: what the one does under its lock never meets the other's functions. */
// locklore: must-not deadlock
// locklore: must order vmx_lock shared_lock
// locklore: must order shared_lock svm_lock
// locklore: must-not order vmx_lock svm_lock
#include "include/linux/mutex.h"

struct vcpu;
struct x86_ops {
	int (*run)(struct vcpu *vcpu);
	void (*flush)(struct vcpu *vcpu);
};
extern const struct x86_ops *x86_ops;
static DEFINE_MUTEX(vmx_lock);
static DEFINE_MUTEX(svm_lock);
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
	touch(vcpu);
}

static int svm_run(struct vcpu *vcpu)
{
	flush_all(vcpu);
	return 0;
}

static void svm_flush(struct vcpu *vcpu)
{
	mutex_lock(&svm_lock);
	touch(vcpu);
	mutex_unlock(&svm_lock);
}

const struct x86_ops vmx_ops = { .run = vmx_run, .flush = vmx_flush };
const struct x86_ops svm_ops = { .run = svm_run, .flush = svm_flush };

int vcpu_run(struct vcpu *vcpu)
{
	return x86_ops->run(vcpu);
}
