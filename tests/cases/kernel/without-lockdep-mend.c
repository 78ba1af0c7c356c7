/* SPDX-License-Identifier: MIT */
/* Without lockdep the assertion leaves nothing in the code: the order is not seen. */
// locklore: flags -DNO_LOCKDEP
// locklore: must-not deadlock
// locklore: must-not order kvm->lock kvm->irq_lock
// locklore: must order kvm->lock kvm->srcu_lock
// locklore: must nest kvm->lock unannotated
#include "include/linux/mutex.h"

struct kvm {
	struct mutex lock;
	struct mutex irq_lock, srcu_lock;
	int irqs;
};

void irqs_update(struct kvm *kvm)
{
	lockdep_assert_held(&kvm->lock);
	mutex_lock(&kvm->irq_lock);
	kvm->irqs++;
	mutex_unlock(&kvm->irq_lock);
}

void other(struct kvm *kvm)
{
	mutex_lock(&kvm->lock);
	mutex_lock(&kvm->srcu_lock);
	kvm->irqs--;
	mutex_unlock(&kvm->srcu_lock);
	mutex_unlock(&kvm->lock);
}

void two(struct kvm *kvm, struct kvm *source_kvm)
{
	mutex_lock(&kvm->lock);
	mutex_lock_nested(&source_kvm->lock, SINGLE_DEPTH_NESTING);
	swap(kvm->irqs, source_kvm->irqs);
	mutex_unlock(&source_kvm->lock);
	mutex_unlock(&kvm->lock);
}
