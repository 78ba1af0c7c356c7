/* SPDX-License-Identifier: MIT */
/* A read side by guard(), a class variable, and the wait under the lock. */
// locklore: must deadlock kvm->lock kvm->srcu
// locklore: must order kvm->srcu kvm->lock
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
	guard(mutex)(&kvm->lock);
	WRITE_ONCE(kvm->slots, NULL);
	synchronize_srcu(&kvm->srcu);
}
