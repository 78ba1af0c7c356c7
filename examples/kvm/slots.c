/* SPDX-License-Identifier: MIT */
/*
 * slots.c - create, delete, move slots, change their flags: the updaters.
 *
 * slots_arch_lock is held from before a slot's arch part is copied until the copy is published:
 * a vCPU fills it in (mmu_first_shadow_root) and must not write to what is being replaced.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vm.h"

enum change { CREATE, DELETE, MOVE, FLAGS };

/* In a set that no reader can see. */
static void replace(struct kvm_memslots *slots, struct kvm_memory_slot *old,
		    struct kvm_memory_slot *new)
{
	unsigned at = 0;

	if (old) {
		while (slots->slot[at] != old)
			at++;
		memmove(&slots->slot[at], &slots->slot[at + 1],
			(--slots->used - at) * sizeof(slots->slot[0]));
	}
	if (!new)
		return;
	for (at = slots->used; at && slots->slot[at - 1]->base_gfn > new->base_gfn; at--)
		slots->slot[at] = slots->slot[at - 1];
	slots->slot[at] = new;
	slots->used++;
}

/*
 * Replaces a slot in both sets: in the inactive one, where it is there, swap, in the one that has
 * become inactive, where it is here.  Releases slots_arch_lock.
 */
static void activate(struct kvm *kvm, struct kvm_memory_slot *there, struct kvm_memory_slot *here,
		     struct kvm_memory_slot *new)
{
	replace(slots_inactive(kvm), there, new);
	slots_swap_active(kvm);
	replace(slots_inactive(kvm), here, new);
}

/*
 * Readers see the slot as gone from here on, and no page table has it.  The copy that says so is
 * in the active set, the slot itself still in the inactive one.
 */
static void invalidate(struct kvm *kvm, struct kvm_memory_slot *slot,
		       struct kvm_memory_slot *invalid)
{
	*invalid = *slot;
	invalid->flags |= SLOT_INVALID;
	replace(slots_inactive(kvm), slot, invalid);
	slots_swap_active(kvm);
	mmu_zap_slot(kvm, slot);
	pthread_mutex_lock(&kvm->slots_arch_lock);
	/* slots_arch_lock was free for a while: a vCPU may have filled in the copy's arch part. */
	slot->arch = invalid->arch;
}

/* Under slots_arch_lock: what the new slot needs besides what it takes over from the old one. */
static int prepare(struct kvm *kvm, const struct kvm_memory_slot *old, struct kvm_memory_slot *new,
		   enum change change)
{
	if (change == DELETE)
		return 0;
	if (new->flags & SLOT_LOG_DIRTY) {
		if (old && old->dirty && change == FLAGS)
			new->dirty = old->dirty;
		else
			new->dirty = calloc((new->npages + 63) / 64, sizeof(*new->dirty));
		if (!new->dirty)
			return -ENOMEM;
	}
	if (change == FLAGS)
		new->arch = old->arch;
	else if (atomic_load(&kvm->arch.has_shadow_root))
		return mmu_alloc_rmap(new);
	return 0;
}

static void free_slot(struct kvm_memory_slot *slot, const struct kvm_memory_slot *heir)
{
	if (!slot)
		return;
	if (!heir || heir->dirty != slot->dirty)
		free(slot->dirty);
	if (!heir || heir->arch.rmap != slot->arch.rmap) {
		for (unsigned i = 0; slot->arch.rmap && i < slot->npages; i++)
			if (slot->arch.rmap[i]) /* a page table still points to the slot's page */
				abort();
		free(slot->arch.rmap);
	}
	free(slot);
}

/* The new state is published and the old one has no reader. */
static void commit(struct kvm *kvm, struct kvm_memory_slot *old, struct kvm_memory_slot *new,
		   enum change change)
{
	if (change == CREATE)
		atomic_fetch_add(&kvm->page_count, new->npages);
	if (change == DELETE)
		atomic_fetch_sub(&kvm->page_count, old->npages);
	/* From here on the first write to every page is seen. */
	if (change == FLAGS && new->dirty &&new->dirty != old->dirty)
		mmu_write_protect(kvm, new);
	free_slot(old, change == FLAGS ? new : NULL);
}

