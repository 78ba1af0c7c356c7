/* SPDX-License-Identifier: MIT */
/*
 * vcpu.c - the loop of a vCPU: guest mode, an exit, its handler.
 *
 * The loop is inside kvm->srcu, so that no handler has to enter it.  It is left in guest mode and
 * while the vCPU is halted: an updater waits as long as the longest handler takes, and no longer.
 */
#include <sched.h>
#include <time.h>

#include "vm.h"

void vcpu_srcu_read_lock(struct kvm_vcpu *vcpu)
{
	vcpu->srcu_idx = srcu_read_lock(&vcpu->kvm->srcu);
}

void vcpu_srcu_read_unlock(struct kvm_vcpu *vcpu)
{
	srcu_read_unlock(&vcpu->kvm->srcu, vcpu->srcu_idx);
}

void vcpu_kick(struct kvm_vcpu *vcpu)
{
	pthread_mutex_lock(&vcpu->halt_lock);
	pthread_cond_signal(&vcpu->halt_cond);
	pthread_mutex_unlock(&vcpu->halt_lock);
}

void vcpu_request(struct kvm_vcpu *vcpu, unsigned request)
{
	atomic_fetch_or(&vcpu->requests, request);
	vcpu_kick(vcpu);
}

/*
 * The vCPU's thread takes its mutex again and again: without wanted, others would hardly ever get
 * it.
 */
void vcpu_lock(struct kvm_vcpu *vcpu)
{
	atomic_fetch_add(&vcpu->wanted, 1);
	vcpu_request(vcpu, REQ_EXIT);
	pthread_mutex_lock(&vcpu->mutex);
	atomic_fetch_sub(&vcpu->wanted, 1);
}

void vcpu_unlock(struct kvm_vcpu *vcpu)
{
	pthread_mutex_unlock(&vcpu->mutex);
}

static bool handle_page_fault(struct kvm_vcpu *vcpu)
{
	struct vcpu_exit *exit = &vcpu->exit;

	exit->fault = mmu_page_fault(vcpu, exit->addr / PAGE_SIZE, exit->is_write);
	if (exit->fault == FAULT_MMIO) {
		exit->bus = BUS_MMIO;
		exit->ok = bus_access(vcpu, exit);
	}
	return exit->fault != FAULT_ERROR;
}

static bool handle_io(struct kvm_vcpu *vcpu)
{
	vcpu->exit.ok = bus_access(vcpu, &vcpu->exit);
	return true;
}

static bool handle_msr(struct kvm_vcpu *vcpu)
{
	struct vcpu_exit *exit = &vcpu->exit;
	unsigned msr = (unsigned)exit->addr;

	exit->ok = filter_allows(vcpu->kvm, msr);
	if (exit->ok && exit->is_write)
		exit->ok = hv_set_msr(vcpu, msr, exit->value) == 0;
	else if (exit->ok)
		exit->ok = hv_get_msr(vcpu, msr, &exit->value) == 0;
	return true;
}

/* On behalf of the guest, by address: what a paravirtual device does. */
static bool add_to_guest(struct kvm *kvm, uint64_t gpa, uint64_t summand)
{
	uint64_t old;
	int done = guest_read(kvm, gpa, &old, sizeof(old));

	while (!done && (done = guest_cmpxchg(kvm, gpa, &old, old + summand)) == 0)
		;
	return done == 1;
}

static bool handle_hypercall(struct kvm_vcpu *vcpu)
{
	struct vcpu_exit *exit = &vcpu->exit;
	struct kvm *kvm = vcpu->kvm;

	exit->ok = true;
	switch ((enum hypercall)exit->addr) {
	case HC_XEN_SEND: exit->ok = xen_send(kvm, (unsigned)exit->arg[0]); break;
	case HC_HV_SIGNAL: exit->ok = hv_signal_event(kvm, (unsigned)exit->arg[0]); break;
	case HC_HV_CLOSE: hv_close_conn(kvm, (unsigned)exit->arg[0]); break;
	case HC_SHADOW_ROOT: exit->ok = mmu_first_shadow_root(kvm) == 0; break;
	case HC_ADD: exit->ok = add_to_guest(kvm, exit->arg[0], exit->arg[1]); break;
	case HC_APICV: apicv_set_inhibit(kvm, APICV_HYPERV, exit->arg[0] != 0); break;
	}
	return true;
}

