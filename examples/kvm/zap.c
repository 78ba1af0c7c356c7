/* SPDX-License-Identifier: MIT */
/* zap.c - taking entries, or the permission to write, away from vCPUs that may be using them. */
#include <sched.h>
#include <stdlib.h>

#include "vm.h"

/*
 * Returns when every vCPU that was in guest mode has left it.  Who enters later sees the tables
 * as they are now: entering is a full barrier before the first walk, as is the exchange of an
 * entry before the look at guest_entries.  Guest mode takes no lock, so any may be held here.
 */
void mmu_flush(struct kvm *kvm)
{
	for (unsigned i = 0; i < atomic_load(&kvm->online_vcpus); i++) {
		struct kvm_vcpu *vcpu = atomic_load(&kvm->vcpu[i]);
		unsigned entries = atomic_load(&vcpu->guest_entries);

		if (!(entries & 1))
			continue;
		atomic_fetch_or(&vcpu->requests, REQ_FLUSH);
		while (atomic_load(&vcpu->guest_entries) == entries)
			sched_yield();
	}
}

static _Atomic uint64_t *find_pte(struct kvm *kvm, gfn_t gfn)
{
	struct mmu_table *table;

	if (gfn >= MMU_MAX_GFN)
		return NULL;
	table = atomic_load(&kvm->arch.root[gfn / MMU_TABLE]);
	return table ? &table->pte[gfn % MMU_TABLE] : NULL;
}

/* True if a flush is due. */
bool mmu_zap_gfns_locked(struct kvm *kvm, struct kvm_memory_slot *slot, gfn_t first, gfn_t end)
{
	bool was_there = false;

	for (gfn_t gfn = first; gfn < end; gfn++) {
		_Atomic uint64_t *pte = find_pte(kvm, gfn);
		uint64_t old = pte ? atomic_exchange(pte, 0) : 0;

		if (old & PTE_RMAP)
			atomic_fetch_sub(&slot->arch.rmap[gfn - slot->base_gfn], 1);
		was_there |= old != 0;
	}
	return was_there;
}

void mmu_zap_slot(struct kvm *kvm, struct kvm_memory_slot *slot)
{
	pthread_rwlock_wrlock(&kvm->mmu_lock);
	if (mmu_zap_gfns_locked(kvm, slot, slot->base_gfn, slot->base_gfn + slot->npages))
		mmu_flush(kvm);
	pthread_rwlock_unlock(&kvm->mmu_lock);
}

/* Under mmu_lock for writing, when no table is of use any more. */
static void free_tables(struct kvm *kvm)
{
	struct mmu_table *table;

	for (unsigned i = 0; i < MMU_ROOT; i++)
		atomic_store(&kvm->arch.root[i], NULL);
	mmu_flush(kvm);
	pthread_mutex_lock(&kvm->arch.tdp_mmu_pages_lock);
	while ((table = kvm->arch.tables)) {
		kvm->arch.tables = table->next;
		free(table);
	}
	pthread_mutex_unlock(&kvm->arch.tdp_mmu_pages_lock);
}

/* With slots_lock held: the slots must not change meanwhile. */
void mmu_zap_all(struct kvm *kvm)
{
	struct kvm_memslots *slots = slots_active(kvm);

	pthread_rwlock_wrlock(&kvm->mmu_lock);
	for (unsigned i = 0; i < slots->used; i++) {
		struct kvm_memory_slot *slot = slots->slot[i];

		mmu_zap_gfns_locked(kvm, slot, slot->base_gfn, slot->base_gfn + slot->npages);
	}
	free_tables(kvm);
	pthread_rwlock_unlock(&kvm->mmu_lock);
}

void mmu_free(struct kvm *kvm)
{
	pthread_rwlock_wrlock(&kvm->mmu_lock);
	free_tables(kvm);
	pthread_rwlock_unlock(&kvm->mmu_lock);
}

/* Under mmu_lock for writing; a flush is due. */
void mmu_write_protect_locked(struct kvm *kvm, gfn_t gfn)
{
	_Atomic uint64_t *pte = find_pte(kvm, gfn);

	if (pte)
		atomic_fetch_and(pte, ~(uint64_t)PTE_WRITABLE);
}

void mmu_write_protect(struct kvm *kvm, struct kvm_memory_slot *slot)
{
	pthread_rwlock_wrlock(&kvm->mmu_lock);
	for (unsigned i = 0; i < slot->npages; i++)
		mmu_write_protect_locked(kvm, slot->base_gfn + i);
	mmu_flush(kvm);
	pthread_rwlock_unlock(&kvm->mmu_lock);
}
