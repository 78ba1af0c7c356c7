/* SPDX-License-Identifier: MIT */
/*
 * vm.h - a virtual machine, its vCPUs, and which lock is for what.  The rules are in locking.rst.
 */
#ifndef KVM_VM_H
#define KVM_VM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <srcu.h>

#include "bugs.h"
#include "event.h"
#include "irq.h"
#include "mm.h"
#include "mmu.h"
#include "slots.h"

#define MAX_VCPUS   8u
#define MSRS	    16u
#define PORTS	    16u
#define DIRTY_WORDS 4u

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* bus.c: devices by port or address.  Handlers run inside kvm->srcu. */
struct io_device {
	bool (*read)(struct io_device *dev, struct kvm_vcpu *vcpu, uint64_t addr, uint64_t *value);
	bool (*write)(struct io_device *dev, struct kvm_vcpu *vcpu, uint64_t addr, uint64_t value);
	void (*destroy)(struct io_device *dev); /* no handler runs any more */
};

enum io_bus_kind { BUS_PIO, BUS_MMIO, BUS_COUNT };

struct io_bus {
	struct srcu_head head;
	unsigned count;
	struct io_range {
		uint64_t addr, len;
		struct io_device *dev;
	} range[];
};

struct msr_filter {
	bool is_denied[MSRS];
};

/* Hyper-V: MSRs and the ports of SIGNAL_EVENT. */
struct kvm_hv {
	pthread_mutex_t hv_lock; /* the VM-wide MSRs, changes of conn[] */
	uint64_t guest_os_id, tsc_page;
	unsigned long tsc_updates;
	struct event *conn[PORTS]; /* read inside kvm->srcu */
};

/* Xen: event channels. */
struct xen_port {
	struct event *event; /* what a send of this port signals, or NULL: the guest's own port */
	unsigned vcpu;
};

struct kvm_xen {
	pthread_mutex_t xen_lock; /* set-up, changes of port[], the slow path of sending */
	struct gpc shared_info;
	struct xen_port *port[PORTS]; /* read inside kvm->srcu */
	atomic_ulong fast, slow;
	unsigned long upcall_vector;
};

enum apicv_inhibit { APICV_HYPERV, APICV_PIT, APICV_DEBUG };

struct kvm_arch {
	pthread_mutex_t tdp_mmu_pages_lock; /* tables */
	struct mmu_table *tables;
	_Atomic(struct mmu_table *) root[MMU_ROOT];
	atomic_bool has_shadow_root;
	pthread_rwlock_t apicv_update_lock; /* apicv_inhibits */
	unsigned long apicv_inhibits;
	struct ioapic ioapic;
	struct kvm_hv hyperv;
	struct kvm_xen xen;
	struct msr_filter *msr_filter; /* under kvm->lock, read inside kvm->srcu */
	struct {
		bool is_active;
		uint64_t secret;
	} sev; /* under kvm->lock and every vcpu->mutex */
};

struct kvm {
	pthread_mutex_t lock;		 /* set-up of the VM: vCPUs, interrupt chips, filters */
	pthread_mutex_t slots_lock;	 /* one updater of slots or buses at a time */
	pthread_mutex_t slots_arch_lock; /* slot->arch of every slot */
	pthread_mutex_t irq_lock;	 /* irq_routing, ack_notifiers */
	pthread_rwlock_t mmu_lock;	 /* the guest's page tables, and the two below */
	struct srcu_struct srcu;	 /* readers of memslots, buses, filters, port tables */
	struct srcu_struct irq_srcu;	 /* readers of irq_routing, ack_notifiers, resamplers */

	struct mm *mm;
	struct mmu_notifier mmu_notifier;
	pthread_mutex_t mn_invalidate_lock; /* the count, its waiter, publishing memslots */
	unsigned long mn_active_invalidate_count;
	pthread_cond_t mn_memslots_update_wait; /* one waiter: it holds slots_lock */
	_Atomic unsigned long mmu_invalidate_seq;
	unsigned long mmu_invalidate_in_progress;
	struct mmu_range mmu_invalidate_range;

