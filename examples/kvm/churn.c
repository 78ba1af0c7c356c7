/* SPDX-License-Identifier: MIT */
/* churn.c - threads that change everything under a running guest, until must_stop. */
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "machine.h"

static void pause_us(unsigned us)
{
	const struct timespec t = { .tv_nsec = us * 1000l };

	nanosleep(&t, NULL);
}

static bool goes_on(struct machine *m)
{
	return !atomic_load(&m->must_stop);
}

static void must(struct machine *m, int err, const char *what)
{
	if (err)
		fail(m, "%s: error %d", what, err);
}

static uint64_t sum_of_words(struct machine *m, unsigned first, unsigned count)
{
	uint64_t sum = 0;

	for (unsigned page = first; page < first + count; page++) {
		uint64_t words[WORD_PRIVATE + VCPUS];

		must(m,
		     mm_read(&m->mm, m->mm.base + (size_t)page * PAGE_SIZE, words, sizeof(words)),
		     "read");
		for (unsigned i = 0; i < WORD_PRIVATE + VCPUS; i++)
			sum += words[i];
	}
	return sum;
}

/* Deletes the slot, sees that nobody writes to its pages any more, makes it elsewhere. */
static void *churn_hot(void *arg)
{
	const struct memory_region none = { .id = SLOT_HOT };
	struct machine *m = arg;
	bool is_at_b = false;

	while (goes_on(m)) {
		unsigned page = is_at_b ? HOT_PAGE_B : HOT_PAGE_A;
		struct memory_region region = { SLOT_HOT, 0, HOT_GFN, HOT_PAGES, 0 };
		uint64_t sum;

		atomic_fetch_add(&m->hot_epoch, 1);
		must(m, slots_set_region(m->kvm, &none), "delete");
		sum = sum_of_words(m, page, HOT_PAGES);
		pause_us(100);
		if (sum != sum_of_words(m, page, HOT_PAGES))
			fail(m, "pages of a deleted slot are written");
		is_at_b = !is_at_b;
		region.page = is_at_b ? HOT_PAGE_B : HOT_PAGE_A;
		must(m, slots_set_region(m->kvm, &region), "create");
		atomic_fetch_add(&m->hot_epoch, 1);
		did(m, DID_HOT);
		pause_us(300);
	}
	return NULL;
}

static void *churn_layout(void *arg)
{
	struct machine *m = arg;

	for (unsigned i = 0; goes_on(m); i++) {
		struct memory_region moved = { SLOT_MOVING, 0, i & 1 ? MOVING_GFN_A : MOVING_GFN_B,
					       MOVING_PAGES, MOVING_PAGE };
		struct memory_region sized = { SLOT_SIZED, 0, SIZED_GFN,
					       i & 1 ? SIZED_PAGES : SIZED_PAGES / 2, SIZED_PAGE };

		must(m, slots_set_region(m->kvm, &moved), "move");
		did(m, DID_MOVE);
		must(m, slots_resize(m->kvm, &sized), "resize");
		did(m, DID_RESIZE);
		pause_us(500);
	}
	return NULL;
}

static void send_page(struct machine *m, unsigned page)
{
	must(m,
	     mm_read(&m->mm, m->mm.base + (size_t)page * PAGE_SIZE, m->copy + page * PAGE_WORDS,
		     PAGE_SIZE),
	     "read");
	did(m, DID_COPIED);
}

void churn_send_dirty(struct machine *m)
{
	unsigned long bits[DIRTY_WORDS];

	must(m, dirty_harvest(m->kvm, SLOT_LOW, bits, DIRTY_WORDS), "harvest");
	did(m, DID_HARVEST);
	for (unsigned page = 0; page < LOW_PAGES; page++)
		if (bits[page / 64] >> page % 64 & 1)
			send_page(m, page);
}

/*
 * Live migration, begun again and again: everything is sent, then what was written meanwhile, then
 * the vCPUs stand still for the last round, and what was sent must be what is there.  (Of the
 * frames that Xen uses other threads write some even then.)  main ends the last one.
 */
