/* SPDX-License-Identifier: MIT */
/* One of the callbacks reaches the lock, two calls down. */
// locklore: must verdict contradicted : MMU notifiers must not take kvm->slots_lock
// locklore: must verdict upheld : MMU notifiers must not take kvm->lock
// locklore: must order kvm->slots_lock kvm->lock
// locklore: must-not deadlock
#include "include/linux/mmu_notifier.h"
#include "include/linux/mutex.h"

struct kvm {
	struct mmu_notifier mn;
	struct mutex slots_lock, lock;
	int seq;
};

static void slots_touch(struct kvm *kvm)
{
	mutex_lock(&kvm->slots_lock);
	kvm->seq++;
	mutex_unlock(&kvm->slots_lock);
}

static void range_end(struct mmu_notifier *mn, unsigned long start, unsigned long end)
{
	struct kvm *kvm = container_of(mn, struct kvm, mn);

	if (start < end)
		slots_touch(kvm);
}

static const struct mmu_notifier_ops kvm_mmu_notifier_ops = {
	.invalidate_range_end = range_end,
};

int kvm_init(struct kvm *kvm)
{
	kvm->mn.ops = &kvm_mmu_notifier_ops;
	return mmu_notifier_register(&kvm->mn, kvm);
}

void set_slots(struct kvm *kvm)
{
	mutex_lock(&kvm->slots_lock);
	mutex_lock(&kvm->lock);
	kvm->seq--;
	mutex_unlock(&kvm->lock);
	mutex_unlock(&kvm->slots_lock);
}
