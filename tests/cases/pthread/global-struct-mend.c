/* SPDX-License-Identifier: MIT */
/* A global struct without a name for its type. */
// locklore: must-not deadlock
// locklore: must order state.lock log_lock
// locklore: must-not order log_lock state.lock
#include <pthread.h>

static struct {
	int n;
	pthread_mutex_t lock;
} state = { .lock = PTHREAD_MUTEX_INITIALIZER };
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int lines;

void step(void)
{
	pthread_mutex_lock(&state.lock);
	state.n++;
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
	pthread_mutex_unlock(&state.lock);
}

void log_reset(void)
{
	pthread_mutex_lock(&log_lock);
	lines = 0;
	pthread_mutex_unlock(&log_lock);
	pthread_mutex_lock(&state.lock);
	state.n = 0;
	pthread_mutex_unlock(&state.lock);
}
