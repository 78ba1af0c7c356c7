/* SPDX-License-Identifier: MIT */
/* A context named in words: the functions in a table of the memory manager's callbacks. */
// locklore: must verdict upheld : MMU notifiers must not take kvm->slots_lock
// locklore: must verdict upheld : kvm->slots_lock is taken outside kvm->mmu_lock
// locklore: must-not order kvm->mmu_lock kvm->slots_lock
// locklore: must-not deadlock
#include "include/linux/mmu_notifier.h"
#include "include/linux/mutex.h"

struct kvm {
	struct mmu_notifier mn;
	struct mutex slots_lock, mmu_lock;
	int seq;
};

static int range_start(struct mmu_notifier *mn, unsigned long start, unsigned long end)
{
	struct kvm *kvm = container_of(mn, struct kvm, mn);

	mutex_lock(&kvm->mmu_lock);
	kvm->seq++;
	mutex_unlock(&kvm->mmu_lock);
	return start > end;
}

static const struct mmu_notifier_ops kvm_mmu_notifier_ops = {
	.invalidate_range_start = range_start,
};

int kvm_init(struct kvm *kvm)
{
	kvm->mn.ops = &kvm_mmu_notifier_ops;
	return mmu_notifier_register(&kvm->mn, kvm);
}

void set_slots(struct kvm *kvm)
{
	mutex_lock(&kvm->slots_lock);
	mutex_lock(&kvm->mmu_lock);
	kvm->seq--;
	mutex_unlock(&kvm->mmu_lock);
	mutex_unlock(&kvm->slots_lock);
}
