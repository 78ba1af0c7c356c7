/* SPDX-License-Identifier: MIT */
/*
 * bugs.h - five ways to break the rules of locking.rst, off by default.
 *
 * -DBUG_XEN_LOCK=1 and so on compile one in: what a static check looks at.  -DKVM_BUGS compiles
 * all in behind switches: hang --bug xen-lock.
 */
#ifndef KVM_BUGS_H
#define KVM_BUGS_H

#include <stdbool.h>

#ifdef KVM_BUGS
struct bugs {
	bool SELF_SYNC, XEN_LOCK, THIRD_LOCK, NOTIFIER_LOCK, KEEP_ARCH_LOCK;
};
extern struct bugs bugs;
#define BUG(name) (bugs.name)
#else
#ifndef BUG_SELF_SYNC
#define BUG_SELF_SYNC 0 /* 1. a hypercall waits for readers, inside a read side */
#endif
#ifndef BUG_XEN_LOCK
#define BUG_XEN_LOCK 0 /* 2. Xen event channels take kvm->lock inside kvm->srcu */
#endif
#ifndef BUG_THIRD_LOCK
#define BUG_THIRD_LOCK 0 /* 3. the Hyper-V code takes kvm->slots_lock inside hv_lock */
#endif
#ifndef BUG_NOTIFIER_LOCK
#define BUG_NOTIFIER_LOCK 0 /* 4. an MMU notifier takes kvm->slots_arch_lock */
#endif
#ifndef BUG_KEEP_ARCH_LOCK
#define BUG_KEEP_ARCH_LOCK 0 /* 5. the swap keeps kvm->slots_arch_lock while it waits */
#endif
#define BUG(name) BUG_##name
#endif

#endif
