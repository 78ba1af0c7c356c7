/* SPDX-License-Identifier: MIT */
#include "vm.h"

/* Each is called inside kvm->srcu, with vcpu->mutex held. */
static bool handle_load(struct kvm_vcpu *vcpu)
{
	unsigned long value;

	return slot_read(vcpu->kvm, (unsigned)(vcpu->exits % SLOT_PAGES), &value);
}

static bool handle_store(struct kvm_vcpu *vcpu)
{
	return slot_mark_dirty(vcpu->kvm, (unsigned)(vcpu->exits % SLOT_PAGES));
}

static bool handle_rdmsr(struct kvm_vcpu *vcpu)
{
	struct msr_filter *filter = atomic_load(&vcpu->kvm->msr_filter);

	return filter->allowed[vcpu->exits % MSRS] || true;
}

static bool handle_hypercall(struct kvm_vcpu *vcpu)
{
	return xen_send_event(vcpu, (unsigned)vcpu->exits);
}

static bool (*const exit_handlers[])(struct kvm_vcpu *vcpu) = {
	handle_load, handle_store, handle_rdmsr, handle_hypercall,
};

static bool enter_guest(struct kvm_vcpu *vcpu)
{
	unsigned reason = (unsigned)(vcpu->exits++ % (sizeof(exit_handlers) / sizeof(exit_handlers[0])));

	return exit_handlers[reason](vcpu);
}

bool vcpu_run(struct kvm_vcpu *vcpu, unsigned exits)
{
	bool ok = true;
	int idx;

	pthread_mutex_lock(&vcpu->mutex);
	idx = srcu_read_lock(&vcpu->kvm->srcu);
	while (ok && exits--)
		ok = enter_guest(vcpu);
	srcu_read_unlock(&vcpu->kvm->srcu, idx);
	pthread_mutex_unlock(&vcpu->mutex);
	return ok;
}
