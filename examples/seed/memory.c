/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "vm.h"

bool slot_read(struct kvm *kvm, unsigned gfn, unsigned long *value)
{
	struct memslots *slots = atomic_load(&kvm->memslots);

	if (gfn >= SLOT_PAGES)
		return false;
	*value = slots->page[gfn];
	return true;
}

bool guest_read(struct kvm *kvm, unsigned gfn, unsigned long *value)
{
	int idx = srcu_read_lock(&kvm->srcu);
	bool ok = slot_read(kvm, gfn, value);

	srcu_read_unlock(&kvm->srcu, idx);
	return ok;
}

/* The first vCPU that needs the map makes it.  The updater gives slots_arch_lock away before it waits. */
bool slot_mark_dirty(struct kvm *kvm, unsigned gfn)
{
	struct memslots *slots;
	bool ok;

	pthread_mutex_lock(&kvm->slots_arch_lock);
	slots = atomic_load(&kvm->memslots);
	if (!slots->dirty)
		slots->dirty = calloc(SLOT_PAGES, 1);
	ok = slots->dirty && gfn < SLOT_PAGES;
	if (ok)
		slots->dirty[gfn] = 1;
	pthread_mutex_unlock(&kvm->slots_arch_lock);
	return ok;
}

/* Publishes the new slots, gives away slots_arch_lock, and waits until nobody reads the old ones. */
static void install_memslots(struct kvm *kvm, struct memslots *slots)
{
	struct memslots *old = atomic_exchange(&kvm->memslots, slots);

	pthread_mutex_unlock(&kvm->slots_arch_lock);
	synchronize_srcu(&kvm->srcu);
	free(old);
}

bool vm_set_memory(struct kvm *kvm, unsigned long seed)
{
	struct memslots *slots = calloc(1, sizeof(*slots));

	if (!slots)
		return false;
	pthread_mutex_lock(&kvm->slots_lock);
	pthread_mutex_lock(&kvm->slots_arch_lock);
	*slots = *atomic_load(&kvm->memslots);
	slots->generation++;
	for (unsigned i = 0; i < SLOT_PAGES; i++)
		slots->page[i] = seed + i;
	install_memslots(kvm, slots);
	pthread_mutex_unlock(&kvm->slots_lock);
	return true;
}
