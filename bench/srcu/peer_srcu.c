/* SPDX-License-Identifier: MIT */
#include "peer_srcu.h"

static void wait_for_readers(void)
{
	synchronize_srcu(&domain);
}

static void sleep_in(long usec)
{
	int index = srcu_read_lock(&domain);

	bench_sleep(usec);
	srcu_read_unlock(&domain, index);
}

const struct peer peer_srcu = { "libsrcu, inline", enter,   bench_nothing, pairs,
				wait_for_readers,  sleep_in };
