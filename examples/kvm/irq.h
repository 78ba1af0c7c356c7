/* SPDX-License-Identifier: MIT */
/*
 * irq.h - interrupts: routing, the interrupt controller, acknowledgements, irqfds.
 *
 * Readers of the routing table and of the acknowledge notifiers are inside kvm->irq_srcu; changes
 * are made under kvm->irq_lock.
 */
#ifndef KVM_IRQ_H
#define KVM_IRQ_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "event.h"

#define GSIS	24u
#define VECTORS 64u

struct kvm;
struct kvm_vcpu;

enum irq_kind { IRQ_NONE, IRQ_PIN, IRQ_MSI, IRQ_HV_SINT, IRQ_XEN, IRQ_KINDS };

struct irq_entry {
	enum irq_kind kind;
	unsigned gsi;
	unsigned vcpu, vector; /* IRQ_PIN: the pin is the gsi */
	unsigned port;	       /* IRQ_XEN, IRQ_HV_SINT */
};

/* Of each kind.  Both return false where nothing was delivered. */
struct irq_kind_ops {
	bool (*set)(struct kvm *kvm, const struct irq_entry *e, int level);
	/* Never sleeps, and gives up instead; NULL: would always sleep. */
	bool (*set_now)(struct kvm *kvm, const struct irq_entry *e, int level);
};
extern const struct irq_kind_ops irq_kinds[];

struct irq_routing {
	struct irq_entry entry[GSIS];
};

/* irq.c */
int irq_set_routing(struct kvm *kvm, const struct irq_entry *entries, unsigned count);
/* False where the line leads nowhere. */
bool irq_set(struct kvm *kvm, unsigned gsi, int level);
/* Inside irq_srcu or under irq_lock; NULL where the line leads nowhere. */
const struct irq_entry *irq_entry(struct kvm *kvm, unsigned gsi);
void irq_deliver(struct kvm *kvm, unsigned vcpu, unsigned vector);

struct irq_ack_notifier {
	_Atomic(struct irq_ack_notifier *) next;
	unsigned gsi;
	void (*acked)(struct irq_ack_notifier *kian); /* inside irq_srcu */
};
void irq_register_ack(struct kvm *kvm, struct irq_ack_notifier *kian);
/* On return no callback runs.  Not inside irq_srcu. */
void irq_unregister_ack(struct kvm *kvm, struct irq_ack_notifier *kian);
void irq_notify_acked(struct kvm *kvm, unsigned gsi);

/* ioapic.c: level-triggered pins */
struct ioapic {
	pthread_mutex_t lock;
	bool level[GSIS], is_in_service[GSIS];
	struct irq_entry target[GSIS];
};
void ioapic_init(struct kvm *kvm);
bool ioapic_set(struct kvm *kvm, const struct irq_entry *e, int level);
void ioapic_eoi(struct kvm *kvm, unsigned vector);

/*
 * irqfd.c: an event that is an interrupt line.  With a resample event the line is level-triggered:
 * it is asserted by the event, de-asserted by the guest's acknowledgement, and the owner is then
 * told by the resample event to look whether its device still wants attention.
 */
struct irqfd_resampler {
	struct kvm *kvm;
	struct irqfd_resampler *next;	/* under irqfds.resampler_lock */
	_Atomic(struct irqfd *) irqfds; /* changed under resampler_lock, read inside irq_srcu */
	struct irq_ack_notifier notifier;
};

struct irqfd {
	struct kvm *kvm;
	unsigned gsi;
	struct event *event, *resample;
	struct event_waiter waiter;
	struct work inject, shutdown;
	struct irqfd_resampler *resampler;
	_Atomic(struct irqfd *) resampler_next;
	struct irqfd *next;	 /* under irqfds.lock */
	bool is_active;		 /* under irqfds.lock */
	_Atomic uint64_t cached; /* the routing entry in one word: no lock to read it */
};
int irqfd_assign(struct kvm *kvm, unsigned gsi, struct event *event, struct event *resample);
/* Waits until it is gone. */
void irqfd_deassign(struct kvm *kvm, struct event *event, unsigned gsi);
void irqfd_update_all(struct kvm *kvm); /* under irq_lock: the routing has changed */
void irqfd_release_all(struct kvm *kvm);

#endif
