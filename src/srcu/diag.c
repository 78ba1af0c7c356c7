/* SPDX-License-Identifier: MIT */
/* Reports: one line each, to standard error or where srcu_set_report() says. */
#include "internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static srcu_report_t srcu_report_func;

void srcu_set_report(srcu_report_t func)
{
	srcu_publish(&srcu_report_func, func);
}

static void srcu_report_line(const char *line)
{
	srcu_report_t func = srcu_load_acquire(&srcu_report_func);

	if (func)
		func(line);
	else
		syscall(SYS_write, STDERR_FILENO, line, strlen(line)); /* no cancellation point */
}

/* Also from read sides and signal handlers: no memory, no locks. */
void srcu_report(struct srcu_struct *ssp, const char *format, ...)
{
	int saved = errno;
	char line[640];
	size_t used;
	va_list args;

	if (!ssp)
		used = (size_t)snprintf(line, sizeof(line), "srcu: ");
	else if (ssp->srcu_name)
		used = (size_t)snprintf(line, 128, "srcu: domain %.100s: ", ssp->srcu_name);
	else
		used = (size_t)snprintf(line, 128, "srcu: domain at %p: ", (void *)ssp);
	va_start(args, format);
	vsnprintf(line + used, sizeof(line) - used - 1, format, args);
	va_end(args);
	strcat(line, "\n");
	srcu_count_up(reports);
	srcu_report_line(line);
	errno = saved;
}

/* The bucket holds the sum of addresses; a small multiple of this one is no accident. */
bool srcu_self_reads(struct srcu_struct *ssp)
{
	uintptr_t held = *srcu_bucket(ssp);

	return held && held % (uintptr_t)ssp == 0 && held / (uintptr_t)ssp < 65536;
}

bool srcu_self_reads_any(void)
{
	uintptr_t any = 0;

	for (size_t i = 0; i < sizeof(srcu_self) / sizeof(uintptr_t); i++)
		any |= srcu_self.held[i];
	return any != 0;
}

void srcu_check_self(struct srcu_struct *ssp, const char *what)
{
	if (!srcu_self_reads(ssp))
		return;
	srcu_report(ssp,
		    "thread %ld waits for %s inside its own read side, which never ends then: "
		    "end the read side before, or enter it by srcu_down_read() if another thread "
		    "ends it",
		    syscall(SYS_gettid), what);
}

/* Called now and then by whoever waits for readers. */
void srcu_check_stall(struct srcu_core *core)
{
	uint64_t waited = srcu_now_ns() - core->since_ns, stall = srcu_config.stall_ns;
	char who[400];

	if (core->phase == SRCU_IDLE || core->phase == SRCU_DRAINED || !core->since_ns || !stall)
		return;
	if (waited / stall <= core->stalls)
		return;
	core->stalls = (uint16_t)(waited / stall);
	srcu_track_print(core->ssp, who, sizeof(who));
	srcu_report(core->ssp,
		    "a grace period has waited %llu.%llu s, now for %ld read side(s)%s%s",
		    (unsigned long long)(waited / 1000000000),
		    (unsigned long long)(waited / 100000000 % 10),
		    (long)srcu_sum(core, core->wait_rank), *who ? ": " : "",
		    *who ? who : " (SRCU_TRACK=1 names them)");
}

/* A cookie from before a fork is legal, and counts for nothing here. */
static bool srcu_cookie_is_old(struct srcu_struct *ssp, uint32_t kind)
{
	struct srcu_core *core = srcu_load_acquire(&ssp->srcu_core);
	uint32_t generation = srcu_load(&srcu_generation);

	for (uint32_t turn = 0; core && generation && turn < SRCU_TURNS; turn++)
		if (kind == (uint32_t)(uintptr_t)core->owned[turn] && kind)
			return true;
	for (; generation > 0; generation--)
		if (kind == (srcu_tag_of(ssp, generation - 1) | SRCU_SLOW))
			return true;
	return false;
}

bool srcu_bad_cookie(struct srcu_struct *ssp, int idx)
{
	if (srcu_cookie_is_old(ssp, (uint32_t)idx & ~SRCU_RANK))
		return false;
	srcu_report(ssp, "srcu_read_unlock() with cookie %#x, which is not of this domain: ignored",
		    (unsigned int)idx);
	return true;
}
