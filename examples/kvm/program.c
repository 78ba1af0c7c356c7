/* SPDX-License-Identifier: MIT */
/*
 * program.c - what runs in guest mode: operations from a table, in random order.
 *
 * An operation that needs the host fills in vcpu->exit and is run again afterwards, with stage
 * one higher where it asked for something, or just again after a page fault.  The program knows
 * what every word of its own must be, and what it added to the words of all.
 */
#include <stdio.h>
#include <stdlib.h>

#include "machine.h"

#define OPS_PER_ENTRY 64

struct op {
	const char *name;
	unsigned weight;
	/* True: done.  False: vcpu->exit says what is needed first. */
	bool (*run)(struct kvm_vcpu *vcpu, struct program *p);
};

struct program {
	struct machine *machine;
	unsigned id;
	uint64_t random;
	const struct op *op; /* being run, or NULL */
	unsigned stage;
	bool has_faulted; /* vcpu->exit.fault answers the access of this stage */
	gfn_t gfn;	  /* of this operation */
	uint64_t value;
	unsigned vector; /* of the interrupt being handled */
	unsigned epoch;	 /* hot_epoch before the first access */
	struct program_totals totals;
	unsigned long done[16];
};

static bool ask(struct kvm_vcpu *vcpu, enum exit_reason reason, uint64_t addr)
{
	vcpu->exit.reason = reason;
	vcpu->exit.addr = addr;
	return false;
}

/* The page that may be behind a guest frame. */
static bool is_right_page(gfn_t gfn, unsigned page)
{
	if (gfn < LOW_PAGES)
		return page == gfn;
	if (gfn >= HOT_GFN && gfn < HOT_GFN + HOT_PAGES)
		return page == HOT_PAGE_A + gfn - HOT_GFN || page == HOT_PAGE_B + gfn - HOT_GFN;
	if (gfn >= MOVING_GFN_A && gfn < MOVING_GFN_A + MOVING_PAGES)
		return page == MOVING_PAGE + gfn - MOVING_GFN_A;
	if (gfn >= MOVING_GFN_B && gfn < MOVING_GFN_B + MOVING_PAGES)
		return page == MOVING_PAGE + gfn - MOVING_GFN_B;
	if (gfn == MMU_MAX_GFN - 1)
		return page == APIC_PAGE;
	return gfn >= SIZED_GFN && page == SIZED_PAGE + gfn - SIZED_GFN;
}

/* There is no memory now: may that be? */
static void check_absence(struct program *p, gfn_t gfn)
{
	if (gfn < LOW_PAGES)
		fail(p->machine, "frame %lu has no memory", (unsigned long)gfn);
	if (gfn >= HOT_GFN && gfn < HOT_GFN + HOT_PAGES && !(p->epoch & 1) &&
	    atomic_load(&p->machine->hot_epoch) == p->epoch)
		fail(p->machine, "frame %lu has no memory although its slot is there",
		     (unsigned long)gfn);
}

enum { ACCESS_FAULT, ACCESS_OK, ACCESS_NONE };

/* A word of guest memory, by the page tables. */
static int access_word(struct kvm_vcpu *vcpu, struct program *p, gfn_t gfn, unsigned word,
		       bool is_write, _Atomic uint64_t **at, unsigned *page)
{
	struct mm *mm = &p->machine->mm;
	uint64_t pte = mmu_walk(vcpu->kvm, gfn);
	uint64_t identity;

	if (!(pte & PTE_PRESENT) || (is_write && !(pte & PTE_WRITABLE))) {
		if (p->has_faulted && vcpu->exit.fault == FAULT_MMIO) {
			check_absence(p, gfn);
			p->has_faulted = false;
			return ACCESS_NONE;
		}
		p->has_faulted = true;
		vcpu->exit.is_write = is_write;
		ask(vcpu, EXIT_PAGE_FAULT, gfn * PAGE_SIZE);
		return ACCESS_FAULT;
	}
	p->has_faulted = false;
	*page = pte_page(pte);
	identity = atomic_load_explicit(
		(_Atomic uint64_t *)mm_frame_word(mm, pte_frame(pte), WORD_IDENTITY),
		memory_order_relaxed);
	if (identity != mm_identity(*page) || !is_right_page(gfn, *page))
		fail(p->machine, "frame %lu is page %u but shows %#lx: stale", (unsigned long)gfn,
		     *page, (unsigned long)identity);
	*at = (_Atomic uint64_t *)mm_frame_word(mm, pte_frame(pte), word);
	return ACCESS_OK;
}

