/* SPDX-License-Identifier: MIT */
/* A wrapper takes a rwlock for reading or writing, as a parameter says; a spinlock nests both ways. */
// locklore: must deadlock kvm->mmu_lock kvm->pages_lock
// locklore: must order kvm->mmu_lock kvm->pages_lock
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
	spin_lock(&kvm->pages_lock);
	kvm->pages--;
	spin_unlock(&kvm->pages_lock);
	mmu_unlock(kvm, shared);
}

void reclaim(struct kvm *kvm)
{
	spin_lock(&kvm->pages_lock);
	mmu_lock(kvm, false);
	kvm->pages = 0;
	mmu_unlock(kvm, false);
	spin_unlock(&kvm->pages_lock);
}
