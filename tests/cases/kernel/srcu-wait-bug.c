/* SPDX-License-Identifier: MIT */
/* The seed's bug: a reader takes the lock under which somebody waits for readers. */
// locklore: must deadlock kvm->lock kvm->srcu
// locklore: must order kvm->srcu kvm->lock sites=1
// locklore: must wait kvm->srcu inside kvm->lock
// locklore: must verdict contradicted : synchronize_srcu(&kvm->srcu) cannot be called inside kvm->lock
// locklore: must verdict upheld : kvm->lock is taken inside kvm->srcu
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct kvm {
	struct mutex lock;
	struct srcu_struct srcu;
	int *filter;
	int port;
};

static int set_evtchn(struct kvm *kvm)
{
	int port;

	mutex_lock(&kvm->lock);
	port = kvm->port;
	mutex_unlock(&kvm->lock);
	return port;
}

int vcpu_run(struct kvm *kvm)
{
	int idx = srcu_read_lock(&kvm->srcu);
	int port = set_evtchn(kvm);

	srcu_read_unlock(&kvm->srcu, idx);
	return port;
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
