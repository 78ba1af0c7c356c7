/* SPDX-License-Identifier: MIT */
/* guest.c - from guest frames to addresses, and access to guest memory: the readers. */
#include <errno.h>

#include "vm.h"

struct kvm_memslots *slots_inactive(struct kvm *kvm)
{
	return &kvm->memslots_set[slots_active(kvm) == &kvm->memslots_set[0]];
}

struct kvm_memory_slot *slots_search(struct kvm_memslots *slots, gfn_t gfn, unsigned *hint)
{
	unsigned low = 0, high = slots->used;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (slot_has(slots->slot[mid], gfn)) {
			if (hint)
				*hint = mid;
			return slots->slot[mid];
		}
		if (slots->slot[mid]->base_gfn > gfn)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* The next slot after that one that has any of these pages of the host. */
struct kvm_memory_slot *slots_of_page(struct kvm *kvm, unsigned first, unsigned end,
				      struct kvm_memory_slot *after)
{
	struct kvm_memslots *slots = slots_active(kvm);
	unsigned i = 0;

	while (after && i < slots->used && slots->slot[i++] != after)
		;
	for (; i < slots->used; i++) {
		struct kvm_memory_slot *slot = slots->slot[i];
		unsigned page = mm_page(kvm->mm, slot->addr);

		if (page < end && page + slot->npages > first)
			return slot;
	}
	return NULL;
}

static struct kvm_memory_slot *find_valid(struct kvm *kvm, gfn_t gfn)
{
	struct kvm_memory_slot *slot = slots_search(slots_active(kvm), gfn, NULL);

	return slot && !(slot->flags & SLOT_INVALID) ? slot : NULL;
}

char *gfn_to_addr(struct kvm *kvm, gfn_t gfn)
{
	struct kvm_memory_slot *slot = find_valid(kvm, gfn);

	return slot ? slot_addr(slot, gfn) : NULL;
}

void slots_mark_dirty(struct kvm_memory_slot *slot, gfn_t gfn)
{
	unsigned long bit = gfn - slot->base_gfn;

	if (slot->dirty)
		atomic_fetch_or(&slot->dirty[bit / 64], 1ul << bit % 64);
}

int guest_read(struct kvm *kvm, uint64_t gpa, void *to, unsigned len)
{
	struct kvm_memory_slot *slot = find_valid(kvm, gpa / PAGE_SIZE);

	if (!slot)
		return -EFAULT;
	return mm_read(kvm->mm, slot_addr(slot, gpa / PAGE_SIZE) + gpa % PAGE_SIZE, to, len);
}

/* Marked after the write: a harvest in between copies the page again next time. */
int guest_write(struct kvm *kvm, uint64_t gpa, const void *from, unsigned len)
{
	struct kvm_memory_slot *slot = find_valid(kvm, gpa / PAGE_SIZE);
	int err;

	if (!slot)
		return -EFAULT;
	err = mm_write(kvm->mm, slot_addr(slot, gpa / PAGE_SIZE) + gpa % PAGE_SIZE, from, len);
	if (!err)
		slots_mark_dirty(slot, gpa / PAGE_SIZE);
	return err;
}

int guest_cmpxchg(struct kvm *kvm, uint64_t gpa, uint64_t *old, uint64_t new)
{
	struct kvm_memory_slot *slot = find_valid(kvm, gpa / PAGE_SIZE);
	int done;

	if (!slot)
		return -EFAULT;
	done = mm_cmpxchg(kvm->mm, slot_addr(slot, gpa / PAGE_SIZE) + gpa % PAGE_SIZE, old, new);
	if (done == 1)
		slots_mark_dirty(slot, gpa / PAGE_SIZE);
	return done;
}
