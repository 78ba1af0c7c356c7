/* SPDX-License-Identifier: MIT */
/* irqfd.c - events as interrupt lines.  See irq.h. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "vm.h"

static uint64_t pack(const struct irq_entry *e)
{
	return e ? (uint64_t)e->kind << 48 | (uint64_t)e->vcpu << 32 | (uint64_t)e->vector << 16 |
			       e->port
		 : 0;
}

static struct irq_entry unpack(uint64_t word)
{
	return (struct irq_entry){ .kind = (enum irq_kind)(word >> 48),
				   .vcpu = (unsigned)(word >> 32 & 0xffff),
				   .vector = (unsigned)(word >> 16 & 0xffff),
				   .port = (unsigned)(word & 0xffff) };
}

/* Under the event's lock: what must sleep is left to the work. */
static void irqfd_wake(struct event_waiter *waiter)
{
	struct irqfd *irqfd = container_of(waiter, struct irqfd, waiter);
	struct kvm *kvm = irqfd->kvm;
	bool is_done = false;
	int idx;

	idx = srcu_read_lock(&kvm->irq_srcu);
	if (!irqfd->resampler) {
		struct irq_entry e = unpack(atomic_load(&irqfd->cached));

		is_done = irq_kinds[e.kind].set_now && irq_kinds[e.kind].set_now(kvm, &e, 1);
	}
	srcu_read_unlock(&kvm->irq_srcu, idx);
	if (!is_done)
		work_queue(&kvm->inject_wq, &irqfd->inject);
}

/* A resampled line stays asserted until the guest's acknowledgement. */
static void irqfd_inject(struct work *work)
{
	struct irqfd *irqfd = container_of(work, struct irqfd, inject);

	irq_set(irqfd->kvm, irqfd->gsi, 1);
	if (!irqfd->resampler)
		irq_set(irqfd->kvm, irqfd->gsi, 0);
}

/* Under irqfds.lock. */
static void deactivate(struct irqfd *irqfd)
{
	struct kvm *kvm = irqfd->kvm;

	for (struct irqfd **at = &kvm->irqfds.items; *at; at = &(*at)->next)
		if (*at == irqfd) {
			*at = irqfd->next;
			break;
		}
	irqfd->is_active = false;
	work_queue(&kvm->cleanup_wq, &irqfd->shutdown);
}

/* Under the event's lock.  Who deactivates first queues the shutdown; the other leaves it. */
static void irqfd_hangup(struct event_waiter *waiter)
{
	struct irqfd *irqfd = container_of(waiter, struct irqfd, waiter);

	pthread_mutex_lock(&irqfd->kvm->irqfds.lock);
	if (irqfd->is_active)
		deactivate(irqfd);
	pthread_mutex_unlock(&irqfd->kvm->irqfds.lock);
}

/* Inside irq_srcu: takes no lock that is held while somebody waits for irq_srcu. */
static void resampler_ack(struct irq_ack_notifier *kian)
{
	struct irqfd_resampler *resampler = container_of(kian, struct irqfd_resampler, notifier);

	irq_set(resampler->kvm, kian->gsi, 0);
	for (struct irqfd *irqfd = atomic_load(&resampler->irqfds); irqfd;
	     irqfd = atomic_load(&irqfd->resampler_next))
		event_signal(irqfd->resample);
}

/* Under resampler_lock: the one of this line, made if need be. */
static struct irqfd_resampler *get_resampler(struct kvm *kvm, unsigned gsi)
{
	struct irqfd_resampler *resampler = kvm->irqfds.resamplers;

	while (resampler && resampler->notifier.gsi != gsi)
		resampler = resampler->next;
	if (resampler)
		return resampler;
	resampler = calloc(1, sizeof(*resampler));
	if (!resampler)
		return NULL;
	resampler->kvm = kvm;
	resampler->notifier.gsi = gsi;
	resampler->notifier.acked = resampler_ack;
	resampler->next = kvm->irqfds.resamplers;
	kvm->irqfds.resamplers = resampler;
	irq_register_ack(kvm, &resampler->notifier);
	return resampler;
}

static bool join_resampler(struct irqfd *irqfd)
{
	struct kvm *kvm = irqfd->kvm;
	struct irqfd_resampler *resampler;

	pthread_mutex_lock(&kvm->irqfds.resampler_lock);
	resampler = get_resampler(kvm, irqfd->gsi);
	if (resampler) {
		irqfd->resampler = resampler;
		atomic_store(&irqfd->resampler_next, atomic_load(&resampler->irqfds));
		atomic_store(&resampler->irqfds, irqfd);
		/* From here on every acknowledgement signals this irqfd as well. */
		synchronize_srcu_expedited(&kvm->irq_srcu);
	}
	pthread_mutex_unlock(&kvm->irqfds.resampler_lock);
	return resampler != NULL;
}

