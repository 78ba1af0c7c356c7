/* SPDX-License-Identifier: MIT */
/* mm.c - pages, frames, and access by address.  See mm.h. */
#include "mm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void *frame_addr(struct mm *mm, long frame)
{
	return mm->frames + (unsigned long)frame * PAGE_SIZE;
}

static char *page_addr(struct mm *mm, unsigned page)
{
	return mm->base + (unsigned long)page * PAGE_SIZE;
}

uint64_t mm_identity(unsigned page)
{
	return 0x70616765ull << 32 | page;
}

unsigned mm_page(const struct mm *mm, const void *addr)
{
	return (unsigned)(((const char *)addr - mm->base) / PAGE_SIZE);
}

/* Under map_lock for writing.  The page is mapped aside and then moved: nobody sees a gap. */
static bool map_page(struct mm *mm, unsigned page, long frame)
{
	char *aside = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, mm->memfd,
			   frame * (long)PAGE_SIZE);

	if (aside == MAP_FAILED)
		return false;
	if (mremap(aside, PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
		   page_addr(mm, page)) == MAP_FAILED) {
		munmap(aside, PAGE_SIZE);
		return false;
	}
	mm->frame_of[page] = frame;
	return true;
}

/* Under map_lock for writing.  The memory is really gone: who reads it now reads zeroes. */
static void free_frame(struct mm *mm, long frame)
{
	if (madvise(frame_addr(mm, frame), PAGE_SIZE, MADV_REMOVE))
		memset(frame_addr(mm, frame), 0, PAGE_SIZE);
	mm->free_frames[mm->free_count++] = frame;
}

/* Copies a whole page of atomic words: nobody writes it now, but a late reader may look at it. */
static void copy_words(void *to, const void *from)
{
	atomic_ulong *t = to;
	const uint64_t *f = from;

	for (unsigned i = 0; i < PAGE_WORDS; i++)
		atomic_store_explicit(&t[i], f[i], memory_order_relaxed);
}

static bool map_all(struct mm *mm)
{
	size_t space = (size_t)mm->pages * PAGE_SIZE;

	mm->memfd = memfd_create("guest", MFD_CLOEXEC);
	if (mm->memfd < 0 || ftruncate(mm->memfd, (off_t)mm->frames_count * PAGE_SIZE))
		return false;
	mm->frames = mmap(NULL, (size_t)mm->frames_count * PAGE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_SHARED, mm->memfd, 0);
	mm->base = mmap(NULL, space, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mm->frames == MAP_FAILED || mm->base == MAP_FAILED)
		return false;
	for (unsigned i = 0; i < mm->pages; i++) {
		if (!map_page(mm, i, i))
			return false;
		*(uint64_t *)page_addr(mm, i) = mm_identity(i);
	}
	while (mm->free_count < mm->frames_count - mm->pages) {
		mm->free_frames[mm->free_count] = (long)(mm->pages + mm->free_count);
		mm->free_count++;
	}
	return true;
}

int mm_init(struct mm *mm, unsigned pages, unsigned frames)
{
	memset(mm, 0, sizeof(*mm));
	mm->memfd = -1;
	mm->pages = pages;
	mm->frames_count = frames;
	mm->frames = mm->base = MAP_FAILED;
	pthread_rwlock_init(&mm->map_lock, NULL);
	pthread_mutex_init(&mm->notifier_lock, NULL);
	mm->frame_of = calloc(pages, sizeof(*mm->frame_of));
	mm->free_frames = calloc(frames, sizeof(*mm->free_frames));
	mm->swap = calloc(pages, PAGE_SIZE);
	if (init_srcu_struct(&mm->notifier_srcu) || !mm->frame_of || !mm->free_frames ||
	    !mm->swap || !map_all(mm)) {
		mm_destroy(mm);
		return -ENOMEM;
	}
	return 0;
}

