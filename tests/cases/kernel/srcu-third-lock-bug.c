/* SPDX-License-Identifier: MIT */
/* A third lock in between: read side -> lock, lock -> slots_lock, slots_lock -> wait. */
// locklore: must deadlock kvm->lock kvm->slots_lock kvm->srcu
// locklore: must-not wait kvm->srcu inside kvm->lock
// locklore: must wait kvm->srcu inside kvm->slots_lock
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct kvm {
	struct mutex lock, slots_lock;
	struct srcu_struct srcu;
	int *bus;
	int pits;
};

void hypercall(struct kvm *kvm)
{
	int idx = srcu_read_lock(&kvm->srcu);

	mutex_lock(&kvm->lock);
	kvm->pits++;
	mutex_unlock(&kvm->lock);
	srcu_read_unlock(&kvm->srcu, idx);
}

void create_pit(struct kvm *kvm)
{
	mutex_lock(&kvm->lock);
	kvm->pits++;
	mutex_lock(&kvm->slots_lock);
	touch(kvm->bus);
	mutex_unlock(&kvm->slots_lock);
	mutex_unlock(&kvm->lock);
}

void bus_unregister(struct kvm *kvm)
{
	int *old;

	mutex_lock(&kvm->slots_lock);
	old = kvm->bus;
	WRITE_ONCE(kvm->bus, NULL);
	synchronize_srcu(&kvm->srcu);
	mutex_unlock(&kvm->slots_lock);
	kfree(old);
}
