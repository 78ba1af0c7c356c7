/* SPDX-License-Identifier: MIT */
/* kthread_init_work() under a lock that the function takes: stored, not called. */
// locklore: must-not deadlock
// locklore: must-not self kvm->lock
// locklore: must order kvm->lock pit->lock
#include "include/linux/kthread.h"
#include "include/linux/mutex.h"

struct kvm {
	struct mutex lock;
	int pits;
};
struct pit {
	struct kthread_work expired;
	struct kvm *kvm;
	struct mutex lock;
};

static void pit_do_work(struct kthread_work *work)
{
	struct pit *pit = container_of(work, struct pit, expired);

	mutex_lock(&pit->kvm->lock);
	pit->kvm->pits++;
	mutex_unlock(&pit->kvm->lock);
}

void create_pit(struct kvm *kvm, struct pit *pit)
{
	mutex_lock(&kvm->lock);
	kthread_init_work(&pit->expired, pit_do_work);
	pit->kvm = kvm;
	mutex_lock(&pit->lock);
	touch(pit);
	mutex_unlock(&pit->lock);
	mutex_unlock(&kvm->lock);
}
