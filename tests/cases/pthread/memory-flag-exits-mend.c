/* SPDX-License-Identifier: MIT */
/*
 * Exits that disagree about what is held, decided by a flag in memory that the caller tests too.
 */
// locklore: must-not deadlock
// locklore: must-not order tx->lock log_lock
// locklore: must order log_lock tx->lock
#include <pthread.h>

struct tx {
	pthread_mutex_t lock;
	int is_open, has_lock;
};
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int lines;

static void tx_begin(struct tx *tx)
{
	tx->has_lock = 0;
	if (tx->is_open) {
		pthread_mutex_lock(&tx->lock);
		tx->has_lock = 1;
	}
}

static void tx_end(struct tx *tx)
{
	if (tx->has_lock)
		pthread_mutex_unlock(&tx->lock);
}

void tx_run(struct tx *tx)
{
	tx_begin(tx);
	tx_end(tx);
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
}

void tx_dump(struct tx *tx)
{
	pthread_mutex_lock(&log_lock);
	pthread_mutex_lock(&tx->lock);
	lines += tx->is_open;
	pthread_mutex_unlock(&tx->lock);
	pthread_mutex_unlock(&log_lock);
}
