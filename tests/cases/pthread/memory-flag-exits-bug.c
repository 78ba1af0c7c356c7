/* SPDX-License-Identifier: MIT */
/* Between the begin and the end that the flag in memory decides, another lock is taken. */
// locklore: must order log_lock tx->lock
// locklore: must-not nest tx->lock
// locklore: must deadlock log_lock tx->lock
#include <pthread.h>

struct tx {
	pthread_mutex_t lock;
	int is_open, has_lock;
};
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int lines;

void tx_run(struct tx *tx)
{
	tx->has_lock = 0;
	if (tx->is_open) {
		pthread_mutex_lock(&tx->lock);
		tx->has_lock = 1;
	}
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
	if (tx->has_lock)
		pthread_mutex_unlock(&tx->lock);
}

void tx_dump(struct tx *tx)
{
	pthread_mutex_lock(&log_lock);
	pthread_mutex_lock(&tx->lock);
	lines += tx->is_open;
	pthread_mutex_unlock(&tx->lock);
	pthread_mutex_unlock(&log_lock);
}