void mm_destroy(struct mm *mm)
{
	if (mm->base != MAP_FAILED)
		munmap(mm->base, (size_t)mm->pages * PAGE_SIZE);
	if (mm->frames != MAP_FAILED)
		munmap(mm->frames, (size_t)mm->frames_count * PAGE_SIZE);
	if (mm->memfd >= 0)
		close(mm->memfd);
	cleanup_srcu_struct(&mm->notifier_srcu);
	free(mm->frame_of);
	free(mm->free_frames);
	free(mm->swap);
	pthread_mutex_destroy(&mm->notifier_lock);
	pthread_rwlock_destroy(&mm->map_lock);
}

/* Under map_lock for writing. */
static long swap_in(struct mm *mm, unsigned page)
{
	long frame;

	if (mm->frame_of[page] != NO_FRAME || !mm->free_count)
		return mm->frame_of[page];
	frame = mm->free_frames[--mm->free_count];
	copy_words(frame_addr(mm, frame), mm->swap + (size_t)page * PAGE_SIZE);
	if (!map_page(mm, page, frame)) {
		free_frame(mm, frame);
		return NO_FRAME;
	}
	atomic_fetch_add(&mm->swap_ins, 1);
	return frame;
}

long mm_frame(struct mm *mm, unsigned page)
{
	long frame;

	if (page >= mm->pages)
		return NO_FRAME;
	pthread_rwlock_rdlock(&mm->map_lock);
	frame = mm->frame_of[page];
	pthread_rwlock_unlock(&mm->map_lock);
	if (frame != NO_FRAME)
		return frame;
	pthread_rwlock_wrlock(&mm->map_lock);
	frame = swap_in(mm, page);
	pthread_rwlock_unlock(&mm->map_lock);
	return frame;
}

/* Returns with map_lock held for reading and the page in memory, or false with nothing held. */
static bool hold_page(struct mm *mm, const char *addr, unsigned len)
{
	unsigned page = mm_page(mm, addr);

	if (addr < mm->base || page >= mm->pages ||
	    (size_t)(addr - mm->base) % PAGE_SIZE + len > PAGE_SIZE)
		return false;
	for (;;) {
		pthread_rwlock_rdlock(&mm->map_lock);
		if (mm->frame_of[page] != NO_FRAME)
			return true;
		pthread_rwlock_unlock(&mm->map_lock);
		if (mm_frame(mm, page) == NO_FRAME)
			return false;
	}
}

static bool is_words(const void *addr, unsigned len)
{
	return ((uintptr_t)addr | len) % sizeof(uint64_t) == 0;
}

/* Aligned words are read and written as a whole, everything else byte by byte. */
int mm_read(struct mm *mm, const char *addr, void *to, unsigned len)
{
	if (!hold_page(mm, addr, len))
		return -EFAULT;
	if (is_words(addr, len)) {
		for (unsigned i = 0; i < len; i += sizeof(uint64_t)) {
			uint64_t word = atomic_load((_Atomic uint64_t *)(addr + i));

			memcpy((char *)to + i, &word, sizeof(word));
		}
	} else {
		for (unsigned i = 0; i < len; i++)
			((char *)to)[i] = atomic_load((_Atomic char *)(addr + i));
	}
	pthread_rwlock_unlock(&mm->map_lock);
	return 0;
}

int mm_write(struct mm *mm, char *addr, const void *from, unsigned len)
{
	if (!hold_page(mm, addr, len))
		return -EFAULT;
	if (is_words(addr, len)) {
		for (unsigned i = 0; i < len; i += sizeof(uint64_t)) {
			uint64_t word;

			memcpy(&word, (const char *)from + i, sizeof(word));
			atomic_store((_Atomic uint64_t *)(addr + i), word);
		}
	} else {
		for (unsigned i = 0; i < len; i++)
			atomic_store((_Atomic char *)(addr + i), ((const char *)from)[i]);
	}
	pthread_rwlock_unlock(&mm->map_lock);
	return 0;
}

