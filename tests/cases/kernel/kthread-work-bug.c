/* SPDX-License-Identifier: MIT */
/* The thread's work is flushed under the lock that it takes. */
// locklore: must deadlock kvm->lock *expired*
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

static void pit_expired(struct kthread_work *work)
{
	struct pit *pit = container_of(work, struct pit, expired);

	mutex_lock(&pit->kvm->lock);
	pit->kvm->pits++;
	mutex_unlock(&pit->kvm->lock);
}

void create_pit(struct kvm *kvm, struct pit *pit, struct kthread_worker *worker)
{
	mutex_lock(&kvm->lock);
	kthread_init_work(&pit->expired, pit_expired);
	pit->kvm = kvm;
	mutex_lock(&pit->lock);
	kthread_queue_work(worker, &pit->expired);
	mutex_unlock(&pit->lock);
	mutex_unlock(&kvm->lock);
}

void free_pit(struct kvm *kvm, struct pit *pit)
{
	mutex_lock(&kvm->lock);
	kthread_flush_work(&pit->expired);
	mutex_unlock(&kvm->lock);
}
