/* SPDX-License-Identifier: MIT */
/* It takes the lock before it leaves. */
// locklore: must deadlock kvm->slots_lock kvm->srcu
// locklore: must order kvm->srcu kvm->slots_lock
// locklore: must wait kvm->srcu inside kvm->slots_lock
// locklore: must-not wait kvm->srcu inside kvm->srcu
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct kvm {
	struct mutex slots_lock, irq_lock;
	struct srcu_struct srcu;
	int *slots;
};
struct vcpu {
	struct kvm *kvm;
	int srcu_idx;
};

static inline void vcpu_srcu_read_lock(struct vcpu *vcpu)
{
	vcpu->srcu_idx = srcu_read_lock(&vcpu->kvm->srcu);
}
static inline void vcpu_srcu_read_unlock(struct vcpu *vcpu)
{
	srcu_read_unlock(&vcpu->kvm->srcu, vcpu->srcu_idx);
}

static void inhibit_page(struct vcpu *vcpu)
{
	mutex_lock(&vcpu->kvm->slots_lock);
	vcpu_srcu_read_unlock(vcpu);
	WRITE_ONCE(vcpu->kvm->slots, NULL);
	synchronize_srcu(&vcpu->kvm->srcu);
	mutex_unlock(&vcpu->kvm->slots_lock);
	vcpu_srcu_read_lock(vcpu);
}

void vcpu_run(struct vcpu *vcpu)
{
	struct kvm *kvm = vcpu->kvm;

	vcpu_srcu_read_lock(vcpu);
	while (!maybe()) {
		if (maybe())
			inhibit_page(vcpu);
		mutex_lock(&kvm->irq_lock);
		touch(kvm);
		mutex_unlock(&kvm->irq_lock);
	}
	vcpu_srcu_read_unlock(vcpu);
}
