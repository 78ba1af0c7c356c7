/* SPDX-License-Identifier: MIT */
/* The loop is left with the lock held where the search succeeded. */
// locklore: must deadlock slot->lock found_lock
// locklore: must order slot->lock found_lock
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
	for (int i = 0; i < 8; i++) {
		struct slot *slot = slots[i];

		pthread_mutex_lock(&slot->lock);
		if (slot->key == key) {
			pthread_mutex_lock(&found_lock);
			found++;
			pthread_mutex_unlock(&found_lock);
			pthread_mutex_unlock(&slot->lock);
			break;
		}
		pthread_mutex_unlock(&slot->lock);
	}
}

void forget(struct slot *slot)
{
	pthread_mutex_lock(&found_lock);
	pthread_mutex_lock(&slot->lock);
	found -= slot->key;
	pthread_mutex_unlock(&slot->lock);
	pthread_mutex_unlock(&found_lock);
}
