/* SPDX-License-Identifier: MIT */
/* vm.c - a VM from its creation to its end, and what concerns all VMs. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "vm.h"

pthread_mutex_t kvm_lock = PTHREAD_MUTEX_INITIALIZER;
static struct kvm *vm_list;

static void init_locks(struct kvm *kvm)
{
	pthread_mutex_init(&kvm->lock, NULL);
	pthread_mutex_init(&kvm->slots_lock, NULL);
	pthread_mutex_init(&kvm->slots_arch_lock, NULL);
	pthread_mutex_init(&kvm->irq_lock, NULL);
	pthread_rwlock_init(&kvm->mmu_lock, NULL);
	pthread_mutex_init(&kvm->mn_invalidate_lock, NULL);
	pthread_cond_init(&kvm->mn_memslots_update_wait, NULL);
	pthread_mutex_init(&kvm->gpc_lock, NULL);
	pthread_mutex_init(&kvm->irqfds.lock, NULL);
	pthread_mutex_init(&kvm->irqfds.resampler_lock, NULL);
	pthread_mutex_init(&kvm->arch.tdp_mmu_pages_lock, NULL);
	pthread_rwlock_init(&kvm->arch.apicv_update_lock, NULL);
	pthread_mutex_init(&kvm->arch.hyperv.hv_lock, NULL);
}

static void destroy_locks(struct kvm *kvm)
{
	pthread_mutex_destroy(&kvm->lock);
	pthread_mutex_destroy(&kvm->slots_lock);
	pthread_mutex_destroy(&kvm->slots_arch_lock);
	pthread_mutex_destroy(&kvm->irq_lock);
	pthread_rwlock_destroy(&kvm->mmu_lock);
	pthread_mutex_destroy(&kvm->mn_invalidate_lock);
	pthread_cond_destroy(&kvm->mn_memslots_update_wait);
	pthread_mutex_destroy(&kvm->gpc_lock);
	pthread_mutex_destroy(&kvm->irqfds.lock);
	pthread_mutex_destroy(&kvm->irqfds.resampler_lock);
	pthread_mutex_destroy(&kvm->arch.tdp_mmu_pages_lock);
	pthread_rwlock_destroy(&kvm->arch.apicv_update_lock);
	pthread_mutex_destroy(&kvm->arch.hyperv.hv_lock);
	pthread_mutex_destroy(&kvm->arch.ioapic.lock);
}

struct kvm *vm_create(struct mm *mm)
{
	struct kvm *kvm = calloc(1, sizeof(*kvm));

	if (!kvm)
		return NULL;
	init_locks(kvm);
	init_srcu_struct(&kvm->srcu);
	init_srcu_struct(&kvm->irq_srcu);
	kvm->mm = mm;
	kvm->memslots = &kvm->memslots_set[0];
	/* So that no reader can have cached anything of the first generation. */
	atomic_store(&kvm->memslots_set[0].generation, 1);
	ioapic_init(kvm);
	xen_init(kvm);
	if (workqueue_start(&kvm->inject_wq) || workqueue_start(&kvm->cleanup_wq))
		abort();
	kvm->mmu_notifier.ops = &notifier_ops;
	if (mmu_notifier_register(mm, &kvm->mmu_notifier))
		abort();
	pthread_mutex_lock(&kvm_lock);
	kvm->next = vm_list;
	vm_list = kvm;
	pthread_mutex_unlock(&kvm_lock);
	return kvm;
}

static void destroy_vcpu(struct kvm_vcpu *vcpu)
{
	gpc_destroy(&vcpu->xen_info);
	pthread_cond_destroy(&vcpu->halt_cond);
	pthread_mutex_destroy(&vcpu->halt_lock);
	pthread_mutex_destroy(&vcpu->mutex);
	free(vcpu);
}

struct kvm_vcpu *vm_create_vcpu(struct kvm *kvm, void (*guest)(struct kvm_vcpu *), void *data)
{
	struct kvm_vcpu *vcpu = calloc(1, sizeof(*vcpu));
	unsigned id;

	if (!vcpu)
		return NULL;
	pthread_mutex_init(&vcpu->mutex, NULL);
	pthread_mutex_init(&vcpu->halt_lock, NULL);
	pthread_cond_init(&vcpu->halt_cond, NULL);
	gpc_init(&vcpu->xen_info, kvm);
	vcpu->kvm = kvm;
	vcpu->guest = guest;
	vcpu->guest_data = data;
	pthread_mutex_lock(&kvm->lock);
	id = atomic_load(&kvm->online_vcpus);
	if (id < MAX_VCPUS) {
		vcpu->id = id;
		atomic_store(&kvm->vcpu[id], vcpu);
		atomic_store(&kvm->online_vcpus, id + 1);
	}
	pthread_mutex_unlock(&kvm->lock);
	if (id < MAX_VCPUS)
		return vcpu;
	destroy_vcpu(vcpu);
	return NULL;
}

