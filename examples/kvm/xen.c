/* SPDX-License-Identifier: MIT */
/*
 * xen.c - event channels for a guest written for Xen.
 *
 * A send sets the port's bit in a word of the shared page, then the vCPU's upcall word, then
 * raises its vector.  The fast path needs both pages at hand and may run where nobody may sleep;
 * the slow path makes them so.
 */
#include <errno.h>
#include <stdlib.h>

#include "vm.h"

#define PENDING_WORD 8u /* of the shared page: one bit per port */
#define UPCALL_WORD  9u /* of the vCPU's page */

static struct kvm_vcpu *target_of(struct kvm *kvm, const struct xen_port *port)
{
	return port->vcpu < MAX_VCPUS ? atomic_load(&kvm->vcpu[port->vcpu]) : NULL;
}

/* 1 delivered, 0 was pending already, -EAGAIN where a page is not at hand. */
static int send_fast(struct kvm *kvm, struct kvm_vcpu *vcpu, unsigned port)
{
	struct gpc *shared = &kvm->arch.xen.shared_info;
	uint64_t bit = 1ull << port;
	int result;

	if (!gpc_try(shared))
		return -EAGAIN;
	if (!gpc_try(&vcpu->xen_info)) {
		pthread_rwlock_unlock(&shared->lock);
		return -EAGAIN;
	}
	result = !(atomic_fetch_or(gpc_word(shared, PENDING_WORD), bit) & bit);
	if (result)
		atomic_fetch_add(gpc_word(&vcpu->xen_info, UPCALL_WORD), 1);
	gpc_put(&vcpu->xen_info);
	gpc_put(shared);
	if (result)
		irq_deliver(kvm, vcpu->id, (unsigned)kvm->arch.xen.upcall_vector);
	return result;
}

/*
 * Refreshes the pages until the fast path succeeds.  The lock keeps set-up away meanwhile.  It is a
 * lock of its own because half of the callers are vCPUs inside kvm->srcu: kvm->lock would be
 * wrong, since filter_set() waits for them with kvm->lock held.
 */
static int send_slow(struct kvm *kvm, struct kvm_vcpu *vcpu, unsigned port)
{
	pthread_mutex_t *lock = &kvm->arch.xen.xen_lock;
	int result, idx, tries = 100;

	if (BUG(XEN_LOCK))
		pthread_mutex_lock(&kvm->lock);
	else
		pthread_mutex_lock(lock);
	idx = srcu_read_lock(&kvm->srcu);
	do {
		result = gpc_refresh(&kvm->arch.xen.shared_info);
		if (!result)
			result = gpc_refresh(&vcpu->xen_info);
		if (!result)
			result = send_fast(kvm, vcpu, port);
	} while (result == -EAGAIN && tries--);
	srcu_read_unlock(&kvm->srcu, idx);
	if (BUG(XEN_LOCK))
		pthread_mutex_unlock(&kvm->lock);
	else
		pthread_mutex_unlock(lock);
	return result;
}

static int send_to_guest(struct kvm *kvm, const struct xen_port *p, unsigned port)
{
	struct kvm_vcpu *vcpu = target_of(kvm, p);
	int result;

	if (!vcpu)
		return -EINVAL;
	result = send_fast(kvm, vcpu, port);
	if (result != -EAGAIN) {
		atomic_fetch_add(&kvm->arch.xen.fast, 1);
		return result;
	}
	atomic_fetch_add(&kvm->arch.xen.slow, 1);
	return send_slow(kvm, vcpu, port);
}

bool xen_send(struct kvm *kvm, unsigned port)
{
	int idx = srcu_read_lock(&kvm->srcu);
	struct xen_port *p =
		port < PORTS ? srcu_dereference(&kvm->arch.xen.port[port], &kvm->srcu) : NULL;
	int result = -EINVAL;

	if (p && p->event) {
		event_signal(p->event);
		result = 1;
	} else if (p) {
		result = send_to_guest(kvm, p, port);
	}
	srcu_read_unlock(&kvm->srcu, idx);
	return result >= 0;
}

bool xen_set_evtchn(struct kvm *kvm, const struct irq_entry *e, int level)
{
	return level && xen_send(kvm, e->port);
}

/* For irqfds, under the event's lock. */
bool xen_set_evtchn_now(struct kvm *kvm, const struct irq_entry *e, int level)
{
	int idx = srcu_read_lock(&kvm->srcu);
	struct xen_port *p = srcu_dereference(&kvm->arch.xen.port[e->port], &kvm->srcu);
	struct kvm_vcpu *vcpu = p && !p->event ? target_of(kvm, p) : NULL;
	int result = level && vcpu ? send_fast(kvm, vcpu, e->port) : -EAGAIN;

	srcu_read_unlock(&kvm->srcu, idx);
	return result >= 0;
}

int xen_set_shared_info(struct kvm *kvm, gfn_t gfn)
{
	int idx, err;

	pthread_mutex_lock(&kvm->arch.xen.xen_lock);
	idx = srcu_read_lock(&kvm->srcu);
	err = gpc_activate(&kvm->arch.xen.shared_info, gfn);
	srcu_read_unlock(&kvm->srcu, idx);
	pthread_mutex_unlock(&kvm->arch.xen.xen_lock);
	return err;
}

int xen_set_vcpu_info(struct kvm_vcpu *vcpu, gfn_t gfn)
{
	struct kvm *kvm = vcpu->kvm;
	int idx, err;

	vcpu_lock(vcpu);
	pthread_mutex_lock(&kvm->arch.xen.xen_lock);
	idx = srcu_read_lock(&kvm->srcu);
	err = gpc_activate(&vcpu->xen_info, gfn);
	srcu_read_unlock(&kvm->srcu, idx);
	pthread_mutex_unlock(&kvm->arch.xen.xen_lock);
	vcpu_unlock(vcpu);
	return err;
}

/* vcpu == MAX_VCPUS and no event: the port goes.  On return nobody uses what it was before. */
int xen_set_port(struct kvm *kvm, unsigned port, unsigned vcpu, struct event *event)
{
	struct xen_port *new = NULL, *old;

	if (port >= PORTS)
		return -EINVAL;
	if (vcpu < MAX_VCPUS || event) {
		new = malloc(sizeof(*new));
		if (!new)
			return -ENOMEM;
		*new = (struct xen_port){ event, vcpu };
	}
	pthread_mutex_lock(&kvm->arch.xen.xen_lock);
	old = kvm->arch.xen.port[port];
	srcu_assign_pointer(&kvm->arch.xen.port[port], new);
	pthread_mutex_unlock(&kvm->arch.xen.xen_lock);
	synchronize_srcu(&kvm->srcu);
	free(old);
	return 0;
}

void xen_init(struct kvm *kvm)
{
	pthread_mutex_init(&kvm->arch.xen.xen_lock, NULL);
	gpc_init(&kvm->arch.xen.shared_info, kvm);
	kvm->arch.xen.upcall_vector = 1;
}

void xen_destroy(struct kvm *kvm)
{
	for (unsigned i = 0; i < PORTS; i++)
		free(kvm->arch.xen.port[i]);
	gpc_destroy(&kvm->arch.xen.shared_info);
	pthread_mutex_destroy(&kvm->arch.xen.xen_lock);
}
