/* SPDX-License-Identifier: MIT */
/*
 * slots.h - which guest frames are backed by which pages, for readers that never wait.
 *
 * Two sets of slots and a pointer to the active one.  Readers are inside kvm->srcu from loading
 * the pointer to their last use of a slot.  An updater holds kvm->slots_lock, edits the inactive
 * set, publishes it, waits until nobody reads the other one, and repeats the edit there.  No
 * allocation but for the slot itself; both sets point to the same slots.
 */
#ifndef KVM_SLOTS_H
#define KVM_SLOTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define MAX_SLOTS		 32u
#define SLOTS_UPDATE_IN_PROGRESS (1ull << 63) /* in a generation: the grace period is not over */

#define SLOT_LOG_DIRTY 1u
#define SLOT_INVALID   2u /* about to go: readers take it for no slot at all */

typedef uint64_t gfn_t;

struct kvm;
struct kvm_vcpu;

/* What the architecture keeps with a slot.  Under slots_arch_lock. */
struct slot_arch {
	atomic_uchar
		*rmap; /* one per page: how often page tables point to it; made when first needed */
};

struct kvm_memory_slot {
	gfn_t base_gfn;
	unsigned npages;
	unsigned id, flags;
	char *addr;
	atomic_ulong *dirty; /* one bit per page where SLOT_LOG_DIRTY is set */
	struct slot_arch arch;
};

struct kvm_memslots {
	_Atomic uint64_t generation;
	unsigned used;
	struct kvm_memory_slot *slot[MAX_SLOTS]; /* by base_gfn */
};

struct memory_region {
	unsigned id, flags;
	gfn_t gfn;
	unsigned npages; /* 0: the slot goes */
	unsigned page;	 /* of the host, the first one */
};

/*
 * slots.c: create, delete, move, or change the flags of a slot, as the region says.
 * 0, or -EINVAL, -EEXIST (overlap), -ENOENT, -ENOSPC, -ENOMEM, and nothing has changed.
 * Takes slots_lock and waits for readers: not to be called inside kvm->srcu.
 */
int slots_set_region(struct kvm *kvm, const struct memory_region *region);
int slots_set_region_locked(struct kvm *kvm, const struct memory_region *region);
/* Delete and create again with another size, as one update. */
int slots_resize(struct kvm *kvm, const struct memory_region *region);
void slots_free_all(struct kvm *kvm);

/* swap.c: makes the inactive set the active one.  Takes slots_arch_lock over and releases it. */
void slots_swap_active(struct kvm *kvm);

/* guest.c, all inside kvm->srcu, or with slots_lock held */
struct kvm_memslots *slots_inactive(struct kvm *kvm);
/* hint: NULL, or where the reader keeps the slot's place for slots_find() (below). */
struct kvm_memory_slot *slots_search(struct kvm_memslots *slots, gfn_t gfn, unsigned *hint);
struct kvm_memory_slot *slots_of_page(struct kvm *kvm, unsigned first, unsigned end,
				      struct kvm_memory_slot *after);
char *gfn_to_addr(struct kvm *kvm, gfn_t gfn);
void slots_mark_dirty(struct kvm_memory_slot *slot, gfn_t gfn);

/* Guest memory by guest address, within one page.  0 or -EFAULT. */
int guest_read(struct kvm *kvm, uint64_t gpa, void *to, unsigned len);
int guest_write(struct kvm *kvm, uint64_t gpa, const void *from, unsigned len);
/* 1 where *old was there and is replaced, 0 where not (*old says what was), or -EFAULT. */
int guest_cmpxchg(struct kvm *kvm, uint64_t gpa, uint64_t *old, uint64_t new);

static inline bool slot_has(const struct kvm_memory_slot *slot, gfn_t gfn)
{
	return gfn - slot->base_gfn < slot->npages;
}

/* *hint is where the last search of this reader ended: mostly the next one ends there too. */
static inline struct kvm_memory_slot *slots_find(struct kvm_memslots *slots, gfn_t gfn,
						 unsigned *hint)
{
	if (*hint < slots->used && slot_has(slots->slot[*hint], gfn))
		return slots->slot[*hint];
	return slots_search(slots, gfn, hint);
}

static inline char *slot_addr(const struct kvm_memory_slot *slot, gfn_t gfn)
{
	return slot->addr + (gfn - slot->base_gfn) * 4096;
}

#endif
