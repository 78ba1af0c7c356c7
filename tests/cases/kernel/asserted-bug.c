/* SPDX-License-Identifier: MIT */
/* The only thing known of the caller is what lockdep_assert_held() claims. */
// locklore: must deadlock kvm->irq_lock kvm->lock
// locklore: must order kvm->lock kvm->irq_lock
#include "include/linux/mutex.h"

struct kvm {
	struct mutex lock;
	struct mutex irq_lock;
	int irqs;
};

void irqs_update(struct kvm *kvm)
{
	lockdep_assert_held(&kvm->lock);
	mutex_lock(&kvm->irq_lock);
	kvm->irqs++;
	mutex_unlock(&kvm->irq_lock);
}

void irqs_reset(struct kvm *kvm)
{
	mutex_lock(&kvm->irq_lock);
	mutex_lock(&kvm->lock);
	kvm->irqs = 0;
	mutex_unlock(&kvm->lock);
	mutex_unlock(&kvm->irq_lock);
}
