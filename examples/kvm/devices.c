/* SPDX-License-Identifier: MIT */
/* devices.c - the devices of the soak test: sinks, and two that interrupt. */
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>

#include "machine.h"

/* Reading tells how much has come since the last time. */
static bool line_read(struct io_device *dev, struct kvm_vcpu *vcpu, uint64_t addr, uint64_t *value)
{
	*value = atomic_exchange(&container_of(dev, struct line, dev)->pending, 0);
	return true;
}

static bool no_write(struct io_device *dev, struct kvm_vcpu *vcpu, uint64_t addr, uint64_t value)
{
	return false;
}

static bool no_read(struct io_device *dev, struct kvm_vcpu *vcpu, uint64_t addr, uint64_t *value)
{
	return false;
}

static void keep(struct io_device *dev)
{
	(void)dev;
}

void line_init(struct line *line)
{
	line->dev = (struct io_device){ line_read, no_write, keep };
	event_init(&line->event);
	event_init(&line->resample);
}

/* Work first, interrupt second: the guest may come before us, and then finds nothing later. */
void line_raise(struct line *line)
{
	atomic_fetch_add(&line->pending, 1);
	atomic_fetch_add(&line->made, 1);
	event_signal(&line->event);
}

void *line_thread(void *arg)
{
	struct machine *m = arg;

	while (!atomic_load(&m->may_end))
		if (event_wait(&m->level.resample, 20) && atomic_load(&m->level.pending))
			event_signal(&m->level.event);
	return NULL;
}

void *hv_thread(void *arg)
{
	struct machine *m = arg;

	while (!atomic_load(&m->may_end))
		atomic_fetch_add(&m->hv_received, event_wait(&m->hv_event, 20));
	return NULL;
}

/* Sinks: what they are given is summed up.  One value takes long. */
static bool sink_write(struct io_device *dev, struct kvm_vcpu *vcpu, uint64_t addr, uint64_t value)
{
	atomic_fetch_add(&container_of(dev, struct sink, dev)->machine->written, value);
	for (unsigned i = 0; value == VALUE_SLOW && i < 20; i++)
		sched_yield();
	return true;
}

/* An acknowledgement that takes long: the line may be asserted again before it is over. */
static void slow_acked(struct irq_ack_notifier *kian)
{
	for (unsigned i = 0; i < 20; i++)
		sched_yield();
}

void slow_ack_init(struct irq_ack_notifier *kian)
{
	kian->gsi = GSI_LEVEL;
	kian->acked = slow_acked;
}

void sink_init(struct sink *sink, struct machine *m)
{
	*sink = (struct sink){ { no_read, sink_write, keep }, m };
}

/* One that is freed when it is unregistered: a late handler would be seen. */
struct scratch {
	struct io_device dev;
	struct machine *machine;
	uint64_t alive;
};

static bool scratch_write(struct io_device *dev, struct kvm_vcpu *vcpu, uint64_t addr,
			  uint64_t value)
{
	struct scratch *scratch = container_of(dev, struct scratch, dev);

	if (scratch->alive != 0x5c7a7c4)
		fail(scratch->machine, "a device was used after its end");
	atomic_fetch_add(&scratch->machine->written, value);
	return true;
}

static void scratch_destroy(struct io_device *dev)
{
	struct scratch *scratch = container_of(dev, struct scratch, dev);

	scratch->alive = 0;
	free(scratch);
}

struct io_device *scratch_device(struct machine *m)
{
	struct scratch *scratch = malloc(sizeof(*scratch));

	if (!scratch)
		abort();
	*scratch = (struct scratch){ { no_read, scratch_write, scratch_destroy }, m, 0x5c7a7c4 };
	return &scratch->dev;
}
