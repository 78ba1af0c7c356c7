/* SPDX-License-Identifier: MIT */
/* dirty.c - which pages were written: what live migration asks for, round after round. */
#include <errno.h>

#include "vm.h"

/*
 * Bits and permissions change together under mmu_lock: a page whose bit is taken here is written
 * again only after a fault that sets it again.  The flush comes after mmu_lock: what was written
 * until then is in the page when the caller, who has the bits, reads it.
 */
static bool take_bits(struct kvm *kvm, struct kvm_memory_slot *slot, unsigned long *bits,
		      unsigned words)
{
	bool is_any_set = false;

	pthread_rwlock_wrlock(&kvm->mmu_lock);
	for (unsigned i = 0; i < words && i * 64 < slot->npages; i++) {
		bits[i] = atomic_exchange(&slot->dirty[i], 0);
		for (unsigned long left = bits[i]; left; left &= left - 1) {
			unsigned bit = i * 64 + (unsigned)__builtin_ctzl(left);

			mmu_write_protect_locked(kvm, slot->base_gfn + bit);
			is_any_set = true;
		}
	}
	pthread_rwlock_unlock(&kvm->mmu_lock);
	return is_any_set;
}

int dirty_harvest(struct kvm *kvm, unsigned id, unsigned long *bits, unsigned words)
{
	struct kvm_memory_slot *slot = NULL;
	struct kvm_memslots *slots;
	int err = -ENOENT;

	for (unsigned i = 0; i < words; i++)
		bits[i] = 0;
	pthread_mutex_lock(&kvm->slots_lock);
	slots = slots_active(kvm);
	for (unsigned i = 0; i < slots->used; i++)
		if (slots->slot[i]->id == id)
			slot = slots->slot[i];
	if (slot && slot->dirty) {
		if (take_bits(kvm, slot, bits, words))
			mmu_flush(kvm);
		err = 0;
	}
	pthread_mutex_unlock(&kvm->slots_lock);
	return err;
}
