/* SPDX-License-Identifier: MIT */
/* A trylock cannot block: the order it makes closes nothing. */
// locklore: must-not deadlock
// locklore: must order peer_lock self_lock
#include <pthread.h>

static pthread_mutex_t self_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t peer_lock = PTHREAD_MUTEX_INITIALIZER;
int sent, skipped;

void send_or_skip(void)
{
	pthread_mutex_lock(&self_lock);
	if (pthread_mutex_trylock(&peer_lock) == 0) {
		sent++;
		pthread_mutex_unlock(&peer_lock);
	} else {
		skipped++;
	}
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
