/* SPDX-License-Identifier: MIT */
/* The other lock is taken only where the trylock failed. */
// locklore: must-not deadlock
// locklore: must-not order self_lock peer_lock
// locklore: must order peer_lock self_lock
#include <pthread.h>

static pthread_mutex_t self_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t peer_lock = PTHREAD_MUTEX_INITIALIZER;
int sent, refused;

void send_or_count(void)
{
	if (pthread_mutex_trylock(&self_lock) != 0) {
		pthread_mutex_lock(&peer_lock);
		refused++;
		pthread_mutex_unlock(&peer_lock);
		return;
	}
	sent++;
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
