/* SPDX-License-Identifier: MIT */
/*
 * gpc.c - guest pages that are kept at hand, so that a word in them costs no lookup and can be
 * written where nobody may sleep.  See mmu.h.
 */
#include <errno.h>

#include "vm.h"

void gpc_init(struct gpc *gpc, struct kvm *kvm)
{
	pthread_rwlock_init(&gpc->lock, NULL);
	pthread_mutex_init(&gpc->refresh_lock, NULL);
	gpc->kvm = kvm;
	gpc->is_active = gpc->is_valid = false;
}

void gpc_destroy(struct gpc *gpc)
{
	gpc_deactivate(gpc);
	pthread_mutex_destroy(&gpc->refresh_lock);
	pthread_rwlock_destroy(&gpc->lock);
}

/* Under gpc->lock. */
static bool is_current(struct gpc *gpc)
{
	return gpc->is_active && gpc->is_valid &&
	       gpc->generation == atomic_load(&slots_active(gpc->kvm)->generation);
}

/*
 * With gpc->lock held for writing, which is dropped and taken again.  The count of open
 * invalidations is looked at and not mmu_invalidate_in_progress: caches are invalidated before
 * that is raised.
 */
static int look_up(struct gpc *gpc)
{
	struct kvm *kvm = gpc->kvm;

	for (;;) {
		unsigned long seq = atomic_load(&kvm->mmu_invalidate_seq);
		uint64_t generation;
		unsigned page;
		char *addr;
		long frame;

		gpc->is_valid = false;
		pthread_rwlock_unlock(&gpc->lock);
		generation = atomic_load(&slots_active(kvm)->generation);
		addr = gfn_to_addr(kvm, gpc->gfn);
		page = addr ? mm_page(kvm->mm, addr) : 0;
		frame = addr ? mm_frame(kvm->mm, page) : NO_FRAME;
		pthread_rwlock_wrlock(&gpc->lock);
		if (frame == NO_FRAME)
			return -EFAULT;
		if (notifier_is_invalidating(kvm) || atomic_load(&kvm->mmu_invalidate_seq) != seq)
			continue;
		gpc->page = page;
		gpc->frame = frame;
		gpc->generation = generation;
		gpc->is_valid = true;
		return 0;
	}
}

/* Inside kvm->srcu, with no gpc->lock held. */
int gpc_refresh(struct gpc *gpc)
{
	int err = 0;

	pthread_mutex_lock(&gpc->refresh_lock);
	pthread_rwlock_wrlock(&gpc->lock);
	if (!gpc->is_active)
		err = -EINVAL;
	else if (!is_current(gpc))
		err = look_up(gpc);
	pthread_rwlock_unlock(&gpc->lock);
	pthread_mutex_unlock(&gpc->refresh_lock);
	return err;
}

static void link_gpc(struct gpc *gpc)
{
	struct kvm *kvm = gpc->kvm;

	pthread_mutex_lock(&kvm->gpc_lock);
	gpc->next = kvm->gpc_list;
	kvm->gpc_list = gpc;
	pthread_mutex_unlock(&kvm->gpc_lock);
}

static void unlink_gpc(struct gpc *gpc)
{
	struct kvm *kvm = gpc->kvm;

	pthread_mutex_lock(&kvm->gpc_lock);
	for (struct gpc **at = &kvm->gpc_list; *at; at = &(*at)->next)
		if (*at == gpc) {
			*at = gpc->next;
			break;
		}
	pthread_mutex_unlock(&kvm->gpc_lock);
}

/* Linked before it is looked up, so that no invalidation is missed.  Inside kvm->srcu. */
int gpc_activate(struct gpc *gpc, gfn_t gfn)
{
	bool was_active;

	pthread_mutex_lock(&gpc->refresh_lock);
	pthread_rwlock_wrlock(&gpc->lock);
	was_active = gpc->is_active;
	gpc->gfn = gfn;
	gpc->is_active = true;
	gpc->is_valid = false;
	pthread_rwlock_unlock(&gpc->lock);
	if (!was_active)
		link_gpc(gpc);
	pthread_mutex_unlock(&gpc->refresh_lock);
	return gpc_refresh(gpc);
}

void gpc_deactivate(struct gpc *gpc)
{
	bool was_active;

	pthread_mutex_lock(&gpc->refresh_lock);
	pthread_rwlock_wrlock(&gpc->lock);
	was_active = gpc->is_active;
	gpc->is_active = gpc->is_valid = false;
	pthread_rwlock_unlock(&gpc->lock);
	if (was_active)
		unlink_gpc(gpc);
	pthread_mutex_unlock(&gpc->refresh_lock);
}

/* From the notifier, before the frames of the range are taken away. */
void gpc_invalidate(struct kvm *kvm, const struct mmu_range *range)
{
	pthread_mutex_lock(&kvm->gpc_lock);
	for (struct gpc *gpc = kvm->gpc_list; gpc; gpc = gpc->next) {
		pthread_rwlock_wrlock(&gpc->lock);
		if (gpc->is_valid && gpc->page >= range->first && gpc->page < range->end)
			gpc->is_valid = false;
		pthread_rwlock_unlock(&gpc->lock);
	}
	pthread_mutex_unlock(&kvm->gpc_lock);
}

bool gpc_try(struct gpc *gpc)
{
	if (pthread_rwlock_tryrdlock(&gpc->lock))
		return false;
	if (is_current(gpc))
		return true;
	pthread_rwlock_unlock(&gpc->lock);
	return false;
}

bool gpc_get(struct gpc *gpc)
{
	for (;;) {
		pthread_rwlock_rdlock(&gpc->lock);
		if (is_current(gpc))
			return true;
		pthread_rwlock_unlock(&gpc->lock);
		if (gpc_refresh(gpc))
			return false;
	}
}

_Atomic uint64_t *gpc_word(struct gpc *gpc, unsigned word)
{
	return (_Atomic uint64_t *)mm_frame_word(gpc->kvm->mm, gpc->frame, word);
}

void gpc_put(struct gpc *gpc)
{
	struct kvm_memslots *slots = slots_active(gpc->kvm);
	struct kvm_memory_slot *slot = slots_search(slots, gpc->gfn, NULL);

	if (slot)
		slots_mark_dirty(slot, gpc->gfn);
	pthread_rwlock_unlock(&gpc->lock);
}
