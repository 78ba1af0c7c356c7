/* SPDX-License-Identifier: MIT */
/* Two structs call their lock the same: two classes. */
// locklore: must-not deadlock
// locklore: must-not nest queue->lock
// locklore: must order queue->lock disk->lock
// locklore: must-not order disk->lock queue->lock
#include <pthread.h>

struct queue {
	int length;
	pthread_mutex_t lock;
};
struct disk {
	int length;
	pthread_mutex_t lock;
};

void flush(struct queue *queue, struct disk *disk)
{
	pthread_mutex_lock(&queue->lock);
	pthread_mutex_lock(&disk->lock);
	disk->length += queue->length;
	pthread_mutex_unlock(&disk->lock);
	pthread_mutex_unlock(&queue->lock);
}