void vm_destroy(struct kvm *kvm)
{
	pthread_mutex_lock(&kvm_lock);
	for (struct kvm **at = &vm_list; *at; at = &(*at)->next)
		if (*at == kvm) {
			*at = kvm->next;
			break;
		}
	pthread_mutex_unlock(&kvm_lock);
	irqfd_release_all(kvm);
	workqueue_stop(&kvm->cleanup_wq);
	workqueue_stop(&kvm->inject_wq);
	mmu_notifier_unregister(kvm->mm, &kvm->mmu_notifier);
	bus_free_all(kvm);
	xen_destroy(kvm);
	for (unsigned i = 0; i < atomic_load(&kvm->online_vcpus); i++)
		destroy_vcpu(atomic_load(&kvm->vcpu[i]));
	atomic_store(&kvm->online_vcpus, 0);
	mmu_zap_all(kvm);
	slots_free_all(kvm);
	srcu_barrier(&kvm->srcu);
	cleanup_srcu_struct(&kvm->srcu);
	cleanup_srcu_struct(&kvm->irq_srcu);
	free(kvm->arch.msr_filter);
	free(kvm->irq_routing);
	destroy_locks(kvm);
	free(kvm);
}

/* The timer: a port that tells how often the guest has acknowledged its interrupt. */
struct pit {
	struct io_device dev;
	struct irq_ack_notifier ack;
	struct kvm *kvm;
	_Atomic uint64_t acks;
};

static bool pit_read(struct io_device *dev, struct kvm_vcpu *vcpu, uint64_t addr, uint64_t *value)
{
	*value = atomic_load(&container_of(dev, struct pit, dev)->acks);
	return true;
}

static bool pit_write(struct io_device *dev, struct kvm_vcpu *vcpu, uint64_t addr, uint64_t value)
{
	return irq_set(vcpu->kvm, 0, value != 0);
}

static void pit_acked(struct irq_ack_notifier *kian)
{
	struct pit *pit = container_of(kian, struct pit, ack);

	atomic_fetch_add(&pit->acks, 1);
	irq_set(pit->kvm, kian->gsi, 0);
}

static void pit_destroy(struct io_device *dev)
{
	free(container_of(dev, struct pit, dev));
}

/* Under kvm->lock and slots_lock. */
static int create_pit(struct kvm *kvm)
{
	struct pit *pit = calloc(1, sizeof(*pit));
	int err;

	if (!pit)
		return -ENOMEM;
	pit->kvm = kvm;
	pit->dev = (struct io_device){ pit_read, pit_write, pit_destroy };
	pit->ack.acked = pit_acked;
	err = bus_register(kvm, BUS_PIO, 0x40, 4, &pit->dev);
	if (err)
		free(pit);
	else
		irq_register_ack(kvm, &pit->ack);
	return err;
}

/* The interrupt controller's routes, and the timer, which the hardware cannot help with. */
int vm_create_irqchip(struct kvm *kvm)
{
	struct irq_entry entries[GSIS];
	int err;

	for (unsigned i = 0; i < GSIS; i++)
		entries[i] = (struct irq_entry){ .kind = IRQ_PIN, .gsi = i, .vector = 32 + i };
	pthread_mutex_lock(&kvm->lock);
	pthread_mutex_lock(&kvm->slots_lock);
	err = create_pit(kvm);
	pthread_mutex_unlock(&kvm->slots_lock);
	if (!err)
		err = irq_set_routing(kvm, entries, GSIS);
	if (!err)
		apicv_set_inhibit(kvm, APICV_PIT, true);
	pthread_mutex_unlock(&kvm->lock);
	return err;
}

/* Every vCPU stands still while its clock is set to what the guest keeps at gpa. */
int vm_set_clock(struct kvm *kvm, uint64_t gpa)
{
	uint64_t now = 0;
	int idx, err;

	pthread_mutex_lock(&kvm->lock);
	idx = srcu_read_lock(&kvm->srcu);
	err = guest_read(kvm, gpa, &now, sizeof(now));
	srcu_read_unlock(&kvm->srcu, idx);
	for (unsigned i = 0; !err && i < atomic_load(&kvm->online_vcpus); i++) {
		struct kvm_vcpu *vcpu = atomic_load(&kvm->vcpu[i]);

		vcpu_lock(vcpu);
		vcpu->clock = now;
		vcpu_unlock(vcpu);
	}
	pthread_mutex_unlock(&kvm->lock);
	return err;
}

void vms_zap_all(void)
{
	pthread_mutex_lock(&kvm_lock);
	for (struct kvm *kvm = vm_list; kvm; kvm = kvm->next) {
		pthread_mutex_lock(&kvm->slots_lock);
		mmu_zap_all(kvm);
		pthread_mutex_unlock(&kvm->slots_lock);
	}
	pthread_mutex_unlock(&kvm_lock);
}
