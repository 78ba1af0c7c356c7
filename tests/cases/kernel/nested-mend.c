/* SPDX-License-Identifier: MIT */
/* Two machines' locks, with the annotation that says that this is meant. */
// locklore: must nest kvm->lock annotated
// locklore: must-not deadlock
// locklore: must-not self kvm->lock
// locklore: must-not order kvm->lock list_lock
// locklore: must order list_lock kvm->lock
#include "include/linux/mutex.h"

struct kvm {
	struct mutex lock;
	int asid;
};
static DEFINE_MUTEX(list_lock);

static int lock_two_vms(struct kvm *kvm, struct kvm *source_kvm)
{
	if (kvm == source_kvm)
		return -EINVAL;
	if (mutex_lock_killable(&kvm->lock))
		return -EINTR;
	if (mutex_lock_killable_nested(&source_kvm->lock, SINGLE_DEPTH_NESTING)) {
		mutex_unlock(&kvm->lock);
		return -EINTR;
	}
	return 0;
}

int migrate(struct kvm *kvm, struct kvm *source_kvm)
{
	int err = lock_two_vms(kvm, source_kvm);

	if (!err) {
		kvm->asid = source_kvm->asid;
		mutex_unlock(&kvm->lock);
		mutex_unlock(&source_kvm->lock);
	}
	mutex_lock(&list_lock);
	touch(kvm);
	mutex_unlock(&list_lock);
	return err;
}

void list_all(struct kvm *kvm)
{
	mutex_lock(&list_lock);
	mutex_lock(&kvm->lock);
	touch(kvm);
	mutex_unlock(&kvm->lock);
	mutex_unlock(&list_lock);
}
