/* SPDX-License-Identifier: MIT */
/* Callbacks that the memory manager makes. */
#ifndef MOCK_MMU_NOTIFIER_H
#define MOCK_MMU_NOTIFIER_H

#include "kernel.h"

struct mmu_notifier;
struct mmu_notifier_ops {
	int (*invalidate_range_start)(struct mmu_notifier *mn, unsigned long start, unsigned long end);
	void (*invalidate_range_end)(struct mmu_notifier *mn, unsigned long start, unsigned long end);
	void (*release)(struct mmu_notifier *mn);
};
struct mmu_notifier {
	const struct mmu_notifier_ops *ops;
};
extern int mmu_notifier_register(struct mmu_notifier *mn, void *mm);

#endif
