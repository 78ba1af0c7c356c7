/* SPDX-License-Identifier: MIT */
/*
 * hang [--bug] [--ms N] NAME: drives threads into the interleaving in which one of the five bugs
 * makes them wait for one another.  Exit status 0: they all came through, 1: they hang.
 * Without --bug the same steps are gone on the code as it is, and must come through.
 *
 * The steps: a vCPU stands in a device handler, inside kvm->srcu.  Other threads are started; when
 * the locks that they should hold are held (or are not, for a while), the handler goes on and
 * wants something itself.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef KVM_BUGS
#define KVM_BUGS /* the rest of the program must be compiled with it as well */
#endif
#include "vm.h"

#define PAGES	   32u
#define SLOT_PAGES 16u
#define XEN_GFN	   1u
#define VCPU_GFN   2u

struct bugs bugs;

struct scene {
	struct mm mm;
	struct kvm *kvm;
	struct kvm_vcpu *vcpu;
	struct io_device dev;
	struct mmu_notifier late; /* the last one that is told: holds an invalidation open */
	const struct play *play;
	atomic_bool is_inside; /* the vCPU is in its handler, or the invalidation is open */
	atomic_bool is_ready;  /* the others have come as far as they get */
	atomic_uint left;      /* threads that still run */
};

struct play {
	const char *name;
	bool *bug;
	const char *story;
	uint64_t hypercall;		 /* of the vCPU, instead of the handler */
	void (*inside)(struct scene *s); /* what the vCPU does in the end */
	void (*other[2])(struct scene *s);
	pthread_mutex_t *(*held[2])(struct kvm *kvm); /* what the others should hold by then */
};

