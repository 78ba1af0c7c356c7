/* SPDX-License-Identifier: MIT */
/*
 * A spinlock taken through spinlock_check(), at the start of its struct and inside another one,
 * has one name where it is taken and where it is dropped: nothing stays held.
 */
// locklore: must-not deadlock
// locklore: must-not order pic->lock kvm->lock
// locklore: must order kvm->lock pic->lock
// locklore: must order pic->lock raw_lock
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
static DEFINE_RAW_SPINLOCK(raw_lock);

static void pic_lock(struct pic *pic)
{
	spin_lock(&pic->lock);
}

void pic_update(struct kvm *kvm, struct pic *s)
{
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	s->irqs++;
	spin_unlock_irqrestore(&kvm->vpic->lock, flags);
	mutex_lock(&kvm->lock);
	touch(kvm);
	mutex_unlock(&kvm->lock);
}

void pic_reset(struct kvm *kvm)
{
	struct pic *pic = kvm->vpic;

	mutex_lock(&kvm->lock);
	pic_lock(pic);
	raw_spin_lock(&raw_lock);
	pic->irqs = 0;
	raw_spin_unlock(&raw_lock);
	spin_unlock_irq(&kvm->vpic->lock);
	mutex_unlock(&kvm->lock);
}
