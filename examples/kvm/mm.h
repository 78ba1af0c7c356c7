/* SPDX-License-Identifier: MIT */
/*
 * mm.h - the host's memory: pages of address space that are backed by frames of a memfd.
 *
 * A page (mm->base + page * PAGE_SIZE) is what a memory slot is made of.  A frame is what a page
 * table of the guest points to; all frames are mapped at mm->frames for good, as a kernel has all
 * of its memory mapped.  Which frame backs a page changes at any time: frames are moved, swapped
 * out and punched out of the memfd.  Whoever keeps a frame for longer than one access registers a
 * notifier and forgets the frame between invalidate_range_start() and invalidate_range_end().
 *
 * The first word of every page is its identity: an access that ends in another page shows.
 * Any thread may call everything here.  mm->map_lock is a leaf.
 */
#ifndef KVM_MM_H
#define KVM_MM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <srcu.h>

#define PAGE_SIZE  4096u
#define PAGE_WORDS (PAGE_SIZE / sizeof(uint64_t))
#define NO_FRAME   (-1l)

struct mmu_range {
	unsigned first, end; /* pages */
};

struct mmu_notifier;

struct mmu_notifier_ops {
	void (*invalidate_range_start)(struct mmu_notifier *mn, const struct mmu_range *range);
	void (*invalidate_range_end)(struct mmu_notifier *mn, const struct mmu_range *range);
};

struct mmu_notifier {
	const struct mmu_notifier_ops *ops;
};

#define MM_NOTIFIERS 8

struct mm {
	pthread_rwlock_t map_lock; /* frame_of, free frames; written while a frame is replaced */
	int memfd;
	unsigned pages, frames_count;
	char *base, *frames;
	long *frame_of;
	long *free_frames;
	unsigned free_count;
	char *swap; /* one place for every page */

	pthread_mutex_t notifier_lock;	  /* changes of notifiers[] */
	struct srcu_struct notifier_srcu; /* readers stay inside from start to end */
	_Atomic(struct mmu_notifier *) notifiers[MM_NOTIFIERS];

	atomic_ulong migrations, swap_outs, swap_ins;
};

/* frames > pages: the spare ones are what pages move to.  0 or a negative errno. */
int mm_init(struct mm *mm, unsigned pages, unsigned frames);
void mm_destroy(struct mm *mm);

uint64_t mm_identity(unsigned page);
unsigned mm_page(const struct mm *mm, const void *addr);
static inline uint64_t *mm_frame_word(struct mm *mm, long frame, unsigned word)
{
	return (uint64_t *)(mm->frames + (unsigned long)frame * PAGE_SIZE) + word;
}

/*
 * The frame that backs the page now, swapped in where it has to be.  Only a notifier makes it last.
 * /
 */
long mm_frame(struct mm *mm, unsigned page);

/* By address, as a system call copies from and to user memory.  Within one page.  0 or -EFAULT. */
int mm_read(struct mm *mm, const char *addr, void *to, unsigned len);
int mm_write(struct mm *mm, char *addr, const void *from, unsigned len);
/* 1 where *old was there and is replaced, 0 where not (*old says what was), or -EFAULT. */
int mm_cmpxchg(struct mm *mm, char *addr, uint64_t *old, uint64_t new);

/* What the host does behind everybody's back; notifiers are told.  False where no frame is free. */
bool mm_migrate(struct mm *mm, unsigned page);
bool mm_swap_out(struct mm *mm, unsigned page);

int mmu_notifier_register(struct mm *mm, struct mmu_notifier *mn);
/* Returns when no callback runs any more, and no pair of start and end is open. */
void mmu_notifier_unregister(struct mm *mm, struct mmu_notifier *mn);

#endif
