/* SPDX-License-Identifier: MIT */
/*
 * mmu.h - the guest's page tables, and cached guest pages.
 *
 * An entry says which frame backs a guest frame.  vCPUs in guest mode walk the tables with no
 * lock; whoever removes an entry or its write permission waits until no vCPU that may have seen
 * it is in guest mode any more (mmu_flush).  Entries are made under mmu_lock for reading, taken
 * away under mmu_lock for writing.
 */
#ifndef KVM_MMU_H
#define KVM_MMU_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "mm.h"
#include "slots.h"

#define MMU_TABLE   512u
#define MMU_ROOT    8u
#define MMU_MAX_GFN (MMU_TABLE * MMU_ROOT)

/* An entry: page of the host << 40, frame << 8, and these. */
#define PTE_PRESENT  1u
#define PTE_WRITABLE 2u
#define PTE_RMAP     4u /* counted in its slot's rmap */

static inline long pte_frame(uint64_t pte)
{
	return (long)(pte >> 8 & 0xffffffff);
}

static inline unsigned pte_page(uint64_t pte)
{
	return (unsigned)(pte >> 40);
}

struct mmu_table {
	_Atomic uint64_t pte[MMU_TABLE];
	struct mmu_table *next; /* under tdp_mmu_pages_lock */
};

enum fault { FAULT_DONE, FAULT_RETRY, FAULT_MMIO, FAULT_ERROR };

/* mmu.c; inside kvm->srcu.  FAULT_MMIO: there is no memory. */
enum fault mmu_page_fault(struct kvm_vcpu *vcpu, gfn_t gfn, bool is_write);
uint64_t mmu_walk(struct kvm *kvm, gfn_t gfn);
/*
 * The first vCPU that shadows page tables of its guest makes the rmaps of all slots.  Inside
 * kvm->srcu.
 */
int mmu_first_shadow_root(struct kvm *kvm);
int mmu_alloc_rmap(struct kvm_memory_slot *slot);

/* zap.c; mmu_lock is taken here unless the name says otherwise */
bool mmu_zap_gfns_locked(struct kvm *kvm, struct kvm_memory_slot *slot, gfn_t first, gfn_t end);
void mmu_zap_slot(struct kvm *kvm, struct kvm_memory_slot *slot);
void mmu_zap_all(struct kvm *kvm);
void mmu_write_protect(struct kvm *kvm, struct kvm_memory_slot *slot);
void mmu_write_protect_locked(struct kvm *kvm, gfn_t gfn);
void mmu_flush(struct kvm *kvm);
void mmu_free(struct kvm *kvm);

/* notifier.c */
extern const struct mmu_notifier_ops notifier_ops;
bool notifier_is_invalidating(struct kvm *kvm);
void notifier_publish_slots(struct kvm *kvm, struct kvm_memslots *slots);

/*
 * A guest page that is kept at hand (gpc.c).  Valid means that frame backs the guest page now.
 * Use: inside kvm->srcu, gpc_get(); the word; gpc_put().
 */
struct gpc {
	pthread_rwlock_t lock;	      /* what is below */
	pthread_mutex_t refresh_lock; /* one refresh at a time */
	struct kvm *kvm;
	struct gpc *next; /* under kvm->gpc_lock */
	gfn_t gfn;
	unsigned page;
	long frame;
	uint64_t generation;
	bool is_active, is_valid;
};

void gpc_init(struct gpc *gpc, struct kvm *kvm);
void gpc_destroy(struct gpc *gpc);
int gpc_activate(struct gpc *gpc, gfn_t gfn);
void gpc_deactivate(struct gpc *gpc);
int gpc_refresh(struct gpc *gpc);
/* With gpc->lock held for reading if true.  gpc_try() never sleeps and never refreshes. */
bool gpc_get(struct gpc *gpc);
bool gpc_try(struct gpc *gpc);
_Atomic uint64_t *gpc_word(struct gpc *gpc, unsigned word);
/* Gives the lock back; the page counts as written. */
void gpc_put(struct gpc *gpc);
void gpc_invalidate(struct kvm *kvm, const struct mmu_range *range);

/* dirty.c: the pages that were written since the last call, one bit each.  Takes slots_lock. */
int dirty_harvest(struct kvm *kvm, unsigned id, unsigned long *bits, unsigned words);

#endif
