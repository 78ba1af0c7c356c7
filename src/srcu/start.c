/* SPDX-License-Identifier: MIT */
/*
 * What is decided once per process: rseq or not, membarrier or not, the slot, and what the
 * environment says. Until then every domain is small, which needs no decision.
 */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef AT_RSEQ_FEATURE_SIZE
#define AT_RSEQ_FEATURE_SIZE 27
#endif

/* In struct rseq, fixed by the kernel. */
#define SRCU_RSEQ_CPU_ID      4
#define SRCU_RSEQ_MM_CID      24
#define SRCU_RSEQ_MM_CID_SIZE 28

extern const ptrdiff_t __rseq_offset __attribute__((weak)); /* glibc 2.35 and newer */
extern const unsigned int __rseq_size __attribute__((weak));

struct srcu_fast srcu_fast, srcu_fast_own;
struct srcu_config srcu_config = {
	.promote_after = 64,
	.stall_ns = 10000000000u,
	.spin_ns = 10000,
};
struct srcu_stats srcu_count;
__thread struct srcu_self srcu_self;

static uint32_t srcu_start_state; /* 0 new, 1 at it, 2 done; futex */

static bool srcu_has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length)
		if ((at == list || at[-1] == ',') && (!at[length] || at[length] == ','))
			return true;
	return false;
}

/* A word that nobody knows would be taken for a wish that was granted. */
static void srcu_check_mode(const char *mode)
{
	static const char known[] = "auto,norseq,nomembarrier,atomic,cpuid,small,percpu";
	char word[32];

	while (*mode) {
		size_t length = strcspn(mode, ",");

		if (length) {
			size_t kept = length < sizeof(word) ? length : sizeof(word) - 1;

			memcpy(word, mode, kept);
			word[kept] = '\0';
			if (!srcu_has_word(known, word))
				srcu_report(NULL, "SRCU_MODE has no such word as %s: ignored", word);
		}
		mode += length + (mode[length] == ',');
	}
}

static uint64_t srcu_env_number(const char *name, uint64_t fallback)
{
	const char *text = secure_getenv(name);
	char *end;
	unsigned long value;

	if (!text || !*text)
		return fallback;
	value = strtoul(text, &end, 10);
	if (*end || *text < '0' || *text > '9' || value > 1000000000) {
		srcu_report(NULL, "%s=%s is no number from 0 to 1000000000: ignored", name, text);
		return fallback;
	}
	return value;
}

/* The highest number in /sys/devices/system/cpu/possible ("0-3,8-11"), and one; 0: unknown. */
static uint32_t srcu_sysfs_slots(void)
{
	uint32_t slots = 0;
	char text[256];
	int fd = open("/sys/devices/system/cpu/possible", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[size > 0 ? size : 0] = '\0';
	for (char *at = text; *at;) {
		if (*at >= '0' && *at <= '9') {
			unsigned long cpu = strtoul(at, &at, 10);

			if (cpu < 65536 && cpu + 1 > slots)
				slots = (uint32_t)cpu + 1;
		} else {
			at++;
		}
	}
	return slots;
}

/*
 * CPU numbers and mm_cid are below this. A container may show a wrong /sys; the kernel itself says
 * how long its CPU masks are (rounded up), and which CPUs we may run on.
 */
static uint32_t srcu_possible_slots(void)
{
	unsigned long mask[SRCU_MAX_SLOTS / 8 / sizeof(long)] = { 0 };
	long bytes = syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask);
	uint32_t slots = srcu_sysfs_slots(), highest = 0;

	if (bytes <= 0)
		return SRCU_MAX_SLOTS + 1;
	for (uint32_t cpu = 0; cpu < (uint32_t)bytes * 8; cpu++)
		if (mask[cpu / (8 * sizeof(long))] >> cpu % (8 * sizeof(long)) & 1)
			highest = cpu;
	return slots && highest < slots ? slots : (uint32_t)bytes * 8;
}

#if SRCU_HAVE_RSEQ
static uintptr_t srcu_thread_pointer(void)
{
#ifdef __x86_64__ /* the builtin is newer than some compilers */
	uintptr_t self;

	__asm__("movq %%fs:0, %0" : "=r"(self));
	return self;
#else
	return (uintptr_t)__builtin_thread_pointer();
#endif
}
#endif

