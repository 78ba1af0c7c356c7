/* SPDX-License-Identifier: MIT */
/*
 * apicv.c - hardware help for interrupts, which is off while anything inhibits it.
 *
 * Nobody waits for a grace period under apicv_update_lock: vCPUs take it inside kvm->srcu.
 */
#include "vm.h"

#define APIC_GFN (MMU_MAX_GFN - 1) /* where the guest sees its local interrupt controller */

/* The page is mapped for the guest only while the hardware serves it. */
static void zap_apic_page(struct kvm *kvm)
{
	int idx = srcu_read_lock(&kvm->srcu);
	struct kvm_memory_slot *slot = slots_search(slots_active(kvm), APIC_GFN, NULL);

	pthread_rwlock_wrlock(&kvm->mmu_lock);
	if (slot && mmu_zap_gfns_locked(kvm, slot, APIC_GFN, APIC_GFN + 1))
		mmu_flush(kvm);
	pthread_rwlock_unlock(&kvm->mmu_lock);
	srcu_read_unlock(&kvm->srcu, idx);
}

void apicv_set_inhibit(struct kvm *kvm, enum apicv_inhibit reason, bool is_set)
{
	unsigned long old, new;

	pthread_rwlock_wrlock(&kvm->arch.apicv_update_lock);
	old = kvm->arch.apicv_inhibits;
	new = is_set ? old | 1ul << reason : old & ~(1ul << reason);
	kvm->arch.apicv_inhibits = new;
	if (!old != !new) {
		for (unsigned i = 0; i < atomic_load(&kvm->online_vcpus); i++)
			vcpu_request(atomic_load(&kvm->vcpu[i]), REQ_APICV);
		if (new)
			zap_apic_page(kvm);
	}
	pthread_rwlock_unlock(&kvm->arch.apicv_update_lock);
}

void apicv_update_vcpu(struct kvm_vcpu *vcpu)
{
	struct kvm *kvm = vcpu->kvm;

	pthread_rwlock_rdlock(&kvm->arch.apicv_update_lock);
	vcpu->is_apicv_active = !kvm->arch.apicv_inhibits;
	pthread_rwlock_unlock(&kvm->arch.apicv_update_lock);
}
