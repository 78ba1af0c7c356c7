/* SPDX-License-Identifier: MIT */
/* mmu.c - page faults and the walk of the guest's page tables.  See mmu.h. */
#include <errno.h>
#include <stdlib.h>

#include "vm.h"

/* In guest mode, or under mmu_lock.  0: no entry. */
uint64_t mmu_walk(struct kvm *kvm, gfn_t gfn)
{
	struct mmu_table *table;

	if (gfn >= MMU_MAX_GFN)
		return 0;
	table = atomic_load(&kvm->arch.root[gfn / MMU_TABLE]);
	return table ? atomic_load(&table->pte[gfn % MMU_TABLE]) : 0;
}

/* Under mmu_lock for reading: several vCPUs may want the same table, one of them gets it in. */
static struct mmu_table *get_table(struct kvm *kvm, gfn_t gfn)
{
	_Atomic(struct mmu_table *) *root = &kvm->arch.root[gfn / MMU_TABLE];
	struct mmu_table *table = atomic_load(root), *new;

	if (table)
		return table;
	new = calloc(1, sizeof(*new));
	if (!new)
		return NULL;
	if (!atomic_compare_exchange_strong(root, &table, new)) {
		free(new);
		return table;
	}
	pthread_mutex_lock(&kvm->arch.tdp_mmu_pages_lock);
	new->next = kvm->arch.tables;
	kvm->arch.tables = new;
	pthread_mutex_unlock(&kvm->arch.tdp_mmu_pages_lock);
	return new;
}

/* Under mmu_lock.  Has the page's frame been taken away since seq was read, or is it about to? */
static bool is_stale(struct kvm *kvm, unsigned long seq, unsigned page)
{
	if (kvm->mmu_invalidate_in_progress && page >= kvm->mmu_invalidate_range.first &&
	    page < kvm->mmu_invalidate_range.end)
		return true;
	return atomic_load(&kvm->mmu_invalidate_seq) != seq;
}

static uint64_t make_pte(struct kvm *kvm, const struct kvm_memory_slot *slot, unsigned page,
			 long frame, bool is_writable)
{
	uint64_t pte = (uint64_t)page << 40 | (uint64_t)frame << 8 | PTE_PRESENT;

	if (is_writable)
		pte |= PTE_WRITABLE;
	if (atomic_load(&kvm->arch.has_shadow_root) && slot->arch.rmap)
		pte |= PTE_RMAP;
	return pte;
}

/* Under mmu_lock for reading. */
static enum fault set_pte(struct kvm *kvm, struct kvm_memory_slot *slot, gfn_t gfn, unsigned page,
			  long frame, bool is_write)
{
	struct mmu_table *table = get_table(kvm, gfn);
	_Atomic uint64_t *pte;
	uint64_t old, new;

	if (!table)
		return FAULT_ERROR;
	pte = &table->pte[gfn % MMU_TABLE];
	old = atomic_load(pte);
	/* Here and not before: a harvest either finds the bit or has not yet protected the page. */
	if (is_write)
		slots_mark_dirty(slot, gfn);
	if (old & PTE_PRESENT) {
		if (pte_page(old) != page || pte_frame(old) != frame)
			return FAULT_ERROR; /* somebody forgot to take it away */
		new = old | (is_write || !slot->dirty ? PTE_WRITABLE : 0);
		return atomic_compare_exchange_strong(pte, &old, new) ? FAULT_DONE : FAULT_RETRY;
	}
	new = make_pte(kvm, slot, page, frame, is_write || !slot->dirty);
	if (!atomic_compare_exchange_strong(pte, &old, new))
		return FAULT_RETRY;
	if (new &PTE_RMAP)
		atomic_fetch_add(&slot->arch.rmap[gfn - slot->base_gfn], 1);
	return FAULT_DONE;
}

/* Remembered only while no update is under way: else there may be memory in a moment. */
static enum fault no_memory(struct kvm_vcpu *vcpu, gfn_t gfn, uint64_t generation)
{
	if (!(generation & SLOTS_UPDATE_IN_PROGRESS)) {
		vcpu->mmio_gfn = gfn;
		vcpu->mmio_generation = generation;
	}
	return FAULT_MMIO;
}

enum fault mmu_page_fault(struct kvm_vcpu *vcpu, gfn_t gfn, bool is_write)
{
	struct kvm *kvm = vcpu->kvm;
	struct kvm_memslots *slots = slots_active(kvm);
	uint64_t generation = atomic_load(&slots->generation);
	struct kvm_memory_slot *slot;
	enum fault result = FAULT_RETRY;
	unsigned long seq;
	unsigned page;
	long frame;

	if (vcpu->mmio_generation == generation && vcpu->mmio_gfn == gfn)
		return FAULT_MMIO;
	/* Before the frame is looked up: what is taken away from here on changes it. */
	seq = atomic_load(&kvm->mmu_invalidate_seq);
	slot = slots_find(slots, gfn, &vcpu->slot_hint);
	if (!slot)
		return no_memory(vcpu, gfn, generation);
	if (slot->flags & SLOT_INVALID)
		return FAULT_RETRY;
	page = mm_page(kvm->mm, slot_addr(slot, gfn));
	frame = mm_frame(kvm->mm, page);
	if (frame == NO_FRAME)
		return FAULT_RETRY;
	pthread_rwlock_rdlock(&kvm->mmu_lock);
	if (!is_stale(kvm, seq, page))
		result = set_pte(kvm, slot, gfn, page, frame, is_write);
	pthread_rwlock_unlock(&kvm->mmu_lock);
	return result;
}

int mmu_alloc_rmap(struct kvm_memory_slot *slot)
{
	if (!slot->arch.rmap)
		slot->arch.rmap = calloc(slot->npages, sizeof(*slot->arch.rmap));
	return slot->arch.rmap ? 0 : -ENOMEM;
}

/*
 * The lock comes before the pointer: the set that is active now stays so until we are done,
 * because an updater holds slots_arch_lock while it copies and publishes.
 */
int mmu_first_shadow_root(struct kvm *kvm)
{
	struct kvm_memslots *slots;
	int err = 0;

	if (atomic_load_explicit(&kvm->arch.has_shadow_root, memory_order_acquire))
		return 0;
	pthread_mutex_lock(&kvm->slots_arch_lock);
	slots = slots_active(kvm);
	for (unsigned i = 0; !err && i < slots->used; i++)
		err = mmu_alloc_rmap(slots->slot[i]);
	/* Whoever sees the flag sees the maps. */
	if (!err)
		atomic_store_explicit(&kvm->arch.has_shadow_root, true, memory_order_release);
	pthread_mutex_unlock(&kvm->slots_arch_lock);
	return err;
}