static void *churn_log(void *arg)
{
	const struct memory_region off = { SLOT_LOW, 0, 0, LOW_PAGES, 0 };
	const struct memory_region on = { SLOT_LOW, SLOT_LOG_DIRTY, 0, LOW_PAGES, 0 };
	struct machine *m = arg;

	for (;;) {
		must(m, slots_set_region(m->kvm, &on), "log");
		for (unsigned page = 0; page < LOW_PAGES; page++)
			send_page(m, page);
		for (unsigned i = 0; i < 10 && goes_on(m); i++) {
			churn_send_dirty(m);
			pause_us(2000);
		}
		if (!goes_on(m))
			break;
		machine_pause(m);
		churn_send_dirty(m);
		machine_verify_copy(m, XEN_VCPU_GFN);
		machine_resume(m);
		did(m, DID_LOG);
		must(m, slots_set_region(m->kvm, &off), "log");
	}
	return NULL;
}

/* The host: frames move, go to swap, come back. */
static void *churn_frames(void *arg)
{
	struct machine *m = arg;
	uint64_t random = 4711;

	while (goes_on(m)) {
		uint64_t r = random_next(&random);

		if (r >> 32 & 3)
			mm_migrate(&m->mm, (unsigned)(r % PAGES));
		else
			mm_swap_out(&m->mm, (unsigned)(r % PAGES));
		pause_us(20 + (r >> 40 & 127));
	}
	return NULL;
}

static void *churn_bus(void *arg)
{
	struct machine *m = arg;
	struct kvm *kvm = m->kvm;

	for (unsigned i = 0; goes_on(m); i++) {
		struct io_device *dev = scratch_device(m);
		int err;

		pthread_mutex_lock(&kvm->slots_lock);
		if (i & 1)
			err = bus_register(kvm, BUS_PIO, PORT_SCRATCH, 1, dev);
		else
			err = bus_register_deferred(kvm, BUS_PIO, PORT_SCRATCH, 1, dev);
		pthread_mutex_unlock(&kvm->slots_lock);
		must(m, err, "register");
		pause_us(300);
		pthread_mutex_lock(&kvm->slots_lock);
		bus_unregister(kvm, BUS_PIO, dev);
		pthread_mutex_unlock(&kvm->slots_lock);
		did(m, DID_BUS);
		pause_us(100);
	}
	return NULL;
}

/* Work for the guest, while the lines to it are laid anew. */
static void *churn_lines(void *arg)
{
	struct machine *m = arg;
	struct kvm *kvm = m->kvm;

	for (unsigned i = 0; goes_on(m); i++) {
		const struct irq_entry entries[] = {
			{ i & 1 ? IRQ_MSI : IRQ_HV_SINT, GSI_EDGE, i % VCPUS, VECTOR_EDGE, 0 },
			{ IRQ_PIN, GSI_LEVEL, (i / 2) % VCPUS, VECTOR_LEVEL, 0 },
			{ IRQ_XEN, GSI_XEN, 0, 0, XEN_PORT_IRQFD },
			{ IRQ_PIN, GSI_TIMER, i % VCPUS, VECTOR_TIMER, 0 },
		};

		must(m, irq_set_routing(kvm, entries, 4), "routing");
		did(m, DID_ROUTE);
		if (i % 4 == 0) {
			irqfd_deassign(kvm, &m->level.event, GSI_LEVEL);
			must(m, irqfd_assign(kvm, GSI_LEVEL, &m->level.event, &m->level.resample),
			     "irqfd");
			irqfd_deassign(kvm, &m->edge.event, GSI_EDGE);
			must(m, irqfd_assign(kvm, GSI_EDGE, &m->edge.event, NULL), "irqfd");
			did(m, DID_IRQFD);
		}
		pause_us(400);
	}
	return NULL;
}

/* No other signal comes to help: it must arrive by itself. */
static void raise_and_wait(struct machine *m, struct line *line, const char *what)
{
	line_raise(line);
	for (unsigned i = 0; atomic_load(&line->pending); i++) {
		if (i == 50000) {
			fail(m, "lost interrupt: %s", what);
			return;
		}
		pause_us(100);
	}
}