static gfn_t random_gfn(struct program *p)
{
	uint64_t r = random_next(&p->random);

	switch (r >> 8 & 7) {
	case 0:
	case 1:
	case 2: return r % LOW_PAGES;
	case 3:
	case 4: return HOT_GFN + r % HOT_PAGES;
	case 5: return MOVING_GFN_A + r % MOVING_PAGES;
	case 6: return MOVING_GFN_B + r % MOVING_PAGES;
	default: return r >> 16 & 7 ? SIZED_GFN + r % SIZED_PAGES : MMU_MAX_GFN - 1;
	}
}

/* Stage 0 of every access: where to. */
static void choose(struct program *p)
{
	if (p->stage == 0) {
		p->gfn = random_gfn(p);
		p->epoch = atomic_load(&p->machine->hot_epoch);
		p->stage = 1;
	}
}

static bool op_load(struct kvm_vcpu *vcpu, struct program *p)
{
	_Atomic uint64_t *at;
	unsigned page;
	uint64_t value;
	int got;

	choose(p);
	got = access_word(vcpu, p, p->gfn, WORD_PRIVATE + p->id, false, &at, &page);
	if (got != ACCESS_OK)
		return got == ACCESS_NONE;
	value = atomic_load_explicit(at, memory_order_relaxed);
	if (value != p->totals.own[page][p->id])
		fail(p->machine, "vCPU %u: page %u holds %lu, not %lu", p->id, page,
		     (unsigned long)value, (unsigned long)p->totals.own[page][p->id]);
	return true;
}

static bool op_store(struct kvm_vcpu *vcpu, struct program *p)
{
	_Atomic uint64_t *at;
	unsigned page;
	int got;

	choose(p);
	got = access_word(vcpu, p, p->gfn, WORD_PRIVATE + p->id, true, &at, &page);
	if (got == ACCESS_OK)
		atomic_store_explicit(at, ++p->totals.own[page][p->id], memory_order_relaxed);
	return got != ACCESS_FAULT;
}

static bool op_add(struct kvm_vcpu *vcpu, struct program *p)
{
	_Atomic uint64_t *at;
	unsigned page;
	int got;

	choose(p);
	got = access_word(vcpu, p, p->gfn, WORD_SHARED, true, &at, &page);
	if (got == ACCESS_OK) {
		atomic_fetch_add_explicit(at, 1, memory_order_relaxed);
		p->totals.shared[page]++;
	}
	return got != ACCESS_FAULT;
}

/* Few frames, so that others are written by nobody but the guest: nothing else marks them dirty. */
static bool op_host_add(struct kvm_vcpu *vcpu, struct program *p)
{
	if (p->stage == 0) {
		p->gfn = random_next(&p->random) % HOST_PAGES;
		p->stage = 1;
		vcpu->exit.arg[0] = p->gfn * PAGE_SIZE + WORD_HOST * sizeof(uint64_t);
		vcpu->exit.arg[1] = 3;
		return ask(vcpu, EXIT_HYPERCALL, HC_ADD);
	}
	if (vcpu->exit.ok)
		p->totals.host[p->gfn] += 3;
	else
		fail(p->machine, "the host cannot add to frame %lu", (unsigned long)p->gfn);
	return true;
}

/* To a port that is always there, or to one that comes and goes. */
static bool op_port(struct kvm_vcpu *vcpu, struct program *p)
{
	if (p->stage == 0) {
		uint64_t r = random_next(&p->random);

		p->stage = 1;
		p->value = r & 1;
		vcpu->exit.bus = BUS_PIO;
		vcpu->exit.is_write = true;
		vcpu->exit.value = r >> 60;
		return ask(vcpu, EXIT_IO, p->value ? PORT_STEADY : PORT_SCRATCH);
	}
	if (vcpu->exit.ok)
		p->totals.written += vcpu->exit.value;
	else if (p->value)
		fail(p->machine, "a device that is there has not answered");
	return true;
}