int mm_cmpxchg(struct mm *mm, char *addr, uint64_t *old, uint64_t new)
{
	bool is_done;

	if ((uintptr_t)addr % sizeof(new) || !hold_page(mm, addr, sizeof(new)))
		return -EFAULT;
	is_done = atomic_compare_exchange_strong((_Atomic uint64_t *)addr, old, new);
	pthread_rwlock_unlock(&mm->map_lock);
	return is_done;
}

static bool move_frame(struct mm *mm, unsigned page)
{
	long old = mm->frame_of[page], new;

	if (old == NO_FRAME || !mm->free_count)
		return false;
	new = mm->free_frames[--mm->free_count];
	copy_words(frame_addr(mm, new), frame_addr(mm, old));
	if (!map_page(mm, page, new)) {
		free_frame(mm, new);
		return false;
	}
	free_frame(mm, old);
	atomic_fetch_add(&mm->migrations, 1);
	return true;
}

static bool drop_frame(struct mm *mm, unsigned page)
{
	long old = mm->frame_of[page];

	if (old == NO_FRAME)
		return false;
	memcpy(mm->swap + (size_t)page * PAGE_SIZE, frame_addr(mm, old), PAGE_SIZE);
	if (mmap(page_addr(mm, page), PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		 -1, 0) == MAP_FAILED)
		return false;
	mm->frame_of[page] = NO_FRAME;
	free_frame(mm, old);
	atomic_fetch_add(&mm->swap_outs, 1);
	return true;
}

/*
 * Start and end go to the same notifiers, those that were there at the start.  They stay alive
 * because this stays inside notifier_srcu until the end.
 */
static bool change_page(struct mm *mm, unsigned page, bool (*change)(struct mm *, unsigned))
{
	const struct mmu_range range = { page, page + 1 };
	int idx = srcu_read_lock(&mm->notifier_srcu);
	struct mmu_notifier *mn[MM_NOTIFIERS];
	bool is_done;

	for (unsigned i = 0; i < MM_NOTIFIERS; i++) {
		mn[i] = atomic_load(&mm->notifiers[i]);
		if (mn[i])
			mn[i]->ops->invalidate_range_start(mn[i], &range);
	}
	pthread_rwlock_wrlock(&mm->map_lock);
	is_done = change(mm, page);
	pthread_rwlock_unlock(&mm->map_lock);
	for (unsigned i = 0; i < MM_NOTIFIERS; i++)
		if (mn[i])
			mn[i]->ops->invalidate_range_end(mn[i], &range);
	srcu_read_unlock(&mm->notifier_srcu, idx);
	return is_done;
}

bool mm_migrate(struct mm *mm, unsigned page)
{
	return change_page(mm, page, move_frame);
}

bool mm_swap_out(struct mm *mm, unsigned page)
{
	return change_page(mm, page, drop_frame);
}

int mmu_notifier_register(struct mm *mm, struct mmu_notifier *mn)
{
	unsigned i = 0;

	pthread_mutex_lock(&mm->notifier_lock);
	while (i < MM_NOTIFIERS && atomic_load(&mm->notifiers[i]))
		i++;
	if (i < MM_NOTIFIERS)
		atomic_store(&mm->notifiers[i], mn);
	pthread_mutex_unlock(&mm->notifier_lock);
	if (i == MM_NOTIFIERS)
		return -ENOSPC;
	/* An invalidation that was under way does not know mn: what mn is told begins after it. */
	synchronize_srcu(&mm->notifier_srcu);
	return 0;
}

void mmu_notifier_unregister(struct mm *mm, struct mmu_notifier *mn)
{
	pthread_mutex_lock(&mm->notifier_lock);
	for (unsigned i = 0; i < MM_NOTIFIERS; i++)
		if (atomic_load(&mm->notifiers[i]) == mn)
			atomic_store(&mm->notifiers[i], NULL);
	pthread_mutex_unlock(&mm->notifier_lock);
	synchronize_srcu(&mm->notifier_srcu);
}