static void srcu_start_rseq(const char *mode)
{
#if SRCU_HAVE_RSEQ
	uintptr_t self = srcu_thread_pointer();
	intptr_t at;

	if (!&__rseq_offset || !&__rseq_size || !__rseq_size || srcu_has_word(mode, "norseq"))
		return;
	at = __rseq_offset;
	if ((int32_t) * (volatile uint32_t *)(self + (uintptr_t)at + SRCU_RSEQ_CPU_ID) < 0)
		return;
	srcu_config.mode |= SRCU_MODE_RSEQ;
	srcu_fast.rseq = at;
	srcu_fast.slot = at + SRCU_RSEQ_CPU_ID;
	if (getauxval(AT_RSEQ_FEATURE_SIZE) >= SRCU_RSEQ_MM_CID_SIZE &&
	    !srcu_has_word(mode, "cpuid")) {
		srcu_config.mode |= SRCU_MODE_MM_CID;
		srcu_fast.slot = at + SRCU_RSEQ_MM_CID;
	}
	srcu_fast_own = srcu_fast;
#else
	(void)mode;
#endif
}

static void srcu_start_decide(void)
{
	const char *mode = secure_getenv("SRCU_MODE");
	const char *track = secure_getenv("SRCU_TRACK");
	int saved = errno;
	bool atomic;

	mode = mode ? mode : "";
	srcu_check_mode(mode);
	atomic = srcu_has_word(mode, "atomic") || srcu_tsan_there();
	srcu_config.mode |= srcu_tsan_there() ? SRCU_MODE_TSAN : 0;
	srcu_config.slots = srcu_possible_slots();
	srcu_config.stall_ns = srcu_env_number("SRCU_STALL_MS", 10000) * 1000000;
	srcu_config.spin_ns = srcu_env_number("SRCU_SPIN_US", 10) * 1000;
	if (!atomic)
		srcu_start_rseq(mode);
	if (!atomic && !srcu_has_word(mode, "nomembarrier") && srcu_membarrier_register())
		srcu_config.mode |= SRCU_MODE_MEMBARRIER;
	if (track && !strcmp(track, "1"))
		srcu_config.mode |= SRCU_MODE_TRACK;
	if ((srcu_config.mode & (SRCU_MODE_RSEQ | SRCU_MODE_MEMBARRIER)) ==
		    (SRCU_MODE_RSEQ | SRCU_MODE_MEMBARRIER) &&
	    !(srcu_config.mode & SRCU_MODE_TRACK) && !srcu_has_word(mode, "small") &&
	    srcu_config.slots <= SRCU_MAX_SLOTS) {
		srcu_config.mode |= SRCU_MODE_PERCPU;
		if (srcu_has_word(mode, "percpu"))
			srcu_config.promote_after = 1;
	} else {
		srcu_store(&srcu_config.promote_after, 0);
	}
	srcu_fork_register();
	errno = saved;
}

bool srcu_start(bool wait)
{
	uint32_t state = 0;

	if (srcu_load_acquire(&srcu_start_state) == 2)
		return true;
	/* A reader, perhaps in a signal handler, goes on without: the decision allocates. */
	if (!wait)
		return false;
	if (__atomic_compare_exchange_n(&srcu_start_state, &state, 1, false, __ATOMIC_ACQUIRE,
					__ATOMIC_ACQUIRE)) {
		srcu_start_decide();
		__atomic_store_n(&srcu_start_state, 2, __ATOMIC_SEQ_CST);
		srcu_futex_wake(&srcu_start_state);
		return true;
	}
	while (srcu_load_acquire(&srcu_start_state) == 1)
		srcu_futex_wait(&srcu_start_state, 1, 0);
	return true;
}

/* Before the program's own constructors, so that the environment counts from the first use on. */
__attribute__((constructor(101))) static void srcu_start_early(void)
{
	srcu_start(true);
}

void srcu_get_stats(struct srcu_stats *stats, size_t size)
{
	struct srcu_stats now;

	srcu_start(true);
	now.mode = srcu_config.mode;
	now.slots = srcu_config.slots;
	now.membarriers = srcu_load(&srcu_count.membarriers);
	now.grace_periods = srcu_load(&srcu_count.grace_periods);
	now.flips = srcu_load(&srcu_count.flips);
	now.sleeps = srcu_load(&srcu_count.sleeps);
	now.wakeups = srcu_load(&srcu_count.wakeups);
	now.promotions = srcu_load(&srcu_count.promotions);
	now.callbacks = srcu_load(&srcu_count.callbacks);
	now.reports = srcu_load(&srcu_count.reports);
	memset(stats, 0, size);
	memcpy(stats, &now, size < sizeof(now) ? size : sizeof(now));
}