/* Outside of kvm->srcu while it sleeps.  A wake-up that is missed costs ten milliseconds. */
static bool handle_halt(struct kvm_vcpu *vcpu)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_nsec += 10000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_nsec -= 1000000000;
		end.tv_sec++;
	}
	vcpu_srcu_read_unlock(vcpu);
	pthread_mutex_lock(&vcpu->halt_lock);
	while (!atomic_load(&vcpu->irr) && !atomic_load(&vcpu->requests) &&
	       !pthread_cond_timedwait(&vcpu->halt_cond, &vcpu->halt_lock, &end))
		;
	pthread_mutex_unlock(&vcpu->halt_lock);
	vcpu_srcu_read_lock(vcpu);
	return true;
}

static bool handle_eoi(struct kvm_vcpu *vcpu)
{
	ioapic_eoi(vcpu->kvm, (unsigned)vcpu->exit.addr);
	return true;
}

static bool handle_none(struct kvm_vcpu *vcpu)
{
	return vcpu->exit.reason == EXIT_NONE;
}

static bool (*const exit_handlers[EXIT_REASONS])(struct kvm_vcpu *vcpu) = {
	[EXIT_NONE] = handle_none,
	[EXIT_PAGE_FAULT] = handle_page_fault,
	[EXIT_IO] = handle_io,
	[EXIT_MSR] = handle_msr,
	[EXIT_HYPERCALL] = handle_hypercall,
	[EXIT_HALT] = handle_halt,
	[EXIT_EOI] = handle_eoi,
	[EXIT_DONE] = handle_none,
};

/*
 * guest_entries is odd meanwhile.  Who removes an entry of the page tables and then looks at it
 * either sees it odd and waits, or we see the tables without that entry.
 */
static void enter_guest(struct kvm_vcpu *vcpu)
{
	vcpu->exit.reason = EXIT_NONE;
	vcpu_srcu_read_unlock(vcpu);
	atomic_fetch_and(&vcpu->requests, ~REQ_FLUSH);
	atomic_fetch_add(&vcpu->guest_entries, 1);
	if (!atomic_load(&vcpu->requests))
		vcpu->guest(vcpu);
	atomic_fetch_add(&vcpu->guest_entries, 1);
	vcpu_srcu_read_lock(vcpu);
}

static bool run_once(struct kvm_vcpu *vcpu)
{
	if (atomic_load(&vcpu->requests) & REQ_APICV) {
		atomic_fetch_and(&vcpu->requests, ~REQ_APICV);
		apicv_update_vcpu(vcpu);
	}
	enter_guest(vcpu);
	vcpu->exits[vcpu->exit.reason]++;
	return exit_handlers[vcpu->exit.reason](vcpu);
}

bool vcpu_run(struct kvm_vcpu *vcpu, unsigned long exits)
{
	bool goes_on = true;

	while (atomic_load(&vcpu->wanted))
		sched_yield();
	pthread_mutex_lock(&vcpu->mutex);
	vcpu_srcu_read_lock(vcpu);
	while (goes_on && exits-- && !(atomic_load(&vcpu->requests) & REQ_EXIT))
		goes_on = run_once(vcpu);
	vcpu_srcu_read_unlock(vcpu);
	atomic_fetch_and(&vcpu->requests, ~REQ_EXIT);
	pthread_mutex_unlock(&vcpu->mutex);
	return goes_on;
}

int vcpu_set_msr(struct kvm_vcpu *vcpu, unsigned msr, uint64_t value)
{
	int err;

	vcpu_lock(vcpu);
	vcpu_srcu_read_lock(vcpu);
	err = hv_set_msr(vcpu, msr, value);
	vcpu_srcu_read_unlock(vcpu);
	vcpu_unlock(vcpu);
	return err;
}

int vcpu_get_msr(struct kvm_vcpu *vcpu, unsigned msr, uint64_t *value)
{
	int err;

	vcpu_lock(vcpu);
	err = hv_get_msr(vcpu, msr, value);
	vcpu_unlock(vcpu);
	return err;
}
