/* SPDX-License-Identifier: MIT */
#include "vm.h"

/* Called by the set-up thread. */
bool xen_set_shared_info(struct kvm *kvm, unsigned gfn)
{
	unsigned long value;
	bool ok;

	pthread_mutex_lock(&kvm->lock);
	ok = guest_read(kvm, gfn, &value);
	if (ok)
		kvm->xen.shared_info = value;
	pthread_mutex_unlock(&kvm->lock);
	return ok;
}

/*
 * Counts an event.  Written for callers that hold no lock and are outside of kvm->srcu; the run
 * loop calls it as well, and is neither.  The mend: a lock of its own, under which nothing else
 * is taken.
 */
static void set_event(struct kvm *kvm, unsigned port)
{
#ifdef XEN_LEAF_LOCK
	pthread_mutex_lock(&kvm->xen.xen_lock);
	kvm->xen.port_events[port % 4]++;
	pthread_mutex_unlock(&kvm->xen.xen_lock);
#else
	pthread_mutex_lock(&kvm->lock);
	kvm->xen.port_events[port % 4]++;
	pthread_mutex_unlock(&kvm->lock);
#endif
}

bool xen_send_event(struct kvm_vcpu *vcpu, unsigned port)
{
	set_event(vcpu->kvm, port);
	return true;
}
