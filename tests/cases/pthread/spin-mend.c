/* SPDX-License-Identifier: MIT */
/* The spinlock is only tried. */
// locklore: must-not deadlock
// locklore: must order ring->spin ring->lock
#include <pthread.h>

struct ring {
	pthread_mutex_t lock;
	pthread_spinlock_t spin;
	int head, tail;
};

void ring_put(struct ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	if (!pthread_spin_trylock(&ring->spin)) {
		ring->head++;
		pthread_spin_unlock(&ring->spin);
	}
	pthread_mutex_unlock(&ring->lock);
}

void ring_drain(struct ring *ring)
{
	pthread_spin_lock(&ring->spin);
	pthread_mutex_lock(&ring->lock);
	ring->tail = ring->head;
	pthread_mutex_unlock(&ring->lock);
	pthread_spin_unlock(&ring->spin);
}
