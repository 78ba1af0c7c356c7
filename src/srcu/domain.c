/* SPDX-License-Identifier: MIT */
/* The life of a domain. */
#include "internal.h"

#include <string.h>

int init_srcu_struct(struct srcu_struct *ssp)
{
	memset(ssp, 0, sizeof(*ssp));
	return 0;
}

void srcu_set_name(struct srcu_struct *ssp, const char *name)
{
	ssp->srcu_name = name;
}

static bool srcu_still_read(struct srcu_struct *ssp, struct srcu_core *core)
{
	if (!core)
		return srcu_active_count(ssp, 0) || srcu_active_count(ssp, SRCU_RANK);
	srcu_gp_fence(core->cells != NULL);
	return srcu_sum(core, 0) || srcu_sum(core, SRCU_RANK);
}

/* What forbids to recycle the core, or NULL. */
static const char *srcu_cleanup_check(struct srcu_struct *ssp, struct srcu_core *core)
{
	if (core && !srcu_gp_trylead(core))
		return "a synchronize_srcu() is under way";
	if (srcu_still_read(ssp, core))
		return "a read side is open";
	if (core && srcu_queue_pending(core) > (srcu_on_worker && core->started != core->invoked))
		return "callbacks are pending (srcu_barrier() first)";
	return NULL;
}

void cleanup_srcu_struct(struct srcu_struct *ssp)
{
	struct srcu_core *core = srcu_load_acquire(&ssp->srcu_core);
	const char *wrong;

	if (srcu_load(&ssp->srcu_uses) & SRCU_DEAD) {
		srcu_report(ssp, "cleanup_srcu_struct() twice: ignored");
		return;
	}
	if (core)
		srcu_worker_let_go(core);
	wrong = srcu_cleanup_check(ssp, core);
	if (wrong)
		srcu_report(ssp, "cleanup_srcu_struct() while %s: what belongs to it is leaked",
			    wrong);
	else
		srcu_tsan_acquire(ssp);
	srcu_store(&ssp->srcu_uses, SRCU_DEAD);
	srcu_store(&ssp->srcu_word, 0);
	srcu_store(&ssp->srcu_core, NULL);
	if (!core)
		return;
	if (wrong) {
		/*
		 * Neither core nor cells are used again: nothing is recycled under a reader. But a
		 * leader who is at work goes on with them.
		 */
		srcu_store(&core->leaked, true);
		return;
	}
	if (core->cells)
		srcu_cells_balance(core->cells);
	if (srcu_on_worker && core->listed) {
		core->orphan = true; /* still in the worker's list */
		srcu_store(&core->ssp, NULL);
	} else {
		srcu_core_free(core);
	}
}
