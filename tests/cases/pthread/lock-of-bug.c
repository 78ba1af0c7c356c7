/* SPDX-License-Identifier: MIT */
/* A function returns the address of the lock. */
// locklore: must deadlock file->lock dir_lock
// locklore: must order file->lock dir_lock
#include <pthread.h>

struct file {
	int size;
	pthread_mutex_t lock;
};
static pthread_mutex_t dir_lock = PTHREAD_MUTEX_INITIALIZER;
int files;

static pthread_mutex_t *lock_of(struct file *file)
{
	return &file->lock;
}

void file_grow(struct file *file)
{
	pthread_mutex_lock(lock_of(file));
	file->size++;
	pthread_mutex_lock(&dir_lock);
	files++;
	pthread_mutex_unlock(&dir_lock);
	pthread_mutex_unlock(&file->lock);
}

void dir_sync(struct file *file)
{
	pthread_mutex_lock(&dir_lock);
	pthread_mutex_lock(&file->lock);
	files = file->size;
	pthread_mutex_unlock(lock_of(file));
	pthread_mutex_unlock(&dir_lock);
}
