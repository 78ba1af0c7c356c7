/* SPDX-License-Identifier: MIT */
/* Waiting for grace periods: one caller leads in its own thread, the others follow. */
#include "internal.h"

/*
 * The worker leads this domain's grace period, but is in a callback, which may take its time, or
 * may be waiting for this very thread (or be this call). From the fence (G2) on again, so that it
 * does not matter how far the worker had come.
 */
static bool srcu_finish_workers(struct srcu_core *core, bool expedited)
{
	if (!srcu_worker_take_over(core))
		return false;
	srcu_gp_fence(core->cells != NULL);
	srcu_gp_drive(core, expedited || srcu_on_worker);
	srcu_gp_close(core);
	srcu_gp_release(core);
	return true;
}

static void srcu_follow(struct srcu_struct *ssp, struct srcu_core *core, uint32_t seen, bool hurry)
{
	uint64_t start = 0;
	unsigned int pause = 1;

	while (srcu_load_acquire(&core->event) == seen)
		if (!srcu_spin(&start, &pause, srcu_config.spin_ns))
			break;
	if (srcu_load_acquire(&core->event) != seen)
		return;
	srcu_check_self(ssp, "a grace period");
	if (hurry && srcu_load(&core->listed))
		srcu_worker_hurry(core);
	srcu_event_wait(core, seen, 0);
}

static void srcu_lead(struct srcu_core *core, bool expedited)
{
	srcu_gp_open(core);
	srcu_gp_fence(core->cells != NULL);
	srcu_gp_drive(core, expedited);
	srcu_gp_close(core);
}

/* Returns when the grace period of the cookie is over. */
static void srcu_reach(struct srcu_struct *ssp, unsigned long cookie, bool expedited)
{
	struct srcu_core *core = srcu_core_need(ssp);

	for (;;) {
		uint32_t seen = srcu_load_acquire(&core->event);

		if (srcu_gp_done(core, cookie))
			break;
		if (srcu_gp_trylead(core)) {
			if (!srcu_gp_done(core, cookie))
				srcu_lead(core, expedited);
			srcu_gp_release(core);
		} else if (!srcu_finish_workers(core, expedited)) {
			srcu_follow(ssp, core, seen, expedited);
		}
	}
	/* In the child of a fork, callbacks of the parent may still wait for a worker. */
	if (srcu_load(&core->listed) && !srcu_worker_running())
		srcu_worker_kick();
	srcu_tsan_acquire(ssp);
}

void synchronize_srcu(struct srcu_struct *ssp)
{
	srcu_reach(ssp, srcu_gp_snap(srcu_core_need(ssp)), false);
}

void synchronize_srcu_expedited(struct srcu_struct *ssp)
{
	struct srcu_core *core = srcu_core_need(ssp);
	unsigned long cookie = srcu_gp_snap(core);

	if (srcu_load(&core->listed))
		srcu_worker_hurry(core);
	srcu_reach(ssp, cookie, true);
}

void srcu_expedite_current(struct srcu_struct *ssp)
{
	struct srcu_core *core = srcu_load_acquire(&ssp->srcu_core);

	if (core && srcu_load(&core->listed))
		srcu_worker_hurry(core);
}

unsigned long get_state_synchronize_srcu(struct srcu_struct *ssp)
{
	return srcu_gp_snap(srcu_load_acquire(&ssp->srcu_core));
}

int poll_state_synchronize_srcu(struct srcu_struct *ssp, unsigned long cookie)
{
	struct srcu_core *core = srcu_load_acquire(&ssp->srcu_core);

	if (!core || !srcu_gp_done(core, cookie))
		return 0;
	srcu_tsan_acquire(ssp);
	return 1;
}

/*
 * Where the worker was asked for this grace period already, let it go on: whoever waits for many
 * domains, one after the other, then shares one membarrier.
 */
static bool srcu_worker_reaches(struct srcu_core *core, unsigned long cookie)
{
	return srcu_worker_drives() && srcu_load_acquire(&core->listed) &&
	       (long)(srcu_load(&core->poll_want) - cookie) >= 0;
}

void cond_synchronize_srcu(struct srcu_struct *ssp, unsigned long cookie)
{
	struct srcu_core *core = srcu_load_acquire(&ssp->srcu_core);

	for (bool told = false; core && !poll_state_synchronize_srcu(ssp, cookie);) {
		uint32_t seen = srcu_load_acquire(&core->event);

		if (!srcu_worker_reaches(core, cookie))
			break;
		if (srcu_gp_done(core, cookie))
			continue;
		if (!told)
			srcu_worker_hurry(core);
		told = true;
		srcu_follow(ssp, core, seen, false);
	}
	if (!core || !poll_state_synchronize_srcu(ssp, cookie))
		srcu_reach(ssp, cookie, false);
}