static int set_slot(struct kvm *kvm, struct kvm_memory_slot *old, struct kvm_memory_slot *new,
		    enum change change)
{
	struct kvm_memory_slot *invalid = NULL;
	int err;

	if (change == DELETE || change == MOVE) {
		invalid = malloc(sizeof(*invalid));
		if (!invalid)
			return -ENOMEM;
	}
	pthread_mutex_lock(&kvm->slots_arch_lock);
	if (invalid)
		invalidate(kvm, old, invalid);
	err = prepare(kvm, old, new, change);
	if (err) {
		if (invalid)
			activate(kvm, old, invalid, old);
		else
			pthread_mutex_unlock(&kvm->slots_arch_lock);
		free(invalid);
		return err;
	}
	activate(kvm, old, invalid ? invalid : old, new);
	free(invalid);
	commit(kvm, old, new, change);
	return 0;
}

static struct kvm_memory_slot *slot_by_id(struct kvm_memslots *slots, unsigned id)
{
	for (unsigned i = 0; i < slots->used; i++)
		if (slots->slot[i]->id == id)
			return slots->slot[i];
	return NULL;
}

static bool overlaps(const struct kvm_memslots *slots, const struct memory_region *region)
{
	for (unsigned i = 0; i < slots->used; i++) {
		const struct kvm_memory_slot *slot = slots->slot[i];

		if (slot->id != region->id && slot->base_gfn < region->gfn + region->npages &&
		    region->gfn < slot->base_gfn + slot->npages)
			return true;
	}
	return false;
}

/* What the region asks for, or a negative errno. */
static int kind_of_change(struct kvm *kvm, const struct kvm_memory_slot *old,
			  const struct memory_region *region)
{
	if (region->flags & ~SLOT_LOG_DIRTY || region->gfn + region->npages > MMU_MAX_GFN ||
	    region->page + region->npages > kvm->mm->pages)
		return -EINVAL;
	if (!region->npages)
		return old ? DELETE : -ENOENT;
	if (overlaps(slots_active(kvm), region))
		return -EEXIST;
	if (!old)
		return slots_active(kvm)->used < MAX_SLOTS ? CREATE : -ENOSPC;
	if (old->npages != region->npages || mm_page(kvm->mm, old->addr) != region->page)
		return -EINVAL;
	return old->base_gfn == region->gfn ? FLAGS : MOVE;
}

int slots_set_region_locked(struct kvm *kvm, const struct memory_region *region)
{
	struct kvm_memory_slot *old = slot_by_id(slots_active(kvm), region->id), *new = NULL;
	int change = kind_of_change(kvm, old, region), err;

	if (change < 0)
		return change;
	if (change != DELETE) {
		new = calloc(1, sizeof(*new));
		if (!new)
			return -ENOMEM;
		new->id = region->id;
		new->flags = region->flags;
		new->base_gfn = region->gfn;
		new->npages = region->npages;
		new->addr = kvm->mm->base + (size_t)region->page *PAGE_SIZE;
	}
	err = set_slot(kvm, old, new, (enum change)change);
	if (err && new) {
		if (!old || new->dirty != old->dirty)
			free(new->dirty);
		free(new);
	}
	return err;
}

int slots_set_region(struct kvm *kvm, const struct memory_region *region)
{
	int err;

	pthread_mutex_lock(&kvm->slots_lock);
	err = slots_set_region_locked(kvm, region);
	pthread_mutex_unlock(&kvm->slots_lock);
	return err;
}

int slots_resize(struct kvm *kvm, const struct memory_region *region)
{
	const struct memory_region none = { .id = region->id };
	int err;

	pthread_mutex_lock(&kvm->slots_lock);
	err = slots_set_region_locked(kvm, &none);
	if (!err)
		err = slots_set_region_locked(kvm, region);
	pthread_mutex_unlock(&kvm->slots_lock);
	return err;
}

void slots_free_all(struct kvm *kvm)
{
	struct kvm_memslots *slots = slots_active(kvm);

	for (unsigned i = 0; i < slots->used; i++)
		free_slot(slots->slot[i], NULL);
	slots->used = 0;
}
