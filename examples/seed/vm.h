/* SPDX-License-Identifier: MIT */
/*
 * vm.h - a toy virtual machine with the locks of a real one.  The rules are in locking.rst.
 *
 * One thread per vCPU runs the guest; a set-up thread changes memory, filters and interrupt
 * routing meanwhile.  Readers of memory slots and filters are inside kvm->srcu.
 */
#ifndef SEED_VM_H
#define SEED_VM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "srcu.h"

#define SLOT_PAGES 16
#define MSRS 8

struct memslots {
	unsigned generation;
	unsigned long page[SLOT_PAGES];
	unsigned char *dirty;           /* made when it is first needed; under slots_arch_lock */
};

struct msr_filter {
	bool allowed[MSRS];
};

struct kvm_xen {
	pthread_mutex_t xen_lock;       /* leaf: only used where XEN_LEAF_LOCK is set */
	unsigned port_events[4];
	unsigned long shared_info;
};

struct kvm {
	pthread_mutex_t lock;
	pthread_mutex_t slots_lock;
	pthread_mutex_t slots_arch_lock;
	pthread_mutex_t irq_lock;
	struct srcu_struct srcu;
	_Atomic(struct memslots *) memslots;
	_Atomic(struct msr_filter *) msr_filter;
	unsigned irq_routes;
	struct kvm_xen xen;
	struct kvm_vcpu *vcpu[2];
};

struct kvm_vcpu {
	pthread_mutex_t mutex;
	struct kvm *kvm;
	unsigned long clock;
	unsigned long exits;
};

/* memory.c */
bool guest_read(struct kvm *kvm, unsigned gfn, unsigned long *value); /* enters kvm->srcu */
bool slot_read(struct kvm *kvm, unsigned gfn, unsigned long *value);  /* inside kvm->srcu */
bool slot_mark_dirty(struct kvm *kvm, unsigned gfn);                  /* inside kvm->srcu */
bool vm_set_memory(struct kvm *kvm, unsigned long seed);

/* setup.c */
bool vm_set_msr_filter(struct kvm *kvm, unsigned msr, bool is_allowed);
void vm_create_irqchip(struct kvm *kvm);
bool vm_set_clock(struct kvm *kvm);

/* xen.c */
bool xen_set_shared_info(struct kvm *kvm, unsigned gfn);
bool xen_send_event(struct kvm_vcpu *vcpu, unsigned port);

/* vcpu.c */
bool vcpu_run(struct kvm_vcpu *vcpu, unsigned exits);

#endif