	struct kvm_memslots memslots_set[2];
	struct kvm_memslots *memslots;
	atomic_ulong page_count;
	pthread_mutex_t gpc_lock; /* gpc_list */
	struct gpc *gpc_list;

	struct io_bus *bus[BUS_COUNT];
	struct irq_routing *irq_routing;
	_Atomic(struct irq_ack_notifier *) ack_notifiers;
	struct {
		pthread_mutex_t lock; /* items; is_active and cached of each */
		struct irqfd *items;
		pthread_mutex_t resampler_lock; /* resamplers and their lists */
		struct irqfd_resampler *resamplers;
	} irqfds;
	struct workqueue inject_wq, cleanup_wq;

	_Atomic(struct kvm_vcpu *) vcpu[MAX_VCPUS];
	atomic_uint online_vcpus;
	struct kvm_arch arch;
	struct kvm *next; /* under kvm_lock */
};

#define REQ_EXIT  1u /* go back to the caller of vcpu_run() */
#define REQ_APICV 2u /* look at apicv_inhibits */
#define REQ_FLUSH 4u /* leave guest mode: entries have gone */

enum exit_reason {
	EXIT_NONE,
	EXIT_PAGE_FAULT,
	EXIT_IO,
	EXIT_MSR,
	EXIT_HYPERCALL,
	EXIT_HALT,
	EXIT_EOI,
	EXIT_DONE,
	EXIT_REASONS
};

/* Why the vCPU left guest mode; the handler leaves its answer in value and ok. */
struct vcpu_exit {
	enum exit_reason reason;
	enum io_bus_kind bus;
	bool is_write;
	uint64_t addr; /* guest address, port, or number of the MSR or hypercall */
	uint64_t value, arg[2];
	bool ok;
	enum fault
		fault; /* EXIT_PAGE_FAULT: FAULT_MMIO where a device answered, or nobody (not ok) */
};

enum hypercall {
	HC_XEN_SEND,	/* port */
	HC_HV_SIGNAL,	/* port */
	HC_HV_CLOSE,	/* port */
	HC_SHADOW_ROOT, /* page tables of the guest's own are shadowed from now on */
	HC_ADD,		/* guest address, summand: added by the host */
	HC_APICV,	/* is inhibited */
};

struct kvm_vcpu {
	pthread_mutex_t mutex; /* held while it runs, and by who sets or gets its state */
	struct kvm *kvm;
	unsigned id;
	int srcu_idx;
	atomic_uint requests;
	atomic_uint wanted;	   /* threads that want the mutex of a vCPU that runs */
	atomic_uint guest_entries; /* odd: in guest mode */
	pthread_mutex_t halt_lock; /* with halt_cond: wakes a halted vCPU */
	pthread_cond_t halt_cond;
	_Atomic uint64_t irr; /* pending vectors */
	unsigned slot_hint;
	uint64_t mmio_generation; /* cached: gfn mmio_gfn is no memory */
	gfn_t mmio_gfn;
	bool is_apicv_active;
	uint64_t clock;
	struct gpc xen_info;
	struct vcpu_exit exit;
	/* What runs in guest mode: does some work, fills exit. */
	void (*guest)(struct kvm_vcpu *vcpu);
	void *guest_data;
	unsigned long exits[EXIT_REASONS];
};

/* Inside kvm->srcu (or with slots_lock held), as are all users of a slot. */
static inline struct kvm_memslots *slots_active(struct kvm *kvm)
{
	return srcu_dereference(&kvm->memslots, &kvm->srcu);
}

/* Where a guest frame is, for the vCPU's own thread.  NULL: no memory there. */
static inline char *vcpu_gfn_to_addr(struct kvm_vcpu *vcpu, gfn_t gfn)
{
	struct kvm_memory_slot *slot = slots_find(slots_active(vcpu->kvm), gfn, &vcpu->slot_hint);

	return slot && !(slot->flags & SLOT_INVALID) ? slot_addr(slot, gfn) : NULL;
}

