/* SPDX-License-Identifier: MIT */
/* sev.c - a secret that moves from one VM to another, as an encryption context does. */
#include <errno.h>

#include "vm.h"

/* Stops every vCPU of the VM: with kvm->lock held no new one appears. */
static void lock_vcpus(struct kvm *kvm)
{
	for (unsigned i = 0; i < atomic_load(&kvm->online_vcpus); i++)
		vcpu_lock(atomic_load(&kvm->vcpu[i]));
}

static void unlock_vcpus(struct kvm *kvm)
{
	for (unsigned i = 0; i < atomic_load(&kvm->online_vcpus); i++)
		vcpu_unlock(atomic_load(&kvm->vcpu[i]));
}

/*
 * Of two VMs the one with the lower address first: so two moves in opposite directions do not meet.
 * /
 */
int sev_move(struct kvm *to, struct kvm *from)
{
	struct kvm *first = to < from ? to : from, *second = to < from ? from : to;
	int err = 0;

	if (to == from)
		return -EINVAL;
	pthread_mutex_lock(&first->lock);
	pthread_mutex_lock(&second->lock);
	lock_vcpus(first);
	lock_vcpus(second);
	if (to->arch.sev.is_active)
		err = -EBUSY;
	else if (!from->arch.sev.is_active)
		err = -EINVAL;
	if (!err) {
		to->arch.sev = from->arch.sev;
		from->arch.sev.is_active = false;
		from->arch.sev.secret = 0;
	}
	unlock_vcpus(second);
	unlock_vcpus(first);
	pthread_mutex_unlock(&second->lock);
	pthread_mutex_unlock(&first->lock);
	return err;
}

int sev_start(struct kvm *kvm, uint64_t secret)
{
	int err = 0;

	pthread_mutex_lock(&kvm->lock);
	if (kvm->arch.sev.is_active)
		err = -EBUSY;
	else
		kvm->arch.sev.is_active = true;
	if (!err)
		kvm->arch.sev.secret = secret;
	pthread_mutex_unlock(&kvm->lock);
	return err;
}

uint64_t sev_secret(struct kvm *kvm)
{
	uint64_t secret;

	pthread_mutex_lock(&kvm->lock);
	secret = kvm->arch.sev.secret;
	pthread_mutex_unlock(&kvm->lock);
	return secret;
}
