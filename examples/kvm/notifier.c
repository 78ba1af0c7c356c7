/* SPDX-License-Identifier: MIT */
/*
 * notifier.c - the host takes frames away: what the VM does before and after.
 *
 * start and end must see the same slots, because mmu_lock is taken, and the sequence counted, only
 * for slots that overlap.  So slots are not swapped while an invalidation is open: start counts
 * itself in, end counts itself out, and an updater waits for zero with slots_lock and
 * slots_arch_lock held.  Hence nothing here may take these two, nor wait for who holds them.
 * The count is not fair: without end, invalidations can keep an updater waiting.
 */
#include <stddef.h>

#include "vm.h"

static struct kvm *kvm_of(struct mmu_notifier *mn)
{
	return container_of(mn, struct kvm, mmu_notifier);
}

static gfn_t first_gfn(struct kvm *kvm, const struct kvm_memory_slot *slot,
		       const struct mmu_range *range, gfn_t *end)
{
	unsigned page = mm_page(kvm->mm, slot->addr);
	unsigned from = range->first > page ? range->first - page : 0;
	unsigned to = range->end - page < slot->npages ? range->end - page : slot->npages;

	*end = slot->base_gfn + to;
	return slot->base_gfn + from;
}

static void begin_locked(struct kvm *kvm, const struct mmu_range *range)
{
	struct mmu_range *all = &kvm->mmu_invalidate_range;

	if (kvm->mmu_invalidate_in_progress++ == 0) {
		*all = *range;
		return;
	}
	if (range->first < all->first)
		all->first = range->first;
	if (range->end > all->end)
		all->end = range->end;
}

/* Inside kvm->srcu. */
static void unmap_range(struct kvm *kvm, const struct mmu_range *range)
{
	struct kvm_memory_slot *slot = slots_of_page(kvm, range->first, range->end, NULL);
	bool must_flush = false;

	if (!slot)
		return;
	pthread_rwlock_wrlock(&kvm->mmu_lock);
	begin_locked(kvm, range);
	for (; slot; slot = slots_of_page(kvm, range->first, range->end, slot)) {
		gfn_t end, first = first_gfn(kvm, slot, range, &end);

		must_flush |= mmu_zap_gfns_locked(kvm, slot, first, end);
	}
	if (must_flush)
		mmu_flush(kvm);
	pthread_rwlock_unlock(&kvm->mmu_lock);
}

static void invalidate_range_start(struct mmu_notifier *mn, const struct mmu_range *range)
{
	struct kvm *kvm = kvm_of(mn);
	int idx;

	pthread_mutex_lock(&kvm->mn_invalidate_lock);
	kvm->mn_active_invalidate_count++;
	pthread_mutex_unlock(&kvm->mn_invalidate_lock);
	/* Before mmu_lock, so as not to nest the caches' locks in it. */
	gpc_invalidate(kvm, range);
	idx = srcu_read_lock(&kvm->srcu);
	unmap_range(kvm, range);
	srcu_read_unlock(&kvm->srcu, idx);
}

static void invalidate_range_end(struct mmu_notifier *mn, const struct mmu_range *range)
{
	struct kvm *kvm = kvm_of(mn);
	int idx;

	if (BUG(NOTIFIER_LOCK)) /* so that slots stay as they are: and who waits for us has it */
		pthread_mutex_lock(&kvm->slots_arch_lock);
	idx = srcu_read_lock(&kvm->srcu);
	if (slots_of_page(kvm, range->first, range->end, NULL)) {
		pthread_rwlock_wrlock(&kvm->mmu_lock);
		/* First the sequence: who sees nothing in progress must see that something was. */
		atomic_fetch_add(&kvm->mmu_invalidate_seq, 1);
		kvm->mmu_invalidate_in_progress--;
		pthread_rwlock_unlock(&kvm->mmu_lock);
	}
	srcu_read_unlock(&kvm->srcu, idx);
	if (BUG(NOTIFIER_LOCK))
		pthread_mutex_unlock(&kvm->slots_arch_lock);
	pthread_mutex_lock(&kvm->mn_invalidate_lock);
	kvm->mn_active_invalidate_count--;
	if (!kvm->mn_active_invalidate_count)
		pthread_cond_signal(&kvm->mn_memslots_update_wait);
	pthread_mutex_unlock(&kvm->mn_invalidate_lock);
}

const struct mmu_notifier_ops notifier_ops = {
	.invalidate_range_start = invalidate_range_start,
	.invalidate_range_end = invalidate_range_end,
};

bool notifier_is_invalidating(struct kvm *kvm)
{
	bool is_invalidating;

	pthread_mutex_lock(&kvm->mn_invalidate_lock);
	is_invalidating = kvm->mn_active_invalidate_count != 0;
	pthread_mutex_unlock(&kvm->mn_invalidate_lock);
	return is_invalidating;
}

/* With slots_lock held: so there is one waiter at most.  Waits until no invalidation is open. */
void notifier_publish_slots(struct kvm *kvm, struct kvm_memslots *slots)
{
	pthread_mutex_lock(&kvm->mn_invalidate_lock);
	while (kvm->mn_active_invalidate_count)
		pthread_cond_wait(&kvm->mn_memslots_update_wait, &kvm->mn_invalidate_lock);
	srcu_assign_pointer(&kvm->memslots, slots);
	pthread_mutex_unlock(&kvm->mn_invalidate_lock);
}
