/* SPDX-License-Identifier: MIT */
/* The second try blocks while the first lock is held. */
// locklore: must deadlock self_lock peer_lock
// locklore: must order self_lock peer_lock
#include <sched.h>
#include <pthread.h>

static pthread_mutex_t self_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t peer_lock = PTHREAD_MUTEX_INITIALIZER;
int sent;

void send_both(void)
{
	pthread_mutex_lock(&self_lock);
	if (pthread_mutex_trylock(&peer_lock)) {
		sched_yield();
		pthread_mutex_lock(&peer_lock);
	}
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
