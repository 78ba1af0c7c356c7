/* SPDX-License-Identifier: MIT */
/* What a trylock took is held like any other lock. */
// locklore: must deadlock self_lock peer_lock
// locklore: must order self_lock peer_lock
#include <pthread.h>

static pthread_mutex_t self_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t peer_lock = PTHREAD_MUTEX_INITIALIZER;
int sent;

int send_if_free(void)
{
	if (pthread_mutex_trylock(&self_lock))
		return -1;
	pthread_mutex_lock(&peer_lock);
	sent++;
	pthread_mutex_unlock(&peer_lock);
	pthread_mutex_unlock(&self_lock);
	return 0;
}

void receive(void)
{
	pthread_mutex_lock(&peer_lock);
	pthread_mutex_lock(&self_lock);
	sent--;
	pthread_mutex_unlock(&self_lock);
	pthread_mutex_unlock(&peer_lock);
}
