/* SPDX-License-Identifier: MIT */
/* The assertion is exercise enough for the order; asserting is not taking. */
// locklore: must-not deadlock
// locklore: must-not nest kvm->lock
// locklore: must order kvm->lock kvm->irq_lock
// locklore: must-not order kvm->irq_lock kvm->lock
// locklore: must verdict upheld : kvm->lock is taken outside kvm->irq_lock
#include "include/linux/mutex.h"

struct kvm {
	struct mutex lock;
	struct mutex irq_lock;
	int irqs;
};

static void check(struct kvm *kvm)
{
	lockdep_assert_held(&kvm->lock);
	WARN_ON(!mutex_is_locked(&kvm->irq_lock));
	touch(kvm);
}

void irqs_update(struct kvm *kvm)
{
	lockdep_assert_held(&kvm->lock);
	mutex_lock(&kvm->irq_lock);
	check(kvm);
	mutex_unlock(&kvm->irq_lock);
}

void irqs_reset(struct kvm *kvm)
{
	mutex_lock(&kvm->lock);
	irqs_update(kvm);
	mutex_unlock(&kvm->lock);
}