static void *make_work(void *arg)
{
	struct machine *m = arg;
	uint64_t random = 99;

	for (unsigned i = 0; goes_on(m); i++) {
		uint64_t r = random_next(&random);

		if (r & 2)
			event_signal(&m->xen_line.event);
		if (i & 64) {
			line_raise(&m->edge);
			line_raise(&m->level);
		} else if (r & 1) {
			raise_and_wait(m, &m->edge, "edge");
		} else {
			line_raise(&m->level);
			pause_us(r >> 50 & 31);
			raise_and_wait(m, &m->level, "level");
		}
		pause_us(50 + (r >> 40 & 127));
	}
	return NULL;
}

static void one_setting(struct machine *m, unsigned i)
{
	struct kvm_vcpu *vcpu = atomic_load(&m->kvm->vcpu[i % VCPUS]);

	switch (i % 8) {
	case 0:
		must(m, filter_set(m->kvm, HV_MSR_OS_ID, i & 8), "filter");
		did(m, DID_FILTER);
		break;
	case 1:
		vms_zap_all();
		did(m, DID_ZAP);
		break;
	case 2: apicv_set_inhibit(m->kvm, i & 8 ? APICV_DEBUG : APICV_PIT, i & 16); break;
	case 3: must(m, vcpu_set_msr(vcpu, HV_MSR_OS_ID, i), "msr"); break;
	case 4:
		must(m, vm_set_clock(m->kvm, TSC_GFN * PAGE_SIZE + WORD_TSC * 8), "clock");
		did(m, DID_CLOCK);
		break;
	case 5:
		must(m, xen_set_shared_info(m->kvm, XEN_GFN), "xen");
		did(m, DID_XEN);
		break;
	case 6:
		must(m,
		     xen_set_port(m->kvm, XEN_PORT_CHURN, i & 8 ? MAX_VCPUS : i / 8 % VCPUS, NULL),
		     "xen port");
		break;
	default: must(m, hv_set_conn(m->kvm, 1, i & 8 ? NULL : &m->hv_event), "hv"); did(m, DID_HV);
	}
}

static void *churn_settings(void *arg)
{
	struct machine *m = arg;

	for (unsigned i = 0; goes_on(m); i++) {
		one_setting(m, i);
		pause_us(300);
	}
	return NULL;
}

static void *shadow(void *kvm)
{
	int idx = srcu_read_lock(&((struct kvm *)kvm)->srcu);
	int err = mmu_first_shadow_root(kvm);

	srcu_read_unlock(&((struct kvm *)kvm)->srcu, idx);
	return err ? kvm : NULL;
}

/* A VM from its beginning to its end; its slot moves while the rmaps of its slots are made. */
static void one_vm(struct machine *m)
{
	struct memory_region region = { 0, 0, 0, OTHER_PAGES, OTHER_PAGE };
	struct kvm *kvm = vm_create(&m->mm);
	pthread_t thread;
	void *err = NULL;

	if (!kvm)
		abort();
	must(m, vm_create_irqchip(kvm), "irqchip");
	must(m, slots_set_region(kvm, &region), "slot");
	must(m, pthread_create(&thread, NULL, shadow, kvm), "thread");
	for (region.gfn = 16; region.gfn < 256; region.gfn += 16)
		must(m, slots_set_region(kvm, &region), "move");
	pthread_join(thread, &err);
	must(m, err != NULL, "shadow root");
	vm_destroy(kvm);
	did(m, DID_VM);
}

/* A secret goes to and fro; VMs come and go while frames are taken away. */
static void *churn_vms(void *arg)
{
	struct machine *m = arg;

	for (unsigned i = 0; goes_on(m); i++) {
		must(m, i & 1 ? sev_move(m->kvm, m->other) : sev_move(m->other, m->kvm),
		     "move secret");
		did(m, DID_SEV);
		one_vm(m);
		pause_us(2000);
	}
	return NULL;
}

const struct churn churns[] = {
	{ "hot", churn_hot },	    { "layout", churn_layout },	    { "log", churn_log },
	{ "frames", churn_frames }, { "bus", churn_bus },	    { "lines", churn_lines },
	{ "work", make_work },	    { "settings", churn_settings }, { "vms", churn_vms },
};
const unsigned churn_count = sizeof(churns) / sizeof(churns[0]);
