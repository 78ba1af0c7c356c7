/* SPDX-License-Identifier: MIT */
/*
 * machine.h - the machine that the soak test runs: a VM with four vCPUs and their program, a
 * second VM, devices, and threads that change everything all the time.
 *
 * Everything is counted on both sides.  In the end what the guest did and what the host finds
 * must be equal, to the last store, port access and interrupt.
 */
#ifndef KVM_MACHINE_H
#define KVM_MACHINE_H

#include "vm.h"

#define VCPUS 4u

/* Slots of the first VM: guest frames, and the pages of the host behind them. */
enum { SLOT_LOW, SLOT_HOT, SLOT_MOVING, SLOT_SIZED, SLOT_APIC, SLOTS };
#define LOW_PAGES    64u /* frame n is page n, always there; dirty pages are logged */
#define HOST_PAGES   16u /* of these: the host adds to them */
#define HOT_GFN	     64u /* comes and goes, at one of two places of the host */
#define HOT_PAGES    32u
#define HOT_PAGE_A   64u
#define HOT_PAGE_B   160u
#define MOVING_GFN_A 128u /* moves between two places of the guest */
#define MOVING_GFN_B 192u
#define MOVING_PAGES 16u
#define MOVING_PAGE  96u
#define SIZED_GFN    256u /* the first half is always there, but for a moment */
#define SIZED_PAGES  32u
#define SIZED_PAGE   112u
#define APIC_PAGE    144u
#define OTHER_PAGE   200u /* the other VMs' */
#define OTHER_PAGES  8u
#define PAGES	     224u
#define FRAMES	     240u

/* Frames of the first slot with a use of their own. */
#define TSC_GFN	     60u
#define XEN_GFN	     61u
#define XEN_VCPU_GFN 56u /* one per vCPU */

/* Words of every page. */
#define WORD_IDENTITY 0u
#define WORD_SHARED   1u /* every vCPU adds to it */
#define WORD_HOST     2u /* every vCPU has the host add to it */
#define WORD_TSC      3u
#define WORD_PENDING  8u /* Xen: ports; see xen.c */
#define WORD_UPCALL   9u
#define WORD_PRIVATE  16u /* one per vCPU */

/* Lines, vectors, ports. */
#define GSI_TIMER      0u
#define GSI_EDGE       5u
#define GSI_LEVEL      6u
#define GSI_XEN	       7u
#define VECTOR_XEN     1u
#define VECTOR_EDGE    2u
#define VECTOR_TIMER   32u
#define VECTOR_LEVEL   38u
#define PORT_TIMER     0x40u
#define PORT_SCRATCH   0x60u /* comes and goes */
#define PORT_STEADY    0x70u
#define VALUE_SLOW     16u /* given to it: takes long */
#define PORT_EDGE      0x80u
#define PORT_LEVEL     0x88u
#define MMIO_GFN       1000u
#define XEN_PORT_GUEST 1u /* to vCPU 1 */
#define XEN_PORT_IRQFD 3u /* to vCPU 2, by GSI_XEN */
#define XEN_PORT_CHURN 5u

/* A device that wants attention until the guest has read how much. */
struct line {
	struct io_device dev;
	struct event event, resample;
	_Atomic uint64_t pending;
	atomic_ulong made;
};

/* A device that sums up what it is given. */
struct sink {
	struct io_device dev;
	struct machine *machine;
};

struct program; /* of one vCPU */

struct machine {
	struct mm mm;
	struct kvm *kvm, *other;
	struct program *program[VCPUS];
	struct line edge, level, xen_line;
	struct sink steady, mmio;
	struct irq_ack_notifier slow_ack;
	struct event hv_event;
	atomic_ulong written; /* sum of all values that devices were given */
	atomic_ulong hv_received;
	atomic_uint hot_epoch;	    /* even: the hot slot is there and stays */
	pthread_mutex_t pause_lock; /* the two below */
	pthread_cond_t pause_cond;
	bool is_paused;
	unsigned running;      /* vCPUs that are not paused */
	atomic_bool must_stop; /* threads that make work */
	atomic_uint quiet;     /* vCPUs that have seen must_stop: one bit each */
	atomic_bool may_end;   /* the guest: all work has been done */
	atomic_bool has_failed;
	uint64_t *copy; /* of the first slot: what live migration has sent */
	atomic_ulong did[16];
};

enum {
	DID_HOT,
	DID_MOVE,
	DID_RESIZE,
	DID_LOG,
	DID_HARVEST,
	DID_COPIED,
	DID_BUS,
	DID_ROUTE,
	DID_IRQFD,
	DID_FILTER,
	DID_ZAP,
	DID_SEV,
	DID_XEN,
	DID_VM,
	DID_CLOCK,
	DID_HV
};

/* machine.c */
void machine_init(struct machine *m);
/* No new work comes, and none is left. */
bool machine_is_drained(struct machine *m);
/* Stops all vCPUs between two runs; by the thread of live migration only. */
void machine_pause(struct machine *m);
void machine_resume(struct machine *m);
/* By a vCPU's thread, between two runs; and when it ends. */
void machine_may_run(struct machine *m);
void machine_has_ended(struct machine *m);
/* What live migration has sent is the memory as it is. */
void machine_verify_copy(struct machine *m, unsigned pages);
/* Compares what everybody counted. */
void machine_verify(struct machine *m);
void machine_destroy(struct machine *m);
void fail(struct machine *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline void did(struct machine *m, unsigned what)
{
	atomic_fetch_add_explicit(&m->did[what], 1, memory_order_relaxed);
}

/* devices.c */
void line_init(struct line *line);
void slow_ack_init(struct irq_ack_notifier *kian);
void line_raise(struct line *line);
void sink_init(struct sink *sink, struct machine *m);
struct io_device *scratch_device(struct machine *m);
void *line_thread(void *machine); /* of the level-triggered device: looks again after each EOI */
void *hv_thread(void *machine);	  /* counts Hyper-V events */

/* churn.c: one thread each; until must_stop */
struct churn {
	const char *name;
	void *(*run)(void *machine);
};
extern const struct churn churns[];
extern const unsigned churn_count;
/* What live migration has still to send. */
void churn_send_dirty(struct machine *m);

/* program.c */
struct program *program_new(struct machine *m, unsigned id);
void program_run(struct kvm_vcpu *vcpu); /* in guest mode */
struct program_totals {
	uint64_t written, edge, level, xen, hv_sent;
	uint64_t shared[PAGES], host[PAGES], own[PAGES][VCPUS];
};
void program_add(const struct program *program, struct program_totals *totals);
void program_print(struct program *const program[], unsigned count);

static inline uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
