/* SPDX-License-Identifier: MIT */
/* Concurrency Kit's epochs.  Records are recycled: a record lives for ever once registered. */
#include <ck_epoch.h>
#include <stdlib.h>
#include "bench.h"

static ck_epoch_t epoch;
static __thread ck_epoch_record_t *record;

__attribute__((constructor)) static void start(void)
{
	ck_epoch_init(&epoch);
}

static void enter(void)
{
	record = ck_epoch_recycle(&epoch, NULL);
	if (record)
		return;
	if (posix_memalign((void **)&record, 64, sizeof(*record)))
		abort();
	ck_epoch_register(&epoch, record, NULL);
}

static void leave(void)
{
	ck_epoch_unregister(record);
}

BENCH_PAIRS(pairs, ck_epoch_begin(record, NULL), ck_epoch_end(record, NULL))

static void wait_for_readers(void)
{
	ck_epoch_synchronize(record);
}

static void sleep_in(long usec)
{
	ck_epoch_begin(record, NULL);
	bench_sleep(usec);
	ck_epoch_end(record, NULL);
}

const struct peer peer_ck = { "ck_epoch", enter, leave, pairs, wait_for_readers, sleep_in };
