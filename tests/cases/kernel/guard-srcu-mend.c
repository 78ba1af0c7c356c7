/* SPDX-License-Identifier: MIT */
/* The lock's scope ends before the wait. */
// locklore: must-not deadlock
// locklore: must order kvm->srcu kvm->lock
// locklore: must-not wait kvm->srcu inside kvm->lock
#include "include/linux/mutex.h"
#include "include/linux/srcu.h"

struct kvm {
	struct mutex lock;
	struct srcu_struct srcu;
	int *slots;
};

int run(struct kvm *kvm)
{
	guard(srcu)(&kvm->srcu);
	CLASS(mutex, held)(&kvm->lock);
	return *kvm->slots;
}

void update(struct kvm *kvm)
{
	scoped_guard(mutex, &kvm->lock)
		WRITE_ONCE(kvm->slots, NULL);
	synchronize_srcu(&kvm->srcu);
}
