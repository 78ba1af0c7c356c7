/* SPDX-License-Identifier: MIT */
/* The same wrapper, and nothing is held when it has given the lock back. */
// locklore: must-not deadlock
// locklore: must-not order kvm->mmu_lock kvm->pages_lock
// locklore: must order kvm->pages_lock kvm->mmu_lock
#include "include/linux/rwlock.h"
#include "include/linux/spinlock.h"

struct kvm {
	rwlock_t mmu_lock;
	spinlock_t pages_lock;
	int pages;
};

static inline void mmu_lock(struct kvm *kvm, bool shared)
{
	if (shared)
		read_lock(&kvm->mmu_lock);
	else
		write_lock(&kvm->mmu_lock);
}
static inline void mmu_unlock(struct kvm *kvm, bool shared)
{
	if (shared)
		read_unlock(&kvm->mmu_lock);
	else
		write_unlock(&kvm->mmu_lock);
}

void zap(struct kvm *kvm, bool shared)
{
	mmu_lock(kvm, shared);
	touch(kvm);
	mmu_unlock(kvm, shared);
	spin_lock(&kvm->pages_lock);
	kvm->pages--;
	spin_unlock(&kvm->pages_lock);
}

void reclaim(struct kvm *kvm)
{
	spin_lock(&kvm->pages_lock);
	mmu_lock(kvm, false);
	kvm->pages = 0;
	mmu_unlock(kvm, false);
	spin_unlock(&kvm->pages_lock);
}
