/* SPDX-License-Identifier: MIT */
/* machine.c - builds the machine, and holds what everybody counted against each other. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "machine.h"

void fail(struct machine *m, const char *format, ...)
{
	static atomic_uint told;
	va_list args;

	atomic_store(&m->has_failed, true);
	if (atomic_fetch_add(&told, 1) >= 20)
		return;
	va_start(args, format);
	fputs("FAILED: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

static void must(struct machine *m, int err, const char *what)
{
	if (err)
		fail(m, "%s: error %d", what, err);
}

static void add_slots(struct machine *m)
{
	static const struct memory_region regions[] = {
		{ SLOT_LOW, 0, 0, LOW_PAGES, 0 },
		{ SLOT_HOT, 0, HOT_GFN, HOT_PAGES, HOT_PAGE_A },
		{ SLOT_MOVING, 0, MOVING_GFN_A, MOVING_PAGES, MOVING_PAGE },
		{ SLOT_SIZED, 0, SIZED_GFN, SIZED_PAGES, SIZED_PAGE },
		{ SLOT_APIC, 0, MMU_MAX_GFN - 1, 1, APIC_PAGE },
	};
	const struct memory_region other = { 0, 0, 0, OTHER_PAGES, OTHER_PAGE };

	for (unsigned i = 0; i < SLOTS; i++)
		must(m, slots_set_region(m->kvm, &regions[i]), "slot");
	must(m, slots_set_region(m->other, &other), "slot");
}

static void add_devices(struct machine *m)
{
	struct kvm *kvm = m->kvm;

	line_init(&m->edge);
	line_init(&m->level);
	line_init(&m->xen_line);
	event_init(&m->hv_event);
	sink_init(&m->steady, m);
	sink_init(&m->mmio, m);
	must(m, vm_create_irqchip(kvm), "irqchip");
	pthread_mutex_lock(&kvm->slots_lock);
	must(m, bus_register(kvm, BUS_PIO, PORT_STEADY, 1, &m->steady.dev), "port");
	must(m, bus_register(kvm, BUS_PIO, PORT_EDGE, 1, &m->edge.dev), "port");
	must(m, bus_register_deferred(kvm, BUS_PIO, PORT_LEVEL, 1, &m->level.dev), "port");
	must(m, bus_register(kvm, BUS_MMIO, MMIO_GFN * PAGE_SIZE, 64, &m->mmio.dev), "mmio");
	pthread_mutex_unlock(&kvm->slots_lock);
	slow_ack_init(&m->slow_ack);
	irq_register_ack(kvm, &m->slow_ack);
	must(m, irqfd_assign(kvm, GSI_XEN, &m->xen_line.event, NULL), "irqfd");
	must(m, hv_set_conn(kvm, 1, &m->hv_event), "hv");
	must(m, xen_set_shared_info(kvm, XEN_GFN), "xen");
	for (unsigned i = 0; i < VCPUS; i++)
		must(m, xen_set_vcpu_info(atomic_load(&kvm->vcpu[i]), XEN_VCPU_GFN + i), "xen");
	must(m, xen_set_port(kvm, XEN_PORT_GUEST, 1, NULL), "xen");
	must(m, xen_set_port(kvm, XEN_PORT_IRQFD, 2, NULL), "xen");
}

void machine_init(struct machine *m)
{
	if (mm_init(&m->mm, PAGES, FRAMES)) {
		fputs("no memory\n", stderr);
		exit(2);
	}
	pthread_mutex_init(&m->pause_lock, NULL);
	pthread_cond_init(&m->pause_cond, NULL);
	m->running = VCPUS;
	m->kvm = vm_create(&m->mm);
	m->other = vm_create(&m->mm);
	m->copy = calloc(LOW_PAGES, PAGE_SIZE);
	if (!m->kvm || !m->other || !m->copy)
		abort();
	for (unsigned i = 0; i < VCPUS; i++) {
		m->program[i] = program_new(m, i);
		if (!vm_create_vcpu(m->kvm, program_run, m->program[i]))
			abort();
	}
	if (!vm_create_vcpu(m->other, program_run, NULL))
		abort();
	add_slots(m);
	add_devices(m);
	must(m, sev_start(m->kvm, 42), "sev");
}

void machine_pause(struct machine *m)
{
	pthread_mutex_lock(&m->pause_lock);
	m->is_paused = true;
	while (m->running) {
		for (unsigned i = 0; i < VCPUS; i++)
			vcpu_request(atomic_load(&m->kvm->vcpu[i]), REQ_EXIT);
		pthread_cond_wait(&m->pause_cond, &m->pause_lock);
	}
	pthread_mutex_unlock(&m->pause_lock);
}

void machine_resume(struct machine *m)
{
	pthread_mutex_lock(&m->pause_lock);
	m->is_paused = false;
	pthread_cond_broadcast(&m->pause_cond);
	pthread_mutex_unlock(&m->pause_lock);
}

void machine_may_run(struct machine *m)
{
	pthread_mutex_lock(&m->pause_lock);
	if (m->is_paused) {
		m->running--;
		pthread_cond_broadcast(&m->pause_cond);
		while (m->is_paused)
			pthread_cond_wait(&m->pause_cond, &m->pause_lock);
		m->running++;
	}
	pthread_mutex_unlock(&m->pause_lock);
}

void machine_has_ended(struct machine *m)
{
	pthread_mutex_lock(&m->pause_lock);
	m->running--;
	pthread_cond_broadcast(&m->pause_cond);
	pthread_mutex_unlock(&m->pause_lock);
}

static uint64_t word_of(struct machine *m, unsigned page, unsigned word)
{
	uint64_t value = 0;

	if (mm_read(&m->mm, m->mm.base + (size_t)page * PAGE_SIZE + word * 8, &value, 8))
		fail(m, "page %u cannot be read", page);
	return value;
}

bool machine_is_drained(struct machine *m)
{
	return atomic_load(&m->quiet) == (1u << VCPUS) - 1 && !atomic_load(&m->edge.pending) &&
	       !atomic_load(&m->level.pending) && !word_of(m, XEN_GFN, WORD_PENDING);
}

static void expect(struct machine *m, const char *what, uint64_t found, uint64_t wanted)
{
	if (found != wanted)
		fail(m, "%s: %lu, the guest counted %lu", what, (unsigned long)found,
		     (unsigned long)wanted);
}

static void verify_pages(struct machine *m, const struct program_totals *t)
{
	for (unsigned page = 0; page < PAGES; page++) {
		if (word_of(m, page, WORD_IDENTITY) != mm_identity(page))
			fail(m, "page %u has lost its identity", page);
		expect(m, "shared word", word_of(m, page, WORD_SHARED), t->shared[page]);
		expect(m, "host's word", word_of(m, page, WORD_HOST), t->host[page]);
		for (unsigned i = 0; i < VCPUS; i++)
			expect(m, "own word", word_of(m, page, WORD_PRIVATE + i), t->own[page][i]);
	}
}

void machine_verify_copy(struct machine *m, unsigned pages)
{
	unsigned wrong = 0;

	for (unsigned page = 0; page < pages; page++)
		for (unsigned word = 0; word < PAGE_WORDS; word++)
			wrong += m->copy[page * PAGE_WORDS + word] != word_of(m, page, word);
	if (wrong)
		fail(m, "the migrated copy differs in %u words", wrong);
}

void machine_verify(struct machine *m)
{
	struct program_totals *t = calloc(1, sizeof(*t));
	uint64_t upcalls = 0;

	if (!t)
		abort();
	for (unsigned i = 0; i < VCPUS; i++) {
		program_add(m->program[i], t);
		upcalls += word_of(m, XEN_VCPU_GFN + i, WORD_UPCALL);
	}
	verify_pages(m, t);
	machine_verify_copy(m, LOW_PAGES);
	expect(m, "values given to devices", atomic_load(&m->written), t->written);
	expect(m, "edge-triggered work", atomic_load(&m->edge.made), t->edge);
	expect(m, "level-triggered work", atomic_load(&m->level.made), t->level);
	expect(m, "Xen events", upcalls, t->xen);
	expect(m, "Xen events left", word_of(m, XEN_GFN, WORD_PENDING), 0);
	expect(m, "Hyper-V events", atomic_load(&m->hv_received) + event_wait(&m->hv_event, 0),
	       t->hv_sent);
	expect(m, "secret", sev_secret(m->kvm) + sev_secret(m->other), 42);
	free(t);
}

void machine_destroy(struct machine *m)
{
	irq_unregister_ack(m->kvm, &m->slow_ack);
	vm_destroy(m->kvm);
	vm_destroy(m->other);
	mm_destroy(&m->mm);
	event_destroy(&m->hv_event);
	for (unsigned i = 0; i < VCPUS; i++)
		free(m->program[i]);
	free(m->copy);
}
