/* SPDX-License-Identifier: MIT */
/* Two structs call their lock the same, and nest both ways. */
// locklore: must deadlock disk->lock queue->lock
// locklore: must-not nest queue->lock
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

void fill(struct queue *queue, struct disk *disk)
{
	pthread_mutex_lock(&disk->lock);
	pthread_mutex_lock(&queue->lock);
	queue->length += disk->length;
	pthread_mutex_unlock(&queue->lock);
	pthread_mutex_unlock(&disk->lock);
}
