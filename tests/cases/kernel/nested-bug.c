/* SPDX-License-Identifier: MIT */
/* The same without the annotation, and one machine's lock is forgotten when the list is locked. */
// locklore: must nest kvm->lock unannotated
// locklore: must-not nest kvm->lock annotated
// locklore: must deadlock kvm->lock list_lock
#include "include/linux/mutex.h"

struct kvm {
	struct mutex lock;
	int asid;
};
static DEFINE_MUTEX(list_lock);

void migrate(struct kvm *kvm, struct kvm *source_kvm)
{
	mutex_lock(&kvm->lock);
	mutex_lock(&source_kvm->lock);
	kvm->asid = source_kvm->asid;
	mutex_unlock(&source_kvm->lock);
	mutex_lock(&list_lock);
	touch(kvm);
	mutex_unlock(&list_lock);
	mutex_unlock(&kvm->lock);
}

void list_all(struct kvm *kvm)
{
	mutex_lock(&list_lock);
	mutex_lock(&kvm->lock);
	touch(kvm);
	mutex_unlock(&kvm->lock);
	mutex_unlock(&list_lock);
}
