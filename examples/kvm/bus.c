/* SPDX-License-Identifier: MIT */
/*
 * bus.c - devices by port or address.
 *
 * A bus is an array that is replaced as a whole.  A handler runs inside the read side in which the
 * device was found: so it must not register or unregister a device, nor take slots_lock, because
 * whoever does that waits for it.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "vm.h"

static struct io_bus *alloc_bus(unsigned count)
{
	struct io_bus *bus = calloc(1, sizeof(*bus) + count * sizeof(bus->range[0]));

	if (bus)
		bus->count = count;
	return bus;
}

static bool is_taken(const struct io_bus *bus, uint64_t addr, uint64_t len)
{
	for (unsigned i = 0; bus && i < bus->count; i++)
		if (addr < bus->range[i].addr + bus->range[i].len &&
		    bus->range[i].addr < addr + len)
			return true;
	return false;
}

/* With slots_lock held: a copy with one device more, in its place.  0 or a negative errno. */
static int add_device(const struct io_bus *old, uint64_t addr, uint64_t len, struct io_device *dev,
		      struct io_bus **new)
{
	unsigned count = old ? old->count : 0, at = 0;
	struct io_bus *bus;

	if (is_taken(old, addr, len))
		return -EEXIST;
	bus = alloc_bus(count + 1);
	if (!bus)
		return -ENOMEM;
	while (at < count && old->range[at].addr < addr)
		at++;
	if (count) {
		memcpy(bus->range, old->range, at * sizeof(bus->range[0]));
		memcpy(bus->range + at + 1, old->range + at, (count - at) * sizeof(bus->range[0]));
	}
	bus->range[at] = (struct io_range){ addr, len, dev };
	*new = bus;
	return 0;
}

int bus_register(struct kvm *kvm, enum io_bus_kind kind, uint64_t addr, uint64_t len,
		 struct io_device *dev)
{
	struct io_bus *old = kvm->bus[kind], *bus;
	int err = add_device(old, addr, len, dev, &bus);

	if (err)
		return err;
	srcu_assign_pointer(&kvm->bus[kind], bus);
	synchronize_srcu_expedited(&kvm->srcu);
	free(old);
	return 0;
}

static void free_bus(struct srcu_head *head)
{
	free(container_of(head, struct io_bus, head));
}

/* Does not wait: for callers that hold what a reader may want, or that are in a hurry. */
int bus_register_deferred(struct kvm *kvm, enum io_bus_kind kind, uint64_t addr, uint64_t len,
			  struct io_device *dev)
{
	struct io_bus *old = kvm->bus[kind], *bus;
	int err = add_device(old, addr, len, dev, &bus);

	if (err)
		return err;
	srcu_assign_pointer(&kvm->bus[kind], bus);
	if (old)
		call_srcu(&kvm->srcu, &old->head, free_bus);
	return 0;
}

/*
 * With slots_lock held.  Without memory for a smaller array the bus loses all of its devices: the
 * one that goes must not be found any more, and unregistering cannot fail.
 */
void bus_unregister(struct kvm *kvm, enum io_bus_kind kind, struct io_device *dev)
{
	struct io_bus *old = kvm->bus[kind], *bus;
	unsigned at = 0;

	while (old && at < old->count && old->range[at].dev != dev)
		at++;
	if (!old || at == old->count)
		return;
	bus = alloc_bus(old->count - 1);
	if (bus) {
		memcpy(bus->range, old->range, at * sizeof(bus->range[0]));
		memcpy(bus->range + at, old->range + at + 1,
		       (bus->count - at) * sizeof(bus->range[0]));
	}
	srcu_assign_pointer(&kvm->bus[kind], bus);
	synchronize_srcu_expedited(&kvm->srcu);
	for (unsigned i = 0; i < old->count; i++)
		if (!bus || i == at)
			old->range[i].dev->destroy(old->range[i].dev);
	free(old);
}

static struct io_device *find(const struct io_bus *bus, uint64_t addr)
{
	unsigned low = 0, high = bus ? bus->count : 0;

	while (low < high) {
		unsigned mid = (low + high) / 2;
		const struct io_range *range = &bus->range[mid];

		if (addr < range->addr)
			high = mid;
		else if (addr >= range->addr + range->len)
			low = mid + 1;
		else
			return range->dev;
	}
	return NULL;
}

bool bus_access(struct kvm_vcpu *vcpu, struct vcpu_exit *exit)
{
	struct kvm *kvm = vcpu->kvm;
	struct io_device *dev =
		find(srcu_dereference(&kvm->bus[exit->bus], &kvm->srcu), exit->addr);

	if (!dev)
		return false;
	if (exit->is_write)
		return dev->write(dev, vcpu, exit->addr, exit->value);
	return dev->read(dev, vcpu, exit->addr, &exit->value);
}

void bus_free_all(struct kvm *kvm)
{
	for (unsigned kind = 0; kind < BUS_COUNT; kind++) {
		struct io_bus *bus = kvm->bus[kind];

		for (unsigned i = 0; bus && i < bus->count; i++)
			bus->range[i].dev->destroy(bus->range[i].dev);
		free(bus);
	}
}
