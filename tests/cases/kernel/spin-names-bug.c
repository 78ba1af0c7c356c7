/* SPDX-License-Identifier: MIT */
/* The mutex is asked for before the drop. */
// locklore: must deadlock kvm->lock pic->lock
// locklore: must order pic->lock kvm->lock
#include "include/linux/mutex.h"
#include "include/linux/spinlock.h"

struct pic {
	spinlock_t lock;
	int irqs;
};
struct kvm {
	struct pic *vpic;
	struct mutex lock;
};

void pic_update(struct kvm *kvm, struct pic *pic)
{
	unsigned long flags;

	spin_lock_irqsave(&pic->lock, flags);
	pic->irqs++;
	mutex_lock(&kvm->lock);
	touch(kvm);
	mutex_unlock(&kvm->lock);
	spin_unlock_irqrestore(&kvm->vpic->lock, flags);
}

void pic_reset(struct kvm *kvm)
{
	struct pic *pic = kvm->vpic;

	mutex_lock(&kvm->lock);
	spin_lock(&pic->lock);
	pic->irqs = 0;
	spin_unlock(&pic->lock);
	mutex_unlock(&kvm->lock);
}