static void wait_ms(unsigned ms)
{
	const struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

static void wait_for(atomic_bool *flag)
{
	while (!atomic_load(flag))
		wait_ms(1);
}

/* Until the lock is held for some time on end, or a fifth of a second has passed without that. */
static void wait_held(pthread_mutex_t *lock)
{
	for (unsigned ms = 0, held = 0; ms < 200 && held < 20; ms++) {
		if (pthread_mutex_trylock(lock)) {
			held++;
		} else {
			pthread_mutex_unlock(lock);
			held = 0;
		}
		wait_ms(1);
	}
}

/* Inside kvm->srcu. */
static bool stand_and_go(struct io_device *dev, struct kvm_vcpu *vcpu, uint64_t addr,
			 uint64_t value)
{
	struct scene *s = container_of(dev, struct scene, dev);

	atomic_store(&s->is_inside, true);
	wait_for(&s->is_ready);
	if (s->play->inside)
		s->play->inside(s);
	return true;
}

static bool no_read(struct io_device *dev, struct kvm_vcpu *vcpu, uint64_t addr, uint64_t *value)
{
	return false;
}

static void keep(struct io_device *dev)
{
	(void)dev;
}

static void guest(struct kvm_vcpu *vcpu)
{
	struct scene *s = vcpu->guest_data;
	struct vcpu_exit *exit = &vcpu->exit;

	if (s->left == 0 || vcpu->exits[EXIT_IO] || vcpu->exits[EXIT_HYPERCALL]) {
		exit->reason = EXIT_DONE;
	} else if (s->play->hypercall) {
		exit->reason = EXIT_HYPERCALL;
		exit->addr = s->play->hypercall;
		exit->arg[0] = 1;
	} else {
		exit->reason = EXIT_IO;
		exit->bus = BUS_PIO;
		exit->is_write = true;
	}
}

/* ---- what the threads do ---- */

static void send_event(struct scene *s)
{
	xen_send(s->kvm, 1); /* the slow path: the page is not at hand */
}

static void get_msr(struct scene *s)
{
	uint64_t value;

	hv_get_msr(s->vcpu, HV_MSR_OS_ID, &value);
}

static void shadow(struct scene *s)
{
	mmu_first_shadow_root(s->kvm);
}

static void set_filter(struct scene *s)
{
	filter_set(s->kvm, 1, true);
}

static void set_port(struct scene *s)
{
	wait_held(&s->kvm->slots_lock); /* the second of two: after set_slot() */
	hv_set_conn(s->kvm, 2, NULL);
}

static void set_slot(struct scene *s)
{
	const struct memory_region region = { 1, 0, 64, 4, SLOT_PAGES };

	slots_set_region(s->kvm, &region);
}

static void migrate(struct scene *s)
{
	mm_migrate(&s->mm, 3);
}

static pthread_mutex_t *vm_lock(struct kvm *kvm)
{
	return &kvm->lock;
}

static pthread_mutex_t *slots_lock(struct kvm *kvm)
{
	return &kvm->slots_lock;
}

static pthread_mutex_t *arch_lock(struct kvm *kvm)
{
	return &kvm->slots_arch_lock;
}

static pthread_mutex_t *hv_lock(struct kvm *kvm)
{
	return &kvm->arch.hyperv.hv_lock;
}

static const struct play plays[] = {
	{ "self-sync", &bugs.SELF_SYNC,
	  "the vCPU, inside kvm->srcu, waits for all readers of kvm->srcu: for itself",
	  .hypercall = HC_HV_CLOSE },
	{ "xen-lock", &bugs.XEN_LOCK,
	  "the vCPU, inside kvm->srcu, wants kvm->lock; its holder waits for the readers of "
	  "kvm->srcu",
	  .inside = send_event, .other = { set_filter }, .held = { vm_lock } },
	{ "third-lock", &bugs.THIRD_LOCK,
	  "the vCPU, inside kvm->srcu, wants hv_lock; its holder wants kvm->slots_lock; the holder "
	  "of "
	  "that waits for the readers of kvm->srcu",
	  .inside = get_msr, .other = { set_slot, set_port }, .held = { slots_lock, hv_lock } },
	{ "notifier-lock", &bugs.NOTIFIER_LOCK,
	  "the notifier wants kvm->slots_arch_lock; its holder waits until no invalidation is open",
	  .other = { migrate, set_slot }, .held = { arch_lock } },
	{ "keep-arch-lock", &bugs.KEEP_ARCH_LOCK,
	  "the vCPU, inside kvm->srcu, wants kvm->slots_arch_lock; its holder waits for the "
	  "readers of "
	  "kvm->srcu",
	  .inside = shadow, .other = { set_slot }, .held = { arch_lock } },
};
#define PLAYS (sizeof(plays) / sizeof(plays[0]))

/* ---- the scene ---- */

/* Told after the VM: its invalidation is open as long as we stay. */
static void late_start(struct mmu_notifier *mn, const struct mmu_range *range)
{
	struct scene *s = container_of(mn, struct scene, late);

	if (s->play->other[0] != migrate || range->first != 3)
		return;
	atomic_store(&s->is_inside, true);
	wait_for(&s->is_ready);
}

static void late_end(struct mmu_notifier *mn, const struct mmu_range *range)
{
	(void)mn;
}

static const struct mmu_notifier_ops late_ops = { late_start, late_end };

static void *run_vcpu(void *arg)
{
	struct scene *s = arg;

	while (vcpu_run(s->vcpu, 100))
		;
	atomic_fetch_sub(&s->left, 1);
	return NULL;
}

static void *run_first(void *arg)
{
	struct scene *s = arg;

	s->play->other[0](s);
	atomic_fetch_sub(&s->left, 1);
	return NULL;
}

static void *run_second(void *arg)
{
	struct scene *s = arg;

	s->play->other[1](s);
	atomic_fetch_sub(&s->left, 1);
	return NULL;
}

static void must(bool is_good)
{
	if (!is_good) {
		fputs("hang: cannot set the scene\n", stderr);
		exit(2);
	}
}

static void set_scene(struct scene *s)
{
	const struct memory_region region = { 0, 0, 0, SLOT_PAGES, 0 };

	must(!mm_init(&s->mm, PAGES, PAGES + 4));
	must((s->kvm = vm_create(&s->mm)) != NULL);
	must((s->vcpu = vm_create_vcpu(s->kvm, guest, s)) != NULL);
	must(!slots_set_region(s->kvm, &region));
	s->dev = (struct io_device){ no_read, stand_and_go, keep };
	pthread_mutex_lock(&s->kvm->slots_lock);
	must(!bus_register(s->kvm, BUS_PIO, 0, 1, &s->dev));
	pthread_mutex_unlock(&s->kvm->slots_lock);
	must(!xen_set_port(s->kvm, 1, 0, NULL) && !xen_set_shared_info(s->kvm, XEN_GFN) &&
	     !xen_set_vcpu_info(s->vcpu, VCPU_GFN));
	s->late.ops = &late_ops;
	must(!mmu_notifier_register(&s->mm, &s->late));
	must(mm_migrate(&s->mm, XEN_GFN)); /* so that the event takes the slow path */
}

static void start(pthread_t *thread, void *(*run)(void *), struct scene *s)
{
	atomic_fetch_add(&s->left, 1);
	must(!pthread_create(thread, NULL, run, s));
}

/* True if all threads come to their end within ms. */
static bool play(struct scene *s, unsigned ms)
{
	const struct play *p = s->play;
	bool begins_alone = p->other[0] == migrate;
	pthread_t thread[3];
	unsigned count = 0;

	start(&thread[count++], begins_alone ? run_first : run_vcpu, s);
	if (!p->hypercall)
		wait_for(&s->is_inside);
	if (!begins_alone && p->other[0])
		start(&thread[count++], run_first, s);
	if (p->other[1])
		start(&thread[count++], run_second, s);
	for (unsigned i = 0; i < 2; i++)
		if (p->held[i])
			wait_held(p->held[i](s->kvm));
	atomic_store(&s->is_ready, true);
	for (unsigned i = 0; i < ms && atomic_load(&s->left); i++)
		wait_ms(1);
	if (atomic_load(&s->left))
		return false;
	while (count)
		pthread_join(thread[--count], NULL);
	return true;
}

static int usage(void)
{
	fputs("usage: hang [--bug] [--ms N] NAME, one of:", stderr);
	for (unsigned i = 0; i < PLAYS; i++)
		fprintf(stderr, " %s", plays[i].name);
	fputc('\n', stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static struct scene scene;
	bool has_bug = false;
	unsigned ms = 2000;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--bug"))
			has_bug = true;
		else if (!strcmp(argv[i], "--ms") && i + 1 < argc)
			ms = (unsigned)strtoul(argv[++i], NULL, 10);
		for (unsigned j = 0; j < PLAYS; j++)
			if (!strcmp(argv[i], plays[j].name))
				scene.play = &plays[j];
	}
	if (!scene.play)
		return usage();
	set_scene(&scene);
	*scene.play->bug = has_bug;
	if (!play(&scene, ms)) {
		printf("%s: hangs after %u ms: %s\n", scene.play->name, ms, scene.play->story);
		fflush(stdout);
		_exit(1);
	}
	mmu_notifier_unregister(&scene.mm, &scene.late);
	vm_destroy(scene.kvm);
	mm_destroy(&scene.mm);
	printf("%s: all threads came through\n", scene.play->name);
	return 0;
}
