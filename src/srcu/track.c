/* SPDX-License-Identifier: MIT */
/*
 * SRCU_TRACK=1: a table of the open read sides, with thread, place and time. A read side ended by
 * another thread takes out any entry of its domain, the oldest found first. A full table forgets.
 */
#include "internal.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SRCU_TRACKED 1024

#ifdef DLFO_STRUCT_HAS_EH_DBASE /* glibc 2.35 and newer */
#pragma weak _dl_find_object
#endif

static struct srcu_tracked {
	struct srcu_struct *ssp; /* NULL: free */
	char *place;		 /* in the call: one before where it returns to */
	long thread;
	unsigned long since_ms; /* of the clock; a long, because not all have atomic 64 bits */
} srcu_tracked[SRCU_TRACKED];
static struct srcu_struct srcu_track_claimed; /* an entry that is being filled in */

static unsigned long srcu_track_now(void)
{
	return (unsigned long)(srcu_now_ns() / 1000000);
}

void srcu_track_open(struct srcu_struct *ssp, void *place)
{
	for (size_t i = 0; i < SRCU_TRACKED; i++) {
		struct srcu_tracked *entry = &srcu_tracked[i];
		struct srcu_struct *none = NULL;

		if (srcu_load(&entry->ssp) ||
		    !__atomic_compare_exchange_n(&entry->ssp, &none, &srcu_track_claimed, false,
						 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			continue;
		srcu_store(&entry->place, (char *)place - 1);
		srcu_store(&entry->thread, syscall(SYS_gettid));
		srcu_store(&entry->since_ms, srcu_track_now());
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

/*
 * The place as addr2line takes it, also when the process has ended. Not by dladdr(): it takes the
 * loader's lock, and a constructor that waits for us may hold that.
 */
static void srcu_track_place(char *text, size_t size, char *place)
{
	size_t used = 0;
#ifdef DLFO_STRUCT_HAS_EH_DBASE
	struct dl_find_object found;

	if (&_dl_find_object && !_dl_find_object(place, &found)) {
		const char *path = found.dlfo_link_map->l_name;
		const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

		if (!*name)
			name = program_invocation_short_name;
		used = (size_t)snprintf(text, 60, "%.50s+", name);
		place -= found.dlfo_link_map->l_addr;
	}
#endif
	snprintf(text + used, size - used, "%#lx", (unsigned long)place);
}

void srcu_track_print(struct srcu_struct *ssp, char *text, size_t size)
{
	unsigned long now = srcu_track_now();
	char place[80];
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < SRCU_TRACKED && used + 120 < size; i++) {
		struct srcu_tracked *entry = &srcu_tracked[i];
		unsigned long since = srcu_load(&entry->since_ms);

		if (srcu_load_acquire(&entry->ssp) != ssp)
			continue;
		srcu_track_place(place, sizeof(place), srcu_load(&entry->place));
		used += (size_t)snprintf(text + used, size - used,
					 "%sthread %ld from %s, %lu ms ago", used ? "; " : "",
					 srcu_load(&entry->thread), place, now - since);
	}
}

void srcu_track_fork(void)
{
	memset(srcu_tracked, 0, sizeof(srcu_tracked));
}
