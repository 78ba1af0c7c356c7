/* SPDX-License-Identifier: MIT */
/* Waiting for readers while one is a reader. */
// locklore: must self kvm->srcu
// locklore: must wait kvm->srcu inside kvm->srcu
// locklore: must-not order kvm->srcu kvm->lock
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct kvm {
	struct mutex lock;
	struct srcu_struct srcu;
	int *slots;
};

static void zap(struct kvm *kvm)
{
	WRITE_ONCE(kvm->slots, NULL);
	synchronize_srcu(&kvm->srcu);
}

void handle_exit(struct kvm *kvm)
{
	int idx = srcu_read_lock(&kvm->srcu);

	if (*kvm->slots)
		zap(kvm);
	srcu_read_unlock(&kvm->srcu, idx);
}

void lock_only(struct kvm *kvm)
{
	mutex_lock(&kvm->lock);
	mutex_unlock(&kvm->lock);
}
