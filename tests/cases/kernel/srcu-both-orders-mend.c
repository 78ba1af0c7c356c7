/* SPDX-License-Identifier: MIT */
/* A read side inside a lock and the lock inside the read side: harmless while nobody waits under it. */
// locklore: must-not deadlock
// locklore: must order kvm->srcu kvm->lock
// locklore: must order kvm->lock kvm->srcu
// locklore: must-not wait kvm->srcu inside kvm->lock
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct kvm {
	struct mutex lock;
	struct srcu_struct srcu;
	int *filter;
};

int one_way(struct kvm *kvm)
{
	int idx = srcu_read_lock(&kvm->srcu), value;

	mutex_lock(&kvm->lock);
	value = *kvm->filter;
	mutex_unlock(&kvm->lock);
	srcu_read_unlock(&kvm->srcu, idx);
	return value;
}

int other_way(struct kvm *kvm)
{
	int idx, value;

	mutex_lock(&kvm->lock);
	idx = srcu_read_lock(&kvm->srcu);
	value = *kvm->filter;
	srcu_read_unlock(&kvm->srcu, idx);
	mutex_unlock(&kvm->lock);
	return value;
}

void replace(struct kvm *kvm, int *filter)
{
	int *old;

	mutex_lock(&kvm->lock);
	old = kvm->filter;
	WRITE_ONCE(kvm->filter, filter);
	mutex_unlock(&kvm->lock);
	synchronize_srcu(&kvm->srcu);
	kfree(old);
}
