/* SPDX-License-Identifier: MIT */
/* Every round drops its lock; the other lock is taken after the loop. */
// locklore: must-not deadlock
// locklore: must-not order slot->lock found_lock
// locklore: must-not nest slot->lock
// locklore: must order found_lock slot->lock
#include <pthread.h>

struct slot {
	int key;
	pthread_mutex_t lock;
};
struct slot *slots[8];
static pthread_mutex_t found_lock = PTHREAD_MUTEX_INITIALIZER;
int found;

void find(int key)
{
	int hit = 0;

	for (int i = 0; i < 8 && !hit; i++) {
		struct slot *slot = slots[i];

		pthread_mutex_lock(&slot->lock);
		hit = slot->key == key;
		pthread_mutex_unlock(&slot->lock);
	}
	pthread_mutex_lock(&found_lock);
	found += hit;
	pthread_mutex_unlock(&found_lock);
}

void forget(struct slot *slot)
{
	pthread_mutex_lock(&found_lock);
	pthread_mutex_lock(&slot->lock);
	found -= slot->key;
	pthread_mutex_unlock(&slot->lock);
	pthread_mutex_unlock(&found_lock);
}
