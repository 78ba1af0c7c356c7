/* SPDX-License-Identifier: MIT */
/* The mend: a leaf lock for what the reader needs. */
// locklore: must-not deadlock
// locklore: must order kvm->srcu kvm->port_lock
// locklore: must-not order kvm->srcu kvm->lock
// locklore: must wait kvm->srcu inside kvm->lock
// locklore: must verdict upheld : kvm->lock cannot be taken inside kvm->srcu
// locklore: must verdict contradicted : kvm->lock is taken inside kvm->srcu
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct kvm {
	struct mutex lock;
	struct mutex port_lock;
	struct srcu_struct srcu;
	int *filter;
	int port;
};

static int set_evtchn(struct kvm *kvm)
{
	int port;

	mutex_lock(&kvm->port_lock);
	port = kvm->port;
	mutex_unlock(&kvm->port_lock);
	return port;
}

int vcpu_run(struct kvm *kvm)
{
	int idx = srcu_read_lock(&kvm->srcu);
	int port = set_evtchn(kvm);

	srcu_read_unlock(&kvm->srcu, idx);
	return port;
}

int get_filter(struct kvm *kvm)
{
	int idx, value;

	mutex_lock(&kvm->lock);
	idx = srcu_read_lock(&kvm->srcu);
	value = *kvm->filter;
	srcu_read_unlock(&kvm->srcu, idx);
	mutex_unlock(&kvm->lock);
	return value;
}

void set_filter(struct kvm *kvm, int *filter)
{
	int *old;

	mutex_lock(&kvm->lock);
	old = kvm->filter;
	WRITE_ONCE(kvm->filter, filter);
	synchronize_srcu(&kvm->srcu);
	mutex_unlock(&kvm->lock);
	kfree(old);
}
