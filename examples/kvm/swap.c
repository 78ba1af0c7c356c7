/* SPDX-License-Identifier: MIT */
/* swap.c - the moment at which the other set of slots becomes the active one. */
#include "vm.h"

/*
 * Publishes the inactive set and returns when nobody looks at the other one any more.
 *
 * The caller holds slots_lock and slots_arch_lock; slots_arch_lock is released here.  It must be,
 * before the wait: a reader that is waited for may itself wait for slots_arch_lock
 * (mmu_first_shadow_root), and would never leave.  slots_lock stays: it keeps updaters in order,
 * and no reader ever takes it.
 */
void slots_swap_active(struct kvm *kvm)
{
	struct kvm_memslots *slots = slots_inactive(kvm);
	uint64_t generation = atomic_load(&slots_active(kvm)->generation);

	atomic_store(&slots->generation, generation | SLOTS_UPDATE_IN_PROGRESS);
	notifier_publish_slots(kvm, slots);
	if (!BUG(KEEP_ARCH_LOCK))
		pthread_mutex_unlock(&kvm->slots_arch_lock);
	synchronize_srcu_expedited(&kvm->srcu);
	if (BUG(KEEP_ARCH_LOCK))
		pthread_mutex_unlock(&kvm->slots_arch_lock);
	/* What was cached about frames without memory is of an older generation now. */
	atomic_store(&slots->generation, generation + 1);
}
