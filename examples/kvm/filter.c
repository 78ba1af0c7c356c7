/* SPDX-License-Identifier: MIT */
/* filter.c - which MSRs the guest may write: kvm->lock for writers, kvm->srcu for readers. */
#include <errno.h>
#include <stdlib.h>

#include "vm.h"

/* Returns when no vCPU goes by the old filter any more.  Not inside kvm->srcu. */
int filter_set(struct kvm *kvm, unsigned msr, bool is_denied)
{
	struct msr_filter *filter = calloc(1, sizeof(*filter)), *old;

	if (!filter)
		return -ENOMEM;
	if (msr >= MSRS) {
		free(filter);
		return -EINVAL;
	}
	pthread_mutex_lock(&kvm->lock);
	old = kvm->arch.msr_filter;
	if (old)
		*filter = *old;
	filter->is_denied[msr] = is_denied;
	srcu_assign_pointer(&kvm->arch.msr_filter, filter);
	synchronize_srcu(&kvm->srcu);
	pthread_mutex_unlock(&kvm->lock);
	free(old);
	return 0;
}

bool filter_allows(struct kvm *kvm, unsigned msr)
{
	struct msr_filter *filter = srcu_dereference(&kvm->arch.msr_filter, &kvm->srcu);

	return msr < MSRS && !(filter && filter->is_denied[msr]);
}
