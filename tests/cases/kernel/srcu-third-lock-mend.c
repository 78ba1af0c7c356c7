/* SPDX-License-Identifier: MIT */
/* The wait is deferred: call_srcu() blocks nobody, and its callback runs with nothing held. */
// locklore: must-not deadlock
// locklore: must-not wait kvm->srcu inside kvm->slots_lock
// locklore: must order kvm->lock kvm->slots_lock
// locklore: must order kvm->srcu kvm->lock
// locklore: must-not order kvm->slots_lock kvm->lock
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct bus {
	struct rcu_head rcu;
	struct kvm *kvm;
};
struct kvm {
	struct mutex lock, slots_lock;
	struct srcu_struct srcu;
	struct bus *bus;
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

static void bus_free(struct rcu_head *head)
{
	struct bus *bus = container_of(head, struct bus, rcu);
	struct kvm *kvm = bus->kvm;

	mutex_lock(&kvm->lock);
	kvm->pits--;
	mutex_unlock(&kvm->lock);
	kfree(bus);
}

void bus_unregister(struct kvm *kvm)
{
	struct bus *old;

	mutex_lock(&kvm->slots_lock);
	old = kvm->bus;
	WRITE_ONCE(kvm->bus, NULL);
	call_srcu(&kvm->srcu, &old->rcu, bus_free);
	mutex_unlock(&kvm->slots_lock);
}
