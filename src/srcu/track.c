/* SPDX-License-Identifier: MIT */
/*
 * SRCU_TRACK=1: a table of the open read sides, with thread, place and time. A read side ended by
 * another thread takes out any entry of its domain, the oldest found first. A full table forgets.
 */
#include "internal.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SRCU_TRACKED 1024

static struct srcu_tracked {
	struct srcu_struct *ssp; /* NULL: free */
	void *place;
	long thread;
	uint64_t since_ns;
} srcu_tracked[SRCU_TRACKED];
static struct srcu_struct srcu_track_claimed; /* an entry that is being filled in */

void srcu_track_open(struct srcu_struct *ssp, void *place)
{
	for (size_t i = 0; i < SRCU_TRACKED; i++) {
		struct srcu_tracked *entry = &srcu_tracked[i];
		struct srcu_struct *none = NULL;

		if (srcu_load(&entry->ssp) ||
		    !__atomic_compare_exchange_n(&entry->ssp, &none, &srcu_track_claimed, false,
						 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			continue;
		srcu_store(&entry->place, place);
		srcu_store(&entry->thread, syscall(SYS_gettid));
		srcu_store(&entry->since_ns, srcu_now_ns());
		srcu_publish(&entry->ssp, ssp);
		return;
	}
}

static bool srcu_track_remove(struct srcu_struct *ssp, long thread)
{
	for (size_t i = 0; i < SRCU_TRACKED; i++) {
		struct srcu_tracked *entry = &srcu_tracked[i];
		struct srcu_struct *mine = ssp;

		if (srcu_load(&entry->ssp) != ssp ||
		    (thread && srcu_load(&entry->thread) != thread))
			continue;
		if (__atomic_compare_exchange_n(&entry->ssp, &mine, NULL, false, __ATOMIC_RELEASE,
						__ATOMIC_RELAXED))
			return true;
	}
	return false;
}

void srcu_track_close(struct srcu_struct *ssp)
{
	if (!srcu_track_remove(ssp, syscall(SYS_gettid)))
		srcu_track_remove(ssp, 0);
}

void srcu_track_print(struct srcu_struct *ssp, char *text, size_t size)
{
	uint64_t now = srcu_now_ns();
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < SRCU_TRACKED && used + 80 < size; i++) {
		struct srcu_tracked *entry = &srcu_tracked[i];
		uint64_t open_ns = now - srcu_load(&entry->since_ns);

		if (srcu_load_acquire(&entry->ssp) != ssp)
			continue;
		used += (size_t)snprintf(text + used, size - used,
					 "%sthread %ld from %p, %llu ms ago", used ? "; " : "",
					 srcu_load(&entry->thread), srcu_load(&entry->place),
					 (unsigned long long)(open_ns / 1000000));
	}
}

void srcu_track_fork(void)
{
	memset(srcu_tracked, 0, sizeof(srcu_tracked));
}
