/* SPDX-License-Identifier: MIT */
/* Lock, try, back off: the usual way round an order that cannot be kept. */
// locklore: must-not deadlock
// locklore: must order peer_lock self_lock
// locklore: must order self_lock log_lock
// locklore: must order peer_lock log_lock
#include <sched.h>
#include <pthread.h>

static pthread_mutex_t self_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t peer_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
int sent, lines;

void send_both(void)
{
	pthread_mutex_lock(&self_lock);
	while (pthread_mutex_trylock(&peer_lock)) {
		pthread_mutex_unlock(&self_lock);
		sched_yield();
		pthread_mutex_lock(&self_lock);
	}
	pthread_mutex_lock(&log_lock);
	lines++;
	pthread_mutex_unlock(&log_lock);
	sent++;
	pthread_mutex_unlock(&peer_lock);
	pthread_mutex_unlock(&self_lock);
}

void receive(void)
{
	pthread_mutex_lock(&peer_lock);
	pthread_mutex_lock(&self_lock);
	sent--;
	pthread_mutex_unlock(&self_lock);
	pthread_mutex_unlock(&peer_lock);
}
