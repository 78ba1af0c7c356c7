/* SPDX-License-Identifier: MIT */
/* A spinlock and a mutex. */
// locklore: must deadlock ring->lock ring->spin
// locklore: must order ring->lock ring->spin
#include <pthread.h>

struct ring {
	pthread_mutex_t lock;
	pthread_spinlock_t spin;
	int head, tail;
};

void ring_put(struct ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	pthread_spin_lock(&ring->spin);
	ring->head++;
	pthread_spin_unlock(&ring->spin);
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
