/* SPDX-License-Identifier: MIT */
/*
 * hyperv.c - what a guest written for Hyper-V uses: VM-wide MSRs, a clock page, signalled events.
 * /
 */
#include <errno.h>

#include "vm.h"

/* Under hv_lock and inside kvm->srcu: the new time goes to where the guest asked for it. */
static int update_tsc_page(struct kvm *kvm)
{
	struct kvm_hv *hv = &kvm->arch.hyperv;
	uint64_t tick = ++hv->tsc_updates;

	if (!hv->tsc_page)
		return 0;
	return guest_write(kvm, hv->tsc_page, &tick, sizeof(tick));
}

int hv_set_msr(struct kvm_vcpu *vcpu, unsigned msr, uint64_t value)
{
	struct kvm *kvm = vcpu->kvm;
	struct kvm_hv *hv = &kvm->arch.hyperv;
	int err = 0;

	pthread_mutex_lock(&hv->hv_lock);
	switch (msr) {
	case HV_MSR_OS_ID: hv->guest_os_id = value; break;
	case HV_MSR_TSC_PAGE:
		hv->tsc_page = value;
		err = update_tsc_page(kvm);
		break;
	default: err = -EINVAL;
	}
	pthread_mutex_unlock(&hv->hv_lock);
	return err;
}

int hv_get_msr(struct kvm_vcpu *vcpu, unsigned msr, uint64_t *value)
{
	struct kvm_hv *hv = &vcpu->kvm->arch.hyperv;

	pthread_mutex_lock(&hv->hv_lock);
	*value = msr == HV_MSR_OS_ID ? hv->guest_os_id : hv->tsc_page;
	pthread_mutex_unlock(&hv->hv_lock);
	return 0;
}

/*
 * NULL takes the event away: on return nobody signals the old one any more.  Not inside kvm->srcu.
 * /
 */
int hv_set_conn(struct kvm *kvm, unsigned port, struct event *event)
{
	struct kvm_hv *hv = &kvm->arch.hyperv;

	if (port >= PORTS)
		return -EINVAL;
	pthread_mutex_lock(&hv->hv_lock);
	if (BUG(THIRD_LOCK)) /* so that buses stay as they are: and who waits for readers has it */
		pthread_mutex_lock(&kvm->slots_lock);
	srcu_assign_pointer(&hv->conn[port], event);
	if (BUG(THIRD_LOCK))
		pthread_mutex_unlock(&kvm->slots_lock);
	pthread_mutex_unlock(&hv->hv_lock);
	synchronize_srcu(&kvm->srcu);
	return 0;
}

/* The guest closes a port.  Who owns the event waits for the signallers, in hv_set_conn(). */
void hv_close_conn(struct kvm *kvm, unsigned port)
{
	struct kvm_hv *hv = &kvm->arch.hyperv;

	if (port >= PORTS)
		return;
	pthread_mutex_lock(&hv->hv_lock);
	srcu_assign_pointer(&hv->conn[port], NULL);
	pthread_mutex_unlock(&hv->hv_lock);
	if (BUG(SELF_SYNC)) /* so that nobody signals it any more: and we are somebody */
		synchronize_srcu(&kvm->srcu);
}

bool hv_signal_event(struct kvm *kvm, unsigned port)
{
	struct event *event;

	if (port >= PORTS)
		return false;
	event = srcu_dereference(&kvm->arch.hyperv.conn[port], &kvm->srcu);
	if (event)
		event_signal(event);
	return event != NULL;
}

/* Routing: a synthetic interrupt of one vCPU. */
bool hv_set_sint(struct kvm *kvm, const struct irq_entry *e, int level)
{
	if (level)
		irq_deliver(kvm, e->vcpu, e->vector);
	return level != 0;
}
