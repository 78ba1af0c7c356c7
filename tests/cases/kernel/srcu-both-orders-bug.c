/* SPDX-License-Identifier: MIT */
/* The wait has moved into the lock, as its expedited kin. */
// locklore: must deadlock kvm->lock kvm->srcu
// locklore: must order kvm->srcu kvm->lock
// locklore: must wait kvm->srcu inside kvm->lock
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

void replace(struct kvm *kvm, int *filter)
{
	int *old;

	mutex_lock(&kvm->lock);
	old = kvm->filter;
	WRITE_ONCE(kvm->filter, filter);
	synchronize_srcu_expedited(&kvm->srcu);
	mutex_unlock(&kvm->lock);
	kfree(old);
}