/* Under resampler_lock: nobody belongs to it any more. */
static void free_resampler(struct kvm *kvm, struct irqfd_resampler *resampler)
{
	struct irqfd_resampler **at = &kvm->irqfds.resamplers;

	while (*at != resampler)
		at = &(*at)->next;
	*at = resampler->next;
	irq_unregister_ack(kvm, &resampler->notifier);
	irq_set(kvm, resampler->notifier.gsi, 0);
	free(resampler);
}

static void leave_resampler(struct irqfd *irqfd)
{
	struct irqfd_resampler *resampler = irqfd->resampler;
	struct kvm *kvm = irqfd->kvm;
	_Atomic(struct irqfd *) *at = &resampler->irqfds;

	pthread_mutex_lock(&kvm->irqfds.resampler_lock);
	while (atomic_load(at) != irqfd)
		at = &atomic_load(at)->resampler_next;
	atomic_store(at, atomic_load(&irqfd->resampler_next));
	synchronize_srcu_expedited(&kvm->irq_srcu);
	if (!atomic_load(&resampler->irqfds))
		free_resampler(kvm, resampler);
	pthread_mutex_unlock(&kvm->irqfds.resampler_lock);
}

/* Deactivated and off the list: nothing new begins. */
static void irqfd_shutdown(struct work *work)
{
	struct irqfd *irqfd = container_of(work, struct irqfd, shutdown);
	struct kvm *kvm = irqfd->kvm;

	/* irqfd_assign() may still be at it: it is inside irq_srcu until it is done. */
	synchronize_srcu_expedited(&kvm->irq_srcu);
	event_remove_waiter(irqfd->event, &irqfd->waiter);
	work_flush(&kvm->inject_wq, &irqfd->inject);
	if (irqfd->resampler)
		leave_resampler(irqfd);
	free(irqfd);
}

/* Under irqfds.lock, and inside irq_srcu or under irq_lock. */
static void update(struct irqfd *irqfd)
{
	atomic_store(&irqfd->cached, pack(irq_entry(irqfd->kvm, irqfd->gsi)));
}

void irqfd_update_all(struct kvm *kvm)
{
	pthread_mutex_lock(&kvm->irqfds.lock);
	for (struct irqfd *irqfd = kvm->irqfds.items; irqfd; irqfd = irqfd->next)
		update(irqfd);
	pthread_mutex_unlock(&kvm->irqfds.lock);
}

int irqfd_assign(struct kvm *kvm, unsigned gsi, struct event *event, struct event *resample)
{
	struct irqfd *irqfd = calloc(1, sizeof(*irqfd));
	int idx;

	if (!irqfd)
		return -ENOMEM;
	irqfd->kvm = kvm;
	irqfd->gsi = gsi;
	irqfd->event = event;
	irqfd->resample = resample;
	irqfd->waiter.wake = irqfd_wake;
	irqfd->waiter.hangup = irqfd_hangup;
	irqfd->inject.func = irqfd_inject;
	irqfd->shutdown.func = irqfd_shutdown;
	if (resample && !join_resampler(irqfd)) {
		free(irqfd);
		return -ENOMEM;
	}
	idx = srcu_read_lock(&kvm->irq_srcu);
	pthread_mutex_lock(&kvm->irqfds.lock);
	update(irqfd);
	irqfd->is_active = true;
	irqfd->next = kvm->irqfds.items;
	kvm->irqfds.items = irqfd;
	pthread_mutex_unlock(&kvm->irqfds.lock);
	if (event_add_waiter(event, &irqfd->waiter))
		work_queue(&kvm->inject_wq, &irqfd->inject);
	srcu_read_unlock(&kvm->irq_srcu, idx);
	return 0;
}

void irqfd_deassign(struct kvm *kvm, struct event *event, unsigned gsi)
{
	struct irqfd *irqfd, *next;

	pthread_mutex_lock(&kvm->irqfds.lock);
	for (irqfd = kvm->irqfds.items; irqfd; irqfd = next) {
		next = irqfd->next;
		if (irqfd->event == event && irqfd->gsi == gsi)
			deactivate(irqfd);
	}
	pthread_mutex_unlock(&kvm->irqfds.lock);
	workqueue_flush(&kvm->cleanup_wq);
}

void irqfd_release_all(struct kvm *kvm)
{
	pthread_mutex_lock(&kvm->irqfds.lock);
	while (kvm->irqfds.items)
		deactivate(kvm->irqfds.items);
	pthread_mutex_unlock(&kvm->irqfds.lock);
	workqueue_flush(&kvm->cleanup_wq);
}