/* vm.c */
extern pthread_mutex_t kvm_lock; /* vm_list */
struct kvm *vm_create(struct mm *mm);
/* No vCPU runs and no irqfd's event is signalled any more. */
void vm_destroy(struct kvm *kvm);
struct kvm_vcpu *vm_create_vcpu(struct kvm *kvm, void (*guest)(struct kvm_vcpu *), void *data);
int vm_create_irqchip(struct kvm *kvm);
int vm_set_clock(struct kvm *kvm, uint64_t gpa);
/* A global setting: every page table of every VM is built anew. */
void vms_zap_all(void);

/* vcpu.c: runs until a request, an end of the guest, or so many exits.  False at the end. */
bool vcpu_run(struct kvm_vcpu *vcpu, unsigned long exits);
/* Takes vcpu->mutex: the vCPU comes out of vcpu_run() for it, and lets others go first. */
void vcpu_lock(struct kvm_vcpu *vcpu);
void vcpu_unlock(struct kvm_vcpu *vcpu);
void vcpu_request(struct kvm_vcpu *vcpu, unsigned request);
void vcpu_kick(struct kvm_vcpu *vcpu);
void vcpu_srcu_read_lock(struct kvm_vcpu *vcpu);
void vcpu_srcu_read_unlock(struct kvm_vcpu *vcpu);
int vcpu_set_msr(struct kvm_vcpu *vcpu, unsigned msr, uint64_t value);
int vcpu_get_msr(struct kvm_vcpu *vcpu, unsigned msr, uint64_t *value);

/* bus.c: both registers hold slots_lock on entry; the second does not wait for the readers. */
int bus_register(struct kvm *kvm, enum io_bus_kind kind, uint64_t addr, uint64_t len,
		 struct io_device *dev);
int bus_register_deferred(struct kvm *kvm, enum io_bus_kind kind, uint64_t addr, uint64_t len,
			  struct io_device *dev);
void bus_unregister(struct kvm *kvm, enum io_bus_kind kind, struct io_device *dev);
bool bus_access(struct kvm_vcpu *vcpu, struct vcpu_exit *exit); /* inside kvm->srcu */
void bus_free_all(struct kvm *kvm);

/* filter.c */
int filter_set(struct kvm *kvm, unsigned msr, bool is_denied);
bool filter_allows(struct kvm *kvm, unsigned msr); /* inside kvm->srcu */

/* apicv.c */
void apicv_set_inhibit(struct kvm *kvm, enum apicv_inhibit reason, bool is_set);
void apicv_update_vcpu(struct kvm_vcpu *vcpu); /* inside kvm->srcu */

/* hyperv.c */
#define HV_MSR_OS_ID	8u
#define HV_MSR_TSC_PAGE 9u /* guest address of a word that is kept up to date, 0 for none */
int hv_set_msr(struct kvm_vcpu *vcpu, unsigned msr, uint64_t value); /* inside kvm->srcu */
int hv_get_msr(struct kvm_vcpu *vcpu, unsigned msr, uint64_t *value);
int hv_set_conn(struct kvm *kvm, unsigned port, struct event *event);
void hv_close_conn(struct kvm *kvm, unsigned port);   /* inside kvm->srcu: does not wait */
bool hv_signal_event(struct kvm *kvm, unsigned port); /* inside kvm->srcu */
bool hv_set_sint(struct kvm *kvm, const struct irq_entry *e, int level);

/* xen.c */
int xen_set_shared_info(struct kvm *kvm, gfn_t gfn);
int xen_set_vcpu_info(struct kvm_vcpu *vcpu, gfn_t gfn);
int xen_set_port(struct kvm *kvm, unsigned port, unsigned vcpu, struct event *event);
bool xen_send(struct kvm *kvm, unsigned port); /* inside kvm->srcu, or outside */
bool xen_set_evtchn(struct kvm *kvm, const struct irq_entry *e, int level);
bool xen_set_evtchn_now(struct kvm *kvm, const struct irq_entry *e, int level);
void xen_init(struct kvm *kvm);
void xen_destroy(struct kvm *kvm);

/* sev.c: moves the secret from one VM to the other.  0, -EINVAL, -EBUSY. */
int sev_move(struct kvm *to, struct kvm *from);
int sev_start(struct kvm *kvm, uint64_t secret);
uint64_t sev_secret(struct kvm *kvm);

#endif
