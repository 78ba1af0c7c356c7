/* SPDX-License-Identifier: MIT */
/* The lock lives in a global struct, and is taken directly and through a pointer to it. */
// locklore: must deadlock state.lock|state->lock log_lock
// locklore: must-not nest log_lock
#include <pthread.h>

struct state {
	int n;
	pthread_mutex_t lock;
};
static struct state state = { .lock = PTHREAD_MUTEX_INITIALIZER };
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

static void reset(struct state *state)
{
	pthread_mutex_lock(&state->lock);
	state->n = 0;
	pthread_mutex_unlock(&state->lock);
}

void log_reset(void)
{
	pthread_mutex_lock(&log_lock);
	lines = 0;
	reset(&state);
	pthread_mutex_unlock(&log_lock);
}