static bool op_mmio(struct kvm_vcpu *vcpu, struct program *p)
{
	if (p->stage == 0) {
		p->stage = 1;
		vcpu->exit.is_write = true;
		vcpu->exit.value = random_next(&p->random) >> 60;
		return ask(vcpu, EXIT_PAGE_FAULT, MMIO_GFN * PAGE_SIZE + 8);
	}
	if (vcpu->exit.fault == FAULT_RETRY)
		return ask(vcpu, EXIT_PAGE_FAULT, MMIO_GFN * PAGE_SIZE + 8);
	if (vcpu->exit.fault != FAULT_MMIO || !vcpu->exit.ok)
		fail(p->machine, "a device in memory has not answered");
	p->totals.written += vcpu->exit.value;
	return true;
}

static bool op_msr(struct kvm_vcpu *vcpu, struct program *p)
{
	if (p->stage++)
		return true;
	vcpu->exit.is_write = true;
	p->value = random_next(&p->random);
	vcpu->exit.value = p->value & 1 ? TSC_GFN * PAGE_SIZE + WORD_TSC * 8 : p->value;
	return ask(vcpu, EXIT_MSR, p->value & 1 ? HV_MSR_TSC_PAGE : HV_MSR_OS_ID);
}

static bool op_xen(struct kvm_vcpu *vcpu, struct program *p)
{
	if (p->stage++)
		return true;
	vcpu->exit.arg[0] = random_next(&p->random) & 1 ? XEN_PORT_GUEST : XEN_PORT_CHURN;
	return ask(vcpu, EXIT_HYPERCALL, HC_XEN_SEND);
}

static bool op_hv(struct kvm_vcpu *vcpu, struct program *p)
{
	if (p->stage++ == 0) {
		vcpu->exit.arg[0] = 1;
		return ask(vcpu, EXIT_HYPERCALL, HC_HV_SIGNAL);
	}
	p->totals.hv_sent += vcpu->exit.ok;
	return true;
}

static bool op_rare(struct kvm_vcpu *vcpu, struct program *p)
{
	uint64_t r;

	if (p->stage++)
		return true;
	r = random_next(&p->random);
	vcpu->exit.arg[0] = r >> 4 & 1;
	switch (r % 5) {
	case 4:
		vcpu->exit.bus = BUS_PIO;
		vcpu->exit.is_write = true;
		vcpu->exit.value = 1;
		return ask(vcpu, EXIT_IO, PORT_TIMER);
	case 0: return ask(vcpu, EXIT_HYPERCALL, HC_SHADOW_ROOT);
	case 1: return ask(vcpu, EXIT_HYPERCALL, HC_APICV);
	case 2: vcpu->exit.arg[0] = 1; return ask(vcpu, EXIT_HYPERCALL, HC_HV_CLOSE);
	default: return ask(vcpu, EXIT_HALT, 0);
	}
}

static const struct op ops[] = {
	{ "load", 30, op_load },	{ "store", 30, op_store }, { "add", 20, op_add },
	{ "host add", 6, op_host_add }, { "port", 6, op_port },	   { "mmio", 3, op_mmio },
	{ "msr", 2, op_msr },		{ "xen send", 3, op_xen }, { "hv signal", 3, op_hv },
	{ "rare", 1, op_rare },
};
#define OPS (sizeof(ops) / sizeof(ops[0]))

/* The pending word of the shared page is emptied: all ports at once. */
static bool handle_xen(struct kvm_vcpu *vcpu, struct program *p)
{
	_Atomic uint64_t *at;
	unsigned page;

	if (access_word(vcpu, p, XEN_GFN, WORD_PENDING, true, &at, &page) != ACCESS_OK)
		return false;
	p->totals.xen += (uint64_t)__builtin_popcountll(atomic_exchange(at, 0));
	return true;
}

/*
 * A device is asked how much it wants; a level-triggered one is then told that this was all.  In
 * between another, slow one is written to, so that the first may want more meanwhile.
 */
static bool handle_line(struct kvm_vcpu *vcpu, struct program *p, bool is_level)
{
	struct vcpu_exit *exit = &vcpu->exit;

	switch (p->stage++) {
	case 0:
		exit->bus = BUS_PIO;
		exit->is_write = false;
		return ask(vcpu, EXIT_IO, is_level ? PORT_LEVEL : PORT_EDGE);
	case 1:
		if (!exit->ok)
			fail(p->machine, "a device with an interrupt has not answered");
		*(is_level ? &p->totals.level : &p->totals.edge) += exit->value;
		if (!is_level)
			return true;
		exit->is_write = true;
		exit->value = VALUE_SLOW;
		return ask(vcpu, EXIT_IO, PORT_STEADY);
	case 2: p->totals.written += VALUE_SLOW; return ask(vcpu, EXIT_EOI, p->vector);
	default: return true;
	}
}

static bool op_interrupt(struct kvm_vcpu *vcpu, struct program *p)
{
	if (p->vector == VECTOR_XEN)
		return handle_xen(vcpu, p);
	if (p->vector == VECTOR_EDGE || p->vector == VECTOR_LEVEL)
		return handle_line(vcpu, p, p->vector == VECTOR_LEVEL);
	return p->vector != VECTOR_TIMER || p->stage++ || ask(vcpu, EXIT_EOI, p->vector);
}

static const struct op interrupt = { "interrupt", 0, op_interrupt };

static const struct op *next_op(struct kvm_vcpu *vcpu, struct program *p)
{
	uint64_t irr = atomic_load(&vcpu->irr);
	unsigned at;

	p->stage = 0;
	p->has_faulted = false;
	if (irr) {
		p->vector = (unsigned)__builtin_ctzll(irr);
		atomic_fetch_and(&vcpu->irr, ~(1ull << p->vector));
		return &interrupt;
	}
	if (atomic_load(&p->machine->must_stop)) {
		atomic_fetch_or(&p->machine->quiet, 1u << p->id);
		ask(vcpu, atomic_load(&p->machine->may_end) ? EXIT_DONE : EXIT_HALT, 0);
		return NULL;
	}
	at = (unsigned)(random_next(&p->random) >> 32) % 104;
	for (unsigned i = 0; i < OPS; i++) {
		if (at < ops[i].weight)
			return &ops[i];
		at -= ops[i].weight;
	}
	return &ops[0];
}

void program_run(struct kvm_vcpu *vcpu)
{
	struct program *p = vcpu->guest_data;

	for (unsigned i = 0; i < OPS_PER_ENTRY; i++) {
		if (atomic_load_explicit(&vcpu->requests, memory_order_relaxed))
			return;
		if (!p->op)
			p->op = next_op(vcpu, p);
		if (!p->op || !p->op->run(vcpu, p))
			return;
		p->done[p->op == &interrupt ? OPS : (unsigned)(p->op - ops)]++;
		p->op = NULL;
	}
}

struct program *program_new(struct machine *m, unsigned id)
{
	struct program *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->machine = m;
	p->id = id;
	p->random = 88172645463325252ull * (id + 1);
	return p;
}

void program_add(const struct program *p, struct program_totals *totals)
{
	totals->written += p->totals.written;
	totals->edge += p->totals.edge;
	totals->level += p->totals.level;
	totals->xen += p->totals.xen;
	totals->hv_sent += p->totals.hv_sent;
	for (unsigned i = 0; i < PAGES; i++) {
		totals->shared[i] += p->totals.shared[i];
		totals->host[i] += p->totals.host[i];
		totals->own[i][p->id] = p->totals.own[i][p->id];
	}
}

void program_print(struct program *const program[], unsigned count)
{
	printf("guest:");
	for (unsigned i = 0; i <= OPS; i++) {
		unsigned long sum = 0;

		for (unsigned j = 0; j < count; j++)
			sum += program[j]->done[i];
		printf(" %lu %s%s", sum, i < OPS ? ops[i].name : "interrupts",
		       i < OPS ? "," : "\n");
	}
}
